"""What "p of k" runs can and cannot say, in exact integers: an interval, and a test of two counts.

Sources: Clopper and Pearson, Biometrika 26 (1934); Fisher's exact test (1922). It must not know
what is counted.
"""

from math import comb
from typing import Final

METHOD: Final = "Clopper-Pearson, exact, 95 %, rounded outward to three digits"
_PARTS: Final = 1000
# Each end of the interval may miss in 25 of 1,000 cases; one verdict of the test in 10 of 1,000.
_TAIL_PARTS: Final = 25
_LEVEL_PARTS: Final = 10


def interval(found: int, runs: int) -> tuple[str, str]:
    """Return the ends of the 95 % interval of the chance behind `found` of `runs`.

    Texts with three digits. The lower end is rounded down and the upper one up, so the interval
    never holds less than it claims. `runs` is at least 1.
    """
    assert 0 <= found <= runs, "a part is counted"
    assert runs > 0, "no run says nothing"
    high = _PARTS - _low(runs - found, runs)
    return _text(_low(found, runs)), _text(high)


def separated(found: int, runs: int, other: int, other_runs: int) -> bool:
    """Whether counts of two groups can hardly come from one chance: Fisher's test at 1 %.

    One-sided, toward the side on which the shares differ.
    """
    if found * other_runs < other * runs:
        found, runs, other, other_runs = other, other_runs, found, runs
    total, met = runs + other_runs, found + other
    ways = sum(
        comb(runs, at) * comb(other_runs, met - at) for at in range(found, min(met, runs) + 1)
    )
    return ways * _PARTS <= _LEVEL_PARTS * comb(total, met)


def _low(found: int, runs: int) -> int:
    """Return the greatest number of thousandths at which `found` or more is rare enough."""
    if found == 0:
        return 0
    low, high = 0, _PARTS
    while high - low > 1:
        middle = (low + high) // 2
        if _rare(found, runs, middle):
            low = middle
        else:
            high = middle
    return low


def _rare(found: int, runs: int, parts: int) -> bool:
    """Whether `found` or more of `runs` have a chance of 2.5 % at most, each one's being `parts`.

    All is multiplied by 1,000^runs, so that it stays in integers.
    """
    rest = _PARTS - parts
    terms = (comb(runs, at) * parts**at * rest ** (runs - at) for at in range(found, runs + 1))
    tail: int = sum(terms)
    return tail * _PARTS <= _TAIL_PARTS * int(_PARTS**runs)


def _text(parts: int) -> str:
    return f"{parts // _PARTS}.{parts % _PARTS:03d}"
