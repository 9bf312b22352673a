//! One round of a battle on plain values: every shot on the line as it stood, then every wound.
//! Law: RULES.md, combat-resolver/battle (engagement, damage). Called by `battle` once per round.
//! Knows no table, no event and no stream; its buffers live as long as the phase.

use shared::fx::Fx;
use shared::stream::{bounded, unit_fx};
use sim_cortex::{Design, Rules};

use crate::damage::{
    DAMAGE_SUM_MAX, after_critical, after_defense, after_reduction, apply_damage, final_damage,
    hit_chance,
};

/// A unit in a battle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Combatant<'a> {
    /// Its slot in `unit`.
    pub(crate) slot: u32,
    /// Its faction's slot.
    pub(crate) owner: u32,
    pub(crate) design: &'a Design,
    pub(crate) hp: Fx,
    pub(crate) shield: Fx,
}

/// The draws of one shooter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shot {
    pub(crate) targeting: u64,
    pub(crate) accuracy: u64,
    pub(crate) critical: u64,
    pub(crate) damage: u64,
}

/// How often the rules of a battle fired.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Fired {
    pub(crate) hits: u64,
    pub(crate) criticals: u64,
    pub(crate) absorbs: u64,
}

/// A unit that a round has destroyed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Kill {
    /// The unit's slot.
    pub(crate) victim: u32,
    /// Its owner.
    pub(crate) loser: u32,
    /// Slot of the first unit that hit it in this round.
    pub(crate) killer: u32,
}

/// What hits of one round do to a target: their sum, and the first attacker's slot.
#[derive(Clone, Copy, Debug)]
struct Blow {
    sum: Fx,
    first: u32,
}

/// Buffers of a round.
#[derive(Debug, Default)]
pub(crate) struct Round {
    foes: Foes,
    /// By the target's ordinal.
    blows: Vec<Option<Blow>>,
    pub(crate) kills: Vec<Kill>,
    pub(crate) fired: Fired,
}

impl Round {
    /// Fights one round: `line` holds the fit combatants in id order, of two owners at least, with
    /// one shot each. Changes hp and shield, fills `kills` in target order and adds to `fired`.
    pub(crate) fn fight(&mut self, rules: &Rules, line: &mut [Combatant], shots: &[Shot]) {
        assert_eq!(line.len(), shots.len(), "each of the line draws once");
        self.foes.arrange(line);
        self.blows.clear();
        self.blows.resize(line.len(), None);
        for (attacker, shot) in line.iter().zip(shots) {
            let aim = self.foes.aim(attacker.owner, shot.targeting);
            if let Some(target) = line.get(aim)
                && let Some(damage) = self.strike(rules, attacker.design, target.design, shot)
            {
                self.wound(aim, attacker.slot, damage);
            }
        }
        self.apply(line);
    }

    /// Stages 1 to 5 of one shot; nothing if it misses.
    fn strike(&mut self, rules: &Rules, by: &Design, at: &Design, shot: &Shot) -> Option<Fx> {
        let chance = hit_chance(by.accuracy, at.evasion, rules.hit_min, rules.hit_max);
        if unit_fx(shot.accuracy) >= chance {
            return None;
        }
        self.fired.hits += 1;
        let roll = unit_fx(shot.critical);
        self.fired.criticals += u64::from(roll < by.critical);
        let pierced = after_defense(by.attack, at.plating, rules.pierce_min);
        let struck = after_critical(pierced, by.critical, roll, rules.critical_factor);
        let reduced = after_reduction(struck, at.armour, rules.armour_half);
        let roll = unit_fx(shot.damage);
        Some(final_damage(
            reduced,
            roll,
            rules.damage_spread,
            rules.damage_min,
        ))
    }

    /// Adds a hit to its target's sum; attackers come in id order.
    fn wound(&mut self, target: usize, attacker: u32, damage: Fx) {
        let Some(blow) = self.blows.get_mut(target) else {
            unreachable!("target {target} is not in the line");
        };
        let before = blow.unwrap_or(Blow {
            sum: Fx(0),
            first: attacker,
        });
        let sum = Fx(before.sum.0 + damage.0).min(DAMAGE_SUM_MAX);
        *blow = Some(Blow { sum, ..before });
    }

    /// Applies all sums in target order; the line's values are still those of the round's start.
    fn apply(&mut self, line: &mut [Combatant]) {
        self.kills.clear();
        for (target, blow) in line.iter_mut().zip(&self.blows) {
            let Some(Blow { sum, first: killer }) = *blow else {
                continue;
            };
            let (hp, shield) = apply_damage(target.hp, target.shield, sum);
            self.fired.absorbs += u64::from(shield < target.shield);
            (target.hp, target.shield) = (hp, shield);
            if hp == Fx(0) {
                let (victim, loser) = (target.slot, target.owner);
                self.kills.push(Kill {
                    victim,
                    loser,
                    killer,
                });
            }
        }
    }
}

/// Finds the foes of any owner by their number, without a list of foes for each.
#[derive(Debug, Default)]
struct Foes {
    /// By owner: for each of its units in the line how many foes stand before it.
    before: Vec<Vec<u64>>,
    /// Length of the line.
    length: u64,
}

impl Foes {
    fn arrange(&mut self, line: &[Combatant]) {
        self.before.iter_mut().for_each(Vec::clear);
        self.length = line.len() as u64;
        for (ordinal, combatant) in (0_u64..).zip(line) {
            let owner = combatant.owner as usize;
            if self.before.len() <= owner {
                self.before.resize(owner + 1, Vec::new());
            }
            if let Some(own) = self.before.get_mut(owner) {
                own.push(ordinal - own.len() as u64);
            }
        }
    }

    /// Returns the ordinal of the foe that a targeting draw picks. Foe k stands behind k foes and
    /// behind those own units that have at most k foes before them.
    fn aim(&self, owner: u32, draw: u64) -> usize {
        let Some(own) = self.before.get(owner as usize) else {
            unreachable!("owner {owner} has nobody in the line");
        };
        let pick = bounded(draw, self.length - own.len() as u64);
        let skipped = own.partition_point(|&foes| foes <= pick);
        usize::try_from(pick).unwrap_or(usize::MAX) + skipped
    }
}

#[cfg(test)]
mod tests;
