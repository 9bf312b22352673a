"""Placing builds, queues and launching: on hand-made worlds."""

from tests.reference.support_scenario import (
    HULK,
    SCOUT,
    TREASURY_0,
    YARDS,
    events,
    fired,
    kinds,
    running,
    tiny,
)
from void_reckoning_reference.economy.production import launch, place_build, production
from void_reckoning_reference.shared.fx import ONE
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.world import Build, Fleet, Unit


def test_a_build_is_paid_for_and_placed_in_the_lowest_free_slot() -> None:
    turn = running()
    turn.world.builds += [Build(alive=True, planet=0, turns_left=1), Build(generation=7)]
    asked = turn.emit("order.accepted", ("planet", 0), ())
    place_build(turn, 0, HULK, asked)
    assert turn.world.builds[1] == Build(7, True, planet=0, owner=0, design=HULK, turns_left=2)
    assert turn.world.accounts[TREASURY_0].balance == 700
    assert turn.world.accounts[YARDS].balance == 300
    assert (events(turn)[1].reason, events(turn)[1].cause) == ("build", asked)


def test_only_the_first_build_of_each_planet_advances() -> None:
    turn = running(phase="production")
    for owner, planet, turns_left in ((0, 0, 0), (0, 0, 2), (0, 0, 2), (0, 1, 3), (1, 3, 2)):
        row = Build(alive=True, planet=planet, owner=owner, design=SCOUT, turns_left=turns_left)
        turn.world.builds.append(row)
    production(turn)
    assert [build.turns_left for build in turn.world.builds] == [0, 1, 2, 2, 2]
    assert fired(turn) == {"production": 2}
    production(turn)
    assert [build.turns_left for build in turn.world.builds] == [0, 0, 2, 1, 2]
    assert fired(turn)["launch"] == 1


def test_a_launch_joins_the_lowest_stationed_fleet_with_room() -> None:
    value = tiny()
    value["rules"]["fleet_units_max"] = 3
    turn = running(value, "production")
    launch(turn, 0, HULK)
    shape = {"fleet": 0, "owner": 0, "design": HULK, "hp": 50 * ONE, "shield": 4 * ONE}
    assert turn.world.units[3] == Unit(0, True, **shape)
    (built,) = events(turn)
    assert (built.kind, built.slot, built.cause) == ("unit.built", 3, NONE)
    assert built.fields == (("design", HULK), ("fleet", 0))
    assert turn.world.factions[0].ships_built == 1


def test_a_launch_without_a_fleet_forms_one_that_causes_it() -> None:
    turn = running(phase="production")
    launch(turn, 0, SCOUT)
    assert turn.world.fleets[2] == Fleet(0, True, owner=0, system=0, next=NONE, destination=NONE)
    assert kinds(turn) == ["fleet.formed", "unit.built"]
    assert (events(turn)[0].fields, events(turn)[1].cause) == ((("system", 0),), 0)
    assert fired(turn) == {"fleet_formed": 1, "launch": 1}
    launch(turn, 0, SCOUT)
    assert [unit.fleet for unit in turn.world.units[3:]] == [2, 2]


def test_fleets_under_way_elsewhere_or_of_others_have_no_room() -> None:
    for change in ({"posture": 1}, {"system": 1}, {"owner": 1}):
        turn = running(phase="production")
        turn.world.units[1].hp = 0
        for name, value in change.items():
            setattr(turn.world.fleets[0], name, value)
        launch(turn, 0, SCOUT)
        assert turn.world.units[3].fleet == 2, change
    room = running(phase="production")
    room.world.units[1].hp = 0
    launch(room, 0, SCOUT)
    assert room.world.units[3].fleet == 0
