"""The ends of what a number or a call may be: both engines wrap, halt or refuse alike."""

import json
from typing import Any

import pytest

from tests.twins.pair import Pair, canonical, edited, small

GENERATION_MAX = 2**32 - 1
ROWS_MAX = 2**20
TURN_MAX = 10**9
# Values that no JSON text or no protocol integer can carry.
NOT_CANONICAL = [1.5, 2**64, -(2**63) - 1, {1: 2}, {"kind": "build", "design": 2**64}]


def refused(pair: Pair, call: str, *arguments: Any) -> None:
    """Assert that both engines refuse a call as a bug of the caller."""
    for engine in (pair.python, pair.rust):
        with pytest.raises(ValueError, match=r".") as caught:
            getattr(engine, call)(*arguments)
        assert getattr(caught.value, "kind", None) == "command", type(engine)


def test_after_the_greatest_generation_comes_zero() -> None:
    dead = {"generation": GENERATION_MAX, "hp": 0, "shield": 0}
    scenario = edited(small(), **{f"unit__{name}": {0: value} for name, value in dead.items()})
    pair = Pair(scenario)
    assert pair.turn()["turn_ended"]
    assert pair.row("unit", "generation", 0) == 0
    clean = Pair(edited(small(), unit__hp={0: 0}, unit__shield={0: 0}))
    clean.turn()
    assert clean.row("unit", "generation", 0) == 1


@pytest.mark.parametrize("command", NOT_CANONICAL, ids=str)
def test_commands_that_are_no_canonical_json_are_refused_and_the_run_goes_on(command: Any) -> None:
    pair = Pair(small())
    refused(pair, "step", [command], None, False)
    assert pair.turn()["turn_ended"]


def test_a_turn_beyond_the_last_cannot_be_restored() -> None:
    pair = Pair(small())
    kept = pair.same("snapshot")
    for turn in (TURN_MAX + 1, 2**64 - 1):
        refused(pair, "restore", turn, kept)
    refused(pair, "restore", 0, [*kept, kept[0]])
    pair.same("restore", TURN_MAX, kept)


@pytest.mark.slow
def test_a_table_that_outgrows_its_rows_halts_both() -> None:
    scenario = json.loads(small())
    tables = scenario["state"]["universes"][0]["tables"]
    planet = tables["planet"]["owner"].index(1)
    row = {"generation": 0, "alive": 1, "planet": planet, "owner": 1, "design": 0, "turns_left": 5}
    tables["build"] = {name: [value] * ROWS_MAX for name, value in row.items()}
    own = f"0/planet/{tables['planet']['owner'].index(0)}:0"
    build = {"kind": "build", "planet": own, "design": 0}
    pair = Pair(canonical(scenario))
    pair.same("step", [], None, False)
    halt = pair.same("step", [build], None, False)["halt"]
    assert (halt["error"], halt["phase"], halt["table"]) == ("range", "orders", "build")
    assert (halt["slot"], halt["column"]) == (ROWS_MAX, "alive")
