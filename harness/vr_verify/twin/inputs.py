"""The inputs of two functions: their common parameters, each with its domain, and all cases.

A case is the arguments by parameter name, in the order of the parameters. It must not know what
the functions answer.
"""

import hashlib
import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from vr_verify.errors import UsageError
from vr_verify.twin.domains import Domain
from vr_verify.twin.extra import strategies
from vr_verify.twin.hints import domain_of, given_domain

Case = dict[str, Any]
Function = Callable[..., Any]
_POSITIONAL: Final = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL,
)
DRAW_RULE: Final = (
    "drawn n: argument by argument, numbers are taken in order; number k is the first 8 bytes, "
    "little end first, of SHA-256 of the text '{function} n k'. An integer of a range is low + the "
    "high 64 bits of number * (high - low + 1), a choice that at the high 64 bits of number * "
    "count, a list takes one number for its length, then its items theirs. Cases outside the "
    "domain, and those that stand before, are left out."
)


@dataclass(frozen=True)
class Parameter:
    """One parameter of both functions; `positional` False where it is given by name alone."""

    name: str
    positional: bool
    optional: bool
    domain: Domain


@dataclass(frozen=True)
class Inputs:
    """All inputs that the functions are asked with; `where` is the precondition on a case."""

    parameters: tuple[Parameter, ...]
    where: Callable[..., bool] | None = None

    @property
    def drawable(self) -> bool:
        """Tell whether cases can be had without hypothesis."""
        return all(parameter.domain.drawable for parameter in self.parameters)

    def bound(self, case: Case) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return a case as arguments by position and by name."""
        places: list[Any] = []
        named: dict[str, Any] = {}
        gap = False
        for parameter in self.parameters:
            if parameter.name not in case:
                gap = True  # from here on only names are clear
            elif parameter.positional and not gap:
                places.append(case[parameter.name])
            else:
                named[parameter.name] = case[parameter.name]
        return tuple(places), named

    def holds(self, case: Case) -> bool:
        """Tell whether the precondition admits a case."""
        if self.where is None:
            return True
        places, named = self.bound(case)
        return bool(self.where(*places, **named))

    def boundaries(self) -> Iterator[tuple[str, Case]]:
        """Give boundary cases with the comment from which each can be rebuilt.

        A function without parameters has one case, and no other.
        """
        if not self.parameters:
            yield "no argument", {}
            return
        if not self.drawable:
            return
        ends = {p.name: p.domain.boundaries() for p in self.parameters}
        usual = {p.name: p.domain.usual() for p in self.parameters}
        yield "every argument at its usual value", usual
        yield "every argument at its lowest", {name: own[0] for name, own in ends.items()}
        yield "every argument at its highest", {name: own[-1] for name, own in ends.items()}
        for name, own in ends.items():
            for value in own:
                comment = f"{name} at a boundary, the others at their usual value"
                yield comment, usual | {name: value}
        if any(p.optional for p in self.parameters):
            needed = {p.name: usual[p.name] for p in self.parameters if not p.optional}
            yield "every argument with a default left out, the others at their usual value", needed

    def drawn(self, function: str, number: int) -> Case:
        """Return drawn case `number`, by `DRAW_RULE`."""
        numbers = _numbers(f"{function} {number}")
        return {p.name: p.domain.drawn(numbers) for p in self.parameters}

    def strategy(self) -> Any:
        """Return a hypothesis strategy of cases."""
        names = [parameter.name for parameter in self.parameters]
        parts = [parameter.domain.strategy() for parameter in self.parameters]
        return strategies().tuples(*parts).map(lambda own: dict(zip(names, own, strict=True)))

    def simpler(self, case: Case) -> Iterator[Case]:
        """Give cases with one argument after another made simpler."""
        for parameter in self.parameters:
            if parameter.name in case:
                for value in parameter.domain.simpler(case[parameter.name]):
                    changed = case | {parameter.name: value}
                    if self.holds(changed):
                        yield changed


def _numbers(text: str) -> Iterator[int]:
    count = 0
    while True:
        digest = hashlib.sha256(f"{text} {count}".encode()).digest()
        yield int.from_bytes(digest[:8], "little")
        count += 1


def inputs_of(
    left: Function,
    right: Function,
    given: Mapping[str, Any],
    where: Callable[..., bool] | None = None,
) -> Inputs:
    """Return the inputs of two functions from their signatures and hints, or as given.

    The left one's names count; hints are taken from the side that has them. UsageError where a
    parameter has neither hint nor domain, or a side does not take the arguments.
    """
    signatures = [_signature(side) for side in (left, right)]
    names = _names(signatures[0] or signatures[1], given)
    hints = [_hints(side) for side in (right, left)]
    known = {name: hint for own in hints for name, hint in own.items()}
    parameters = tuple(
        Parameter(name, positional, optional, _domain(name, given, known))
        for name, positional, optional in names
        if not optional or name in given or name in known
    )
    made = Inputs(parameters, where)
    for side, signature in zip(("left", "right"), signatures, strict=True):
        _check(side, signature, made)
    return made


def _signature(function: Function) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None  # a built-in or native function without a text signature


def _hints(function: Function) -> dict[str, Any]:
    """Return the hints of a function or of a callable's `__call__`, without that of its result."""
    own = function if hasattr(function, "__annotations__") else type(function).__call__
    try:
        hints = typing.get_type_hints(own, include_extras=True)
    except (NameError, TypeError):
        return {}
    return {name: hint for name, hint in hints.items() if name != "return"}


def _names(
    signature: inspect.Signature | None, given: Mapping[str, Any]
) -> list[tuple[str, bool, bool]]:
    """Return (name, by position, has a default) of each parameter in order."""
    if signature is None:
        return [(name, True, False) for name in given]
    found: list[tuple[str, bool, bool]] = []
    own = {
        name
        for name, p in signature.parameters.items()
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    }
    extra = [name for name in given if name not in own]
    for parameter in signature.parameters.values():
        variable = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        positional = parameter.kind in _POSITIONAL
        if variable:
            found += [(name, positional, False) for name in extra]
            extra = []
        else:
            optional = parameter.default is not parameter.empty
            found.append((parameter.name, positional, optional))
    if extra:
        raise UsageError(f"no parameter is called {extra[0]}; there are {', '.join(sorted(own))}")
    return found


def _domain(name: str, given: Mapping[str, Any], hints: Mapping[str, Any]) -> Domain:
    if name not in given and name not in hints:
        raise UsageError(
            f"parameter {name} has no type hint; give its values: given={{{name!r}: …}}"
        )
    try:
        return given_domain(given[name]) if name in given else domain_of(hints[name])
    except UsageError as error:
        raise UsageError(f"parameter {name}: {error.message}") from error


def _check(side: str, signature: inspect.Signature | None, inputs: Inputs) -> None:
    """See that a side takes what it will be called with."""
    if signature is None:
        return
    places, named = inputs.bound(dict.fromkeys(p.name for p in inputs.parameters))
    try:
        signature.bind(*places, **named)
    except TypeError as error:
        names = ", ".join(parameter.name for parameter in inputs.parameters)
        raise UsageError(f"the {side} function does not take ({names}): {error}") from error
