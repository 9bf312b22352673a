"""Transfers, income under blockade, upkeep, insolvency: on hand-made worlds."""

import pytest

from tests.reference.support_scenario import (
    HULK,
    MINT,
    TREASURY_0,
    UPKEEP,
    YARDS,
    add_unit,
    events,
    fired,
    kinds,
    running,
    tiny,
)
from void_reckoning_reference.economy.accounts import transfer
from void_reckoning_reference.economy.upkeep import economy, fleet_upkeep, planet_income, refund
from void_reckoning_reference.shared.fx import ONE
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.turn import Turn


def balances(turn: Turn) -> list[int]:
    """Give the balance of every account."""
    return [account.balance for account in turn.world.accounts]


def test_a_transfer_moves_money_and_tells_why() -> None:
    turn = running(phase="economy")
    transfer(turn, TREASURY_0, YARDS, 30, NONE, "build")
    assert balances(turn) == [970, 1000, -2000, 0, 30]
    (event,) = events(turn)
    assert (event.kind, event.table, event.slot, event.reason) == (
        "transaction",
        "account",
        TREASURY_0,
        "build",
    )
    assert event.fields == (("target", YARDS), ("amount", 30))


def test_a_transfer_of_nothing_leaves_no_trace_and_a_negative_one_is_a_bug() -> None:
    turn = running(phase="economy")
    transfer(turn, TREASURY_0, YARDS, 0, NONE, "build")
    assert (balances(turn)[TREASURY_0], events(turn)) == (1000, [])
    with pytest.raises(AssertionError, match="-1"):
        transfer(turn, TREASURY_0, YARDS, -1, NONE, "build")


def test_income_is_rounded_down_twice_under_blockade() -> None:
    assert planet_income(7, ONE + ONE // 2, False, ONE // 2) == 10
    assert planet_income(7, ONE + ONE // 2, True, ONE // 2) == 5
    assert planet_income(3, ONE // 2, True, ONE // 2) == 0
    assert fleet_upkeep(7, ONE // 2) == 3
    assert refund(99, ONE // 2) == 49


def test_a_turn_of_income_and_upkeep() -> None:
    turn = running(phase="economy")
    economy(turn)
    assert balances(turn) == [1000 + 100 - 20, 1000, -2100, 20, 0]
    assert [event.reason for event in events(turn)] == ["income", "upkeep"]
    assert fired(turn) == {"income": 1, "upkeep": 1}


def test_a_blockade_needs_a_foe_and_no_own_fleet() -> None:
    turn = running(phase="economy")
    turn.world.fleets[1].system = 0
    economy(turn)
    assert "blockade" not in fired(turn)
    away = running(phase="economy")
    away.world.fleets[1].system, away.world.fleets[0].system = 0, 1
    economy(away)
    assert fired(away)["blockade"] == 1
    assert balances(away)[MINT] == -2050


def test_a_faction_without_anything_moves_no_money() -> None:
    turn = running(phase="economy")
    turn.world.planets[0].owner = NONE
    turn.world.units[0].hp = turn.world.units[1].hp = 0
    economy(turn)
    assert (events(turn), fired(turn)) == ([], {})


def poor(balance: int, disband_max: int) -> Turn:
    """Let faction 0 have two scouts, a hulk, no income and this balance before upkeep of 60."""
    value = tiny()
    value["rules"]["disband_max"] = disband_max
    add_unit(value, 0, HULK)
    turn = running(value, "economy")
    turn.world.planets[0].owner = NONE
    turn.world.accounts[TREASURY_0].balance = balance
    return turn


def test_the_dearest_ships_go_first_and_their_refund_may_be_enough() -> None:
    turn = poor(0, 2)
    economy(turn)
    assert [unit.hp > 0 for unit in turn.world.units] == [True, True, True, False]
    assert kinds(turn) == ["transaction", "unit.disbanded", "transaction"]
    disbanded, refunded = events(turn)[1:]
    assert (disbanded.slot, disbanded.fields) == (3, (("refund", 150),))
    assert (refunded.slot, refunded.cause, refunded.reason) == (YARDS, 1, "refund")
    assert (balances(turn)[TREASURY_0], balances(turn)[UPKEEP]) == (90, 60)


def test_nothing_owed_is_no_debt() -> None:
    turn = poor(60, 2)
    economy(turn)
    assert (balances(turn)[TREASURY_0], kinds(turn)) == (0, ["transaction"])


def test_insolvency_stops_at_its_bound_at_the_last_unit_and_takes_the_lowest_slot_at_a_tie() -> (
    None
):
    for disband_max, gone in ((0, []), (1, [3]), (2, [0, 3]), (9, [0, 1, 3])):
        turn = poor(-(10**6), disband_max)
        economy(turn)
        found = [slot for slot, unit in enumerate(turn.world.units) if unit.hp == 0]
        assert found == gone
        assert fired(turn).get("insolvency", 0) == len(gone)
        assert all(turn.world.units[slot].shield == 0 for slot in gone)
