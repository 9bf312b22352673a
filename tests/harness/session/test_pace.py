"""A lockstep of hours is refused after its first turns, by a clock that the test moves."""

import pytest

from vr_verify.errors import UsageError
from vr_verify.session.pace import Pace


class Hands:
    """A clock that is set by hand."""

    now_s = 0.0

    def __call__(self) -> float:
        """Read the clock."""
        return self.now_s


def paced(turns: int, turn_s: float, workers: int = 1) -> None:
    """Play turns that take so long each."""
    clock = Hands()
    pace = Pace(turns, workers, clock)
    for turn in range(1, turns + 1):
        clock.now_s += turn_s
        pace.played(turn)


def test_hours_are_refused_with_an_estimate_and_a_way_out() -> None:
    with pytest.raises(UsageError, match=r"10,000 turns would take about 5\.6 hours.*--sample 2%"):
        paced(10_000, 2.0)
    with pytest.raises(UsageError, match=r"days.*--anyway"):
        paced(10_000, 60.0)


def test_less_is_not() -> None:
    paced(1_000, 3.0)
    paced(10_000, 0.3)
    paced(10_000, 0.5, workers=2)


def test_a_slow_start_alone_is_no_reason() -> None:
    clock = Hands()
    pace = Pace(10_000, 1, clock)
    clock.now_s = 4.0
    pace.played(1)
    for turn in range(2, 10_001):
        clock.now_s += 0.01
        pace.played(turn)
