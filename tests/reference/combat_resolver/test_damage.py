"""The five stages at their boundaries; values from hand, in raw fx."""

import pytest

from void_reckoning_reference.combat_resolver.damage import (
    DAMAGE_SUM_MAX,
    after_critical,
    after_defense,
    after_reduction,
    apply_damage,
    final_damage,
    hit_chance,
)
from void_reckoning_reference.combat_resolver.recharge import recharged
from void_reckoning_reference.shared.fx import ONE


@pytest.mark.parametrize(
    ("accuracy", "evasion", "chance"),
    [(80, 30, 50), (30, 80, 10), (40, 30, 10), (41, 30, 11), (100, 10, 90), (100, 9, 90)],
)
def test_a_chance_stays_between_its_bounds(accuracy: int, evasion: int, chance: int) -> None:
    assert hit_chance(accuracy, evasion, 10, 90) == chance


@pytest.mark.parametrize(
    ("attack", "plating", "left"),
    [(8 * ONE, 0, 8 * ONE), (8 * ONE, 6 * ONE, 2 * ONE), (8 * ONE, 7 * ONE, 2 * ONE), (3, 9, 0)],
)
def test_plating_never_stops_the_share_that_pierces(attack: int, plating: int, left: int) -> None:
    assert after_defense(attack, plating, ONE // 4) == left


def test_a_critical_needs_a_roll_below() -> None:
    assert after_critical(5, 10, 9, 3 * ONE) == 15
    assert after_critical(5, 10, 10, 3 * ONE) == 5
    assert after_critical(5, 0, 0, 3 * ONE) == 5
    assert after_critical(5, 10, 0, ONE + ONE // 2) == 7


def test_armour_takes_its_share() -> None:
    assert after_reduction(8 * ONE, 0, ONE) == 8 * ONE
    assert after_reduction(8 * ONE, ONE, ONE) == 4 * ONE
    assert after_reduction(8 * ONE, 3 * ONE, ONE) == 2 * ONE
    # 2/3 is rounded down to 0xAAAAAAAA, so of 9 one raw step more than 3 is left.
    assert after_reduction(9, 2, 1) == 4


def test_the_spread_goes_from_below_to_above_and_some_comes_through() -> None:
    assert final_damage(8 * ONE, 0, ONE // 4, 0) == 6 * ONE
    assert final_damage(8 * ONE, ONE // 2, ONE // 4, 0) == 8 * ONE
    assert final_damage(8 * ONE, ONE - 1, ONE // 4, 0) == 10 * ONE - 8
    assert final_damage(8 * ONE, 0, ONE, 5) == 5


def test_shields_absorb_first_and_hp_ends_at_zero() -> None:
    assert apply_damage(10, 4, 3) == (10, 1)
    assert apply_damage(10, 4, 4) == (10, 0)
    assert apply_damage(10, 4, 13) == (1, 0)
    assert apply_damage(10, 4, 14) == (0, 0)
    assert apply_damage(10, 4, DAMAGE_SUM_MAX) == (0, 0)


def test_a_shield_recharges_up_to_its_design() -> None:
    assert recharged(3, 2, 9) == 5
    assert recharged(8, 2, 9) == 9
    assert recharged(9, 2, 9) == 9
