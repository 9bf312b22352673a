"""Scenarios: the clean one is read, each planted fault is refused with the path of its value."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from blake3 import blake3

from tests.reference.support_scenario import add_unit, encoded, table, tiny
from void_reckoning_reference.scenario import ScenarioError, parse_scenario
from void_reckoning_reference.shared.fx import ONE
from void_reckoning_reference.shared.ids import NONE

Planting = Callable[[dict[str, Any]], object]
TABLES = "state.universes[0].tables"


def put(name: str, column: str, slot: int, cell: Any) -> Planting:
    """Plant one value into a table."""

    def plant(value: dict[str, Any]) -> None:
        table(value, name)[column][slot] = cell

    return plant


def second_universe(universe: int) -> Planting:
    """Plant a copy of the universe under an id."""

    def plant(value: dict[str, Any]) -> None:
        universes = value["state"]["universes"]
        universes.append({"id": universe, "tables": universes[0]["tables"]})

    return plant


def crowd(value: dict[str, Any]) -> None:
    """Plant more planets at one system than the proof of no overflow allows."""
    planets = table(value, "planet")
    for cells in planets.values():
        cells.extend([cells[1]] * 64)


def second_mint(value: dict[str, Any]) -> None:
    """Plant a second mint."""
    row = {"generation": 0, "alive": 1, "kind": 1, "owner": NONE, "balance": 0}
    for name, cell in row.items():
        table(value, "account")[name].append(cell)


def second_treasury(value: dict[str, Any]) -> None:
    """Plant a second treasury of faction 0."""
    second_mint(value)
    table(value, "account")["kind"][5], table(value, "account")["owner"][5] = 0, 0


def stranded(value: dict[str, Any]) -> None:
    """Plant a fleet on its way to where no lane leads."""
    for cells in table(value, "lane").values():
        cells.pop()
    put("fleet", "destination", 0, 3)(value)
    put("fleet", "posture", 0, 1)(value)


def no_unit(value: dict[str, Any]) -> None:
    """Plant units of which none is fit."""
    table(value, "unit")["hp"] = [0, 0, 0]


def dead_faction_row(value: dict[str, Any]) -> None:
    """Plant a faction slot that is not alive."""
    for name, cells in table(value, "faction").items():
        cells.append(0)
        assert name


FAULTS: list[tuple[Planting, str]] = [
    (lambda v: v.update(format="void-scenario/2"), "format: expected void-scenario/1, found"),
    (lambda v: v.update(rules_version="2"), "rules_version: expected 1, found 2"),
    (lambda v: v.update(rules_version=1), "rules_version: expected a text, found an integer"),
    (lambda v: v.update(name=None), "name: expected a text, found null"),
    (lambda v: v.update(seed=-1), "seed: expected 0 … 18446744073709551615, found -1"),
    (lambda v: v.update(seed=True), "seed: expected an integer, found true"),
    (lambda v: v.update(extra=1), "extra: expected no such key"),
    (lambda v: v.pop("seed"), "seed: expected a value, found none"),
    (lambda v: v["rules"].pop("noise"), "rules.noise: expected a value, found none"),
    (lambda v: v["rules"].update(luck=1), "rules.luck: expected no such key"),
    (lambda v: v["rules"].update(rounds_max=0), "rules.rounds_max: expected 1 … 100, found 0"),
    (lambda v: v["rules"].update(rounds_max=101), "rules.rounds_max: expected 1 … 100, found 101"),
    (lambda v: v["rules"].update(hit_max=0, hit_min=1), "rules.hit_min: expected at most"),
    (lambda v: v.update(rules=[]), "rules: expected an object, found a list"),
    (lambda v: v.update(designs={}), "designs: expected a list, found an object"),
    (lambda v: v.update(planet_classes=[]), "planet_classes: expected 1 … 65536 entries"),
    (
        lambda v: v["designs"][1].update(hull=0),
        f"designs[1].hull: expected 1 … {1 << 52}, found 0",
    ),
    (lambda v: v["designs"][0].update(name=""), "designs[0].name: expected 1 … 100 bytes, found 0"),
    (lambda v: v["designs"][0].update(name="é" * 51), "designs[0].name: expected 1 … 100 bytes"),
    (lambda v: v["planet_classes"][0].pop("name"), "planet_classes[0].name: expected a value"),
    (lambda v: v["factions"][1].update(caution=-1), "factions[1].caution: expected 0 …"),
    (lambda v: v["factions"].pop(), "factions: expected 2 entries, found 1"),
    (lambda v: v["state"].update(turn=10**9 + 1), "state.turn: expected 0 … 1000000000"),
    (lambda v: v["state"].update(universes=[]), "state.universes: expected at least one"),
    (second_universe(0), "state.universes[1].id: expected 1 … 4294967295, found 0"),
    (lambda v: table(v, "unit").pop("kills"), f"{TABLES}.unit.kills: expected a value"),
    (lambda v: table(v, "unit").update(morale=[]), f"{TABLES}.unit.morale: expected no such key"),
    (lambda v: table(v, "unit")["kills"].pop(), f"{TABLES}.unit.kills: expected 3 values, found 2"),
    (put("unit", "kills", 1, "0"), f"{TABLES}.unit.kills[1]: expected an integer, found a text"),
    (put("unit", "alive", 1, True), f"{TABLES}.unit.alive[1]: expected an integer, found true"),
    (put("unit", "alive", 1, 2), f"{TABLES}.unit.alive[1]: expected 0 … 1, found 2"),
    (put("lane", "weight", 1, 0), f"{TABLES}.lane.weight[1]: expected 1 … 1000, found 0"),
    (put("unit", "alive", 2, 0), f"{TABLES}.unit.fleet[2]: expected 0 in a dead slot, found 1"),
    (put("planet", "system", 1, 4), f"{TABLES}.planet[1]: system = 4: no live system"),
    (put("fleet", "owner", 1, NONE), f"{TABLES}.fleet[1]: owner = {NONE}: no live faction"),
    (put("account", "balance", 0, 1001), f"{TABLES}.account.balance: balances sum to 1"),
    (put("unit", "owner", 1, 1), f"{TABLES}.unit[1]: owner 1, fleet's owner 0"),
    (put("fleet", "posture", 1, 1), f"{TABLES}.fleet[1]: posture 1: next"),
    (lambda v: table(v, "campaign")["winner"].append(0), f"{TABLES}.campaign.winner: expected 1"),
    (put("campaign", "alive", 0, 0), f"{TABLES}.campaign.winner[0]: expected 0 in a dead slot"),
    (dead_faction_row, f"{TABLES}.faction.alive[2]: expected 1, found 0"),
    (put("faction", "eliminated_turn", 1, 3), f"{TABLES}.faction: expected at least two"),
    (put("faction", "account", 1, 0), f"{TABLES}.faction.account[1]: expected the faction's own"),
    (put("account", "owner", 2, 0), f"{TABLES}.account.owner[2]: expected a faction only"),
    (second_mint, f"{TABLES}.account.kind: expected one account 1 (mint), found 2"),
    (second_treasury, f"{TABLES}.account.kind: expected 2 treasuries, found 3"),
    (put("lane", "a", 0, 1), f"{TABLES}.lane.a[0]: expected less than b = 1, found 1"),
    (put("planet", "class", 2, 1), f"{TABLES}.planet.class[2]: expected 0 … 0, found 1"),
    (put("unit", "design", 2, 2), f"{TABLES}.unit.design[2]: expected 0 … 1, found 2"),
    (put("unit", "hp", 0, 10 * ONE + 1), f"{TABLES}.unit.hp[0]: expected at most"),
    (put("unit", "shield", 0, 4 * ONE + 1), f"{TABLES}.unit.shield[0]: expected at most"),
    (no_unit, f"{TABLES}.unit.hp: expected at least one"),
    (crowd, f"{TABLES}.planet.system: expected at most 64 planets at system 1, found 65"),
    (stranded, f"{TABLES}.fleet.destination[0]: expected a system with a way from 0, found 3"),
]


@pytest.mark.parametrize(("plant", "message"), FAULTS)
def test_a_planted_fault_is_refused_with_its_path(plant: Planting, message: str) -> None:
    value = tiny()
    plant(value)
    with pytest.raises(ScenarioError, match=f"^{re.escape(message)}") as caught:
        parse_scenario(encoded(value))
    assert caught.value.kind == "scenario"


def test_a_clean_scenario_is_read() -> None:
    text = encoded(tiny())
    scenario = parse_scenario(text)
    assert scenario.digest == blake3(text).digest()
    assert (scenario.turn, scenario.data.seed, scenario.data.rules.rounds_max) == (0, 7, 3)
    assert scenario.data.designs[1].hull == 50 * ONE
    assert scenario.data.tempers[0].expansion == 2 * ONE
    assert [unit.hp for unit in scenario.worlds[0].units] == [10 * ONE] * 3


def test_boundaries_are_inside() -> None:
    value = tiny()
    value["seed"] = (1 << 64) - 1
    value["rules"] |= {"hit_min": ONE, "hit_max": ONE, "rounds_max": 100, "armour_half": 1}
    value["designs"][0]["name"] = "é" * 50
    table(value, "planet")["income"][0] = 1000000
    second_universe(NONE)(value)
    assert [world.universe for world in parse_scenario(encoded(value)).worlds] == [0, NONE]


def test_dead_slots_and_spare_generations_are_allowed() -> None:
    value = tiny()
    add_unit(value, 0)
    for name, cells in table(value, "unit").items():
        cells[1] = 6 if name == "generation" else 0
    assert not parse_scenario(encoded(value)).worlds[0].units[1].alive


@pytest.mark.parametrize("text", [encoded(tiny()) + b"\n", b"{", b"\xff", b"[1.5]"])
def test_a_text_that_is_not_canonical_is_refused(text: bytes) -> None:
    with pytest.raises(ScenarioError, match="scenario: "):
        parse_scenario(text)
