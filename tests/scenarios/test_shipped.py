"""The shipped scenarios: they resolve, make sense, and depend on the seed where they are drawn."""

import json
from functools import lru_cache

import pytest

from void_reckoning_reference.shared.codec import decode_json
from void_reckoning_scenarios.resolve import resolve
from void_reckoning_scenarios.source import SHIPPED

TABLES = ["campaign", "faction", "account", "system", "lane", "planet", "build", "fleet", "unit"]
FACTIONS = {"small": 2, "medium": 10}
FACTIONS_OF_STRIPS = 8
QUICK = ("small", "medium", "large")
EACH = [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in SHIPPED]


@lru_cache(maxsize=1)
def resolved(name: str, seed: str | None = None) -> bytes:
    scenario, flaws = resolve(name, seed)
    assert flaws == []
    return scenario


def tables(name: str, seed: str | None = None) -> dict[str, dict[str, list[int]]]:
    (universe,) = json.loads(resolved(name, seed))["state"]["universes"]
    found: dict[str, dict[str, list[int]]] = universe["tables"]
    return found


@pytest.mark.parametrize("name", EACH)
def test_a_shipped_scenario_is_canonical_and_without_flaws(name: str) -> None:
    value = decode_json(resolved(name))
    assert isinstance(value, dict)
    assert (value["format"], value["rules_version"]) == ("void-scenario/1", "1")
    assert sorted(tables(name)) == sorted(TABLES)


@pytest.mark.parametrize("name", EACH)
def test_columns_of_a_table_have_one_length_and_only_live_slots(name: str) -> None:
    for table, columns in tables(name).items():
        assert len({len(values) for values in columns.values()}) == 1, table
        assert set(columns["alive"]) <= {1}
        assert set(columns["generation"]) <= {0}


@pytest.mark.parametrize("name", EACH)
def test_the_mint_owes_what_the_treasuries_hold(name: str) -> None:
    account = tables(name)["account"]
    factions = FACTIONS.get(name, FACTIONS_OF_STRIPS)
    assert account["kind"] == [0] * factions + [1, 2, 3]
    assert account["owner"] == [*range(factions), *[2**32 - 1] * 3]
    assert sum(account["balance"]) == 0
    assert account["balance"][factions] == -sum(account["balance"][:factions]) < 0


def test_a_seed_takes_the_place_of_the_files() -> None:
    own = json.loads(resolve("medium", None)[0])
    other = json.loads(resolve("medium", "18446744073709551615")[0])
    assert other["seed"] == 2**64 - 1
    assert own["state"] != other["state"]
    again = json.loads(resolve("medium", str(own["seed"]))[0])
    assert again == own


def test_an_explicit_galaxy_does_not_depend_on_the_seed() -> None:
    assert tables("small") == tables("small", "12345")


def test_medium_has_the_size_it_promises() -> None:
    found = tables("medium")
    rows = {table: len(columns["alive"]) for table, columns in found.items()}
    assert rows["faction"] == 10
    assert rows["system"] == 100
    assert 200 <= rows["planet"] <= 300
    assert 300 <= rows["unit"] <= 1000
    assert len(set(found["faction"]["home"])) == 10


def test_each_faction_of_medium_begins_with_three_systems() -> None:
    planet = tables("medium")["planet"]
    owned = set(zip(planet["owner"], planet["system"], strict=True))
    for faction in range(10):
        assert sum(owner == faction for owner, _ in owned) == 3
