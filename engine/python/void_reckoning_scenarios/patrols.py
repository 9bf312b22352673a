"""The fleets of a galaxy of strips: patrols under way, sieges of fronts, and fleets at anchor.

`[patrols]` says how many of what. Exact and without floats; each faction's fleets stand together.
"""

from dataclasses import dataclass

from void_reckoning_reference.shared.stream import bounded
from void_reckoning_scenarios.draws import draws
from void_reckoning_scenarios.forces import UNITS_MAX, Fleet, read_units
from void_reckoning_scenarios.marches import Marches
from void_reckoning_scenarios.ruleset import Ruleset
from void_reckoning_scenarios.section import Section

_PATROL_SITES = 6
_STRAYS_MAX = 2**20
_FORMATIONS_MAX = 100
_KEYS = ("under_way", "strays", "beacons", "reach", "garrison", "anchored", "shields", "formations")
SHIELDS = ("full", "empty")


@dataclass(frozen=True)
class Patrols:
    """How many fleets of what kind; all but `garrison` (a side of a front) for each faction.

    Patrols go to a beacon, one at every `beacons`-th column, at least `reach` columns away; one of
    `strays` of them to any beacon there is. `shields_full`: units begin with their shields up.
    """

    under_way: int
    strays: int
    beacons: int
    reach: int
    garrison: int
    anchored: int
    shields_full: bool
    formations: tuple[tuple[int, ...], ...]


def read_patrols(section: Section, ruleset: Ruleset, marches: Marches) -> Patrols:
    """Read the plan; ScenarioError for a reach or a number of units that there cannot be."""
    section.only(*_KEYS)
    formations = section.sections("formations", 1, _FORMATIONS_MAX)
    for formation in formations:
        formation.only("units")
    patrols = Patrols(
        under_way=section.integer("under_way", 0, UNITS_MAX),
        strays=section.integer("strays", 1, _STRAYS_MAX),
        beacons=section.integer("beacons", 1, marches.length),
        reach=section.integer("reach", 1, marches.length // 2),
        garrison=section.integer("garrison", 0, UNITS_MAX),
        anchored=section.integer("anchored", 0, UNITS_MAX),
        shields_full=section.choice("shields", SHIELDS, "a state of shields") == 0,
        formations=tuple(read_units(formation, ruleset) for formation in formations),
    )
    columns = range(marches.length)
    if not all(_choices(marches, patrols, column, patrols.reach) for column in columns):
        found = f"a column without a beacon {patrols.reach} columns away"
        section.fail("reach", "a beacon within reach of every column", found, "lower reach")
    fleets = marches.factions * (patrols.under_way + patrols.anchored)
    fleets += 2 * (marches.factions - 1) * marches.fronts * patrols.garrison
    least = fleets * min(map(len, patrols.formations))
    if not 1 <= least <= UNITS_MAX:
        expected = f"1 … {UNITS_MAX} units in all fleets"
        section.fail("under_way", expected, f"at least {least}", "ask for other numbers of fleets")
    return patrols


def launch(marches: Marches, patrols: Patrols, seed: int) -> list[Fleet]:
    """Return the fleets: for each faction its patrols, those at anchor, then its garrisons."""
    fleets: list[Fleet] = []
    for faction in range(marches.factions):
        fleets += _under_way(marches, patrols, seed, faction)
        fleets += _anchored(marches, patrols, seed, faction)
        fleets += _garrisons(marches, patrols, faction)
    return fleets


def _under_way(marches: Marches, patrols: Patrols, seed: int, faction: int) -> list[Fleet]:
    """Draw the patrols of a faction: where each is, and the beacon that it goes to.

    Stream `patrols.under_way`, scope [faction], item = patrol; sites `.row`, `.column`, `.stray`,
    `.beacon`, `.beacon_row`, `.formation`.
    """
    columns = range(marches.length)
    far = [_choices(marches, patrols, column, patrols.reach) for column in columns]
    any_of = [_choices(marches, patrols, column, 1) for column in columns]
    numbers = draws(seed, "patrols.under_way", [faction], patrols.under_way * _PATROL_SITES)
    fleets = []
    for item in range(0, len(numbers), _PATROL_SITES):
        row, column, stray, beacon, beacon_row, formation = numbers[item : item + _PATROL_SITES]
        start = bounded(column, marches.length)
        choices = (any_of if bounded(stray, patrols.strays) == 0 else far)[start]
        end = choices[bounded(beacon, len(choices))]
        fleets.append(
            Fleet(
                owner=faction,
                system=marches.system(faction, bounded(row, marches.width), start),
                designs=patrols.formations[bounded(formation, len(patrols.formations))],
                destination=marches.system(faction, bounded(beacon_row, marches.width), end),
            )
        )
    return fleets


def _choices(marches: Marches, patrols: Patrols, column: int, reach: int) -> list[int]:
    """Return the columns of beacons at least `reach` columns away."""
    beacons = range(patrols.beacons // 2, marches.length, patrols.beacons)
    return [beacon for beacon in beacons if abs(beacon - column) >= reach]


def _anchored(marches: Marches, patrols: Patrols, seed: int, faction: int) -> list[Fleet]:
    """Draw where a faction's other fleets stand.

    Stream `patrols.anchored`, scope [faction], item = fleet; sites `.system`, `.formation`.
    """
    numbers = draws(seed, "patrols.anchored", [faction], 2 * patrols.anchored)
    systems, first = marches.width * marches.length, marches.system(faction, 0, 0)
    return [
        Fleet(
            faction,
            first + bounded(system, systems),
            patrols.formations[bounded(formation, len(patrols.formations))],
        )
        for system, formation in zip(numbers[::2], numbers[1::2], strict=True)
    ]


def _garrisons(marches: Marches, patrols: Patrols, faction: int) -> list[Fleet]:
    """Put fleets at each front of a faction, of one formation after the other."""
    borders = [border for border in (faction - 1, faction) if 0 <= border < marches.factions - 1]
    fronts = [marches.front(border, k) for border in borders for k in range(marches.fronts)]
    formations = patrols.formations
    return [
        Fleet(faction, front, formations[ordinal % len(formations)])
        for front in fronts
        for ordinal in range(patrols.garrison)
    ]
