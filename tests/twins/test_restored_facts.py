"""STATE.md, "A state that is restored": a fact that is broken is refused, what is near is played.

What only the auditor minds is no such fact: both engines play on, and find the same.
"""

from typing import Any

import pytest

from tests.twins.restored import TURNS, Bench
from tests.twins.states import Tables, free, free_with_dependents, live, written

NONE = 2**32 - 1
ROWS_MAX = 2**20
HULL_MAX = 2**52

Cells = dict[str, int]
"""New values, by `table.slot.column`."""


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(8)


def with_cells(bench: Bench, cells: Cells) -> Tables:
    """Return the state with other values in some cells; each is another than before."""
    tables = bench.tables()
    for place, value in cells.items():
        table, slot, column = place.split(".")
        row = tables[0, table][int(slot)]
        assert row[column] != value, f"{place} is {value} already"
        row[column] = value
    return tables


REFUSED: list[Cells] = [
    {"unit.3.kills": 10**9 + 1},
    {"account.0.balance": 2**53 + 1},
    {"fleet.1.posture": 3},
    {"lane.0.weight": 0},
    {"unit.0.alive": 0},
    {"build.2.turns_left": 1},
    {"fleet.25.owner": 1},
    {"campaign.0.alive": 0, "campaign.0.winner": 0},
    {"campaign.0.winner": 2},
    {"unit.0.fleet": 25},
    {"unit.0.fleet": 29},
    {"unit.0.fleet": NONE},
    {"planet.0.owner": 2},
    {"faction.0.home": NONE},
    {"account.2.kind": 2},
    {"account.2.kind": 0},
    {"account.2.owner": 0},
    {"account.0.owner": NONE},
    {"account.0.owner": 1},
    {"faction.0.account": 1},
    {"faction.0.account": 2},
    {"unit.0.design": 3},
    {"build.0.design": 3},
    {"planet.0.class": 3},
    {"lane.0.a": 1},
    {"lane.0.a": 3},
    {"fleet.0.posture": 1},
    {"fleet.1.posture": 2},
    {"fleet.0.next": NONE},
    {"fleet.0.next": 11},
    {"fleet.0.progress": 7},
]
PLAYED: list[Cells] = [
    {"unit.3.kills": 10**9},
    {"account.0.balance": 2**52},
    {"unit.0.hp": HULL_MAX, "unit.0.shield": HULL_MAX},
    {"unit.0.hp": 0},
    {"unit.0.generation": NONE, "fleet.25.generation": NONE},
    {"campaign.0.winner": 1},
    {"faction.0.eliminated_turn": 3},
    {"faction.0.eliminated_turn": 3, "faction.1.eliminated_turn": 4},
    {"unit.0.fleet": 1},
    {"unit.0.owner": 1},
    {"fleet.1.owner": 1},
    {"fleet.0.progress": 6},
    {"fleet.0.destination": NONE},
    {"fleet.1.destination": 6},
    {"fleet.1.destination": 11},
    {"fleet.1.progress": 9},
    {"fleet.1.posture": 1},
    {"planet.0.occupier": 0},
    {"planet.0.occupied_turns": 1000000},
    {"build.0.owner": 1},
    {"lane.0.weight": 1000},
]


@pytest.mark.parametrize("cells", REFUSED, ids=str)
def test_what_rules_rely_on_is_refused_by_both(bench: Bench, cells: Cells) -> None:
    assert bench.answer(written(with_cells(bench, cells))) == "scenario"
    assert bench.answer(bench.start) == ""


@pytest.mark.parametrize("cells", PLAYED, ids=str)
def test_what_only_the_auditor_minds_is_played_alike(bench: Bench, cells: Cells) -> None:
    assert bench.answer(written(with_cells(bench, cells))) == ""
    assert bench.play()


@pytest.mark.parametrize("rule", ["conservation", "one_place", "legal_phase"])
def test_the_auditor_still_sees_what_is_restored(bench: Bench, rule: str) -> None:
    cells: dict[str, Cells] = {
        "conservation": {"account.0.balance": 1},
        "one_place": {"unit.0.owner": 1},
        "legal_phase": {"fleet.1.destination": 6},
    }
    assert bench.answer(bench.start) == ""
    assert bench.pair.same("audit", "full")["findings"] == []
    assert bench.answer(written(with_cells(bench, cells[rule]))) == ""
    assert {one["rule"] for one in bench.pair.same("audit", "full")["findings"]} == {rule}


