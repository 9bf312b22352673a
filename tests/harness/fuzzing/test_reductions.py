"""Smaller cases without any engine: what is needed stays, what is not goes, each in its pass."""

from collections.abc import Callable
from typing import Any

import pytest

from vr_verify.canonical import json_text
from vr_verify.fuzzing import reductions
from vr_verify.fuzzing.cases import Case
from vr_verify.model.run import TurnCommands

SCENARIO = {
    "cells": [{"id": n, "water": str(10 * n)} for n in range(6)],
    "notes": {"long": "x" * 90, "list": ["a", "b", "c"]},
    "seed": "77",
    "wide": [1000, -40, 3],
}
TURNS: tuple[TurnCommands, ...] = (
    (({"add": "12", "slot": 3},), ()),
    ((), ()),
    ((), ({"add": "5", "slot": 1}, {"add": "9", "slot": 2})),
    (({"add": "900", "slot": 2},), ()),
)
CASE = Case(json_text.encode(SCENARIO), TURNS)
Needs = Callable[[dict[str, Any], Any], bool]


def left(reduce: Callable[..., Case], needs: Needs, case: Case = CASE) -> tuple[Any, Any]:
    """Return scenario and turns of what a pass leaves of a case of which a part is needed."""

    def holds(candidate: Case) -> bool:
        turns = json_text.decode(json_text.encode(list(candidate.turns)))
        return needs(json_text.decode(candidate.scenario), turns)

    assert holds(case)
    smaller = reduce(case, holds)
    assert holds(smaller)
    return json_text.decode(smaller.scenario), smaller.turns


def anything(*_: Any) -> bool:
    return True


def given(turns: Any) -> list[Any]:
    return [command["slot"] for turn in turns for step in turn for command in step]


def test_turns_go_and_those_behind_them_move_up() -> None:
    scenario, turns = left(reductions.fewer_turns, lambda _, turns: given(turns)[-2:] == [2, 2])
    assert scenario == SCENARIO
    assert turns == (TURNS[2], TURNS[3])
    assert left(reductions.fewer_turns, anything)[1] == ()
    assert left(reductions.fewer_turns, lambda _, turns: len(turns) == 4)[1] == TURNS


def test_commands_go_and_the_others_stay_in_their_steps() -> None:
    _, turns = left(reductions.fewer_commands, lambda _, turns: {1, 3} <= set(given(turns)))
    assert turns == (TURNS[0], TURNS[1], ((), ({"add": "5", "slot": 1},)), ((), ()))
    assert left(reductions.fewer_commands, anything)[1] == (((), ()),) * 4
    whole = left(reductions.fewer_commands, lambda _, turns: len(given(turns)) == 4)
    assert whole == (SCENARIO, TURNS)


def test_elements_of_lists_and_keys_of_objects_go() -> None:
    def needs(scenario: dict[str, Any], _: Any) -> bool:
        cells, notes = scenario.get("cells", []), scenario.get("notes", {})
        return {"id": 4, "water": "40"} in cells and "b" in notes.get("list", [])

    scenario, turns = left(reductions.fewer_items, needs)
    assert scenario == {"cells": [{"id": 4, "water": "40"}], "notes": {"list": ["b"]}}
    assert turns == TURNS
    assert left(reductions.fewer_items, anything)[0] == {}
    assert left(reductions.fewer_items, lambda s, _: s == SCENARIO)[0] == SCENARIO


def test_numbers_of_commands_become_small_and_the_scenario_stays() -> None:
    def needs(_: Any, turns: Any) -> bool:
        return int(turns[3][0][0]["add"]) >= 100 and turns[2][1][0]["slot"] == 1

    scenario, turns = left(reductions.smaller_commands, needs)
    zero = {"add": "0", "slot": 0}
    assert scenario == SCENARIO
    assert turns == (
        ((zero,), ()),
        ((), ()),
        ((), ({"add": "0", "slot": 1}, zero)),
        (({"add": "112", "slot": 0},), ()),
    )


def test_numbers_of_the_scenario_become_small_but_for_the_seed_and_texts_stay_texts() -> None:
    def needs(scenario: dict[str, Any], _: Any) -> bool:
        return int(scenario["cells"][5]["water"]) >= 7 and scenario["wide"][1] != 0

    scenario, turns = left(reductions.smaller_values, needs)
    cells: list[dict[str, Any]] = [{"id": 0, "water": "0"} for _ in range(6)]
    cells[5]["water"] = "12"
    assert scenario == SCENARIO | {"cells": cells, "wide": [0, 1, 0]}
    assert turns == TURNS


def test_many_zeros_take_few_tries() -> None:
    many = Case(json_text.encode({"wide": list(range(1, 1025))}), ())
    tries = 0

    def holds(candidate: Case) -> bool:
        nonlocal tries
        tries += 1
        return bool(json_text.decode(candidate.scenario)["wide"][512])

    wide = json_text.decode(reductions.smaller_values(many, holds).scenario)["wide"]
    assert wide == [0] * 512 + [1] + [0] * 511
    assert tries <= 25


@pytest.mark.parametrize(
    ("seed", "needed", "plain"),
    [
        ("77", lambda _: True, "0"),
        (77, lambda seed: int(seed) % 2 == 1, 1),
        ("2", lambda seed: int(seed) > 1, "2"),
        ("77", lambda seed: int(seed) > 5, "77"),
        ("no number", lambda _: True, "no number"),
    ],
)
def test_the_seed_becomes_one_of_the_first_few(
    seed: Any, needed: Callable[[Any], bool], plain: Any
) -> None:
    case = Case(json_text.encode(SCENARIO | {"seed": seed}), TURNS)
    scenario, _ = left(reductions.plainer_seed, lambda s, _: needed(s["seed"]), case)
    assert scenario == SCENARIO | {"seed": plain}


def test_a_scenario_without_a_seed_stays_as_it_is() -> None:
    for value in ([1, 2], {"cells": []}, "text"):
        case = Case(json_text.encode(value), ())
        assert reductions.plainer_seed(case, anything) == case
