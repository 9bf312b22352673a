"""Movement on hand-made worlds: budgets, arrival, interception, fleets that stay."""

import pytest

from tests.reference.support_scenario import HULK, add_unit, events, fired, running, table, tiny
from void_reckoning_reference.pathfinding.movement import movement
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.turn import Turn


def moving(destination: int, speed: int, faction: int = 0) -> Turn:
    """Stand before the movement of a faction whose one fleet has been sent off."""
    value = tiny()
    value["designs"][0]["speed"] = speed
    turn = running(value, "movement", faction)
    turn.world.fleets[faction].destination = destination
    turn.world.fleets[faction].posture = 1
    return turn


# destination, speed → system, next, progress, posture. Lanes weigh 3, 2, 5.
@pytest.mark.parametrize(
    ("destination", "speed", "place"),
    [
        (1, 1, (0, 1, 1, 2)),
        (1, 2, (0, 1, 2, 2)),
        (1, 3, (1, NONE, 0, 0)),
        (1, 9, (1, NONE, 0, 0)),
        (2, 3, (1, NONE, 0, 1)),
        (2, 4, (1, 2, 1, 2)),
        (2, 5, (2, NONE, 0, 0)),
    ],
)
def test_a_budget_is_spent_lane_by_lane(
    destination: int, speed: int, place: tuple[int, int, int, int]
) -> None:
    turn = moving(destination, speed)
    movement(turn)
    fleet = turn.world.fleets[0]
    assert (fleet.system, fleet.next, fleet.progress, fleet.posture) == place
    arrived = place[3] == 0
    assert fleet.destination == (NONE if arrived else destination)
    assert fired(turn) == ({"movement": 1} | ({"arrival": 1} if arrived else {}))
    found = [(event.kind, event.slot, event.fields) for event in events(turn)]
    assert found == ([("fleet.arrived", 0, (("system", destination),))] if arrived else [])


def test_a_lane_is_finished_with_what_is_left_of_it() -> None:
    turn = moving(1, 2)
    movement(turn)
    movement(turn)
    assert (turn.world.fleets[0].system, turn.world.fleets[0].posture) == (1, 0)


def test_the_slowest_fit_unit_sets_the_speed() -> None:
    value = tiny()
    add_unit(value, 0, HULK)
    for hp, progress in ((value["designs"][HULK]["hull"], 1), (0, 2)):
        turn = running(value, "movement")
        turn.world.fleets[0].destination = 1
        turn.world.fleets[0].posture = 1
        turn.world.units[3].hp = hp
        movement(turn)
        assert turn.world.fleets[0].progress == progress


def test_an_armed_foe_intercepts_on_entry_and_an_unarmed_one_does_not() -> None:
    for foe_hp, system in ((1, 2), (0, 3)):
        turn = moving(3, 99)
        turn.world.fleets[1].system = 2
        turn.world.units[2].hp = foe_hp
        movement(turn)
        fleet = turn.world.fleets[0]
        assert (fleet.system, fleet.destination, fleet.posture) == (system, NONE, 0)
        kind = "fleet.intercepted" if foe_hp else "fleet.arrived"
        assert [(event.kind, event.fields) for event in events(turn)] == [
            (kind, (("system", system),))
        ]


def test_a_foe_in_a_lane_or_at_the_start_does_not_stop_anyone() -> None:
    turn = moving(2, 99)
    turn.world.fleets[1].system = 0
    movement(turn)
    assert turn.world.fleets[0].system == 2
    turn = moving(2, 99)
    turn.world.fleets[1].system, turn.world.fleets[1].next = 1, 2
    movement(turn)
    assert turn.world.fleets[0].system == 2


def test_own_fleets_do_not_intercept() -> None:
    value = tiny()
    for name, cells in table(value, "fleet").items():
        cells.append(2 if name == "system" else cells[0])
    add_unit(value, 2)
    turn = running(value, "movement")
    turn.world.fleets[0].destination, turn.world.fleets[0].posture = 2, 1
    movement(turn)
    movement(turn)
    movement(turn)
    assert fired(turn) == {"movement": 3, "arrival": 1}


def test_fleets_of_others_unarmed_ones_and_those_at_rest_stay() -> None:
    value = tiny()
    turn = running(value, "movement")
    turn.world.fleets[1].destination, turn.world.fleets[1].posture = 0, 1
    movement(turn)
    assert fired(turn) == {}
    unarmed = moving(1, 2)
    unarmed.world.units[0].hp = unarmed.world.units[1].hp = 0
    movement(unarmed)
    assert fired(unarmed) == {}
    assert table(value, "fleet")["system"] == [fleet.system for fleet in turn.world.fleets]
