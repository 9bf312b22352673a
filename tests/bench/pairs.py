"""Interleaved pairs: A B B A …, the ratio pair by pair, so that a drifting machine does not lie.

It must not know what it measures. Times are wall nanoseconds of this process.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

Work = Callable[[], int]
"""Does the work and returns the nanoseconds of the part that counts."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Time of A over time of B in each pair; `units` is the work in one sample, e.g. turns."""

    what: str
    ratios: tuple[float, ...]
    a_seconds: tuple[float, ...]
    b_seconds: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median of the pairs' ratios."""
        return median(self.ratios)

    def document(self) -> dict[str, object]:
        """Give the figures as JSON values, rounded to what they are good for."""
        return {
            "what": self.what,
            "ratio": {
                "min": round(min(self.ratios), 3),
                "median": round(self.middle, 3),
                "max": round(max(self.ratios), 3),
            },
            "pairs": len(self.ratios),
            "a_seconds_median": round(median(self.a_seconds), 6),
            "b_seconds_median": round(median(self.b_seconds), 6),
        }


def timed(work: Callable[[], object]) -> int:
    """Return the nanoseconds that a piece of work takes."""
    started = time.perf_counter_ns()
    work()
    return time.perf_counter_ns() - started


def compare(what: str, a: Work, b: Work, pairs: int) -> Ratio:
    """Run A and B in turn, A first in even pairs, B first in odd ones, after one warm-up each."""
    a()
    b()
    times: list[tuple[int, int]] = []
    for pair in range(pairs):
        if pair % 2:
            second = b()
            times.append((a(), second))
        else:
            first = a()
            times.append((first, b()))
    return Ratio(
        what,
        tuple(left / right for left, right in times),
        tuple(left / 1e9 for left, _ in times),
        tuple(right / 1e9 for _, right in times),
    )
