"""Phase `cleanup`, sequential: slots of what is gone become free.

Law: RULES.md, `campaign/cleanup`. Twin: `engine/crates/campaign/src/cleanup.rs`. Makes no events.
"""

from void_reckoning_reference.turn import Turn
from void_reckoning_reference.world import Build, Fleet, Unit, free


def cleanup(turn: Turn) -> None:
    """Free units without hp, then fleets without a unit, then builds without turns left."""
    world = turn.world
    freed = 0
    for slot, unit in enumerate(world.units):
        if unit.alive and unit.hp == 0:
            free(world.units, slot, Unit())
            freed += 1
    manned = {unit.fleet for unit in world.units if unit.alive}
    for slot, fleet in enumerate(world.fleets):
        if fleet.alive and slot not in manned:
            free(world.fleets, slot, Fleet())
            freed += 1
    for slot, build in enumerate(world.builds):
        if build.alive and build.turns_left == 0:
            free(world.builds, slot, Build())
            freed += 1
    turn.fire("cleanup", freed)
