"""A value that leaves its range halts both engines alike and undoes the whole turn."""

import pytest

from tests.twins.pair import Pair, edited, small
from void_reckoning_adapter.python import PythonEngine
from void_reckoning_adapter.rust import RustEngine

EMPTY = bytes(8)


def rich() -> bytes:
    """Return `small` with the mint so deep in debt that the first income breaks its range."""
    end = 2**53
    return edited(small(), account__balance={0: end - 1000, 1: 1000, 2: -end})


def test_the_treasury_at_its_end_halts_both_at_the_same_place() -> None:
    pair = Pair(rich())
    before = pair.same("snapshot")
    answer = pair.turn()
    assert answer["halt"] == {
        "error": "range",
        "step": 1,
        "phase": "economy",
        "universe": 0,
        "table": "account",
        "slot": 2,
        "column": "balance",
    }
    assert not answer["turn_ended"]
    assert pair.same("snapshot") == before
    assert pair.same("draws") == EMPTY
    assert pair.same("events") == EMPTY


def test_after_a_halt_the_run_is_over_until_a_restore() -> None:
    pair = Pair(rich())
    before = pair.same("snapshot")
    pair.turn()
    for engine in (pair.python, pair.rust):
        with pytest.raises(ValueError, match=r".") as caught:
            engine.step([], None, False)
        assert getattr(caught.value, "kind", None) == "command", type(engine)
    answer = pair.same("restore", 0, before)
    assert answer["state_digest"] == pair.first["state_digest"]
    assert pair.turn()["halt"] is not None


def test_a_halt_in_a_later_turn_undoes_that_turn_only() -> None:
    end = 2**53
    scenario = edited(small(), account__balance={0: end - 4000, 1: 1000, 2: -end + 3000})
    pair = Pair(scenario)
    kept, answer = pair.same("snapshot"), pair.turn()
    while answer["halt"] is None:
        kept, answer = pair.same("snapshot"), pair.turn()
    assert 1 < answer["turn"] < 30
    assert pair.same("snapshot") == kept


def test_a_clean_twin_does_not_halt() -> None:
    pair = Pair(edited(small(), account__balance={0: 2**52, 1: 1000, 2: -(2**52) - 1000}))
    for _ in range(3):
        assert pair.turn()["halt"] is None


BAD = [
    b"",
    b"{}",
    b"[]",
    small()[:-1],
    small() + b" ",
    small().replace(b'"seed":7', b'"seed":-7'),
    small().replace(b'"seed":7', b'"seed":7.5'),
    small().replace(b'"turns_max":30', b'"turns_max":-1'),
    small().replace(b'"turns_max":30,', b""),
    edited(small(), account__balance={0: 901}),
    edited(small(), unit__hp={0: 0, 1: 2**53}),
    edited(small(), unit__fleet={0: 99}),
    edited(small(), unit__owner={0: 1}),
    edited(small(), unit__alive={0: 0}),
    edited(small(), unit__design={0: 3}),
    edited(small(), lane__a={0: 11}),
    edited(small(), fleet__posture={0: 1}),
    edited(small(), planet__class={0: 3}),
    edited(small(), planet__occupied_turns={0: 1}),
    edited(small(), faction__account={0: 1}),
    edited(small(), faction__eliminated_turn={0: 1}),
    edited(small(), account__kind={3: 3}),
    edited(small(), campaign__alive={0: 0}),
]


@pytest.mark.parametrize("scenario", BAD)
def test_a_bad_scenario_is_refused_by_both(scenario: bytes) -> None:
    for engine in (PythonEngine(), RustEngine()):
        with pytest.raises(ValueError, match=r".") as caught:
            engine.init(scenario)
        assert getattr(caught.value, "kind", None) == "scenario", type(engine)
        assert engine.init(small())["turn"] == 0
