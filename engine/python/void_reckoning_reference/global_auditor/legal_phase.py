"""Invariant `legal_phase`: a fleet's posture and a planet's occupation fit their other columns.

Law: RULES.md, part IV. Rows with a broken reference are left to `references`.
Twin: `engine/crates/global-auditor/src/legal_phase.rs`. Reads only.
"""

from collections.abc import Mapping

from void_reckoning_reference.global_auditor import Finding
from void_reckoning_reference.shared.ids import NONE, format_id
from void_reckoning_reference.world import Fleet, Planet, World, lane_weights, refers_to_live

_STATIONED = 0
_UNDER_WAY = 1


def legal_phase(world: World) -> list[Finding]:
    """Find planets and fleets in a state that no phase leaves behind, by table and slot."""
    findings = []
    for slot, planet in enumerate(world.planets):
        if planet.alive and refers_to_live(world, "planet", planet) and not _fits_planet(planet):
            entity = format_id(world.universe, "planet", slot, planet.generation)
            turns = f"for {planet.occupied_turns} turns"
            message = f"occupier {planet.occupier} {turns}, owner {planet.owner}"
            findings.append(Finding(entity, message))
    lanes = lane_weights(world)
    for slot, fleet in enumerate(world.fleets):
        if fleet.alive and refers_to_live(world, "fleet", fleet) and not _fits_fleet(fleet, lanes):
            entity = format_id(world.universe, "fleet", slot, fleet.generation)
            way = f"next {fleet.next}, destination {fleet.destination}, progress {fleet.progress}"
            findings.append(Finding(entity, f"posture {fleet.posture}: {way}"))
    return findings


def _fits_planet(planet: Planet) -> bool:
    if planet.occupier == NONE:
        return planet.occupied_turns == 0
    return planet.occupied_turns != 0 and planet.occupier != planet.owner


def _fits_fleet(fleet: Fleet, lanes: Mapping[tuple[int, int], int]) -> bool:
    if fleet.posture == _STATIONED:
        return fleet.next == NONE and fleet.destination == NONE and fleet.progress == 0
    if fleet.posture == _UNDER_WAY:
        return fleet.next == NONE and fleet.destination != NONE and fleet.progress == 0
    weight = lanes.get((fleet.system, fleet.next), fleet.progress + 1)
    return NONE not in (fleet.next, fleet.destination) and fleet.progress < weight
