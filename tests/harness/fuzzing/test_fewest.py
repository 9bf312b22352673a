"""Delta debugging on plain numbers: what is needed stays, all else goes, in few calls."""

import random

import pytest

from vr_verify.fuzzing.fewest import fewest


def asked(parts: list[int], needed: set[int]) -> tuple[list[int], list[list[int]]]:
    """Return what is left of parts of which some are needed, and all that was asked for."""
    calls: list[list[int]] = []

    def holds(kept: list[int]) -> bool:
        calls.append(list(kept))
        return needed <= set(kept)

    return fewest(parts, holds), calls


@pytest.mark.parametrize("seed", range(20))
def test_just_what_is_needed_is_left_in_its_order(seed: int) -> None:
    drawn = random.Random(seed)
    parts = drawn.sample(range(1000), drawn.randrange(1, 40))
    needed = set(drawn.sample(parts, drawn.randrange(len(parts))))
    left, calls = asked(parts, needed)
    assert left == [part for part in parts if part in needed]
    assert all(len(kept) < len(parts) for kept in calls)


def test_all_at_once_is_tried_first_and_halves_after_it() -> None:
    assert asked([1, 2, 3, 4], set()) == ([], [[]])
    assert asked([1, 2, 3, 4], {3})[1][:2] == [[], [3, 4]]
    assert asked([], set()) == ([], [])


def test_one_of_many_takes_few_calls_and_all_of_them_not_more_than_twice_their_number() -> None:
    parts = list(range(1024))
    assert asked(parts, {700})[0] == [700]
    assert len(asked(parts, {700})[1]) <= 21
    left, calls = asked(parts, set(parts))
    assert left == parts
    assert len(calls) < 2 * len(parts)


def test_what_hangs_together_stays_together() -> None:
    pairs = fewest(list(range(16)), lambda kept: (3 in kept) == (12 in kept) and bool(kept))
    assert pairs
    assert (3 in pairs) == (12 in pairs)
    assert len(pairs) <= 2
