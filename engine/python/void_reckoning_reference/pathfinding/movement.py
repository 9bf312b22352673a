"""Phase `movement`, simultaneous: the faction's fleets go on towards their destinations.

Law: RULES.md, `pathfinding/movement`. Blockades stop a fleet on entry, never in planning.
Twin: `engine/crates/pathfinding/src/movement.rs`. Knows no combat.
"""

from void_reckoning_reference.fleets import fit_units_by_fleet, owners_by_system
from void_reckoning_reference.pathfinding.route import next_hop
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.turn import Turn

_STATIONED = 0
_UNDER_WAY = 1
_IN_LANE = 2


def movement(turn: Turn) -> None:
    """Move each armed fleet of the faction that has a destination, in id order."""
    # READ: only the faction's own fleets move, so the others stand where they stood.
    units = fit_units_by_fleet(turn.world)
    owners = owners_by_system(turn.world, units)
    guarded = {system for system, armed in owners.items() if armed - {turn.faction}}
    for slot, fleet in enumerate(turn.world.fleets):
        if fleet.owner == turn.faction and fleet.destination != NONE and slot in units:
            speeds = [
                turn.data.designs[turn.world.units[unit].design].speed for unit in units[slot]
            ]
            turn.fire("movement")
            _travel(turn, slot, min(speeds), guarded)


def _travel(turn: Turn, slot: int, budget: int, guarded: set[int]) -> None:
    """Spend a fleet's budget, in lane weight, on its way; `guarded` systems end it."""
    fleet = turn.world.fleets[slot]
    to_target = turn.routes.to(fleet.destination)
    while True:
        if fleet.next == NONE:
            if fleet.system == fleet.destination:
                _stop(turn, slot, "fleet.arrived", "arrival")
                return
            if budget == 0:
                fleet.posture = _UNDER_WAY
                return
            fleet.next = next_hop(turn.routes.adjacency, to_target, fleet.system)
            assert fleet.next != NONE, f"fleet {slot} has a destination that it cannot reach"
            fleet.progress = 0
            fleet.posture = _IN_LANE
        weight = dict(turn.routes.adjacency[fleet.system])[fleet.next]
        spent = min(budget, weight - fleet.progress)
        fleet.progress += spent
        budget -= spent
        if fleet.progress < weight:
            return
        fleet.system = fleet.next
        fleet.next = NONE
        fleet.progress = 0
        fleet.posture = _UNDER_WAY
        if fleet.system in guarded:
            _stop(turn, slot, "fleet.intercepted", "interception")
            return


def _stop(turn: Turn, slot: int, kind: str, rule: str) -> None:
    """Station a fleet at the system that it has come to."""
    fleet = turn.world.fleets[slot]
    fleet.destination = NONE
    fleet.posture = _STATIONED
    turn.emit(kind, ("fleet", slot), (("system", fleet.system),))
    turn.fire(rule)
