"""A galaxy drawn from the seed: points in a disc, lanes, planets, and homes far from each other.

`[galaxy.generated]` says how many of what. Exact and without floats; the order is that of slots.
"""

from dataclasses import dataclass

from void_reckoning_reference.shared.fx import mul_floor
from void_reckoning_reference.shared.stream import bounded, unit_fx
from void_reckoning_scenarios import lanes as graph
from void_reckoning_scenarios.decimals import ONE, format_fx
from void_reckoning_scenarios.draws import draws
from void_reckoning_scenarios.galaxy import (
    COORDINATE_MAX,
    INCOME_MAX,
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

GENERATED_SYSTEMS_MAX = 2000
_TRIES = 100
_POSITION_SITES = 3
_PLANET_SITES = 2
_SPARSEST = 2**10 * ONE


@dataclass(frozen=True)
class Plan:
    """What `[galaxy.generated]` asks for; lengths are raw fx of lightyears."""

    systems: int
    radius: int
    thickness: int
    spacing: int
    neighbours: int
    weight_per_lightyear: int
    planets: tuple[int, int]
    income: tuple[int, int]
    colonies: int
    home_planets: tuple[PlannedPlanet, ...]


def generate(section: Section, ruleset: Ruleset, seed: int, factions: int) -> Galaxy:
    """Read the plan and draw its galaxy."""
    plan = _read_plan(section, ruleset, factions)
    positions = _place_systems(section, plan, seed)
    lanes = _lay_lanes(section, plan, positions)
    homes = _choose_homes(positions, seed, factions)
    planets = _draw_planets(section, plan, ruleset, seed, homes)
    _give_colonies(plan, lanes, planets, homes)
    return Galaxy(positions, lanes, planets, homes)


def _read_plan(section: Section, ruleset: Ruleset, factions: int) -> Plan:
    section.only(*Plan.__dataclass_fields__)
    systems = section.integer("systems", factions, GENERATED_SYSTEMS_MAX)
    radius = section.fx("radius", 1, COORDINATE_MAX)
    home_planets = read_planned_planets(section, "home_planets", ruleset, SYSTEM_PLANETS_MAX)
    return Plan(
        systems=systems,
        radius=radius,
        thickness=section.fx("thickness", 0, radius),
        spacing=section.fx("spacing", 1, radius),
        neighbours=section.integer("neighbours", 0, systems - 1),
        weight_per_lightyear=section.fx("weight_per_lightyear", 1, _SPARSEST),
        planets=_read_span(section, "planets", SYSTEM_PLANETS_MAX),
        income=_read_span(section, "income", INCOME_MAX),
        colonies=section.integer("colonies", 0, systems),
        home_planets=home_planets,
    )


def _read_span(section: Section, key: str, high: int) -> tuple[int, int]:
    least, most = section.integers(key, 2, 0, high)
    if least > most:
        section.fail(key, "[least, most]", f"[{least}, {most}]", "write the lesser number first")
    return least, most


def _place_systems(section: Section, plan: Plan, seed: int) -> list[graph.Point]:
    """Draw points of a square until each lies in the disc and keeps the distance to the others.

    Stream `galaxy.position`, scope [slot], item = try.
    """
    points: list[graph.Point] = []
    for slot in range(plan.systems):
        for item in range(_TRIES):
            first = item * _POSITION_SITES
            x, y, z = draws(seed, "galaxy.position", [slot], _POSITION_SITES, first)
            point = _within(x, plan.radius), _within(y, plan.radius), _within(z, plan.thickness)
            if _is_free(point, points, plan):
                points.append(point)
                break
        else:
            expected = f"room for {plan.systems} systems {format_fx(plan.spacing)} apart"
            found = f"no room for system {slot}"
            section.fail("radius", expected, found, "raise radius, or lower spacing or systems")
    return points


def _within(draw: int, extent: int) -> int:
    """Return a coordinate from -extent to extent."""
    return mul_floor(unit_fx(draw), 2 * extent) - extent


def _is_free(point: graph.Point, points: list[graph.Point], plan: Plan) -> bool:
    x, y, _ = point
    inside = graph.distance((x, y, 0), (0, 0, 0)) <= plan.radius
    return inside and all(graph.distance(point, other) >= plan.spacing for other in points)


def _lay_lanes(section: Section, plan: Plan, points: list[graph.Point]) -> list[Lane]:
    pairs = graph.spanning_tree(points) | graph.neighbour_pairs(points, plan.neighbours)
    lanes = []
    for a, b in sorted(pairs):
        length = graph.distance(points[a], points[b])
        weight = graph.lane_weight(length, plan.weight_per_lightyear)
        if weight > LANE_WEIGHT_MAX:
            expected = f"lanes of a weight of at most {LANE_WEIGHT_MAX}"
            found = f"{weight} between systems {a} and {b}"
            section.fail("weight_per_lightyear", expected, found, "lower it, or the radius")
        lanes.append((a, b, weight))
    return lanes


def _choose_homes(points: list[graph.Point], seed: int, factions: int) -> list[int]:
    """Draw the first home; each next is the system farthest from all homes before, lowest at a tie.

    Stream `galaxy.home`, scope [], item 0.
    """
    (draw,) = draws(seed, "galaxy.home", [], 1)
    homes = [bounded(draw, len(points))]
    gaps = [graph.distance(point, points[homes[0]]) for point in points]
    while len(homes) < factions:
        home = max(range(len(points)), key=lambda slot: (gaps[slot], -slot))
        homes.append(home)
        gaps = [
            min(gap, graph.distance(point, points[home]))
            for gap, point in zip(gaps, points, strict=True)
        ]
    return homes


def _draw_planets(
    section: Section, plan: Plan, ruleset: Ruleset, seed: int, homes: list[int]
) -> list[Planet]:
    """Draw the planets of each system; a home system has the planets of `home_planets`.

    Streams `galaxy.planets`, scope [slot], and `galaxy.planet`, scope [slot], item = planet.
    """
    weights = [planet_class.weight for planet_class in ruleset.planet_classes]
    if sum(weights) == 0:
        found = "only classes of weight 0"
        section.fail("planets", "a planet class to draw", found, "give a class a weight")
    planets: list[Planet] = []
    for slot in range(plan.systems):
        if slot in homes:
            owner = homes.index(slot)
            planets += [planet.of(slot, owner) for planet in plan.home_planets]
            continue
        (draw,) = draws(seed, "galaxy.planets", [slot], 1)
        count = _from_span(draw, plan.planets)
        numbers = draws(seed, "galaxy.planet", [slot], count * _PLANET_SITES)
        for kind, worth in zip(numbers[::2], numbers[1::2], strict=True):
            planet_class = _weighted(kind, weights)
            planets.append(Planet(slot, planet_class, _from_span(worth, plan.income), None))
    if len(planets) > PLANETS_MAX:
        found = str(len(planets))
        section.fail("planets", f"at most {PLANETS_MAX} planets in all", found, "ask for fewer")
    return planets


def _from_span(draw: int, span: tuple[int, int]) -> int:
    least, most = span
    return least + bounded(draw, most - least + 1)


def _weighted(draw: int, weights: list[int]) -> int:
    """Return the index that a draw falls on when each has as many lots as its weight."""
    lot = bounded(draw, sum(weights))
    for index, weight in enumerate(weights):
        if lot < weight:
            return index
        lot -= weight
    raise AssertionError("a lot beyond the sum of all weights")


def _give_colonies(plan: Plan, lanes: list[Lane], planets: list[Planet], homes: list[int]) -> None:
    """Let the factions by turns, in id order, take the free system nearest to home by lanes."""
    ways = [graph.way_lengths(plan.systems, lanes, home) for home in homes]
    owned = set(homes)
    settled = {planet.system for planet in planets}
    for _ in range(plan.colonies):
        for faction, lengths in enumerate(ways):
            free = [slot for slot in sorted(settled - owned) if lengths[slot] != graph.UNREACHED]
            if not free:
                return
            system = min(free, key=lambda slot: (lengths[slot], slot))
            owned.add(system)
            for planet in planets:
                if planet.system == system:
                    planet.owner = faction
