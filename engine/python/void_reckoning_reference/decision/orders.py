"""Phase `orders`, sequential: the commands of the step, each accepted or rejected with a reason.

Law: RULES.md, `decision/orders`. An illegal command is data: it is rejected and the step goes on.
Twin: `engine/crates/decision/src/orders.rs`. Knows not who gave a command.
"""

from typing import NamedTuple

from void_reckoning_reference.economy.production import place_build
from void_reckoning_reference.pathfinding.route import UNREACHABLE
from void_reckoning_reference.shared.codec import JsonValue
from void_reckoning_reference.shared.ids import NONE, parse_id
from void_reckoning_reference.turn import Turn
from void_reckoning_reference.world import in_play

_STATIONED = 0
_UNDER_WAY = 1
_IN_LANE = 2

# The keys besides `kind`, and the table of each id, in the order in which they are checked.
_IDS = {
    "move": (("fleet", "fleet"), ("destination", "system")),
    "stop": (("fleet", "fleet"),),
    "build": (("planet", "planet"),),
    "disband": (("unit", "unit"),),
}
_NUMBERS = {"move": (), "stop": (), "build": ("design",), "disband": ()}


class _Id(NamedTuple):
    universe: int
    table: str
    slot: int
    generation: int


class _Order(NamedTuple):
    """A command of the right form; `design` is 0 where there is none."""

    kind: str
    ids: tuple[_Id, ...]
    design: int


def orders(turn: Turn) -> None:
    """Carry out the step's commands in the order given."""
    dead = not in_play(turn.world.factions[turn.faction])
    for ordinal, command in enumerate(turn.commands):
        order = None if dead else _parsed(command)
        reason = "dead_faction" if dead else "malformed"
        if order is not None:
            reason = _refusal(turn, order)
        if order is None or reason != "":
            turn.reject(ordinal, reason)
            continue
        entity = (order.ids[0].table, order.ids[0].slot)
        accepted = turn.emit("order.accepted", entity, (("ordinal", ordinal),))
        turn.fire(f"order_{order.kind}")
        _carry_out(turn, order, accepted)


def _parsed(command: JsonValue) -> _Order | None:
    """Return a command of the right form, or None if it is malformed."""
    if not isinstance(command, dict):
        return None
    kind = command.get("kind")
    if not isinstance(kind, str) or kind not in _IDS:
        return None
    names = [name for name, _ in _IDS[kind]]
    if command.keys() != {"kind", *names, *_NUMBERS[kind]}:
        return None
    ids = []
    for name, table in _IDS[kind]:
        value = command[name]
        parts = parse_id(value) if isinstance(value, str) else None
        if parts is None or parts[1] != table:
            return None
        ids.append(_Id(*parts))
    design = command.get("design", 0)
    if not isinstance(design, int) or isinstance(design, bool):
        return None
    return _Order(kind, tuple(ids), design)


def _refusal(turn: Turn, order: _Order) -> str:
    """Return the first reason why the faction cannot give this order now, or an empty text."""
    if any(named.universe != turn.world.universe for named in order.ids):
        return "wrong_universe"
    if not all(_is_known(turn, named) for named in order.ids):
        return "unknown_entity"
    if _owner(turn, order.ids[0]) != turn.faction:
        return "not_owner"
    if order.kind == "move":
        return _move_refusal(turn, order.ids[0].slot, order.ids[1].slot)
    if order.kind == "stop":
        return _stop_refusal(turn, order.ids[0].slot)
    if order.kind == "build":
        return _build_refusal(turn, order.ids[0].slot, order.design)
    return ""


def _is_known(turn: Turn, named: _Id) -> bool:
    """Tell whether an id is that of a live row, and of a fit one if it is a unit."""
    rows = turn.world.rows(named.table)
    if named.slot >= len(rows) or not rows[named.slot].alive:
        return False
    if named.table == "unit" and turn.world.units[named.slot].hp == 0:
        return False
    return rows[named.slot].generation == named.generation


def _owner(turn: Turn, named: _Id) -> int:
    if named.table == "fleet":
        return turn.world.fleets[named.slot].owner
    if named.table == "planet":
        return turn.world.planets[named.slot].owner
    return turn.world.units[named.slot].owner


def _move_refusal(turn: Turn, slot: int, destination: int) -> str:
    fleet = turn.world.fleets[slot]
    if fleet.next == NONE and fleet.system == destination:
        return "already_there"
    start = fleet.system if fleet.next == NONE else fleet.next
    return "unreachable" if turn.routes.to(destination)[start] == UNREACHABLE else ""


def _stop_refusal(turn: Turn, slot: int) -> str:
    fleet = turn.world.fleets[slot]
    if fleet.posture == _IN_LANE:
        return "in_lane"
    return "not_moving" if fleet.destination == NONE else ""


def _build_refusal(turn: Turn, planet: int, design: int) -> str:
    if not 0 <= design < len(turn.data.designs):
        return "unknown_design"
    queued = 0
    for build in turn.world.builds:
        queued += build.alive and build.planet == planet and build.turns_left > 0
    if queued >= turn.data.rules.queue_max:
        return "queue_full"
    treasury = turn.world.accounts[turn.world.factions[turn.faction].account]
    return "no_funds" if treasury.balance < turn.data.designs[design].cost else ""


def _carry_out(turn: Turn, order: _Order, accepted: int) -> None:
    """WRITE: the effect of an accepted order, caused by the event that accepted it."""
    slot = order.ids[0].slot
    if order.kind == "move":
        fleet = turn.world.fleets[slot]
        fleet.destination = order.ids[1].slot
        if fleet.posture == _STATIONED:
            fleet.posture = _UNDER_WAY
    elif order.kind == "stop":
        fleet = turn.world.fleets[slot]
        fleet.destination = NONE
        fleet.posture = _STATIONED
    elif order.kind == "build":
        place_build(turn, slot, order.design, accepted)
    else:
        unit = turn.world.units[slot]
        unit.hp = unit.shield = 0
