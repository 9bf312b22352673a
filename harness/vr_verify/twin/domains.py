"""Domains: the sets that arguments come from, each with its boundaries, draws and simpler values.

Numbers, choices, bytes and texts stand here, what is made of parts in structures.py. Hypothesis is
imported when a strategy is asked for. They must not know which function is called.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from vr_verify.twin.extra import strategies
from vr_verify.twin.portable import as_json

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

I64_MIN: Final = -(2**63)
I64_MAX: Final = 2**63 - 1
LENGTH_MAX: Final = 8
"""Items of a list, text or bytes whose length nobody declared."""

_NEAR: Final = (-(2**32), -1, 0, 1, 2, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**32 + 1)
_FLOATS: Final = (0.0, -0.0, 1.0, -1.0, 0.1, 5e-324, 2.0**53, math.inf, -math.inf, math.nan)
_TEXTS: Final = ("", "a", "é", "\x00", "𝄞 /:")
_LETTERS: Final = "abcxyzABCXYZ0189 _-/:éßЖ漢𝄞"


class Domain(Protocol):
    """A set of values. `drawable` is False where nothing but hypothesis can make one."""

    @property
    def drawable(self) -> bool:
        """Tell whether boundaries, usual and drawn values can be had."""

    def usual(self) -> Any:
        """Return a value that stands still while others are at their boundaries."""

    def boundaries(self) -> list[Any]:
        """Return the values at which functions break first."""

    def drawn(self, numbers: Iterator[int], /) -> Any:
        """Return the value that the next u64 numbers stand for."""

    def strategy(self) -> Any:
        """Return the hypothesis strategy to draw from, heavy on boundaries."""

    def holds(self, value: Any, /) -> bool:
        """Tell whether a value belongs to the domain."""

    def simpler(self, value: Any, /) -> Iterator[Any]:
        """Give simpler values of the domain, the simplest first."""

    def described(self) -> Any:
        """Return the domain as JSON, for a file of vectors."""


@dataclass(frozen=True)
class Integers:
    """Integers from low to high, both inclusive; an i64 where nobody says more."""

    low: int = I64_MIN
    high: int = I64_MAX
    drawable = True

    def usual(self) -> int:
        """Return a value inside the range."""
        return self.low + (self.high - self.low) * 5 // 13

    def boundaries(self) -> list[int]:
        """Return both ends, their neighbours, and the numbers around 0, 2^31 and 2^32."""
        ends = {self.low, self.low + 1, self.high - 1, self.high, *_NEAR}
        return sorted(value for value in ends if self.low <= value <= self.high)

    def drawn(self, numbers: Iterator[int]) -> int:
        """Return low + the high 64 bits of number * (high - low + 1)."""
        return self.low + (next(numbers) * (self.high - self.low + 1) >> 64)

    def strategy(self) -> Any:
        """Return a strategy of all values, half of them at powers of two and at the ends."""
        st = strategies()
        bits = range(max(abs(self.low), abs(self.high)).bit_length() + 1)
        powers = {
            value
            for bit in bits
            for value in (2**bit - 1, 2**bit, 2**bit + 1, -(2**bit), -(2**bit) - 1)
            if self.low <= value <= self.high
        }
        edges = sorted(powers.union(self.boundaries()), key=lambda value: (abs(value), value))
        return st.one_of(st.integers(self.low, self.high), st.sampled_from(edges))

    def holds(self, value: Any) -> bool:
        """Tell whether a value is an int of the range."""
        return type(value) is int and self.low <= value <= self.high

    def simpler(self, value: int) -> Iterator[int]:
        """Give the value nearest to 0, then values ever nearer to `value` by halves."""
        target = min(max(0, self.low), self.high)
        if value < 0 <= -value <= self.high:
            yield -value
        distance = value - target
        while distance:
            yield value - distance
            distance = int(distance / 2) if abs(distance) < 2**52 else _halved(distance)

    def described(self) -> Any:
        """Return both ends, as the golden vectors write them."""
        return {"low": _written(self.low), "high": _written(self.high)}


@dataclass(frozen=True)
class Floats:
    """Floats from low to high; where neither is given, also infinities and NaN."""

    low: float | None = None
    high: float | None = None
    drawable = True

    def usual(self) -> float:
        """Return a value inside the range that is no round number."""
        if self.low is not None and self.high is not None:
            return self.low + (self.high - self.low) * 0.375
        return 2.625 if self.holds(2.625) else self.boundaries()[0]

    def boundaries(self) -> list[float]:
        """Return both ends, signed zeros, the least subnormal, and what is no number."""
        ends = [end for end in (self.low, self.high) if end is not None]
        return [*ends, *(v for v in _FLOATS if self.holds(v) and v not in ends)]

    def drawn(self, numbers: Iterator[int]) -> float:
        """Return low + (high - low) * n / 2^64; of an open range the float with the bits of n."""
        number = next(numbers)
        if self.low is not None and self.high is not None:
            return min(self.low + (self.high - self.low) * (number / 2**64), self.high)
        (value,) = struct.unpack("<d", number.to_bytes(8, "little"))
        return float(value) if self.holds(value) else self.usual()

    def strategy(self) -> Any:
        """Return a strategy of all values."""
        st = strategies()
        return st.floats(self.low, self.high)

    def holds(self, value: Any) -> bool:
        """Tell whether a value is a float of the range."""
        if type(value) is not float:
            return False
        if self.low is None and self.high is None:
            return True
        above = self.low is None or value >= self.low
        return above and (self.high is None or value <= self.high)

    def simpler(self, value: float) -> Iterator[float]:
        """Give 0, 1, the number without its fraction, its halves; a NaN is as simple as it is."""
        if math.isnan(value):
            return
        tries = [0.0, 1.0, -value if value < 0 else 0.0]
        if math.isfinite(value):
            tries += [float(int(value)), float(int(value / 2)), float(f"{value:.3g}")]
        for number in tries:
            nearer = (abs(number), len(repr(number))) < (abs(value), len(repr(value)))
            if nearer and self.holds(number):
                yield number

    def described(self) -> Any:
        """Return both ends; null is open."""
        return {"float": [None if end is None else repr(end) for end in (self.low, self.high)]}


@dataclass(frozen=True)
class Choices:
    """One of a few values, which are their own boundaries, the simplest first."""

    values: tuple[Any, ...]
    drawable = True

    def usual(self) -> Any:
        """Return the first value."""
        return self.values[0]

    def boundaries(self) -> list[Any]:
        """Return all values."""
        return list(self.values)

    def drawn(self, numbers: Iterator[int]) -> Any:
        """Return the value at the high 64 bits of number * length."""
        return self.values[next(numbers) * len(self.values) >> 64]

    def strategy(self) -> Any:
        """Return a strategy of all values."""
        st = strategies()
        return st.sampled_from(self.values)

    def holds(self, value: Any) -> bool:
        """Tell whether a value is one of them, type included."""
        return any(type(value) is type(own) and value == own for own in self.values)

    def simpler(self, value: Any) -> Iterator[Any]:
        """Give the values that stand before."""
        for own in self.values:
            if type(value) is type(own) and value == own:
                return
            yield own

    def described(self) -> Any:
        """Return the values as a vectors file writes them."""
        return {"values": [as_json(value) for value in self.values]}


@dataclass(frozen=True)
class Strings:
    """Bytes or texts (`kind`) of at most `longest` bytes or characters."""

    kind: type[bytes] | type[str]
    shortest: int = 0
    longest: int = LENGTH_MAX
    drawable = True

    def usual(self) -> bytes | str:
        """Return a value of a length inside the range."""
        length = (self.shortest + self.longest + 1) // 2
        return self._made([position * 37 + 98 for position in range(length)])

    def boundaries(self) -> list[Any]:
        """Return the shortest and the longest, low and high."""
        found: list[Any] = [self._made([0] * self.shortest), self._made([255] * self.shortest)]
        found += [self._made([0] * self.longest), self._made([255] * self.longest)]
        if self.kind is str:
            found += [text for text in _TEXTS if self.holds(text)]
        return list(dict.fromkeys(found))

    def _made(self, numbers: list[int]) -> bytes | str:
        if self.kind is bytes:
            return bytes(number % 256 for number in numbers)
        return "".join(_LETTERS[number % len(_LETTERS)] for number in numbers)

    def drawn(self, numbers: Iterator[int]) -> bytes | str:
        """Return a value whose length and whose items each take one number."""
        length = Integers(self.shortest, self.longest).drawn(numbers)
        return self._made([next(numbers) >> 32 for _ in range(length)])

    def strategy(self) -> Any:
        """Return a strategy of all values."""
        st = strategies()
        made = st.binary if self.kind is bytes else st.text
        return made(min_size=self.shortest, max_size=self.longest)

    def holds(self, value: Any) -> bool:
        """Tell whether a value is of the kind and of a length in the range."""
        return type(value) is self.kind and self.shortest <= len(value) <= self.longest

    def simpler(self, value: Any) -> Iterator[Any]:
        """Give shorter values, then the same with one item after another at its lowest."""
        for length in {self.shortest, len(value) // 2}:
            if self.shortest <= length < len(value):
                yield value[:length]
        lowest: Any = b"\0" if self.kind is bytes else "a"
        for at in range(len(value)):
            if len(value) > self.shortest:
                yield value[:at] + value[at + 1 :]
            if value[at : at + 1] != lowest:
                yield value[:at] + lowest + value[at + 1 :]

    def described(self) -> Any:
        """Return kind and lengths."""
        return {self.kind.__name__: {"shortest": self.shortest, "longest": self.longest}}


@dataclass(frozen=True)
class Searched:
    """What a hypothesis strategy draws; no boundaries are known, and hypothesis alone shrinks."""

    source: "SearchStrategy[Any]"
    drawable = False

    def usual(self) -> Any:
        """Nothing can be made without hypothesis."""
        raise AssertionError("a searched domain has no usual value")

    def boundaries(self) -> list[Any]:
        """Return none."""
        return []

    def drawn(self, _numbers: Iterator[int]) -> Any:
        """Nothing can be made without hypothesis."""
        raise AssertionError("a searched domain draws through hypothesis alone")

    def strategy(self) -> Any:
        """Return the strategy as it was given."""
        return self.source

    def holds(self, _value: Any) -> bool:
        """Nobody can tell."""
        return False

    def simpler(self, _value: Any) -> Iterator[Any]:
        """Give none: it could leave the strategy's set."""
        return iter(())

    def described(self) -> Any:
        """Return nothing that differs from machine to machine."""
        return "a hypothesis strategy"


def _halved(distance: int) -> int:
    """Halve towards zero, exactly."""
    return distance // 2 if distance > 0 else -(-distance // 2)


def _written(value: int) -> int | str:
    return str(value) if abs(value) > 2**53 else value
