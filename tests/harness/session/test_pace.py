"""A lockstep of hours is refused after its first turns, by a clock that the test moves."""

from fractions import Fraction

import pytest

from vr_verify.errors import UsageError
from vr_verify.session.pace import Pace, SamplePace
from vr_verify.session.sample import choose


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


def sampled(turns: int, share: Fraction, both_s: float, alone_s: float) -> None:
    """Play turns of which the sampled ones take longer."""
    clock, sample = Hands(), choose(share, bytes(32), range(7, turns + 7))
    pace = SamplePace(sample, clock)
    clock.now_s += 10_000.0  # to start the engines
    pace.begin()
    for turn in sample.turns:
        clock.now_s += both_s if turn in sample else alone_s
        pace.played(turn - 6)


def test_a_sample_of_hours_is_refused_with_what_a_smaller_one_takes() -> None:
    took, less = (
        r"\(2,000 of 10,000 turns\) would take about 11\.1 hours",
        "--sample 0.2% takes about",
    )
    with pytest.raises(UsageError, match=rf"a sample of 20% {took}; {less} 7 min"):
        sampled(10_000, Fraction(1, 5), 20.0, 0.001)
    with pytest.raises(UsageError, match=r"1%.* would take .*; a shorter --turns A:B takes less"):
        sampled(10_000, Fraction(1, 100), 2.0, 2.0)


def test_a_sample_of_minutes_is_not() -> None:
    sampled(10_000, Fraction(1, 100), 20.0, 0.01)
    sampled(10_000, Fraction(1), 0.3, 0.0)
