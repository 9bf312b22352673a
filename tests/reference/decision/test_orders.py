"""Orders: each check in its order, each effect, and who may not order anything."""

from typing import Any

import pytest

from tests.reference.support_scenario import HULK, events, fired, running, tiny
from void_reckoning_reference.decision.orders import orders
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.turn import Turn
from void_reckoning_reference.world import Build

MOVE = {"kind": "move", "fleet": "0/fleet/0:0", "destination": "0/system/2:0"}
STOP = {"kind": "stop", "fleet": "0/fleet/0:0"}
BUILD = {"kind": "build", "planet": "0/planet/0:0", "design": HULK}
DISBAND = {"kind": "disband", "unit": "0/unit/0:0"}


def given(*commands: Any) -> Turn:
    """Stand before orders with these commands for faction 0; a second system 3 lies apart."""
    value = tiny()
    lanes = value["state"]["universes"][0]["tables"]["lane"]
    for cells in lanes.values():
        cells.pop()
    return running(value, commands=list(commands))


def reasons(turn: Turn) -> list[str]:
    """Carry out the orders, and list the reason of each event; an acceptance has none."""
    orders(turn)
    return [event.reason for event in events(turn) if event.kind.startswith("order.")]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("move", "malformed"),
        ({}, "malformed"),
        ({"kind": "dance"}, "malformed"),
        ({"kind": ["move"]}, "malformed"),
        (MOVE | {"haste": 1}, "malformed"),
        ({"kind": "move", "fleet": "0/fleet/0:0"}, "malformed"),
        (MOVE | {"fleet": 0}, "malformed"),
        (MOVE | {"fleet": "0/fleet/00:0"}, "malformed"),
        (MOVE | {"fleet": "0/unit/0:0"}, "malformed"),
        (BUILD | {"design": True}, "malformed"),
        (BUILD | {"design": "0"}, "malformed"),
        (MOVE | {"fleet": "1/fleet/0:0", "destination": "0/planet/0:0"}, "malformed"),
        (MOVE | {"fleet": "0/fleet/9:0", "destination": "1/system/0:0"}, "wrong_universe"),
        (MOVE | {"fleet": "0/fleet/1:0", "destination": "0/system/4:0"}, "unknown_entity"),
        (MOVE | {"fleet": "0/fleet/2:0"}, "unknown_entity"),
        (MOVE | {"fleet": "0/fleet/0:1"}, "unknown_entity"),
        (MOVE | {"fleet": "0/fleet/1:0"}, "not_owner"),
        (MOVE | {"destination": "0/system/0:0"}, "already_there"),
        (MOVE | {"destination": "0/system/3:0"}, "unreachable"),
        (MOVE, ""),
        (STOP | {"fleet": "0/fleet/1:0"}, "not_owner"),
        (STOP, "not_moving"),
        (BUILD | {"planet": "0/planet/1:0", "design": 9}, "not_owner"),
        (BUILD | {"design": 2}, "unknown_design"),
        (BUILD | {"design": -1}, "unknown_design"),
        (BUILD, ""),
        (DISBAND | {"unit": "0/unit/2:0"}, "not_owner"),
        (DISBAND, ""),
    ],
)
def test_each_command_is_accepted_or_rejected_for_its_first_reason(
    command: Any, reason: str
) -> None:
    turn = given(command)
    assert reasons(turn) == [reason]
    event = events(turn)[0]
    assert event.fields == (("ordinal", 0),)
    if reason:
        assert (event.kind, event.table, event.slot) == ("order.rejected", "", NONE)
        assert fired(turn) == {"order_rejected": 1}
    else:
        assert (event.kind, event.slot) == ("order.accepted", 0)
        assert fired(turn) == {f"order_{command['kind']}": 1}


def test_moving_and_stopping_change_destination_and_posture() -> None:
    turn = given(MOVE, STOP, STOP)
    assert reasons(turn) == ["", "", "not_moving"]
    assert (turn.world.fleets[0].destination, turn.world.fleets[0].posture) == (NONE, 0)
    moved = given(MOVE)
    orders(moved)
    assert (moved.world.fleets[0].destination, moved.world.fleets[0].posture) == (2, 1)


def test_a_fleet_in_a_lane_goes_on_from_its_end_and_cannot_stop() -> None:
    back = MOVE | {"destination": "0/system/0:0"}
    turn = given(STOP, back, MOVE | {"destination": "0/system/3:0"})
    fleet = turn.world.fleets[0]
    fleet.next, fleet.destination, fleet.progress, fleet.posture = 1, 1, 1, 2
    assert reasons(turn) == ["in_lane", "", "unreachable"]
    assert (fleet.destination, fleet.posture, fleet.next) == (0, 2, 1)


def test_a_queue_fills_up_and_money_runs_out() -> None:
    turn = given(BUILD, BUILD, BUILD)
    turn.world.builds.append(Build(alive=True, planet=0, turns_left=0))
    assert reasons(turn) == ["", "", "queue_full"]
    assert [event.cause for event in events(turn, "transaction")] == [0, 2]
    poor = given(BUILD, BUILD)
    poor.world.accounts[0].balance = 300
    assert reasons(poor) == ["", "no_funds"]


def test_a_disbanded_unit_is_unknown_from_then_on() -> None:
    turn = given(DISBAND, DISBAND)
    assert reasons(turn) == ["", "unknown_entity"]
    assert (turn.world.units[0].hp, turn.world.units[0].shield) == (0, 0)


def test_a_faction_out_of_play_orders_nothing() -> None:
    turn = given(MOVE, "nonsense")
    turn.world.factions[0].eliminated_turn = 1
    assert reasons(turn) == ["dead_faction", "dead_faction"]
    assert fired(turn) == {"order_rejected": 2}
