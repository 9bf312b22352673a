"""What p of k says: the interval holds what it claims, and chance is not taken for a cause."""

from fractions import Fraction
from math import comb

import pytest

from vr_verify.bisection.proportion import interval, separated


@pytest.mark.parametrize(
    ("found", "runs", "ends"),
    [
        # Clopper and Pearson's exact limits, as any table has them, rounded outward.
        (0, 10, ("0.000", "0.309")),
        (1, 10, ("0.002", "0.446")),
        (5, 10, ("0.187", "0.813")),
        (10, 10, ("0.691", "1.000")),
        (3, 3, ("0.292", "1.000")),
        (2, 7, ("0.036", "0.710")),
        (15, 100, ("0.086", "0.236")),
        (0, 1, ("0.000", "0.975")),
    ],
)
def test_the_interval_is_the_exact_one(found: int, runs: int, ends: tuple[str, str]) -> None:
    assert interval(found, runs) == ends


@pytest.mark.parametrize("runs", [1, 4, 10, 23])
def test_the_interval_holds_the_chance_in_95_of_100_cases_at_least(runs: int) -> None:
    known = [tuple(map(Fraction, interval(found, runs))) for found in range(runs + 1)]
    for percent in range(1, 100):
        chance = Fraction(percent, 100)
        held = sum(
            comb(runs, found) * chance**found * (1 - chance) ** (runs - found)
            for found, (low, high) in enumerate(known)
            if low <= chance <= high
        )
        assert held >= Fraction(95, 100), f"chance {chance}"


def test_few_runs_tell_nothing_apart_and_more_do() -> None:
    assert not separated(1, 1, 0, 2)
    assert not separated(3, 3, 0, 4), "1 in 35 is chance enough"
    assert separated(5, 5, 0, 4), "1 in 126"
    assert separated(0, 4, 5, 5), "the order of the groups does not matter"
    assert not separated(2, 10, 1, 10)
    assert separated(9, 10, 1, 10)
    assert not separated(4, 4, 6, 6), "equal shares"


def test_the_test_of_two_counts_errs_in_one_of_a_hundred_cases_at_most() -> None:
    runs, other = 8, 11
    for percent in (5, 30, 50, 80):
        chance = Fraction(percent, 100)
        weight = Fraction(0)
        for a in range(runs + 1):
            for b in range(other + 1):
                if a * other > b * runs and separated(a, runs, b, other):
                    ways = comb(runs, a) * comb(other, b)
                    weight += ways * chance ** (a + b) * (1 - chance) ** (runs + other - a - b)
        assert 0 < weight <= Fraction(1, 100)
