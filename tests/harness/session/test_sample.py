"""Shares of turns: exact, spread over the run, and the same for the same run."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vr_verify.errors import UsageError
from vr_verify.model.share import part_text, read_share, share_text
from vr_verify.session.sample import choose

RUN, OTHER = bytes(32), bytes(31) + b"\1"


def test_shares_are_read_exactly_and_written_as_percent() -> None:
    for text in ("0.05", "5%", "1/20", "5.0%"):
        assert read_share(text) == Fraction(1, 20)
    assert [share_text(read_share(text)) for text in ("5%", "0.125", "1", "1/3")] == [
        "5%",
        "12.5%",
        "100%",
        "1/3",
    ]
    for text in ("0", "-1", "1.5", "5%%", "five", "101%", "1/0", ""):
        with pytest.raises(UsageError, match=r"above 0 and at most 1, found .*; give one, such as"):
            read_share(text)


def test_parts_are_written_in_hundredths_of_a_percent() -> None:
    pairs = [(4, 20), (1, 30), (2, 3), (0, 5), (7, 7), (0, 0), (1, 10**6)]
    texts = ["20%", "3.33%", "66.67%", "0%", "100%", "0%", "0%"]
    assert [part_text(*pair) for pair in pairs] == texts


@given(st.integers(1, 400), st.integers(0, 10**6), st.fractions(0, 1).filter(bool))
def test_a_sample_has_its_share_its_ends_and_one_turn_of_each_part(
    count: int, first: int, share: Fraction
) -> None:
    turns = range(first, first + count)
    sample = choose(share, RUN, turns)
    assert sample == choose(share, RUN, turns)
    assert len(sample.chosen) == min(count, max(2, -(-share * count // 1)))
    assert {turns[0], turns[-1]} <= set(sample.chosen) <= set(turns)
    assert [turn for turn in turns if turn in sample] == list(sample.chosen)
    gaps = [later - earlier for earlier, later in pairwise(sample.chosen)]
    assert max(gaps, default=0) <= 2 * -(-count // len(sample.chosen)) + 1


def test_other_runs_have_other_samples() -> None:
    turns = range(1, 1001)
    assert choose(Fraction(1, 20), RUN, turns) != choose(Fraction(1, 20), OTHER, turns)
