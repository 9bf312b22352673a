"""Cleanup and victory on hand-made worlds."""

from typing import Any

from tests.reference.support_scenario import events, fired, running, tiny
from void_reckoning_reference.campaign.cleanup import cleanup
from void_reckoning_reference.campaign.victory import victory
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.turn import Turn
from void_reckoning_reference.world import Build, Faction, Fleet, Unit


def closing(phase: str, change: dict[str, int] | None = None) -> Turn:
    """Stand in the closing step."""
    value: dict[str, Any] = tiny()
    value["rules"] |= change or {}
    return running(value, phase, NONE)


def test_units_fleets_and_builds_that_are_gone_free_their_slots() -> None:
    turn = closing("cleanup")
    turn.world.units[2].hp = turn.world.units[2].shield = 0
    turn.world.units[2].generation = 4
    turn.world.builds += [Build(alive=True, planet=0, turns_left=left) for left in (0, 1)]
    cleanup(turn)
    assert turn.world.units[2] == Unit(generation=5)
    assert turn.world.fleets[1] == Fleet(generation=1)
    assert turn.world.builds[0] == Build(generation=1)
    assert [build.alive for build in turn.world.builds] == [False, True]
    assert [fleet.alive for fleet in turn.world.fleets] == [True, False]
    assert (fired(turn), events(turn)) == ({"cleanup": 3}, [])
    cleanup(turn)
    assert fired(turn) == {"cleanup": 3}


def test_a_free_slot_mans_no_fleet() -> None:
    turn = closing("cleanup")
    turn.world.units[0].hp = turn.world.units[1].hp = 0
    cleanup(turn)
    assert [fleet.alive for fleet in turn.world.fleets] == [False, True]


def test_after_the_greatest_generation_comes_none() -> None:
    turn = closing("cleanup")
    turn.world.units[2].hp, turn.world.units[2].generation = 0, NONE
    cleanup(turn)
    assert turn.world.units[2] == Unit(generation=0)


def lost(turn: Turn, faction: int, planets: bool = True, units: bool = True) -> Turn:
    """Take a faction's planets and units away."""
    for planet in turn.world.planets:
        if planets and planet.owner == faction:
            planet.owner = NONE
    for unit in turn.world.units:
        if units and unit.owner == faction:
            unit.alive = False
    return turn


def test_a_faction_is_out_only_without_planets_and_units() -> None:
    for planets, units in ((True, False), (False, True)):
        turn = lost(closing("victory"), 1, planets, units)
        victory(turn)
        assert (fired(turn), turn.world.factions[1].eliminated_turn) == ({}, 0)
    turn = lost(closing("victory"), 1)
    victory(turn)
    assert turn.world.factions[1].eliminated_turn == 1
    found = [(event.kind, event.slot, event.fields) for event in events(turn)]
    assert found == [("faction.eliminated", 1, ()), ("campaign.won", 0, (("planets", 1),))]
    assert (turn.world.campaign[0].winner, turn.world.campaign[0].won_turn) == (0, 1)
    assert fired(turn) == {"elimination": 1, "victory": 1}
    victory(turn)
    assert fired(turn) == {"elimination": 1, "victory": 1}


def test_nobody_wins_when_all_are_out_together() -> None:
    turn = lost(lost(closing("victory", {"turns_max": 1}), 0), 1)
    victory(turn)
    assert fired(turn) == {"elimination": 2}
    assert turn.world.campaign[0].winner == NONE


def test_a_dead_slot_is_neither_out_nor_the_winner() -> None:
    turn = lost(closing("victory", {"turns_max": 1}), 1)
    turn.world.factions[1] = Faction()
    victory(turn)
    assert turn.world.factions[1] == Faction()
    assert [event.kind for event in events(turn)] == ["campaign.won"]
    assert turn.world.campaign[0].winner == 0


def test_points_decide_when_turns_are_over_and_not_before() -> None:
    early = closing("victory", {"turns_max": 2})
    victory(early)
    assert early.world.campaign[0].winner == NONE
    by_units = closing("victory", {"turns_max": 1})
    by_units.world.units[0].owner = 1
    victory(by_units)
    assert by_units.world.campaign[0].winner == 1
    by_planets = closing("victory", {"turns_max": 1})
    by_planets.world.planets[1].owner = 1
    victory(by_planets)
    assert by_planets.world.campaign[0].winner == 1
    tie = closing("victory", {"turns_max": 1})
    tie.world.units[0].alive = False
    victory(tie)
    assert tie.world.campaign[0].winner == 0
