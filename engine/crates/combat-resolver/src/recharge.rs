//! Phase `recharge`: shields come back a little, up to what the design has.
//! Law: RULES.md, combat-resolver/recharge. Twin: `combat_resolver/recharge.py`. Once per universe
//! in `open`; simultaneous.

use shared::fx::Fx;
use sim_cortex::Turn;

/// Returns a shield after a turn's recharge.
#[must_use]
pub fn recharged(shield: Fx, regen: Fx, shield_max: Fx) -> Fx {
    Fx(shield.0 + regen.0).min(shield_max)
}

/// Recharges the shields of all fit units.
pub fn recharge(turn: &mut Turn) {
    let below: Vec<(u32, Fx)> = below_full(turn).collect();
    turn.fire("recharge", below.len() as u64);
    for (unit, shield) in below {
        turn.world.unit.shield[unit] = shield;
    }
}

/// The fit units whose shields change, and to what; the others are not written.
fn below_full(turn: &Turn) -> impl Iterator<Item = (u32, Fx)> {
    let (unit, data) = (&turn.world.unit, turn.data);
    let regen = data.rules.shield_regen;
    turn.world.fit_units().filter_map(move |slot| {
        let before = unit.shield[slot];
        let after = recharged(before, regen, data.designs[unit.design[slot]].shield);
        (after != before).then_some((slot, after))
    })
}
