"""The first bad one in a row of revisions, some of which cannot be told: the search, nothing else.

It must not know what a revision is or how it is tried.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """What trying a revision has shown."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Span:
    """What is left: `good` is the last known good, -1 for the one before the row; `bad` is bad.

    All between were tried and cannot be told. The first bad one is alone if there are none.
    """

    good: int
    bad: int

    @property
    def candidates(self) -> range:
        """The revisions that may be the first bad one."""
        return range(self.good + 1, self.bad + 1)


def first_bad(count: int, test: Callable[[int], Verdict]) -> Span:
    """Search by halves in a row of which the last is known to be bad, and what is before it good.

    It holds on the assumption of every bisection: once bad, always bad. One that cannot be told is
    passed over for its nearest neighbour, so none is tried twice and none that could tell is left.
    """
    assert count > 0, "the last of the row is bad"
    good, bad, unknown = -1, count - 1, set[int]()
    while untried := [at for at in range(good + 1, bad) if at not in unknown]:
        middle = min(untried, key=lambda at: (abs(2 * at - good - bad), at))
        verdict = test(middle)
        if verdict is Verdict.UNKNOWN:
            unknown.add(middle)
        elif verdict is Verdict.GOOD:
            good = middle
        else:
            bad = middle
    return Span(good, bad)
