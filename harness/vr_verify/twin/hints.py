"""From type hints to domains: an int is an i64 unless its hint is Annotated with less.

Understood in `Annotated`: a domain, a range, a hypothesis strategy, and bounds by name as
msgspec.Meta and annotated-types write them. What no rule here knows is hypothesis's to resolve.
"""

import dataclasses
import math
import types
import typing
from collections import abc
from enum import Enum
from typing import Any, Final, Literal

from vr_verify.errors import UsageError
from vr_verify.twin import records
from vr_verify.twin.domains import Choices, Domain, Floats, Integers, Searched, Strings
from vr_verify.twin.extra import strategies
from vr_verify.twin.structures import Items, Mappings, OneOf, Records

_ITEMS: Final[dict[Any, type[Any]]] = {
    list: list,
    abc.Sequence: list,
    abc.Iterable: list,
    abc.Collection: list,
    set: set,
    abc.Set: set,
    frozenset: frozenset,
}
_MAPPINGS: Final = (dict, abc.Mapping)


def domain_of(hint: Any, inside: tuple[Any, ...] = ()) -> Domain:
    """Return the domain of a type hint; UsageError where there is none.

    `inside` are the records that it is a part of: a record within itself is left to hypothesis.
    """
    if isinstance(hint, typing.NewType):
        return domain_of(hint.__supertype__, inside)
    if type(hint).__name__ == "TypeAliasType":  # `type X = …` of Python 3.12
        return domain_of(hint.__value__, inside)
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _narrowed(domain_of(parts[0], inside), parts[1:])
    if origin is Literal:
        return Choices(parts)
    if origin in (typing.Union, types.UnionType):
        options = sorted((domain_of(part, inside) for part in parts), key=_breadth)
        return OneOf(tuple(options))
    if origin is tuple or hint is tuple:
        return _tuple(parts, inside)
    if (origin or hint) in _ITEMS:
        return Items(domain_of(parts[0] if parts else int, inside), _ITEMS[origin or hint])
    if (origin or hint) in _MAPPINGS:
        key, value = parts or (str, int)
        return Mappings(domain_of(key, inside), domain_of(value, inside))
    return _plain(hint, inside)


def given_domain(value: Any) -> Domain:
    """Return the domain that a caller gave: one, a range, a list of choices, a strategy, a type."""
    if isinstance(value, range) and value.step == 1 and value:
        return Integers(value.start, value.stop - 1)
    if isinstance(value, range | list | tuple):
        if not value:
            raise UsageError("expected a choice of values, found an empty one")
        return Choices(tuple(value))
    if _is_strategy(value):
        return Searched(value)
    if _is_domain(value):
        made: Domain = value
        return made
    return domain_of(value)


def _plain(hint: Any, inside: tuple[Any, ...]) -> Domain:
    """Return the domain of a type without parameters."""
    if hint is int:
        return Integers()
    if hint is float:
        return Floats()
    if hint is bytes or hint is str:
        return Strings(hint)
    if hint is bool:
        return Choices((False, True))
    if hint is None or hint is type(None):
        return Choices((None,))
    if isinstance(hint, type) and issubclass(hint, Enum) and len(hint):
        return Choices(tuple(hint))
    if isinstance(hint, type) and records.field_names(hint) is not None and hint not in inside:
        return _record(hint, (*inside, hint))
    return _resolved(hint)


def _record(kind: type[Any], inside: tuple[Any, ...]) -> Domain:
    hints = typing.get_type_hints(kind, include_extras=True)
    names = records.init_names(kind)
    untyped = [name for name in names if name not in hints]
    if untyped:
        raise UsageError(f"{kind.__name__} has fields without a type: {', '.join(untyped)}")
    return Records(kind, {name: domain_of(hints[name], inside) for name in names})


def _tuple(parts: tuple[Any, ...], inside: tuple[Any, ...]) -> Domain:
    """Return the domain of `tuple[A, B]`, of `tuple[A, ...]` or of a bare tuple, of ints."""
    if not parts or (len(parts) == 2 and parts[1] is Ellipsis):
        return Items(domain_of(parts[0] if parts else int, inside), tuple)
    return Records(tuple, {str(at): domain_of(part, inside) for at, part in enumerate(parts)})


def _resolved(hint: Any) -> Domain:
    """Leave a type to hypothesis, which says at once whether it can make one."""
    found = strategies().from_type(hint)
    try:
        found.validate()
    except Exception as error:
        # Whatever a type's own constructor raises ends here too; hypothesis names no base.
        raise UsageError(
            f"no values can be made for the type {hint!r}: {error}; give them: given={{...}}"
        ) from error
    return Searched(found)


def _narrowed(domain: Domain, marks: tuple[Any, ...]) -> Domain:
    """Apply what stands beside a type in `Annotated`."""
    for mark in marks:
        if _is_domain(mark) or isinstance(mark, range) or _is_strategy(mark):
            domain = given_domain(mark)
        elif isinstance(domain, Integers):
            domain = _bounded(domain, mark)
        elif isinstance(domain, Floats):
            domain = _bounded_floats(domain, mark)
        elif isinstance(domain, Strings | Items | Mappings):
            shortest = _bound(mark, "min_length", domain.shortest)
            longest = _bound(mark, "max_length", max(domain.longest, shortest))
            domain = dataclasses.replace(domain, shortest=shortest, longest=longest)
    return domain


def _bounded(domain: Integers, mark: Any) -> Integers:
    low = max(_bound(mark, "ge", domain.low), _bound(mark, "gt", domain.low - 1) + 1)
    high = min(_bound(mark, "le", domain.high), _bound(mark, "lt", domain.high + 1) - 1)
    # A bound beyond an i64 is taken at its word.
    low, high = _bound(mark, "ge", low), _bound(mark, "le", high)
    if low > high:
        raise UsageError(f"no int is from {low} to {high}")
    return Integers(low, high)


def _bounded_floats(domain: Floats, mark: Any) -> Floats:
    """Apply bounds; an excluded end is the next float inside."""
    low, high = _bound(mark, "ge", domain.low), _bound(mark, "le", domain.high)
    above, below = _bound(mark, "gt", None), _bound(mark, "lt", None)
    if above is not None:
        low = math.nextafter(above, math.inf)
    if below is not None:
        high = math.nextafter(below, -math.inf)
    return Floats(None if low is None else float(low), None if high is None else float(high))


def _bound(mark: Any, name: str, otherwise: Any) -> Any:
    value = getattr(mark, name, None)
    return otherwise if value is None else value


def _breadth(domain: Domain) -> int:
    """Order options: None and choices first, since they are the simplest."""
    return 0 if isinstance(domain, Choices) else 1


def _is_domain(value: Any) -> bool:
    return not isinstance(value, type) and hasattr(value, "drawn") and hasattr(value, "boundaries")


def _is_strategy(value: Any) -> bool:
    """Tell whether a value is a strategy, without importing hypothesis."""
    return any(kind.__name__ == "SearchStrategy" for kind in type(value).__mro__)
