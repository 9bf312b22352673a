"""Every fault of a scenario file is found, named by file and path; its clean twin resolves."""

import json
from pathlib import Path

import pytest

from tests.scenarios.scenario_files import scenario_text, write
from void_reckoning_scenarios.errors import ScenarioError
from void_reckoning_scenarios.resolve import resolve

# (what to replace, by what, what the message says after the file's name)
EXPLICIT_FAULTS = [
    ("seed = 5", "seed = -1", "seed: expected a whole number of 0 … 18446744073709551615"),
    ("seed = 5", "", "seed: expected a whole number"),
    ("seed = 5", "sed = 5", "sed: expected no such key, found 'sed'; did you mean 'seed'?"),
    ("cost = 260", "cost = true", "designs[0].cost: expected a whole number"),
    ("cost = 260", "cost = 260.0", "designs[0].cost: expected a whole number"),
    ("cost = 260", "cots = 260", "designs[0].cots: expected no such key, found 'cots'; did you"),
    ("cost = 260", "cost = 1000000001", "designs[0].cost: expected a whole number of 0 … 1000"),
    ("hull = 110", "hull = 0", "designs[0].hull: expected a number above 0 and at most 1048576"),
    ("hull = 110", "hull = 1e-20", "designs[0].hull: expected a number above 0"),
    ("hull = 110", 'hull = "110"', "designs[0].hull: expected a number"),
    ("hull = 110", "hull = 1048576.1", "designs[0].hull: expected a number above 0"),
    ("hit_min = 0", "hit_min = 1.5", "rules.hit_min: expected a number of at least 0"),
    ("hit_max = 1", "hit_max = 0\nhit_min = 1", "expected TOML, found"),
    ("hit_min = 0\nhit_max = 1", "hit_min = 1\nhit_max = 0", "rules.hit_min: expected at most hit"),
    ("noise = 2\n", "", "rules.noise: expected a number of at least 0"),
    ("noise = 2", "noise = nan", "expected decimal numbers, found: nan is no number"),
    ("noise = 2", "noise = 1e999999999", "expected decimal numbers, found: 1e999999999"),
    ("noise = 2", "noise = 1e99999999999999999999", "expected decimal numbers"),
    ('name = "Tide"', 'name = "Ember"', "factions[1].name: expected a name of its own"),
    ('name = "Tide"', 'name = ""', "factions[1].name: expected a text of 1 … 100 bytes"),
    ('home = "East"', 'home = "Eest"', "factions[1].home: expected the name of a system, found Ee"),
    ('home = "East"\n', "", "factions[1].home: expected the name of a system, found nothing"),
    ("treasury = 900", "treasury = 9007199254740992", "factions[1].treasury: expected treasuries"),
    ("caution = 3", 'caution = 3\nmind = "quick"', "factions[0].mind: expected the name of a mind"),
    ("{ Frigate = 2 }", "{ Frigat = 2 }", "fleets[0].units.Frigat: expected the name of a design"),
    ("{ Frigate = 2 }", "{ Frigate = 0 }", "fleets[0].units: expected 1 … 10000 units in a fleet"),
    ("[[fleets]]\nunits = { Frigate = 2 }", "", "fleets: expected 1 … 1048576 units"),
    ("weight = 5 }", "weight = 0 }", "galaxy.lanes[0].weight: expected a whole number of 1 … 1000"),
    ('"West", "East"]', '"West", "West"]', "galaxy.lanes[0].between: expected two systems"),
    ('"West", "East"]', '"West", "Est"]', "galaxy.lanes[0].between[1]: expected the name of a sy"),
    ('"West", "East"]', '"West"]', "galaxy.lanes[0].between: expected an array of 2 values"),
    (
        "weight = 5 }]",
        'weight = 5 }, { between = ["East", "West"], weight = 4 }]',
        "galaxy.lanes[1].between: expected one lane between two systems",
    ),
    (
        'lanes = [{ between = ["West", "East"], weight = 5 }]',
        "",
        "factions[1].home: expected a home that lanes lead to",
    ),
    ("[6.5, 4, -0.5]", "[6.5, 4]", "galaxy.systems[1].position: expected an array of 3 values"),
    ("[6.5, 4, -0.5]", "[6.5, 4, inf]", "expected decimal numbers, found: inf"),
    (
        'class = "Rock", income = 100, owner',
        'class = "Rok", income = 1, owner',
        "galaxy.systems[0]",
    ),
    ('owner = "Ember"', 'owner = "Embers"', "galaxy.systems[0].planets[0].owner: expected the na"),
    ("[[galaxy.systems]]", "[[galaxy.stars]]", "galaxy.stars: expected no such key"),
    ("[rules]", "[ruels]", "ruels: expected no such key, found 'ruels'; did you mean 'rules'?"),
    ("[rules]", "[rules", "expected TOML, found"),
]
GENERATED_FAULTS = [
    ("systems = 8", "systems = 1", "galaxy.generated.systems: expected a whole number of 2 … 2000"),
    ("spacing = 10", "spacing = 99", "galaxy.generated.radius: expected room for 8 systems 99 ap"),
    ("planets = [0, 3]", "planets = [3, 0]", "galaxy.generated.planets: expected [least, most]"),
    ("planets = [0, 3]", "planets = [0, 65]", "galaxy.generated.planets[1]: expected a whole"),
    ("0.25\nplanets", "900\nplanets", "galaxy.generated.weight_per_lightyear: expected lanes of"),
    (
        "income_factor = 1.5",
        "income_factor = 1.5\nweight = 0",
        "galaxy.generated.planets: expected",
    ),
    ("caution = 3", 'caution = 3\nhome = "West"', "factions[0].home: expected no home in a gener"),
    ("units = {", 'system = "West"\nunits = {', "fleets[0].system: expected the name of a system"),
    ("thickness = 5", "thicknes = 5", "galaxy.generated.thicknes: expected no such key"),
    ("[galaxy.generated]", "[galaxy]\nlanes = []\n[galaxy.generated]", "galaxy.lanes: expected no"),
]
CASES = [(False, *case) for case in EXPLICIT_FAULTS] + [(True, *case) for case in GENERATED_FAULTS]


