"""A galaxy as plain values, and the one that a scenario file spells out system by system.

Slots are positions in the file. Knows no fleets; the generated galaxy is in `generated.py`.
"""

from dataclasses import dataclass, field

from void_reckoning_scenarios.decimals import ONE
from void_reckoning_scenarios.ruleset import Ruleset, require_distinct
from void_reckoning_scenarios.section import Section

COORDINATE_MAX = 2**20 * ONE
LANE_WEIGHT_MAX = 1000
SYSTEMS_MAX = 4096
LANES_MAX = 2**20
PLANETS_MAX = 4096
SYSTEM_PLANETS_MAX = 64
INCOME_MAX = 1000000

Lane = tuple[int, int, int]
"""Two systems, the lesser slot first, and the weight."""


@dataclass
class Planet:
    """A planet: slots of its system, its class and its owner (None: nobody), and its income."""

    system: int
    planet_class: int
    income: int
    owner: int | None


@dataclass(frozen=True)
class PlannedPlanet:
    """A planet of every home or front, wherever they are: the slot of its class, and its income."""

    planet_class: int
    income: int

    def of(self, system: int, owner: int) -> Planet:
        """Return the planet in a system, owned by a faction."""
        return Planet(system, self.planet_class, self.income, owner)


@dataclass
class Galaxy:
    """Systems by slot as raw (x, y, z), lanes, planets and the home system of each faction."""

    positions: list[tuple[int, int, int]]
    lanes: list[Lane]
    planets: list[Planet]
    homes: list[int]
    names: list[str] = field(default_factory=list)
    """Names of the systems, for references; a generated galaxy has none."""


def read_explicit(
    galaxy: Section, ruleset: Ruleset, factions: list[Section], faction_names: list[str]
) -> Galaxy:
    """Read `[galaxy]` with systems, lanes and planets; homes stand at the factions."""
    galaxy.only("systems", "lanes")
    sections = galaxy.sections("systems", 1, SYSTEMS_MAX)
    names = [section.text("name") for section in sections]
    require_distinct(sections, names)
    positions = [_read_position(section) for section in sections]
    planets: list[Planet] = []
    for slot, section in enumerate(sections):
        planets += _read_planets(section, slot, ruleset, faction_names)
    if len(planets) > PLANETS_MAX:
        galaxy.fail("systems", f"at most {PLANETS_MAX} planets in all", len(planets), "drop some")
    lanes = _read_lanes(galaxy, names)
    homes = [faction.choice("home", names, "a system") for faction in factions]
    return Galaxy(positions, lanes, planets, homes, names)


def read_planned_planets(
    section: Section, key: str, ruleset: Ruleset, most: int
) -> tuple[PlannedPlanet, ...]:
    """Read from one to `most` planets, each with its class and its income."""
    classes = [planet_class.name for planet_class in ruleset.planet_classes]
    planets = []
    for planet in section.sections(key, 1, most):
        planet.only("class", "income")
        planet_class = planet.choice("class", classes, "a planet class")
        planets.append(PlannedPlanet(planet_class, planet.integer("income", 0, INCOME_MAX)))
    return tuple(planets)


def _read_position(system: Section) -> tuple[int, int, int]:
    system.only("name", "position", "planets")
    x, y, z = system.fxs("position", 3, -COORDINATE_MAX, COORDINATE_MAX)
    return x, y, z


def _read_planets(
    system: Section, slot: int, ruleset: Ruleset, faction_names: list[str]
) -> list[Planet]:
    classes = [planet_class.name for planet_class in ruleset.planet_classes]
    planets = []
    for section in system.sections("planets", 0, SYSTEM_PLANETS_MAX):
        section.only("class", "income", "owner")
        planet_class = section.choice("class", classes, "a planet class")
        income = section.integer("income", 0, INCOME_MAX)
        owner = None
        if section.has("owner"):
            owner = section.choice("owner", faction_names, "a faction")
        planets.append(Planet(slot, planet_class, income, owner))
    return planets


def _read_lanes(galaxy: Section, names: list[str]) -> list[Lane]:
    lanes: list[Lane] = []
    known: set[tuple[int, int]] = set()
    for section in galaxy.sections("lanes", 0, LANES_MAX):
        section.only("between", "weight")
        first, second = section.choices("between", 2, names, "a system")
        a, b = min(first, second), max(first, second)
        if a == b:
            section.fail("between", "two systems", names[a], "name the other end")
        if (a, b) in known:
            found = f"a second lane from {names[a]} to {names[b]}"
            section.fail("between", "one lane between two systems", found, "drop one of them")
        known.add((a, b))
        lanes.append((a, b, section.integer("weight", 1, LANE_WEIGHT_MAX)))
    return lanes
