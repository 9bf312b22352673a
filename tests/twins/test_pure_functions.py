"""Each pure function of RULES.md, Rust against the reference, over its whole proven range."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.golden.catalogue import FUNCTIONS
from tests.golden.faces import ask_native, ask_reference


@pytest.mark.parametrize("place", sorted(FUNCTIONS))
def test_the_twins_agree(place: str) -> None:
    asked = 0

    @settings(max_examples=150, deadline=None)
    @given(FUNCTIONS[place].strategy())
    def agree(arguments: tuple[object, ...]) -> None:
        nonlocal asked
        asked += 1
        assert ask_native(place, arguments) == ask_reference(place, arguments)

    agree()
    # A domain may be smaller than the examples asked for.
    assert asked >= 50


def test_a_difference_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    place = "economy/upkeep.refund"
    arguments = (1000, 2**30)
    assert ask_native(place, arguments) == ask_reference(place, arguments)
    monkeypatch.setattr(
        "void_reckoning_reference.economy.upkeep.refund", lambda cost, share: -(-cost * share >> 32)
    )

    @settings(max_examples=300, deadline=None, database=None)
    @given(st.integers(0, 10**9), st.integers(0, 2**32))
    def agree(cost: int, share: int) -> None:
        assert ask_native(place, (cost, share)) == ask_reference(place, (cost, share))

    with pytest.raises(AssertionError):
        agree()
