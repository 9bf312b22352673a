"""From a scenario's name or file, and a seed, to the canonical scenario that engines and logs know.

Law: STATE.md, "The canonical scenario". Pure but for reading the file; used by both engines.
"""

from pathlib import Path

from void_reckoning_scenarios.canonical import Scenario, encode_scenario
from void_reckoning_scenarios.errors import ScenarioError
from void_reckoning_scenarios.flaws import Flaws
from void_reckoning_scenarios.forces import FACTIONS_MAX, Faction, Fleet, read_factions, read_fleets
from void_reckoning_scenarios.galaxy import Galaxy, read_explicit
from void_reckoning_scenarios.generated import generate
from void_reckoning_scenarios.lanes import UNREACHED, way_lengths
from void_reckoning_scenarios.marches import lay_out, read_marches
from void_reckoning_scenarios.passed import pass_through
from void_reckoning_scenarios.patrols import launch, read_patrols
from void_reckoning_scenarios.ruleset import Ruleset, read_ruleset, require_distinct
from void_reckoning_scenarios.section import Section
from void_reckoning_scenarios.source import is_folder, load, parse_toml
from void_reckoning_scenarios.universe.scenario import read_universe

_SEED_MAX = 2**64 - 1
_SEED_LETTERS_MAX = len(str(_SEED_MAX))
_KEYS = ("name", "seed", "rules", "planet_classes", "designs", "factions", "fleets", "galaxy")
_STRIP_KEYS = (
    "name",
    "seed",
    "rules",
    "planet_classes",
    "designs",
    "factions",
    "galaxy",
    "patrols",
)


def resolve(source: str, seed: str | None) -> tuple[bytes, list[dict[str, str]]]:
    """Return the canonical scenario and its flaws, each as the fields of a `Flaw`.

    `source` is the name of a shipped scenario or the path of a TOML file, a canonical JSON file or
    a universe folder; `seed` (decimal, u64) takes the place of the file's. ScenarioError for what
    cannot be played.
    """
    number = None if seed is None else _parse_seed(seed)
    flaws = Flaws()
    if is_folder(source):
        text = encode_scenario(read_universe(Path(source), number, flaws))
        return text, [flaw.fields() for flaw in flaws.all()]
    found = load(source)
    if not found.is_toml:
        return pass_through(found.file, found.data, number), []
    scenario = _read(Section(found.file, "", parse_toml(found)), number)
    _note_unseen(scenario, Path(found.file).name, flaws)
    return encode_scenario(scenario), [flaw.fields() for flaw in flaws.all()]


def _parse_seed(text: str) -> int:
    digits = text.isascii() and text.isdigit() and len(text) <= _SEED_LETTERS_MAX
    if not digits or int(text) > _SEED_MAX:
        shown = repr(text[:40])
        message = f"seed: expected a whole number of 0 … {_SEED_MAX}, found {shown}; choose another"
        raise ScenarioError(message)
    return int(text)


def _read(section: Section, seed: int | None) -> Scenario:
    strips = section.has("patrols")
    section.only(*(_STRIP_KEYS if strips else _KEYS))
    name = section.text("name")
    own_seed = section.integer("seed", 0, _SEED_MAX)
    chosen_seed = own_seed if seed is None else seed
    ruleset = read_ruleset(section)
    faction_sections = section.sections("factions", 2, FACTIONS_MAX)
    factions = read_factions(faction_sections)
    names = [faction.name for faction in factions]
    require_distinct(faction_sections, names)
    if strips:
        _require_no_fleets(faction_sections)
        galaxy, fleets, shields_full = _read_strips(section, ruleset, chosen_seed, len(factions))
        return Scenario(name, chosen_seed, ruleset, factions, galaxy, fleets, shields_full)
    galaxy = _read_galaxy(section.section("galaxy"), ruleset, chosen_seed, faction_sections, names)
    fleets = read_fleets(section, faction_sections, ruleset, galaxy)
    _require_sense(faction_sections, factions, galaxy, fleets)
    return Scenario(name, chosen_seed, ruleset, factions, galaxy, fleets)


def _read_galaxy(
    section: Section, ruleset: Ruleset, seed: int, factions: list[Section], names: list[str]
) -> Galaxy:
    if not section.has("generated"):
        return read_explicit(section, ruleset, factions, names)
    section.only("generated")
    for faction in factions:
        if faction.has("home"):
            advice = "drop it, or spell out [[galaxy.systems]]"
            faction.fail("home", "no home in a generated galaxy", "one", advice)
    return generate(section.section("generated"), ruleset, seed, len(factions))


def _read_strips(
    section: Section, ruleset: Ruleset, seed: int, factions: int
) -> tuple[Galaxy, list[Fleet], bool]:
    """Read `[galaxy.marches]` and `[patrols]`, which go together."""
    galaxy = section.section("galaxy")
    galaxy.only("marches")
    marches = read_marches(galaxy.section("marches"), ruleset, factions)
    patrols = read_patrols(section.section("patrols"), ruleset, marches)
    return lay_out(marches, seed), launch(marches, patrols, seed), patrols.shields_full


def _require_no_fleets(factions: list[Section]) -> None:
    for faction in factions:
        for key in ("home", "fleets"):
            if faction.has(key):
                advice = "drop it: [galaxy.marches] and [patrols] say where everything is"
                faction.fail(key, "no such key beside [patrols]", "one", advice)


def _require_sense(
    sections: list[Section], factions: list[Faction], galaxy: Galaxy, fleets: list[Fleet]
) -> None:
    """Refuse homes that no lanes lead to, and factions that have nothing to play with."""
    lengths = way_lengths(len(galaxy.positions), galaxy.lanes, galaxy.homes[0])
    owners = {planet.owner for planet in galaxy.planets} | {fleet.owner for fleet in fleets}
    for slot, (section, faction) in enumerate(zip(sections, factions, strict=True)):
        if lengths[galaxy.homes[slot]] == UNREACHED:
            expected = f"a home that lanes lead to from the home of {factions[0].name}"
            section.fail("home", expected, faction.name, "add lanes between the two")
        if slot not in owners:
            expected = f"a planet or a fleet of {faction.name}"
            section.fail("fleets", expected, "neither", "give it a fleet or make it an owner")


def _note_unseen(scenario: Scenario, file: str, flaws: Flaws) -> None:
    """Note the designs that no fleet has and no yard will build: legal, but surely not meant."""
    fielded = {index for fleet in scenario.fleets for index in fleet.designs}
    for index, design in enumerate(scenario.ruleset.designs):
        if index not in fielded and design.figures["build_weight"] == 0:
            found = f"{design.name} is in no fleet and has build_weight 0"
            flaws.note(file, f"/designs/{index}", "unused", found, "it is never seen")
