//! Phase `recharge`: shields come back a little, up to what the design has.
//! Law: RULES.md, combat-resolver/recharge. Twin: `combat_resolver/recharge.py`. Once per universe
//! in `open`; simultaneous.

use shared::fx::Fx;
use sim_cortex::Turn;
use sim_cortex::presence::fit_units;

/// Returns a shield after a turn's recharge.
#[must_use]
pub fn recharged(shield: Fx, regen: Fx, shield_max: Fx) -> Fx {
    Fx(shield.0 + regen.0).min(shield_max)
}

/// Recharges the shields of all fit units.
pub fn recharge(turn: &mut Turn) {
    let regen = turn.data.rules.shield_regen;
    let fit: Vec<u32> = fit_units(turn.world).collect();
    let mut changed = 0;
    for unit in fit {
        let before = turn.world.unit.shield[unit];
        let design = turn.world.unit.design[unit];
        let after = recharged(before, regen, turn.data.designs[design].shield);
        turn.world.unit.shield[unit] = after;
        changed += u64::from(after != before);
    }
    turn.fire("recharge", changed);
}
