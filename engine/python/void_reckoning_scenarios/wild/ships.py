"""The fleets and units of a generated universe: stationed, under way and in lanes, hurt and whole.

Law: STATE.md and the invariants `one_place` and `legal_phase` of RULES.md, part IV.
"""

from void_reckoning_reference.shared.ids import NONE
from void_reckoning_scenarios.wild.law import Figures
from void_reckoning_scenarios.wild.lots import Lots
from void_reckoning_scenarios.wild.realm import Realm, Row, counter

_STATIONED, _UNDER_WAY, _IN_LANE = range(3)


def launch(lots: Lots, realm: Realm, fleets_max: int, units_max: int) -> None:
    """Make the tables `fleet` and `unit`; at least one unit of the universe is fit."""
    meeting_places = [lots.pick(realm.live["system"]) for _ in range(2)]
    owners = [
        owner for owner in range(realm.factions) for _ in range(lots.below(fleets_max + 1))
    ] or [0]
    rows = []
    for owner in owners:
        place = lots.pick(meeting_places if lots.chance(2, 3) else realm.live["system"])
        rows.append([owner, place, *_course(lots, realm, place)])
    realm.fill(lots, "fleet", rows)
    units = []
    for fleet, owner in zip(realm.live["fleet"], owners, strict=True):
        units += [_unit(lots, realm, fleet, owner) for _ in range(1 + lots.below(units_max))]
    if not any(hp for _, _, _, hp, _, _ in units):
        units[0][3] = 1
    realm.fill(lots, "unit", units)


def _course(lots: Lots, realm: Realm, place: int) -> Row:
    """Draw where a fleet at a place goes: next, destination, progress and posture."""
    posture = lots.pick((_STATIONED, _STATIONED, _STATIONED, _UNDER_WAY, _IN_LANE))
    ways = sorted(realm.lanes[place])
    if posture == _STATIONED or (posture == _IN_LANE and not ways):
        return [NONE, NONE, 0, _STATIONED]
    if posture == _UNDER_WAY:
        return [NONE, _goal(lots, realm, place), 0, _UNDER_WAY]
    onward = lots.pick(ways)
    progress = lots.below(realm.lanes[place][onward])
    return [onward, _goal(lots, realm, onward), progress, _IN_LANE]


def _goal(lots: Lots, realm: Realm, start: int) -> int:
    """Draw a system that lanes lead to: the end of a walk of a few steps, the start itself too."""
    place = start
    for _ in range(lots.below(4)):
        if realm.lanes[place]:
            place = lots.pick(sorted(realm.lanes[place]))
    return place


def _unit(lots: Lots, realm: Realm, fleet: int, owner: int) -> Row:
    index = lots.below(len(realm.designs))
    design: Figures = realm.designs[index]
    hp = design["hull"]
    if lots.chance(1, 3):
        hp = 0 if lots.chance(1, 6) else lots.wild(1, hp)
    shield = lots.wild(0, design["shield"]) if lots.chance(1, 2) else design["shield"]
    return [fleet, owner, index, hp, shield, counter(lots)]
