"""Recharging and invasion on hand-made worlds."""

from typing import Any

from tests.reference.support_scenario import add_unit, events, fired, running, table, tiny
from void_reckoning_reference.combat_resolver.invasion import invasion
from void_reckoning_reference.combat_resolver.recharge import recharge
from void_reckoning_reference.shared.fx import ONE
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.turn import Turn
from void_reckoning_reference.world import Build


def at_foe(**changed: int) -> Turn:
    """Let faction 0 stand at planet 3 of faction 1, whose own fleet is away at system 2."""
    value = tiny()
    value["rules"] |= changed
    table(value, "fleet")["system"] = [3, 2]
    return running(value, "invasion")


def occupation(turn: Turn, planet: int = 3) -> tuple[int, int, int]:
    """Give owner, occupier and turns of a planet."""
    row = turn.world.planets[planet]
    return row.owner, row.occupier, row.occupied_turns


def test_only_fit_units_below_their_shield_recharge() -> None:
    turn = running(phase="recharge", faction=NONE)
    units = turn.world.units
    units[0].shield, units[1].shield = 0, 4 * ONE - 1
    units[2].hp = units[2].shield = 0
    recharge(turn)
    assert [unit.shield for unit in units] == [ONE, 4 * ONE, 0]
    assert fired(turn) == {"recharge": 2}
    recharge(turn)
    assert fired(turn) == {"recharge": 3}


def test_a_planet_held_for_long_enough_is_taken() -> None:
    turn = at_foe()
    turn.world.builds.append(Build(alive=True, planet=3, owner=1, design=0, turns_left=2))
    turn.world.builds.append(Build(alive=True, planet=0, owner=0, design=0, turns_left=2))
    invasion(turn)
    assert occupation(turn) == (1, 0, 1)
    invasion(turn)
    assert occupation(turn) == (0, NONE, 0)
    assert [build.turns_left for build in turn.world.builds] == [0, 2]
    assert turn.world.factions[0].planets_taken == 1
    (taken,) = events(turn)
    assert (taken.kind, taken.slot, taken.fields) == ("planet.taken", 3, (("former", 1),))
    assert fired(turn) == {"occupation": 2, "conquest": 1}


def test_one_turn_is_enough_where_the_rules_say_so_and_nobodys_planet_has_no_former_owner() -> None:
    turn = at_foe(occupation_turns=1)
    turn.world.fleets[0].system = 1
    invasion(turn)
    assert occupation(turn, 1) == (0, NONE, 0)
    assert events(turn)[0].fields == (("former", -1),)


def test_letting_go_ends_an_occupation_and_another_faction_starts_anew() -> None:
    turn = at_foe(occupation_turns=9)
    invasion(turn)
    turn.world.fleets[0].system = 0
    invasion(turn)
    assert occupation(turn) == (1, NONE, 0)
    other = at_foe(occupation_turns=9)
    other.world.planets[1].occupier, other.world.planets[1].occupied_turns = 1, 5
    other.world.fleets[0].system = 1
    invasion(other)
    assert occupation(other, 1) == (NONE, 0, 1)


def test_the_occupations_of_others_go_on() -> None:
    turn = at_foe()
    turn.world.planets[1].occupier, turn.world.planets[1].occupied_turns = 1, 5
    invasion(turn)
    assert occupation(turn, 1) == (NONE, 1, 5)


def test_who_is_under_way_unarmed_or_faced_by_a_foe_holds_nothing() -> None:
    def under_way(turn: Turn) -> None:
        turn.world.fleets[0].posture, turn.world.fleets[0].destination = 1, 0

    def unarmed(turn: Turn) -> None:
        turn.world.units[0].hp = turn.world.units[1].hp = 0

    def faced(turn: Turn) -> None:
        turn.world.fleets[1].system = 3

    def clean(turn: Turn) -> None:
        turn.world.fleets[1].system, turn.world.units[2].hp = 3, 0

    cases: list[tuple[Any, bool]] = [(under_way, False), (unarmed, False)]
    for change, holds in [*cases, (faced, False), (clean, True)]:
        turn = at_foe()
        change(turn)
        invasion(turn)
        assert (fired(turn) == {"occupation": 1}) is holds, change.__name__


def test_a_stationed_fleet_holds_beside_one_under_way() -> None:
    value = tiny()
    fleets = table(value, "fleet")
    added = {"generation": 0, "alive": 1, "owner": 0, "system": 3, "next": NONE}
    for name, cell in (added | {"destination": 0, "progress": 0, "posture": 1}).items():
        fleets[name].append(cell)
    fleets["system"][:2] = [3, 2]
    add_unit(value, 2)
    turn = running(value, "invasion")
    invasion(turn)
    assert fired(turn) == {"occupation": 1}
