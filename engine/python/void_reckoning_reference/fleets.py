"""The words of RULES.md, part III, that several rules use: fit, armed, stands at.

A unit is fit if alive with hp > 0; a fleet is armed if a fit unit is in it. Each function reads the
whole world once; a rule calls it once and keeps the answer. No twin by path. Changes nothing.
"""

from collections.abc import Mapping

from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.world import World


def fit_units(world: World) -> list[int]:
    """Return the slots of fit units in id order. A dead slot has hp 0."""
    return [slot for slot, unit in enumerate(world.units) if unit.hp > 0]


def fit_units_by_fleet(world: World) -> dict[int, list[int]]:
    """Return for each armed fleet the slots of its fit units in id order."""
    by_fleet: dict[int, list[int]] = {}
    for slot, unit in enumerate(world.units):
        if unit.hp > 0:
            by_fleet.setdefault(unit.fleet, []).append(slot)
    return by_fleet


def armed_by_system(world: World, units: Mapping[int, list[int]]) -> dict[int, list[int]]:
    """Return for each system the slots of the armed fleets that stand there, in id order.

    `units` is what `fit_units_by_fleet` gave.
    """
    by_system: dict[int, list[int]] = {}
    for slot, fleet in enumerate(world.fleets):
        if fleet.alive and fleet.next == NONE and slot in units:
            by_system.setdefault(fleet.system, []).append(slot)
    return by_system


def owners_by_system(world: World, units: Mapping[int, list[int]]) -> dict[int, set[int]]:
    """Return for each system the factions of which an armed fleet stands there."""
    return {
        system: {world.fleets[slot].owner for slot in slots}
        for system, slots in armed_by_system(world, units).items()
    }
