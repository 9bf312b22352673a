"""Phase `production`, sequential: builds advance, finished ships are launched; and placing builds.

Law: RULES.md, `economy/production`. Twin: `engine/crates/economy/src/production.rs`. Knows not who
asked for a build.
"""

from void_reckoning_reference.economy.accounts import transfer
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.turn import Turn
from void_reckoning_reference.world import Build, Fleet, Unit, create

_YARDS = 3
_STATIONED = 0


def place_build(turn: Turn, planet: int, design: int, cause: int) -> None:
    """Pay for a ship of a design and put it into a planet's queue.

    `cause` is the sequence number of the event that asked for it.
    """
    owner = turn.world.planets[planet].owner
    treasury = turn.world.factions[owner].account
    transfer(turn, treasury, _yards(turn), turn.data.designs[design].cost, cause, "build")
    turns_left = turn.data.designs[design].build_turns
    create(
        turn.world.builds, Build(planet=planet, owner=owner, design=design, turns_left=turns_left)
    )


def production(turn: Turn) -> None:
    """Advance the first build of each of the faction's planets, and launch what is done."""
    # READ: the queue as it is at the phase's start; launching adds no build.
    first: dict[int, int] = {}
    for slot, build in enumerate(turn.world.builds):
        if build.alive and build.owner == turn.faction and build.turns_left > 0:
            first.setdefault(build.planet, slot)
    for slot in sorted(first.values()):
        build = turn.world.builds[slot]
        build.turns_left -= 1
        turn.fire("production")
        if build.turns_left == 0:
            launch(turn, build.planet, build.design)


def launch(turn: Turn, planet: int, design: int) -> None:
    """Put a new ship into a fleet stationed at the planet's system, or into a new one."""
    owner = turn.faction
    system = turn.world.planets[planet].system
    fleet = _fleet_with_room(turn, owner, system)
    formed = NONE
    if fleet == NONE:
        row = Fleet(owner=owner, system=system, next=NONE, destination=NONE)
        fleet = create(turn.world.fleets, row)
        formed = turn.emit("fleet.formed", ("fleet", fleet), (("system", system),))
        turn.fire("fleet_formed")
    plan = turn.data.designs[design]
    ship = Unit(fleet=fleet, owner=owner, design=design, hp=plan.hull, shield=plan.shield)
    unit = create(turn.world.units, ship)
    turn.world.factions[owner].ships_built += 1
    turn.emit("unit.built", ("unit", unit), (("design", design), ("fleet", fleet)), formed)
    turn.fire("launch")


def _fleet_with_room(turn: Turn, owner: int, system: int) -> int:
    """Return the owner's lowest fleet stationed at the system with room for a unit, or NONE."""
    crews = {
        slot: 0
        for slot, fleet in enumerate(turn.world.fleets)
        if fleet.alive
        and fleet.owner == owner
        and fleet.system == system
        and fleet.posture == _STATIONED
    }
    if crews:
        for unit in turn.world.units:
            if unit.hp > 0 and unit.fleet in crews:
                crews[unit.fleet] += 1
    for slot, crew in crews.items():
        if crew < turn.data.rules.fleet_units_max:
            return slot
    return NONE


def _yards(turn: Turn) -> int:
    for slot, account in enumerate(turn.world.accounts):
        if account.alive and account.kind == _YARDS:
            return slot
    raise AssertionError("no account of the yards")
