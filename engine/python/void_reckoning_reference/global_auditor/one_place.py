"""Invariant `one_place`: a unit is in one fleet of its owner, a fleet at one place.

Law: RULES.md, part IV. Rows with a broken reference are left to `references`.
Twin: `engine/crates/global-auditor/src/one_place.rs`. Reads only.
"""

from void_reckoning_reference.global_auditor import Finding
from void_reckoning_reference.shared.ids import NONE, format_id
from void_reckoning_reference.world import World, lane_weights, refers_to_live


def one_place(world: World) -> list[Finding]:
    """Find fleets in lanes that do not exist, fleets without units, units of two owners."""
    findings = []
    lanes = lane_weights(world)
    manned = {unit.fleet for unit in world.units if unit.alive}
    for slot, fleet in enumerate(world.fleets):
        if not fleet.alive or not refers_to_live(world, "fleet", fleet):
            continue
        entity = format_id(world.universe, "fleet", slot, fleet.generation)
        if fleet.next != NONE and (fleet.system, fleet.next) not in lanes:
            findings.append(Finding(entity, f"no lane {fleet.system}\u2013{fleet.next}"))
        elif slot not in manned:
            findings.append(Finding(entity, "fleet without a unit"))
    for slot, unit in enumerate(world.units):
        if not unit.alive or not refers_to_live(world, "unit", unit):
            continue
        owner = world.fleets[unit.fleet].owner
        if unit.owner != owner:
            entity = format_id(world.universe, "unit", slot, unit.generation)
            findings.append(Finding(entity, f"owner {unit.owner}, fleet's owner {owner}"))
    return findings
