"""A galaxy of long strips: one territory for each faction, and contested worlds along the borders.

`[galaxy.marches]` says how many of what. Exact and without floats. Systems stand in slot order:
each territory row by row and column by column, then the fronts, border by border.
"""

from dataclasses import dataclass

from void_reckoning_reference.shared.fx import mul_floor
from void_reckoning_reference.shared.stream import bounded, unit_fx
from void_reckoning_scenarios.draws import draws
from void_reckoning_scenarios.galaxy import (
    COORDINATE_MAX,
    LANE_WEIGHT_MAX,
    PLANETS_MAX,
    SYSTEM_PLANETS_MAX,
    Galaxy,
    Lane,
    Planet,
    PlannedPlanet,
    read_planned_planets,
)
from void_reckoning_scenarios.ruleset import Ruleset
from void_reckoning_scenarios.section import Section

SYSTEMS_MAX = 20000
LENGTH_MAX = 1000
WIDTH_MAX = 20
_POSITION_SITES = 3
_RUNGS_MAX = 1000
_KEYS = (
    "length",
    "width",
    "spacing",
    "weight",
    "rungs",
    "fronts",
    "front_weight",
    "front_planets",
    "home_planets",
)


@dataclass(frozen=True)
class Marches:
    """The shape of the strips; `rungs`: one of so many ways between two rows is a lane.

    `weight` is the least and the greatest of a lane, `fronts` are counted on each border.
    """

    factions: int
    length: int
    width: int
    spacing: int
    weight: tuple[int, int]
    rungs: int
    fronts: int
    front_weight: int
    front_planets: tuple[PlannedPlanet, ...]
    home_planets: tuple[PlannedPlanet, ...]

    @property
    def systems(self) -> int:
        """The number of all systems."""
        return self.factions * self.width * self.length + (self.factions - 1) * self.fronts

    def system(self, faction: int, row: int, column: int) -> int:
        """Return the slot of a system of a territory."""
        return (faction * self.width + row) * self.length + column

    def front(self, border: int, ordinal: int) -> int:
        """Return the slot of a front; border b is between the factions b and b + 1."""
        return self.factions * self.width * self.length + border * self.fronts + ordinal

    def front_column(self, ordinal: int) -> int:
        """Return the column that a front lies at: all are equally far from each other."""
        return (2 * ordinal + 1) * self.length // (2 * self.fronts)


def read_marches(section: Section, ruleset: Ruleset, factions: int) -> Marches:
    """Read the shape; ScenarioError for one that has too much of something."""
    section.only(*_KEYS)
    length = section.integer("length", 2, LENGTH_MAX)
    least, most = section.integers("weight", 2, 1, LANE_WEIGHT_MAX)
    if least > most:
        section.fail("weight", "[least, most]", f"[{least}, {most}]", "write the lesser one first")
    marches = Marches(
        factions=factions,
        length=length,
        width=section.integer("width", 1, WIDTH_MAX),
        spacing=section.fx("spacing", 1, COORDINATE_MAX),
        weight=(least, most),
        rungs=section.integer("rungs", 1, _RUNGS_MAX),
        fronts=section.integer("fronts", 1, length),
        front_weight=section.integer("front_weight", 1, LANE_WEIGHT_MAX),
        front_planets=read_planned_planets(
            section, "front_planets", ruleset, SYSTEM_PLANETS_MAX // 2
        ),
        home_planets=read_planned_planets(section, "home_planets", ruleset, SYSTEM_PLANETS_MAX),
    )
    _require_room(section, marches)
    return marches


