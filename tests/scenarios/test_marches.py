"""Galaxies of strips: shapes, ways, fronts, patrols, and what is refused."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scenarios.scenario_files import write
from tests.scenarios.strip_files import strip_text
from void_reckoning_reference.campaign.engine import Engine
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_scenarios import lanes
from void_reckoning_scenarios.errors import ScenarioError
from void_reckoning_scenarios.resolve import resolve

Tables = dict[str, dict[str, list[int]]]
LENGTHS = st.integers(8, 20)


def tables_of(path: Path, text: str, seed: str | None = None) -> Tables:
    scenario, flaws = resolve(str(write(path, text)), seed)
    assert flaws == []
    (universe,) = json.loads(scenario)["state"]["universes"]
    tables: Tables = universe["tables"]
    return tables


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("strips")


@settings(max_examples=40)
@given(LENGTHS, st.integers(1, 3), st.integers(2, 4), st.integers(1, 5), st.integers(0, 2**64 - 1))
def test_all_shapes_hang_together_and_can_be_played(
    folder: Path, length: int, width: int, factions: int, fronts: int, seed: int
) -> None:
    shape = {"length": length, "width": width, "fronts": fronts}
    path = write(folder, strip_text(shape, {"reach": 2}, factions))
    scenario, _ = resolve(str(path), str(seed))
    assert resolve(str(path), str(seed)) == (scenario, [])
    Engine().init(scenario)  # refuses what makes no sense
    found: Tables = json.loads(scenario)["state"]["universes"][0]["tables"]
    systems = len(found["system"]["alive"])
    assert systems == factions * width * length + (factions - 1) * fronts
    lane = found["lane"]
    listed = list(zip(lane["a"], lane["b"], lane["weight"], strict=True))
    assert len({(a, b) for a, b, _ in listed}) == len(listed)
    assert lanes.UNREACHED not in lanes.way_lengths(systems, listed, systems - 1)
    assert set(lane["weight"]) <= {4, 5, 6, 9}


def test_patrols_stay_at_home_and_have_far_to_go(tmp_path: Path) -> None:
    found = tables_of(tmp_path, strip_text(patrols={"under_way": 60, "strays": 2**20}))
    fleet = found["fleet"]
    rows = zip(fleet["owner"], fleet["system"], fleet["destination"], fleet["posture"], strict=True)
    under_way = [row for row in rows if row[3] == 1]
    assert len(under_way) == 3 * 60
    for owner, system, destination, _ in under_way:
        assert (system // 24, destination // 24) == (owner, owner)
        assert abs(system % 12 - destination % 12) >= 4
        assert destination % 12 in {1, 4, 7, 10}
    near = tables_of(tmp_path, strip_text(patrols={"under_way": 60, "strays": 1}))["fleet"]
    ways = zip(near["system"], near["destination"], strict=True)
    assert any(abs(a % 12 - b % 12) < 4 for a, b in ways if b != NONE), "strays go anywhere"


def test_a_front_has_planets_and_fleets_of_both_sides(tmp_path: Path) -> None:
    found = tables_of(tmp_path, strip_text())
    fronts = range(3 * 24, 3 * 24 + 4)
    planet, fleet = found["planet"], found["fleet"]
    owners = list(zip(planet["system"], planet["owner"], strict=True))
    garrisons = list(zip(fleet["system"], fleet["owner"], fleet["posture"], strict=True))
    for ordinal, front in enumerate(fronts):
        sides = {ordinal // 2, ordinal // 2 + 1}
        assert {owner for system, owner in owners if system == front} == sides
        here = [owner for system, owner, posture in garrisons if (system, posture) == (front, 0)]
        assert sorted(here) == sorted([*sides, *sides])
    assert found["faction"]["home"] == [18, 42, 66]


def test_shields_begin_up_or_down(tmp_path: Path) -> None:
    full = tables_of(tmp_path, strip_text())["unit"]["shield"]
    empty = tables_of(tmp_path, strip_text(patrols={"shields": '"empty"'}))["unit"]["shield"]
    assert (set(full), set(empty)) == ({20 << 32}, {0})


@pytest.mark.parametrize(
    ("marches", "patrols", "place"),
    [
        ({"length": 1001}, {}, "galaxy.marches.length"),
        ({"length": 1000, "width": 20}, {}, "galaxy.marches.length"),
        ({"weight": [6, 4]}, {}, "galaxy.marches.weight"),
        ({"fronts": 13}, {}, "galaxy.marches.fronts"),
        ({"spacing": 2**20}, {}, "galaxy.marches.spacing"),
        ({"colour": 1}, {}, "galaxy.marches.colour"),
        ({}, {"reach": 7}, "patrols.reach"),
        ({}, {"reach": 6, "beacons": 12}, "patrols.reach"),
        ({}, {"strays": 0}, "patrols.strays"),
        ({}, {"shields": '"half"'}, "patrols.shields"),
        ({}, {"under_way": 2**20}, "patrols.under_way"),
        ({}, {"under_way": 0, "anchored": 0, "garrison": 0}, "patrols.under_way"),
    ],
)
def test_what_cannot_be_is_refused_by_its_place(
    tmp_path: Path, marches: dict[str, object], patrols: dict[str, object], place: str
) -> None:
    with pytest.raises(ScenarioError) as refused:
        resolve(str(write(tmp_path, strip_text(marches, patrols))), None)
    assert f": {place}: expected " in str(refused.value)


def test_homes_and_fleets_are_not_told_twice(tmp_path: Path) -> None:
    text = strip_text().replace('name = "Tide"\n', 'name = "Tide"\nhome = "West"\n')
    with pytest.raises(ScenarioError, match=r"factions\[1\]\.home: expected no such key"):
        resolve(str(write(tmp_path, text)), None)
    mixed = strip_text() + "[[fleets]]\nunits = { Frigate = 1 }\n"
    with pytest.raises(ScenarioError, match="fleets: expected no such key"):
        resolve(str(write(tmp_path, mixed)), None)
