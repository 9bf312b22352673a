"""Commands from outside: each kind accepted, and each way to be illegal, alike on both sides."""

import json
from typing import Any

import pytest

from tests.twins.pair import Pair, canonical, edited, small
from vr_verify.canonical.events import Event, decode_events

# In `small` the first 4 fleets, 3 planets and 20 units are faction 0's; its home is system 0.
EMBER = 1
FOREIGN_FLEET = "0/fleet/4:0"
MOVE = {"kind": "move", "fleet": "0/fleet/0:0", "destination": "0/system/5:0"}
BUILD = {"kind": "build", "planet": "0/planet/0:0", "design": 0}
STOP = {"kind": "stop", "fleet": "0/fleet/0:0"}
DISBAND = {"kind": "disband", "unit": "0/unit/0:0"}


def quiet(**columns: Any) -> bytes:
    """Return `small` without minds, so that all that happens was commanded."""
    return edited(small(), faction__mind={0: 0, 1: 0}, **columns)


def told(pair: Pair, commands: list[Any], step: int = EMBER) -> list[Event]:
    """Give commands to one step and return what both engines tell of them."""
    for before in range(step):
        assert pair.same("step", [], None, False)["step"] == before
    pair.same("step", commands, None, True)
    events = decode_events(bytes(pair.same("events")))
    for _ in range(step + 1, pair.steps):
        pair.same("step", [], None, False)
    return [event for event in events if event.kind.startswith("order.")]


def reasons(events: list[Event]) -> list[str]:
    return [event.reason or event.kind for event in events]


REJECTED = [
    (None, "malformed"),
    ([], "malformed"),
    ({}, "malformed"),
    ({"kind": "dance"}, "malformed"),
    ({"kind": 1}, "malformed"),
    (MOVE | {"speed": 1}, "malformed"),
    ({"kind": "move", "fleet": "0/fleet/0:0"}, "malformed"),
    (MOVE | {"fleet": 0}, "malformed"),
    (MOVE | {"fleet": "0/fleet/00:0"}, "malformed"),
    (MOVE | {"fleet": "0/unit/0:0"}, "malformed"),
    (MOVE | {"destination": "0/planet/0:0"}, "malformed"),
    (BUILD | {"design": True}, "malformed"),
    (BUILD | {"design": "0"}, "malformed"),
    (MOVE | {"fleet": "1/fleet/0:0"}, "wrong_universe"),
    (MOVE | {"fleet": "0/fleet/999:0", "destination": "1/system/5:0"}, "wrong_universe"),
    (MOVE | {"fleet": "0/fleet/999:0"}, "unknown_entity"),
    (MOVE | {"fleet": "0/fleet/0:1"}, "unknown_entity"),
    (MOVE | {"destination": "0/system/12:0"}, "unknown_entity"),
    (MOVE | {"fleet": FOREIGN_FLEET, "destination": "0/system/12:0"}, "unknown_entity"),
    (MOVE | {"fleet": FOREIGN_FLEET}, "not_owner"),
    (MOVE | {"destination": "0/system/0:0"}, "already_there"),
    (STOP | {"fleet": "0/fleet/4294967295:4294967295"}, "unknown_entity"),
    (STOP | {"fleet": FOREIGN_FLEET}, "not_owner"),
    (STOP, "not_moving"),
    (BUILD | {"planet": "0/planet/15:0"}, "not_owner"),
    (BUILD | {"planet": "0/planet/16:0"}, "unknown_entity"),
    (BUILD | {"design": 3}, "unknown_design"),
    (BUILD | {"design": -1}, "unknown_design"),
    (BUILD | {"design": 2**64 - 1}, "unknown_design"),
    (DISBAND | {"unit": "0/unit/39:0"}, "not_owner"),
    (DISBAND | {"unit": "0/unit/40:0"}, "unknown_entity"),
]


