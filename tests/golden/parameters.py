"""Kinds of arguments of the pure functions: their boundary values, drawn ones, and strategies.

Ranges are those that RULES.md proves; nothing outside them is ever asked of a twin.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from hypothesis import strategies as st

from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.shared.stream import bounded, stream_key

ONE = 2**32
_NEAR = (-ONE, -1, 0, 1, 2, ONE - 1, ONE, ONE + 1)


class Kind(Protocol):
    """What can be asked of a kind of argument."""

    def usual(self) -> Any:
        """Return a value that stands still while others are at their boundaries."""

    def boundaries(self) -> list[Any]:
        """Return the values at which rules break first."""

    def drawn(self, draw: int) -> Any:
        """Return the value that a u64 draw stands for."""

    def strategy(self) -> st.SearchStrategy[Any]:
        """Return what hypothesis draws from, heavy on boundaries."""


@dataclass(frozen=True)
class Number:
    """An integer from low to high, both inclusive."""

    low: int
    high: int

    def usual(self) -> int:
        """Return a value inside the range."""
        return self.low + (self.high - self.low) * 5 // 13

    def boundaries(self) -> list[int]:
        """Return the boundary values."""
        ends = {self.low, self.low + 1, self.high - 1, self.high, *_NEAR}
        return sorted(value for value in ends if self.low <= value <= self.high)

    def drawn(self, draw: int) -> int:
        """Return the value of a draw."""
        return self.low + (draw * (self.high - self.low + 1) >> 64)

    def strategy(self) -> st.SearchStrategy[int]:
        """Return a strategy of all values."""
        powers = [
            value
            for bit in range(64)
            for value in (2**bit - 1, 2**bit, 2**bit + 1, -(2**bit), -(2**bit) - 1)
            if self.low <= value <= self.high
        ]
        edges = st.sampled_from(self.boundaries() + powers)
        return st.one_of(edges, st.integers(self.low, self.high))


@dataclass(frozen=True)
class OneOf:
    """One of a few values, which are their own boundaries; JSON values or bytes."""

    values: tuple[Any, ...]

    def usual(self) -> Any:
        """Return a value inside the range."""
        return self.values[0]

    def boundaries(self) -> list[Any]:
        """Return the boundary values."""
        return list(self.values)

    def drawn(self, draw: int) -> Any:
        """Return the value of a draw."""
        return self.values[bounded(draw, len(self.values))]

    def strategy(self) -> st.SearchStrategy[Any]:
        """Return a strategy of all values."""
        return st.sampled_from(self.values)


@dataclass(frozen=True)
class Key:
    """The 32 bytes of a stream's key."""

    def usual(self) -> bytes:
        """Return a value inside the range."""
        return bytes(range(32))

    def boundaries(self) -> list[bytes]:
        """Return the boundary values."""
        return [bytes(32), bytes(range(32)), b"\xff" * 32]

    def drawn(self, draw: int) -> bytes:
        """Return the value of a draw."""
        return stream_key(draw, 0, 0, "golden", NONE, "key", [])

    def strategy(self) -> st.SearchStrategy[bytes]:
        """Return a strategy of all values."""
        return st.binary(min_size=32, max_size=32)


Arguments = tuple[Any, ...]


@dataclass(frozen=True)
class Function:
    """A pure function of RULES.md: `place` is `room/file.name`, `unit_note` what its numbers are.

    `holds` is the precondition beyond the ranges.
    """

    place: str
    parameters: dict[str, Kind]
    unit_note: str
    holds: Callable[..., bool] = lambda *_: True

    def strategy(self) -> st.SearchStrategy[Arguments]:
        """Return all arguments that the function may be asked with."""
        kinds = [kind.strategy() for kind in self.parameters.values()]
        return st.tuples(*kinds).filter(lambda arguments: self.holds(*arguments))


@dataclass(frozen=True)
class Structured:
    """A pure function of lists and texts: chosen examples with comments, and a strategy."""

    place: str
    parameters: tuple[str, ...]
    unit_note: str
    examples: tuple[tuple[str, Arguments], ...]
    made: st.SearchStrategy[Arguments]

    def strategy(self) -> st.SearchStrategy[Arguments]:
        """Return all arguments that the function may be asked with."""
        return st.one_of(st.sampled_from([arguments for _, arguments in self.examples]), self.made)
