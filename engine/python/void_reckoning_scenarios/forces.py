"""The factions of a scenario and the fleets that they begin with.

`[[fleets]]` are every faction's, `[[factions.fleets]]` one faction's own. Knows no tables.
"""

from dataclasses import dataclass

from void_reckoning_scenarios.decimals import ONE
from void_reckoning_scenarios.errors import did_you_mean
from void_reckoning_scenarios.galaxy import Galaxy
from void_reckoning_scenarios.ruleset import Ruleset
from void_reckoning_scenarios.section import Section

FACTIONS_MAX = 1000
FLEETS_MAX = 10000
FLEET_UNITS_MAX = 10000
UNITS_MAX = 2**20
BALANCE_MAX = 2**53
MINDS = ("none", "built_in")


@dataclass(frozen=True)
class Faction:
    """A faction: its name, the code of its mind, its treasury and its character (fx raw)."""

    name: str
    mind: int
    treasury: int
    aggression: int
    expansion: int
    caution: int


@dataclass(frozen=True)
class Fleet:
    """A fleet at the start: slots of its owner and its system, the design index of each unit.

    `destination` is the system that it is under way to, if it is.
    """

    owner: int
    system: int
    designs: tuple[int, ...]
    destination: int | None = None


def read_factions(sections: list[Section]) -> list[Faction]:
    """Read the factions; their homes and fleets are read with the galaxy."""
    factions = [_read_faction(section) for section in sections]
    total = sum(abs(faction.treasury) for faction in factions)
    if total > BALANCE_MAX:
        expected = f"treasuries of at most {BALANCE_MAX} together"
        sections[-1].fail("treasury", expected, str(total), "lower the treasuries")
    return factions


def read_fleets(
    scenario: Section, sections: list[Section], ruleset: Ruleset, galaxy: Galaxy
) -> list[Fleet]:
    """Read the fleets of all factions: for each faction first everyone's, then its own."""
    shared = scenario.sections("fleets", 0, FLEETS_MAX)
    fleets = []
    for owner, section in enumerate(sections):
        for fleet in (*shared, *section.sections("fleets", 0, FLEETS_MAX)):
            fleet.only("system", "units")
            system = galaxy.homes[owner]
            if fleet.has("system"):
                system = fleet.choice("system", galaxy.names, "a system (explicit galaxies only)")
            fleets.append(Fleet(owner, system, read_units(fleet, ruleset)))
    units = sum(len(fleet.designs) for fleet in fleets)
    if not 1 <= units <= UNITS_MAX:
        expected = f"1 … {UNITS_MAX} units in all fleets"
        scenario.fail("fleets", expected, str(units), "write [[fleets]] with units")
    return fleets


def _read_faction(section: Section) -> Faction:
    section.only("name", "mind", "treasury", "aggression", "expansion", "caution", "home", "fleets")
    mind = section.choice("mind", MINDS, "a mind") if section.has("mind") else 1
    return Faction(
        name=section.text("name"),
        mind=mind,
        treasury=section.integer("treasury", -BALANCE_MAX, BALANCE_MAX),
        aggression=section.fx("aggression", 0, 16 * ONE),
        expansion=section.fx("expansion", 0, 16 * ONE),
        caution=section.fx("caution", 0, 256 * ONE),
    )


def read_units(fleet: Section, ruleset: Ruleset) -> tuple[int, ...]:
    """Read `units = { "Design" = count }`; units stand in the order of designs."""
    units = fleet.section("units")
    names = [design.name for design in ruleset.designs]
    for key in units.keys_given():
        if key not in names:
            units.fail(key, "the name of a design", f"{key!r}", did_you_mean(key, names))
    designs: list[int] = []
    for index, name in enumerate(names):
        designs += [index] * units.integer(name, 0, FLEET_UNITS_MAX, 0)
    if not 1 <= len(designs) <= FLEET_UNITS_MAX:
        expected = f"1 … {FLEET_UNITS_MAX} units in a fleet"
        fleet.fail("units", expected, str(len(designs)), "name designs and how many of each")
    return tuple(designs)
