"""Phase `invasion`, simultaneous: planets are occupied and, held long enough, taken.

Law: RULES.md, `combat-resolver/invasion`. Twin:
`engine/crates/combat-resolver/src/invasion.rs`. Knows no battle: who stands there has won it.
"""

from void_reckoning_reference.fleets import armed_by_system, fit_units_by_fleet
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.turn import Turn
from void_reckoning_reference.world import Planet

_STATIONED = 0


def invasion(turn: Turn) -> None:
    """Occupy each planet that the faction holds and does not own; let go of those it lost."""
    # READ: fleets do not change in this phase, and planets do not ask for one another.
    held = _held_systems(turn)
    # RULE, WRITE
    for slot, planet in enumerate(turn.world.planets):
        if not planet.alive or planet.owner == turn.faction:
            continue
        if planet.system in held:
            planet.occupied_turns = 1 + _turns_before(planet, turn.faction)
            planet.occupier = turn.faction
            turn.fire("occupation")
            if planet.occupied_turns >= turn.data.rules.occupation_turns:
                _take(turn, slot)
        elif planet.occupier == turn.faction:
            planet.occupier = NONE
            planet.occupied_turns = 0


def _held_systems(turn: Turn) -> set[int]:
    """Return where the faction has an armed fleet stationed and no other an armed fleet."""
    held = set()
    armed = armed_by_system(turn.world, fit_units_by_fleet(turn.world))
    for system, slots in armed.items():
        fleets = [turn.world.fleets[slot] for slot in slots]
        alone = all(fleet.owner == turn.faction for fleet in fleets)
        if alone and any(fleet.posture == _STATIONED for fleet in fleets):
            held.add(system)
    return held


def _turns_before(planet: Planet, faction: int) -> int:
    return planet.occupied_turns if planet.occupier == faction else 0


def _take(turn: Turn, slot: int) -> None:
    """Make a planet the faction's own; what was being built there is lost."""
    planet = turn.world.planets[slot]
    for build in turn.world.builds:
        if build.alive and build.planet == slot:
            build.turns_left = 0
    former = -1 if planet.owner == NONE else planet.owner
    planet.owner = turn.faction
    planet.occupier = NONE
    planet.occupied_turns = 0
    turn.world.factions[turn.faction].planets_taken += 1
    turn.emit("planet.taken", ("planet", slot), (("former", former),))
    turn.fire("conquest")
