"""Battles on hand-made worlds: who fights, simultaneity, draws, outcomes, events."""

from typing import Any

from tests.reference.support_scenario import add_unit, events, fired, running, table, tiny
from void_reckoning_reference.combat_resolver.battle import combat
from void_reckoning_reference.shared.fx import ONE
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.shared.stream import draw_many, stream_key
from void_reckoning_reference.turn import Turn


def meeting(**changed: int) -> Turn:
    """Let both fleets stand at system 1: two units of faction 0 against one of faction 1."""
    value = tiny()
    value["rules"] |= changed
    return met(value)


def met(value: dict[str, Any]) -> Turn:
    """Move both fleets to system 1."""
    table(value, "fleet")["system"] = [1, 1]
    return running(value, "combat")


def health(turn: Turn) -> list[tuple[int, int]]:
    """Give hp and shield of every unit in whole points."""
    return [(unit.hp // ONE, unit.shield // ONE) for unit in turn.world.units]


def test_nobody_fights_where_only_one_faction_is_armed() -> None:
    turn = running(phase="combat")
    combat(turn)
    unarmed = meeting()
    unarmed.world.units[2].hp = 0
    combat(unarmed)
    in_lane = meeting()
    in_lane.world.fleets[1].next = 2
    combat(in_lane)
    assert [events(each) for each in (turn, unarmed, in_lane)] == [[], [], []]


def test_a_faction_does_not_join_the_battles_of_others() -> None:
    turn = meeting()
    turn.faction = 2
    combat(turn)
    assert events(turn) == []


def test_damage_is_summed_on_the_values_of_the_rounds_start() -> None:
    turn = meeting(rounds_max=1)
    combat(turn)
    # Two hits of 5 on the one: 4 from the shield, 6 from the hull. One hit of 5 on one of the two.
    assert health(turn)[2] == (4, 0)
    assert sorted(health(turn)[:2]) == [(9, 0), (10, 4)]
    assert fired(turn) == {"battle": 1, "hit": 3, "shield_absorb": 2}


def test_a_unit_destroyed_in_a_round_has_shot_in_it() -> None:
    turn = meeting()
    combat(turn)
    assert turn.world.units[2].hp == 0
    destroyed = events(turn, "unit.destroyed")
    assert [(event.slot, event.fields, event.cause) for event in destroyed] == [
        (2, (("round", 2), ("killer", 0)), 0)
    ]
    assert fired(turn)["hit"] == 6
    assert turn.world.units[0].kills == 1
    assert [faction.ships_lost for faction in turn.world.factions] == [0, 1]


def test_a_battle_tells_its_start_and_its_end() -> None:
    turn = meeting()
    combat(turn)
    started, ended = events(turn)[0], events(turn)[-1]
    assert (started.kind, started.table, started.slot) == ("battle.started", "system", 1)
    assert (started.fields, started.cause) == ((("combatants", 3),), NONE)
    assert (ended.kind, ended.fields, ended.cause) == (
        "battle.ended",
        (("rounds", 2), ("outcome", 0)),
        0,
    )


def test_the_four_outcomes() -> None:
    attacker = meeting()
    defender = meeting()
    defender.faction = 1
    draw = meeting(rounds_max=1)
    value = tiny()
    value["designs"][0]["attack"] = 99 * ONE
    add_unit(value, 1)
    mutual = met(value)
    # One fit unit on each side, and each kills with one shot.
    mutual.world.units[0].hp = mutual.world.units[3].hp = 0
    outcomes = []
    for turn in (attacker, defender, draw, mutual):
        combat(turn)
        outcomes.append(dict(events(turn)[-1].fields)["outcome"])
    assert outcomes == [0, 1, 2, 3]


def test_each_round_draws_four_numbers_for_each_unit_of_the_line() -> None:
    turn = meeting(rounds_max=2)
    combat(turn)
    found = {
        (entry.stream, entry.site, entry.scope): entry.count for entry in turn.ledger.entries()
    }
    sites = {"targeting": "pick", "accuracy": "roll", "critical": "roll", "damage": "roll"}
    assert found == {
        (f"combat.{name}", f"combat.{name}.{site}", (1, battle_round)): 3
        for name, site in sites.items()
        for battle_round in (1, 2)
    }


def test_shots_that_miss_are_drawn_and_do_nothing() -> None:
    turn = meeting(hit_max=0)
    before = health(turn)
    combat(turn)
    assert health(turn) == before
    assert fired(turn) == {"battle": 1}
    assert sum(entry.count for entry in turn.ledger.entries()) == 4 * 3 * 3


def test_a_roll_hits_only_below_the_chance() -> None:
    key = stream_key(7, 0, 1, "combat", 0, "combat.accuracy", [1, 1])
    rolls = [draw >> 32 for draw in draw_many(key, 0, 3)]
    for roll in rolls:
        for chance in (roll, roll + 1):
            turn = meeting(rounds_max=1, hit_min=chance, hit_max=chance)
            combat(turn)
            assert fired(turn).get("hit", 0) == sum(other < chance for other in rolls)


def test_certain_criticals_double_the_damage() -> None:
    value = tiny()
    value["designs"][0]["critical"] = ONE
    value["rules"]["rounds_max"] = 1
    turn = met(value)
    combat(turn)
    assert health(turn)[2] == (0, 0)
    assert fired(turn)["critical"] == 3


def test_battles_at_two_systems_come_in_id_order() -> None:
    value = tiny()
    fleets = table(value, "fleet")
    for name, cells in fleets.items():
        fleets[name] = [*cells, *cells]
    fleets["system"] = [2, 2, 1, 1]
    add_unit(value, 2)
    add_unit(value, 3)
    turn = running(value, "combat")
    combat(turn)
    assert [event.slot for event in events(turn, "battle.started")] == [1, 2]
