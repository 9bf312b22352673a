"""A universe folder as a scenario: its figures, its determinism, and ten turns on both engines."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.universe_files import SAMPLE, copy_sample, play
from void_reckoning_adapter.python import PythonEngine
from void_reckoning_adapter.rust import RustEngine
from void_reckoning_scenarios.resolve import resolve

ONE = 2**32
ORIGINAL = "VOID_RECKONING_DATA"


def scenario(seed: str | None = None) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(resolve(str(SAMPLE), seed)[0])
    return value


def test_the_figures_are_those_of_the_files() -> None:
    value = scenario()
    assert (value["name"], value["seed"], value["rules"]["turns_max"]) == ("lantern_reach", 1, 40)
    names = [faction["name"] for faction in value["factions"]]
    assert names == ["Amber_Court", "Tidal_Guild", "Quiet_Choir"]
    assert [faction["aggression"] for faction in value["factions"]] == [
        ONE + ONE // 2,
        ONE,
        ONE * 3 // 4,
    ]
    factors = [kind["income_factor"] for kind in value["planet_classes"]]
    assert factors == [ONE * 3 // 2, round(ONE * 8 / 10), ONE, 16 * ONE, ONE]
    designs = {design["name"]: design for design in value["designs"]}
    galleon = designs["amber_galleon"]
    assert (galleon["cost"], galleon["upkeep"], galleon["speed"]) == (4000, 300, 25)
    assert (galleon["hull"], galleon["shield"]) == (2000 * ONE, 300 * ONE)
    assert (galleon["armour"], galleon["plating"]) == (40 * ONE, 10 * ONE)
    assert galleon["attack"] == 2**14 * ONE
    assert designs["amber_skiff"]["attack"] == 45 * ONE, "the last of two swivel guns, 3 · 1.5 · 10"
    assert designs["choir_skiff"]["attack"] == 12 * ONE, "its damage: it has no weapon"


def test_halves_go_to_the_even_neighbour(tmp_path: Path) -> None:
    folder = copy_sample(tmp_path)
    config = folder / "universes/lantern_reach/config.json"
    text = config.read_text()
    for written, kept in (("1500.5", 1500), ("1501.5", 1502), ("1501.5000000001", 1502)):
        config.write_text(text.replace("1500.5", written))
        tables = json.loads(resolve(str(folder), None)[0])["state"]["universes"][0]["tables"]
        assert tables["account"]["balance"][:3] == [kept] * 3


def test_the_galaxy_depends_on_the_seed_and_on_nothing_else(tmp_path: Path) -> None:
    assert resolve(str(SAMPLE), None) == resolve(str(copy_sample(tmp_path)), "1")
    other = scenario("77")
    assert other["state"] != scenario()["state"]
    assert other["designs"] == scenario()["designs"]


def test_both_engines_resolve_alike_and_agree_for_ten_turns() -> None:
    python, rust = PythonEngine(), RustEngine()
    text, flaws = rust.resolve(str(SAMPLE), None)
    assert (text, flaws) == python.resolve(str(SAMPLE), None)
    for engine in (python, rust):
        engine.init(text)
    assert play(rust, 10) == play(python, 10)
    fired = rust.rules_fired()["rules"]
    assert fired == python.rules_fired()["rules"]
    for rule in ("battle", "hit", "destruction", "conquest", "launch"):
        assert fired[rule] > 0, rule
    assert rust.audit("deep")["findings"] == []


@pytest.mark.slow
@pytest.mark.skipif(ORIGINAL not in os.environ, reason=f"{ORIGINAL} names no universe folder")
def test_the_originals_data_plays_fifty_turns_alike() -> None:
    text, flaws = resolve(os.environ[ORIGINAL], None)
    kinds = {flaw["kind"] for flaw in flaws}
    assert {"dangling", "near_match", "inexact"} <= kinds
    value = json.loads(text)
    assert (len(value["factions"]), len(value["designs"])) == (10, 420)
    assert len(value["planet_classes"]) == 14
    python, rust = PythonEngine(), RustEngine()
    for engine in (python, rust):
        engine.init(text)
    assert play(rust, 50) == play(python, 50)
    fired = rust.rules_fired()["rules"]
    assert fired == python.rules_fired()["rules"]
    assert fired["battle"] > 100
    assert fired["conquest"] > 100