def test_rows_are_counted(bench: Bench) -> None:
    tables = bench.tables()
    tables[0, "campaign"] *= 2
    assert bench.answer(written(tables)) == "scenario"
    tables[0, "campaign"] = []
    assert bench.answer(written(tables)) == "scenario"
    for slots in (1, 3):
        tables = bench.tables()
        tables[0, "faction"] = (tables[0, "faction"] * 2)[:slots]
        assert bench.answer(written(tables)) == "command"
    tables = bench.tables()
    dead = dict.fromkeys(tables[0, "build"][0], 0)
    tables[0, "build"] += [dead] * (64 - len(tables[0, "build"]))
    assert bench.answer(written(tables)) == ""


@pytest.mark.slow
def test_a_table_has_no_more_slots_than_a_run_may_make(bench: Bench) -> None:
    for rows, kind in ((ROWS_MAX, ""), (ROWS_MAX + 1, "scenario")):
        tables = bench.tables()
        dead = dict.fromkeys(tables[0, "build"][0], 0)
        tables[0, "build"] += [dead] * (rows - len(tables[0, "build"]))
        assert bench.answer(written(tables)) == kind
    assert bench.answer(bench.start) == ""


def test_planets_are_counted(bench: Bench) -> None:
    for planets, kind in ((64, ""), (65, "scenario")):
        tables = bench.tables()
        rows = [row for row in tables[0, "planet"] if row["system"] != 3]
        free_planet = rows[0] | {"system": 3}
        tables[0, "build"] = []
        tables[0, "planet"] = rows + [dict(free_planet) for _ in range(planets)]
        assert bench.answer(written(tables)) == kind


def test_planets_of_all_systems_are_counted(bench: Bench) -> None:
    tables = bench.tables()
    tables[0, "system"] += [dict(tables[0, "system"][0]) for _ in range(65 - 12)]
    plan = tables[0, "planet"][0] | {"owner": NONE}
    tables[0, "build"] = []
    tables[0, "planet"] = [plan | {"system": slot // 64} for slot in range(4096)]
    assert bench.answer(written(tables)) == ""
    tables[0, "planet"].append(plan | {"system": 64})
    assert bench.answer(written(tables)) == "scenario"


def test_a_destination_without_a_way_is_refused_and_one_with_a_way_is_not(bench: Bench) -> None:
    tables = bench.tables()
    for slot in live(tables, 0, "lane"):
        if 11 in (tables[0, "lane"][slot]["a"], tables[0, "lane"][slot]["b"]):
            free(tables[0, "lane"], slot)
    for row in tables[0, "fleet"]:
        if row["alive"] and 11 in (row["system"], row["next"]):
            row.update(system=11, next=NONE, destination=NONE, progress=0, posture=0)
    assert bench.answer(written(tables)) == ""
    bench.play()
    tables[0, "fleet"][1].update(destination=11, posture=1)
    assert bench.answer(written(tables)) == "scenario"


@pytest.mark.parametrize("gone", [[0], [1], [0, 1]])
def test_a_dead_faction_slot_is_out_of_play(bench: Bench, gone: list[int]) -> None:
    tables = bench.tables()
    for faction in gone:
        free_with_dependents(tables, 0, "faction", faction)
    assert bench.answer(written(tables)) == ""
    command: list[Any] = [{"kind": "disband", "unit": "0/unit/0:0"}]
    fired = bench.pair.same("rules_fired")["rules"]
    answers = bench.play({1 + faction: command for faction in gone})
    assert [answer["halt"] for answer in answers] == [None] * TURNS
    after = bench.pair.same("rules_fired")["rules"]
    assert after["order_rejected"] - fired["order_rejected"] == TURNS * len(gone)
    assert after["elimination"] == fired["elimination"]
    assert after["victory"] - fired["victory"] == (len(gone) == 1)
    for faction in gone:
        assert bench.pair.row("faction", "eliminated_turn", faction) == 0


def test_fleets_that_meet_with_units_of_one_owner_fight_no_round(bench: Bench) -> None:
    tables = bench.tables()
    for row in tables[0, "unit"]:
        row["owner"] = 0
    tables[0, "fleet"][1]["owner"] = 1
    assert bench.answer(written(tables)) == ""
    fired = bench.pair.same("rules_fired")["rules"]
    bench.pair.turn()
    after = bench.pair.same("rules_fired")["rules"]
    assert after["battle"] > fired["battle"]
    assert after["hit"] == fired["hit"]


def test_the_mind_fears_units_by_their_own_owner(bench: Bench) -> None:
    tables = bench.tables()
    for row in tables[0, "unit"]:
        if row["alive"] and tables[0, "fleet"][row["fleet"]]["system"] == 6:
            row["owner"] = 1
    assert bench.answer(written(tables)) == ""
    bench.play()
