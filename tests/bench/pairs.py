"""Interleaved pairs: A B B A, then B A A B, so that a drifting machine does not lie.

The two neighbours in the middle of a round are the same work: they are the A/A control. It must
not know what it measures. Times are wall nanoseconds.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Self

Work = Callable[[], int]
"""Does the work and returns the nanoseconds of the part that counts."""


@dataclass(frozen=True, slots=True)
class Round:
    """Four times in the order in which they were taken: A B B A, or B A A B."""

    a_first: bool
    nanoseconds: tuple[int, int, int, int]

    @property
    def pairs(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Times of (A, B) of both pairs."""
        first, second, third, fourth = self.nanoseconds
        if self.a_first:
            return (first, second), (fourth, third)
        return (second, first), (third, fourth)

    @property
    def control(self) -> tuple[int, int]:
        """Times of the same work twice, one directly after the other."""
        return self.nanoseconds[1], self.nanoseconds[2]


Rounds = Callable[[int], list[Round]]
"""Measures so many rounds, A first in the first one."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some ratios, and the quartiles between which half of them lie."""

    low: float
    middle: float
    high: float
    count: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Sum up at least one value."""
        found = sorted(values)
        low, _, high = quantiles(found, n=4, method="inclusive") if len(found) > 1 else found * 3
        return cls(low, median(found), high, len(found))

    def document(self) -> dict[str, object]:
        """Give the figures as JSON values, rounded to what they are good for."""
        return {
            "low": significant(self.low),
            "median": significant(self.middle),
            "high": significant(self.high),
            "count": self.count,
        }


@dataclass(frozen=True, slots=True)
class Samples:
    """All rounds of one comparison; at least one."""

    rounds: tuple[Round, ...]

    @property
    def ratio(self) -> Spread:
        """Time of A over time of B, pair by pair."""
        return Spread.of(a / b for one in self.rounds for a, b in one.pairs)

    @property
    def control(self) -> Spread:
        """The same work over itself; every second pair of rounds is turned round, as A and B are.

        So a machine that only grows slower or faster shows as spread, not as a shift.
        """
        found = []
        for at, one in enumerate(self.rounds):
            first, second = one.control
            found.append(first / second if at // 2 % 2 == 0 else second / first)
        return Spread.of(found)

    @property
    def seconds(self) -> tuple[float, float]:
        """Median times of A and of B."""
        pairs = [pair for one in self.rounds for pair in one.pairs]
        return median(a for a, _ in pairs) / 1e9, median(b for _, b in pairs) / 1e9


def significant(value: float, digits: int = 4) -> float:
    """Round to so many digits, so that small shares keep theirs."""
    return float(f"{value:.{digits}g}")


def timed(work: Callable[[], object]) -> int:
    """Return the nanoseconds that a piece of work takes."""
    started = time.perf_counter_ns()
    work()
    return time.perf_counter_ns() - started


def interleaved(a: Work, b: Work) -> Rounds:
    """Return what measures rounds of A and B, each warmed up before the first."""
    warm = False

    def measure(count: int) -> list[Round]:
        nonlocal warm
        if not warm:
            a()
            b()
            warm = True
        return [_round(a, b, at % 2 == 0) for at in range(count)]

    return measure


def _round(a: Work, b: Work, a_first: bool) -> Round:
    outer, inner = (a, b) if a_first else (b, a)
    return Round(a_first, (outer(), inner(), inner(), outer()))
