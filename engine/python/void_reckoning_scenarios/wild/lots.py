"""Lots: the numbers that a generated run is drawn with, the same for ever for a seed and a size.

SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014): quick, and
spelled here, so that no library's version decides. It must not be used by any rule.
"""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1
_STRIDE = 0x9E3779B97F4A7C15
_GENERATIONS = (1, 2, 7, (1 << 32) - 1)


class Lots:
    """A sequence of draws. Bounded ones are the high half of u64 · bound, never by rejection."""

    def __init__(self, seed: int, size: int) -> None:
        self._state = seed
        self._state = (self.u64() + size) & _MASK

    def u64(self) -> int:
        """Draw a number of 64 bits."""
        self._state = (self._state + _STRIDE) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def below(self, bound: int) -> int:
        """Draw a number of 0 … bound - 1."""
        return (self.u64() * bound) >> 64

    def between(self, low: int, high: int) -> int:
        """Draw a number of low … high, both included."""
        return low + self.below(high - low + 1)

    def chance(self, times: int, of: int) -> bool:
        """Say yes `times` in `of` cases."""
        return self.below(of) < times

    def pick(self, items: Sequence[T]) -> T:
        """Draw one of several."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in a drawn order (Fisher and Yates)."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

    def wild(self, low: int, high: int) -> int:
        """Draw a number of a range: its ends and what is beside them, or any order of size."""
        kind = self.below(8)
        if kind < 4:
            ends = (low, high, min(low + 1, high), max(high - 1, low))
            return ends[kind]
        if kind < 6:
            return min(max(1 << self.below(high.bit_length() + 1), low), high)
        return self.between(low, high)

    def figure(self, limits: tuple[int, int], usual: tuple[int, int]) -> int:
        """Draw a number that is usual five times in six, and else any that is allowed."""
        return self.wild(*limits) if self.below(6) == 0 else self.between(*usual)

    def generation(self) -> int:
        """Draw the generation of a slot."""
        return self.pick(_GENERATIONS) if self.below(5) == 0 else 0

    def slots(self, live: int) -> tuple[int, list[int]]:
        """Draw the number of rows of a table, and which of them the `live` ones are, ascending."""
        if live == 0 or self.below(3) > 0:
            return live, list(range(live))
        rows = live + 1 + self.below(3)
        return rows, sorted(self.shuffled(range(rows))[:live])
