"""Two results compared: the first place where they differ, to the last bit and the last type.

1, True and 1.0 differ; floats are compared as bits, so 0.0 and -0.0 differ and a NaN equals itself;
dicts are compared in their order. It must not know who made the results.
"""

import dataclasses
import itertools
import math
import struct
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, Final

from vr_verify.errors import UsageError
from vr_verify.twin import records
from vr_verify.twin.literals import cut, literal
from vr_verify.twin.tolerance import Tallies

ABSENT: Final = "absent"
_DEPTH_MAX: Final = 64
_EXACT: Final = (int, str, bytes, bool, type(None))


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """One place and what stands there on each side, as literals cut to a line.

    `kind` is one of type, value, length, key, order, exception, argument.
    """

    path: str
    kind: str
    left: str
    right: str


class IncomparableError(UsageError):
    """Objects of a type without an equality of its own. `kind` is its name, `path` the place."""

    def __init__(self, kind: str, path: str) -> None:
        advice = "give view=, a function that turns a result into plain values"
        super().__init__(f"cannot compare results of type {kind} at {path}; {advice}")
        self.kind, self.path = kind, path


def first_difference(left: Any, right: Any, tallies: Tallies, path: str = "$") -> Difference | None:
    """Return where two values first differ, in the order of their items; None where nowhere.

    UsageError for objects that cannot be compared, and for nesting over 64.
    """
    if type(left) is type(right) and type(left) in _EXACT and not tallies.declared:
        return None if left == right else _values(path, left, right)
    return next(_differences(path, left, right, tallies, 0), None)


def _values(path: str, left: Any, right: Any, kind: str = "value") -> Difference:
    return Difference(path, kind, cut(literal(left)), cut(literal(right)))


def _differences(
    path: str, left: Any, right: Any, tallies: Tallies, depth: int
) -> Iterator[Difference]:
    if depth > _DEPTH_MAX:
        raise UsageError(f"cannot compare results nested over {_DEPTH_MAX} deep, at {path}")
    kind = type(left)
    if not _same_kind(kind, type(right)):
        texts = [f"{literal(value)} ({type(value).__name__})" for value in (left, right)]
        yield Difference(path, "type", cut(texts[0]), cut(texts[1]))
    elif kind in (int, float):
        if not tallies.allow(path, left, right, _same_number(left, right)):
            yield _values(path, left, right)
    elif kind in _EXACT or kind is bytearray:
        if left != right:
            yield _values(path, left, right)
    elif isinstance(left, Enum):
        if left.name != right.name:
            yield _values(path, left, right)
    else:
        yield from _descend(path, left, right, tallies, depth + 1)


def _same_kind(left: type[Any], right: type[Any]) -> bool:
    """Tell whether values of two types can be equal: one type, or one record in two versions."""
    if left is right:
        return True
    named = all(
        records.field_names(kind) is not None or issubclass(kind, Enum) for kind in (left, right)
    )
    return named and left.__name__ == right.__name__


def _same_number(left: float, right: float) -> bool:
    if type(left) is int:
        return left == right
    return struct.pack("<d", left) == struct.pack("<d", right)


def _descend(
    path: str, left: Any, right: Any, tallies: Tallies, depth: int
) -> Iterator[Difference]:
    """Compare two values of one kind that are made of parts."""
    kind = type(left)
    if records.is_array(left):
        yield from _arrays(path, left, right, tallies, depth)
    elif kind in (list, tuple):
        yield from _sequences(path, left, right, tallies, depth)
    elif kind is dict:
        yield from _dicts(path, left, right, tallies, depth)
    elif kind in (set, frozenset):
        ordered = [
            sorted(value, key=lambda item: (type(item).__name__, literal(item)))
            for value in (left, right)
        ]
        yield from _sequences(path, ordered[0], ordered[1], tallies, depth)
    elif records.field_names(kind) is not None:
        yield from _records(path, left, right, tallies, depth)
    elif getattr(kind, "__eq__", None) is object.__eq__:
        raise IncomparableError(kind.__name__, path)
    elif not left == right:  # noqa: SIM201 - the type's own equality is asked, not its inequality
        yield _values(path, left, right)


def _sequences(
    path: str, left: Sequence[Any], right: Sequence[Any], tallies: Tallies, depth: int
) -> Iterator[Difference]:
    for at, (own, other) in enumerate(zip(left, right, strict=False)):
        yield from _differences(f"{path}[{at}]", own, other, tallies, depth)
    if len(left) != len(right):
        at = min(len(left), len(right))
        texts = [cut(literal(own[at])) if at < len(own) else ABSENT for own in (left, right)]
        yield Difference(f"{path}[{at}]", "length", texts[0], texts[1])


def _dicts(
    path: str, left: dict[Any, Any], right: dict[Any, Any], tallies: Tallies, depth: int
) -> Iterator[Difference]:
    for key in itertools.chain(left, (key for key in right if key not in left)):
        place = f"{path}[{literal(key)}]"
        if key not in left or key not in right:
            texts = [cut(literal(own[key])) if key in own else ABSENT for own in (left, right)]
            yield Difference(place, "key", texts[0], texts[1])
        else:
            yield from _differences(place, left[key], right[key], tallies, depth)
    # Keys that are equal and yet not alike, as 1 and True, are a difference of keys.
    keys = [[(type(key), literal(key)) for key in own] for own in (left, right)]
    if keys[0] != keys[1]:
        yield _values(path, list(left), list(right), "order")


def _records(
    path: str, left: Any, right: Any, tallies: Tallies, depth: int
) -> Iterator[Difference]:
    names = records.field_names(type(left)) or ()
    others = records.field_names(type(right)) or ()
    for name in names:
        if name in others:
            own, other = getattr(left, name), getattr(right, name)
            yield from _differences(f"{path}.{name}", own, other, tallies, depth)
    if names != others:
        yield Difference(path, "key", f"fields {', '.join(names)}", f"fields {', '.join(others)}")


def _arrays(path: str, left: Any, right: Any, tallies: Tallies, depth: int) -> Iterator[Difference]:
    facts = [f"{value.dtype.str} array of shape {value.shape}" for value in (left, right)]
    if facts[0] != facts[1]:
        yield Difference(path, "type", facts[0], facts[1])
    elif left.dtype.hasobject:
        raise UsageError(f"cannot compare an array of objects at {path}; give view=")
    elif left.tobytes() != right.tobytes() or tallies.declared:
        for index in itertools.product(*map(range, left.shape)):
            own, other = left[index], right[index]
            place = f"{path}[{', '.join(map(str, index))}]" if index else path
            if own.tobytes() == other.tobytes() and not tallies.declared:
                continue
            item = (own.item(), other.item())
            if math.prod(own.shape) == 1 and type(item[0]) in (int, float):
                yield from _differences(place, *item, tallies, depth)
            elif own.tobytes() != other.tobytes():
                yield _values(place, own, other)