@pytest.mark.parametrize(("generated", "old", "new", "message"), CASES)
def test_a_fault_is_named_by_file_and_path(
    tmp_path: Path, generated: bool, old: str, new: str, message: str
) -> None:
    clean = scenario_text(generated=generated)
    assert old in clean
    assert resolve(write(tmp_path, clean), None)[1] == []
    source = write(tmp_path, clean.replace(old, new))
    with pytest.raises(ScenarioError) as caught:
        resolve(source, None)
    assert caught.value.kind == "scenario"
    assert str(caught.value).startswith(f"{source}: {message}")


def test_one_faction_is_no_campaign(tmp_path: Path) -> None:
    text = scenario_text()
    start = text.index('[[factions]]\nname = "Tide"')
    lonely = text[:start] + text[text.index("[[fleets]]") :]
    with pytest.raises(ScenarioError, match="factions: expected an array of 2 … 1000 tables"):
        resolve(write(tmp_path, lonely), None)


def test_a_faction_with_nothing_to_play_with_is_refused(tmp_path: Path) -> None:
    text = scenario_text().replace("[[fleets]]", "")
    own = text.replace("units = { Frigate = 2 }\n", "").replace(
        'name = "Ember"', 'name = "Ember"\nfleets = [{ units = { Frigate = 1 } }]', 1
    )
    with pytest.raises(ScenarioError, match=r"factions\[1\].fleets: expected a planet or a fleet"):
        resolve(write(tmp_path, own), None)
    given = own.replace("income = 100 }]", 'income = 100, owner = "Tide" }]')
    assert resolve(write(tmp_path, given), None)[1] == []


def test_a_design_that_nobody_will_ever_see_is_a_flaw(tmp_path: Path) -> None:
    text = scenario_text()
    design = text[text.index("[[designs]]") : text.index("[[factions]]")]
    spare = design.replace('"Frigate"', '"Relic"').replace("build_weight = 100", "build_weight = 0")
    source = write(tmp_path, text.replace(design, design + spare))
    (flaw,) = resolve(source, None)[1]
    assert (flaw["file"], flaw["key"], flaw["kind"]) == ("case.toml", "/designs/1", "unused")
    assert flaw["found"] == "Relic is in no fleet and has build_weight 0"
    assert len(json.loads(resolve(source, None)[0])["designs"]) == 2


@pytest.mark.parametrize("seed", ["", "-1", "1.0", "٣", "18446744073709551616", "9" * 5000, " 1"])
def test_a_seed_is_a_decimal_u64(seed: str) -> None:
    with pytest.raises(ScenarioError, match=r"^seed: expected a whole number"):
        resolve("small", seed)


def test_unknown_sources_say_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"^smal: .* did you mean 'small'\?"):
        resolve("smal", None)
    with pytest.raises(ScenarioError, match="No such file"):
        resolve(str(tmp_path / "none.toml"), None)
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    with pytest.raises(ScenarioError, match="found a folder without"):
        resolve(str(folder), None)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ScenarioError, match="expected TOML"):
        resolve(str(tmp_path / "bytes.toml"), None)
    with pytest.raises(ScenarioError, match="expected"):
        resolve("nul\0.toml", None)


def test_deep_and_giant_values_are_errors_not_crashes(tmp_path: Path) -> None:
    for value in ("[" * 100_000, "9" * 100_000):
        source = write(tmp_path, f"name = {value}")
        with pytest.raises(ScenarioError):
            resolve(source, None)