@pytest.mark.parametrize(("command", "reason"), REJECTED)
def test_an_illegal_command_is_rejected_with_its_reason(command: Any, reason: str) -> None:
    pair = Pair(quiet())
    # A legal one before and after: the step goes on.
    events = told(pair, [DISBAND, command, DISBAND | {"unit": "0/unit/1:0"}])
    assert reasons(events) == ["order.accepted", reason, "order.accepted"]
    rejected = events[1]
    assert (rejected.kind, rejected.table, rejected.slot) == ("order.rejected", "", 2**32 - 1)
    assert tuple(rejected.fields) == (("ordinal", 1),)
    assert pair.same("rules_fired")["rules"]["order_rejected"] == 1


@pytest.mark.parametrize(
    ("command", "rule"),
    [(MOVE, "order_move"), (BUILD, "order_build"), (DISBAND, "order_disband")],
)
def test_a_legal_command_is_accepted(command: dict[str, Any], rule: str) -> None:
    pair = Pair(quiet())
    (event,) = told(pair, [command])
    assert event.kind == "order.accepted"
    fired = pair.same("rules_fired")["rules"]
    assert (fired[rule], fired["order_rejected"]) == (1, 0)


def test_orders_of_a_step_see_each_other() -> None:
    pair = Pair(quiet(account__balance={0: 300, 2: -1200}))
    commands = [
        MOVE,
        STOP,
        STOP,
        BUILD,
        BUILD,
        BUILD,
        BUILD | {"planet": "0/planet/1:0", "design": 1},
        DISBAND,
        DISBAND,
    ]
    assert reasons(told(pair, commands)) == [
        "order.accepted",
        "order.accepted",
        "not_moving",
        "order.accepted",
        "order.accepted",
        "queue_full",
        "no_funds",
        "order.accepted",
        "unknown_entity",
    ]


def test_a_fleet_in_a_lane_cannot_stop_but_can_turn_elsewhere() -> None:
    pair = Pair(quiet())
    # Fleet 2 has a speed of 3 on a lane of weight 5.
    far = MOVE | {"fleet": "0/fleet/2:0", "destination": "0/system/10:0"}
    assert reasons(told(pair, [far])) == ["order.accepted"]
    assert pair.row("fleet", "posture", 2, width=1) == 2
    stop = STOP | {"fleet": "0/fleet/2:0"}
    back = far | {"destination": "0/system/0:0"}
    assert reasons(told(pair, [stop, back])) == ["in_lane", "order.accepted"]
    for _ in range(6):
        pair.turn()
    assert pair.row("fleet", "system", 2) == 0
    assert pair.row("fleet", "posture", 2, width=1) == 0


def test_a_place_without_a_way_is_unreachable() -> None:
    # Without its three lanes system 10 stands alone.
    value = json.loads(quiet())
    lanes = value["state"]["universes"][0]["tables"]["lane"]
    kept = [s for s, ends in enumerate(zip(lanes["a"], lanes["b"], strict=True)) if 10 not in ends]
    for column in lanes:
        lanes[column] = [lanes[column][slot] for slot in kept]
    pair = Pair(canonical(value))
    assert reasons(told(pair, [MOVE | {"destination": "0/system/10:0"}])) == ["unreachable"]


def test_open_and_close_take_no_commands() -> None:
    for step in (0, 3):
        pair = Pair(quiet())
        events = told(pair, [MOVE, None], step)
        assert reasons(events) == ["wrong_step", "wrong_step"]
        assert [event.fields[0] for event in events] == [("ordinal", 0), ("ordinal", 1)]


def test_a_faction_out_of_play_is_dead() -> None:
    # Ember owns nothing: its units are without hull, its planets nobody's.
    nobody = dict.fromkeys(range(3), 2**32 - 1)
    pair = Pair(quiet(unit__hp=dict.fromkeys(range(20), 0), planet__owner=nobody))
    pair.turn()
    assert pair.row("faction", "eliminated_turn", 0) == 1
    assert reasons(told(pair, [MOVE, None])) == ["dead_faction", "dead_faction"]
