//! The five stages of damage, from a shot to a loss of hull: accuracy, defense, critical, damage
//! reduction, final damage. Pure: knows no unit, no round and no stream; a `roll` is in [0, 1).
//! Law: RULES.md, combat-resolver/damage. Twin: `combat_resolver/damage.py`.

use shared::fx::{Fx, ONE, div_floor, mul_floor};

/// A target's damage in one round is at most this: 2^62 raw, so that a sum never leaves i64.
pub const DAMAGE_SUM_MAX: Fx = Fx(1 << 62);

/// Returns the chance of a hit, between `hit_min` and `hit_max`; a roll below it hits.
#[must_use]
pub fn hit_chance(accuracy: Fx, evasion: Fx, hit_min: Fx, hit_max: Fx) -> Fx {
    Fx(accuracy.0 - evasion.0).max(hit_min).min(hit_max)
}

/// Returns what plating leaves of an attack: at least its share `pierce_min`.
#[must_use]
pub fn after_defense(attack: Fx, plating: Fx, pierce_min: Fx) -> Fx {
    Fx(attack.0 - plating.0).max(mul_floor(attack, pierce_min))
}

/// Returns the damage times `factor` if the roll is below the chance `critical`, else as it is.
#[must_use]
pub fn after_critical(damage: Fx, critical: Fx, roll: Fx, factor: Fx) -> Fx {
    if roll < critical {
        mul_floor(damage, factor)
    } else {
        damage
    }
}

/// Returns what armour leaves: half at `armour_half`, ever less above it. Precondition:
/// `armour_half` > 0.
#[must_use]
pub fn after_reduction(damage: Fx, armour: Fx, armour_half: Fx) -> Fx {
    let share = div_floor(armour, Fx(armour.0 + armour_half.0));
    Fx(damage.0 - mul_floor(damage, share).0)
}

/// Returns the damage times a factor between 1 − spread and 1 + spread, and at least `damage_min`.
#[must_use]
pub fn final_damage(damage: Fx, roll: Fx, spread: Fx, damage_min: Fx) -> Fx {
    let above = mul_floor(Fx(2 * spread.0), roll);
    let factor = Fx(ONE.0 - spread.0 + above.0);
    mul_floor(damage, factor).max(damage_min)
}

/// Returns hp and shield after `damage`: the shield absorbs first, and hp does not go below 0.
#[must_use]
pub fn apply_damage(hp: Fx, shield: Fx, damage: Fx) -> (Fx, Fx) {
    let absorbed = shield.min(damage);
    let left = Fx(hp.0 - (damage.0 - absorbed.0)).max(Fx(0));
    (left, Fx(shield.0 - absorbed.0))
}
