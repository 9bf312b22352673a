"""The five stages of a shot and what it does to a target; pure, all values raw fx.

Law: RULES.md, `combat-resolver/damage`. A roll is in [0, 1). Knows no unit and no stream.
Twin: `engine/crates/combat-resolver/src/damage.rs`.
"""

from void_reckoning_reference.shared.fx import ONE, div_floor, mul_floor

# A target's sum of damage in a round saturates here, so that it never leaves an i64.
DAMAGE_SUM_MAX = 1 << 62


def hit_chance(accuracy: int, evasion: int, hit_min: int, hit_max: int) -> int:
    """Stage 1: the chance of a hit; it is one if the roll is below."""
    return min(max(accuracy - evasion, hit_min), hit_max)


def after_defense(attack: int, plating: int, pierce_min: int) -> int:
    """Stage 2: plating stops its own amount, but never the least share that pierces."""
    return max(attack - plating, mul_floor(attack, pierce_min))


def after_critical(damage: int, critical: int, roll: int, factor: int) -> int:
    """Stage 3: a roll below `critical` multiplies the damage."""
    return mul_floor(damage, factor) if roll < critical else damage


def after_reduction(damage: int, armour: int, armour_half: int) -> int:
    """Stage 4: armour takes the share armour / (armour + armour_half), armour_half above 0."""
    return damage - mul_floor(damage, div_floor(armour, armour + armour_half))


def final_damage(damage: int, roll: int, spread: int, damage_min: int) -> int:
    """Stage 5: chance spreads the damage by ± `spread`, and some always comes through."""
    factor = ONE - spread + mul_floor(2 * spread, roll)
    return max(damage_min, mul_floor(damage, factor))


def apply_damage(hp: int, shield: int, damage: int) -> tuple[int, int]:
    """Return (hp, shield) after a round's damage: the shield absorbs first."""
    absorbed = min(shield, damage)
    return max(0, hp - (damage - absorbed)), shield - absorbed