def lay_out(marches: Marches, seed: int) -> Galaxy:
    """Draw the galaxy: positions, lanes and planets; a home is in the middle of its territory."""
    homes = [
        marches.system(faction, marches.width // 2, marches.length // 2)
        for faction in range(marches.factions)
    ]
    lanes = sorted([*_rows(marches, seed), *_rungs(marches, seed), *_front_lanes(marches)])
    return Galaxy(_positions(marches, seed), lanes, _planets(marches, homes), homes)


def _require_room(section: Section, marches: Marches) -> None:
    if marches.systems > SYSTEMS_MAX:
        expected = f"at most {SYSTEMS_MAX} systems in all"
        section.fail("length", expected, str(marches.systems), "make territories smaller")
    fronts = (marches.factions - 1) * marches.fronts
    planets = marches.factions * len(marches.home_planets)
    planets += 2 * fronts * len(marches.front_planets)
    if planets > PLANETS_MAX:
        expected = f"at most {PLANETS_MAX} planets in all"
        section.fail("front_planets", expected, str(planets), "ask for fewer fronts")
    rows = marches.factions * (marches.width + 1)
    if max(rows, marches.length) * marches.spacing > COORDINATE_MAX:
        section.fail("spacing", "a galaxy of at most 2^20 lightyears", "a greater one", "lower it")


def _positions(marches: Marches, seed: int) -> list[tuple[int, int, int]]:
    """Scatter each system around its place in the lattice, a quarter of the spacing at most.

    Stream `marches.position`, scope [], item = system, sites `.x`, `.y`, `.z`.
    """
    numbers = draws(seed, "marches.position", [], marches.systems * _POSITION_SITES)
    places = [
        (column, faction * (marches.width + 1) + row)
        for faction in range(marches.factions)
        for row in range(marches.width)
        for column in range(marches.length)
    ]
    places += [
        (marches.front_column(ordinal), border * (marches.width + 1) + marches.width)
        for border in range(marches.factions - 1)
        for ordinal in range(marches.fronts)
    ]
    spacing, reach = marches.spacing, marches.spacing // 4
    return [
        (
            _around((2 * column - marches.length) * spacing // 2, reach, numbers[3 * slot]),
            _around(row * spacing, reach, numbers[3 * slot + 1]),
            _around(0, reach, numbers[3 * slot + 2]),
        )
        for slot, (column, row) in enumerate(places)
    ]


def _around(centre: int, reach: int, draw: int) -> int:
    return centre + mul_floor(unit_fx(draw), 2 * reach) - reach


def _rows(marches: Marches, seed: int) -> list[Lane]:
    """Join neighbours of a row. Stream `marches.row`, scope [row of all], item = column."""
    lanes = []
    for row in range(marches.factions * marches.width):
        first = row * marches.length
        numbers = draws(seed, "marches.row", [row], marches.length - 1)
        for slot, draw in enumerate(numbers, first):
            lanes.append((slot, slot + 1, _weight(marches, draw)))
    return lanes


def _rungs(marches: Marches, seed: int) -> list[Lane]:
    """Join rows of one territory: always at column 0, elsewhere by chance.

    Stream `marches.rung`, scope [upper row of all], item = column, sites `.there` and `.weight`.
    """
    lanes = []
    for row in range(marches.factions * marches.width):
        if (row + 1) % marches.width == 0:
            continue
        first = row * marches.length
        numbers = draws(seed, "marches.rung", [row], 2 * marches.length)
        for column in range(marches.length):
            if column == 0 or bounded(numbers[2 * column], marches.rungs) == 0:
                weight = _weight(marches, numbers[2 * column + 1])
                lanes.append((first + column, first + column + marches.length, weight))
    return lanes


def _front_lanes(marches: Marches) -> list[Lane]:
    """Join each front with the last row of one side and the first row of the other."""
    lanes = []
    for border in range(marches.factions - 1):
        for ordinal in range(marches.fronts):
            front, column = marches.front(border, ordinal), marches.front_column(ordinal)
            above = marches.system(border, marches.width - 1, column)
            below = marches.system(border + 1, 0, column)
            lanes += [(side, front, marches.front_weight) for side in (above, below)]
    return lanes


def _weight(marches: Marches, draw: int) -> int:
    least, most = marches.weight
    return least + bounded(draw, most - least + 1)


def _planets(marches: Marches, homes: list[int]) -> list[Planet]:
    """Give each side of a front its planets, so that neither side's fleets have reason to leave."""
    planets = [
        planet.of(home, owner)
        for owner, home in enumerate(homes)
        for planet in marches.home_planets
    ]
    for border in range(marches.factions - 1):
        for ordinal in range(marches.fronts):
            front = marches.front(border, ordinal)
            planets += [
                planet.of(front, owner)
                for owner in (border, border + 1)
                for planet in marches.front_planets
            ]
    return planets
