"""Turns as compact ranges."""

import pytest

from vr_verify.session.turn_ranges import TurnRanges


@pytest.mark.parametrize(
    ("turns", "texts", "total"),
    [((), (), 0), ((4,), ("4",), 1), ((0, 1), ("0:1",), 2), ((3, 5, 6, 9), ("3", "5:6", "9"), 4)],
)
def test_turns_are_written_as_ranges(
    turns: tuple[int, ...], texts: tuple[str, ...], total: int
) -> None:
    ranges = TurnRanges(turns)
    assert (ranges.texts(), ranges.total) == (texts, total)


def test_ends_and_what_comes_after() -> None:
    ranges = TurnRanges([3, 5, 6, 9])
    assert (ranges.first, ranges.last) == (3, 9)
    assert ranges.after(9) == (4, 7)
    assert ranges.after(10) == (4, 7, 10)
    assert (TurnRanges().first, TurnRanges().last, TurnRanges().after(5)) == (None, None, ())
