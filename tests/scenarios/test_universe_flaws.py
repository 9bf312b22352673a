"""Every flaw of a universe folder is found, by file and key; a clean twin has none of it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenarios.universe_files import (
    OWN,
    ROSTER,
    SAMPLE,
    copy_sample,
    edit,
    flaws_of,
    places,
)
from void_reckoning_scenarios.errors import ScenarioError
from void_reckoning_scenarios.flaws import FLAWS_MAX, KINDS, Flaws
from void_reckoning_scenarios.resolve import resolve
from void_reckoning_scenarios.universe.folder import FILE_BYTES_MAX

PLANTED = {
    f"{OWN}/config.json": [
        ("near_match", "/factions/1"),
        ("dangling", "/factions/2"),
        ("dangling", "/paths/buildings"),
        ("inexact", "/economy/starting_req"),
    ],
    f"{OWN}/factions/faction_registry.json": [
        ("unused", "/Salt_Brothers"),
    ],
    f"{OWN}/factions/faction_traits.json": [
        ("near_match", "/Amber_Court/traits/1"),
        ("unknown_name", "/Tidal_Guild/traits/1"),
        ("wrong_type", "/Quiet_Choir/traits/1"),
    ],
    "universes/base/units/base_ship_hulls.json": [
        ("clipped", "/galleon/base_speed"),
    ],
    f"{OWN}/factions/weapon_registry.json": [
        ("duplicate_key", "/swivel_gun"),
        ("inexact", "/fire_pot/stats"),
        ("clipped", "/great_lens/stats"),
    ],
    ROSTER: [
        ("wrong_type", "/amber_skiff/cost"),
        ("dangling", "/amber_galleon/components/2/component"),
        ("clipped", "/amber_galleon/components"),
        ("near_match", "/tidal_lugger/base_stats/Armor"),
        ("near_match", "/tidal_lugger/components/0/component"),
        ("near_match", "/choir_skiff/type"),
        ("clipped", "/choir_lugger/base_stats/speed"),
        ("dangling", "/choir_ark/type"),
        ("missing", "/choir_ark/base_stats/shield"),
        ("unknown_name", "/raft/faction"),
        ("clipped", "/raft/base_stats/hp"),
        ("wrong_type", "/raft/components/0"),
    ],
    f"{OWN}/technology/technology_registry.json": [
        ("near_match", "/Tech_Tidal_Deep Hulls/prerequisites/0"),
        ("dangling", "/Tech_Choir_Hush/prerequisites/0"),
        ("unknown_name", "/Tech_Amber_Glass Blowing/unlocks_ships/0"),
    ],
    f"{OWN}/infrastructure/building_registry.json": [
        ("unknown_name", "/Neutral_Dry Dock/faction"),
        ("near_match", "/Neutral_Dry Dock/prerequisites/0"),
    ],
    f"{OWN}/factions/mechanics_registry.json": [
        ("dangling", "/assignments/Tidal_Guild/0"),
    ],
    "config/lantern_campaign.json": [
        ("unused", "/universes/0/portals/0"),
        ("unused", "/universes/0/portals/1"),
        ("dangling", "/universes/0/portals/1/dest_universe"),
        ("unused", "/universes/1"),
    ],
    f"{OWN}/game_data.json": [
        ("inexact", "/planet_classes/Quarry/req_mod"),
        ("wrong_type", "/planet_classes/Reef/req_mod"),
        ("clipped", "/planet_classes/Vault/req_mod"),
        ("missing", "/planet_classes/Moor/req_mod"),
    ],
}
TRAITS = f"{OWN}/factions/faction_traits.json"


def test_every_flaw_of_the_sample_is_named_by_file_and_key() -> None:
    found = flaws_of(SAMPLE)
    for file, expected in PLANTED.items():
        assert [(kind, key) for kind, place, key in found if place == file] == expected
    assert {place for _, place, _ in found} == set(PLANTED)


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        (TRAITS, '"brave"', '"strong"', ("unknown_name", "/Tidal_Guild/traits/1")),
        (TRAITS, '"Tactical"', '"tactical"', ("near_match", "/Amber_Court/traits/1")),
        (TRAITS, ", 7]", "]", ("wrong_type", "/Quiet_Choir/traits/1")),
        (ROSTER, '"Oak Plating"', '"swivel_gun"', ("dangling", "/amber_galleon/components/2/co")),
        (ROSTER, '"Armor": 12', '"armor": 12', ("near_match", "/tidal_lugger/base_stats/Armor")),
        (ROSTER, '"hp": -5', '"hp": 5', ("clipped", "/raft/base_stats/hp")),
        (f"{OWN}/config.json", "1500.5", "1500", ("inexact", "/economy/starting_req")),
        (f"{OWN}/game_data.json", '"Moor": {}', '"Moor": {"req_mod": 1}', ("missing", "/planet_")),
        (f"{OWN}/factions/weapon_registry.json", '"swivel_gun"', '"sling"', ("duplicate_key", "")),
    ],
)
def test_a_flaw_that_is_mended_is_gone(
    tmp_path: Path, file: str, old: str, new: str, place: tuple[str, str]
) -> None:
    kind, key = place
    folder = copy_sample(tmp_path)

    def count() -> int:
        found = flaws_of(folder)
        return sum((k, f) == (kind, file) and p.startswith(key) for k, f, p in found)

    before = count()
    edit(folder / file, old, new)
    assert count() == before - 1


def test_a_flaw_says_what_was_found_and_done() -> None:
    said = {flaw["key"]: flaw for flaw in resolve(str(SAMPLE), None)[1]}
    inexact = said["/planet_classes/Quarry/req_mod"]
    assert inexact["found"] == "0.8"
    assert inexact["done"] == "rounded to 0.80000000004656612873077392578125"
    near = said["/Tech_Tidal_Deep Hulls/prerequisites/0"]
    assert near["found"] == "Tech_Amber_Glass_Blowing"
    assert near["done"] == "taken as 'Tech_Amber_Glass Blowing'"
    assert said["/raft/base_stats/hp"]["done"] == "expected 1 … 1048576; clipped to 1"


def _loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _latin(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\xe9")


def _deep(path: Path) -> None:
    path.write_text("[" * 65 + "]" * 65)


def _abyss(path: Path) -> None:
    path.write_text('{"a":' * 200_000)


def _large(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" " * FILE_BYTES_MAX)


FORMS: list[tuple[str, Callable[[Path], object]]] = [
    ("unreadable", Path.unlink),
    ("unreadable", _loop),
    ("unreadable", _pipe),
    ("unreadable", _folder),
    ("not_utf8", _latin),
    ("not_json", lambda path: path.write_text("")),
    ("not_json", lambda path: path.write_text("{} {}")),
    ("not_json", lambda path: path.write_bytes(path.read_bytes()[:-9])),
    ("too_deep", _deep),
    ("too_deep", _abyss),
    ("too_large", _large),
]


@pytest.mark.parametrize(("kind", "harm"), FORMS)
def test_a_file_that_cannot_be_had_is_a_flaw_and_the_rest_is_played(
    tmp_path: Path, kind: str, harm: Callable[[Path], object]
) -> None:
    folder = copy_sample(tmp_path)
    assert (kind, TRAITS, "") not in flaws_of(folder)
    harm(folder / TRAITS)
    assert (kind, TRAITS, "") in flaws_of(folder)


def test_as_deep_as_allowed_is_no_flaw_of_depth(tmp_path: Path) -> None:
    folder = copy_sample(tmp_path)
    (folder / TRAITS).write_text("[" * 64 + '"[[[["' + "]" * 64)
    assert ("wrong_type", TRAITS, "") in flaws_of(folder)
    assert ("too_deep", TRAITS, "") not in flaws_of(folder)


@pytest.mark.parametrize(
    ("number", "kind", "done"),
    [
        ("1e400", "clipped", "clipped to 1048576"),
        ("-1e400", "clipped", "clipped to 1"),
        ("1e-400", "clipped", "clipped to 1"),
        ("1e999999999999999999999999", "wrong_type", "read as 60"),
        ("NaN", "wrong_type", "read as 60"),
        ("-Infinity", "wrong_type", "read as 60"),
        ("9" * 5000, "wrong_type", "read as 60"),
        ("1" + "0" * 300, "clipped", "clipped to 1048576"),
        ("true", "wrong_type", "read as 60"),
        ("null", "wrong_type", "read as 60"),
        ("60.00000000000000000001", "inexact", "rounded to 60"),
    ],
)
def test_numbers_out_of_this_world(tmp_path: Path, number: str, kind: str, done: str) -> None:
    folder = copy_sample(tmp_path)
    edit(folder / ROSTER, '"hp": 60', f'"hp": {number}')
    flaws = resolve(str(folder), None)[1]
    (found,) = [flaw for flaw in flaws if flaw["key"] == "/amber_skiff/base_stats/hp"]
    assert found["kind"] == kind
    assert found["done"].endswith(done)


def test_texts_that_utf8_cannot_carry_are_kept_as_escapes(tmp_path: Path) -> None:
    folder = copy_sample(tmp_path)
    edit(folder / TRAITS, '"brave"', r'"\ud800"')
    found = resolve(str(folder), None)[1]
    assert ("not_utf8", TRAITS, "/Tidal_Guild/traits/1") in places(found)
    assert all(text.encode() for flaw in found for text in (flaw["found"], flaw["done"]))


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (ROSTER, "[]", "3 factions, 0 ships"),
        (ROSTER, "{", "procedural_roster.json: : not_json"),
        (f"{OWN}/config.json", '{"factions": ["One"]}', "1 factions, 8 ships"),
    ],
)
def test_a_folder_that_cannot_be_played_is_refused_with_its_flaw(
    tmp_path: Path, file: str, text: str, said: str
) -> None:
    folder = copy_sample(tmp_path)
    assert resolve(str(folder), None)[0]
    (folder / file).write_text(text)
    with pytest.raises(ScenarioError) as caught:
        resolve(str(folder), None)
    assert str(caught.value).startswith(f"{folder}: expected at least 2 factions and 1 ship")
    assert said in str(caught.value)


def test_a_folder_without_universes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ScenarioError, match=r"expected a scenario file, or a folder with universes"
    ):
        resolve(str(tmp_path), None)
    (tmp_path / "universes" / "base").mkdir(parents=True)
    (tmp_path / "universes" / "notes.txt").write_text("none")
    with pytest.raises(ScenarioError, match="found a folder without"):
        resolve(str(tmp_path), None)


def test_flaws_are_bounded_and_the_rest_is_counted() -> None:
    flaws = Flaws()
    for number in range(FLAWS_MAX):
        flaws.note("a.json", f"/{number}", KINDS[0], "x" * 1000, "done")
    assert len(flaws.all()) == FLAWS_MAX
    assert len(flaws.all()[0].found) == 101
    flaws.note("a.json", "/more", KINDS[0], "x", "done")
    flaws.note("a.json", "/most", KINDS[0], "x", "done")
    assert len(flaws.all()) == FLAWS_MAX + 1
    assert flaws.all()[-1].found == "2 more flaws"
