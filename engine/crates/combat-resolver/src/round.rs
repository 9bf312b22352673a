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
mod tests {
    use proptest::prelude::*;
    use shared::fx::{ONE, from_int};

    use super::*;

    const ALWAYS: Shot = Shot {
        targeting: 0,
        accuracy: 0,
        critical: u64::MAX,
        damage: 0,
    };

    fn combatant(slot: u32, owner: u32, design: &Design) -> Combatant<'_> {
        Combatant {
            slot,
            owner,
            design,
            hp: design.hull,
            shield: design.shield,
        }
    }

    /// A gun of attack 2, hull 3 and shield 1.
    fn gun() -> Design {
        Design {
            hull: from_int(3),
            shield: ONE,
            attack: from_int(2),
            accuracy: ONE,
            ..Design::default()
        }
    }

    fn rules() -> Rules {
        Rules {
            hit_max: ONE,
            critical_factor: from_int(2),
            armour_half: ONE,
            ..Rules::default()
        }
    }

    fn fought(line: &mut [Combatant], shots: &[Shot]) -> Round {
        let mut round = Round::default();
        round.fight(&rules(), line, shots);
        round
    }

    proptest! {
        #[test]
        fn a_draw_picks_from_the_foes_in_order(
            owners in prop::collection::vec(0_u32..4, 2..20),
            draw: u64,
        ) {
            prop_assume!(owners.iter().any(|owner| *owner != owners[0]));
            let design = gun();
            let line: Vec<_> =
                (0..).zip(&owners).map(|(slot, owner)| combatant(slot, *owner, &design)).collect();
            let mut foes = Foes::default();
            foes.arrange(&line);
            for attacker in &line {
                let others = (0..line.len()).filter(|at| line[*at].owner != attacker.owner);
                let others: Vec<usize> = others.collect();
                let pick = usize::try_from(bounded(draw, others.len() as u64)).unwrap();
                prop_assert_eq!(foes.aim(attacker.owner, draw), others[pick]);
            }
        }
    }

    #[test]
    fn all_shoot_at_the_line_as_it_stood_and_die_together() {
        let design = Design { hull: ONE, ..gun() };
        let mut line = [combatant(4, 0, &design), combatant(9, 1, &design)];
        let round = fought(&mut line, &[ALWAYS; 2]);
        let kill = |victim, loser, killer| Kill {
            victim,
            loser,
            killer,
        };
        assert_eq!(round.kills, [kill(4, 0, 9), kill(9, 1, 4)]);
        assert_eq!(
            round.fired,
            Fired {
                hits: 2,
                criticals: 0,
                absorbs: 2
            }
        );
    }

    #[test]
    fn the_killer_is_the_first_who_hit_though_others_did_more() {
        let weak = Design {
            attack: Fx(1),
            ..gun()
        };
        let wall = Design {
            attack: Fx(0),
            ..gun()
        };
        let strong = gun();
        let mut line = [
            combatant(0, 0, &weak),
            combatant(1, 0, &strong),
            combatant(2, 0, &strong),
            combatant(3, 1, &wall),
        ];
        let round = fought(&mut line, &[ALWAYS; 4]);
        assert_eq!(
            round.kills,
            [Kill {
                victim: 3,
                loser: 1,
                killer: 0
            }]
        );
        let missed = Shot {
            accuracy: u64::MAX,
            ..ALWAYS
        };
        line[3].hp = ONE;
        let blind = Design {
            accuracy: Fx(ONE.0 - 1),
            ..gun()
        };
        line[0].design = &blind;
        let round = fought(&mut line, &[missed, ALWAYS, ALWAYS, ALWAYS]);
        assert_eq!(
            round.kills,
            [Kill {
                victim: 3,
                loser: 1,
                killer: 1
            }]
        );
    }

    #[test]
    fn a_critical_hit_counts_its_roll_even_where_it_changes_nothing() {
        let design = Design {
            attack: Fx(0),
            critical: ONE,
            ..gun()
        };
        let mut line = [combatant(0, 0, &design), combatant(1, 1, &design)];
        let round = fought(&mut line, &[ALWAYS; 2]);
        assert_eq!(
            round.fired,
            Fired {
                hits: 2,
                criticals: 2,
                absorbs: 0
            }
        );
        assert_eq!((line[0].hp, line[0].shield), (from_int(3), ONE));
    }

    #[test]
    fn sums_stop_where_they_would_leave_their_range() {
        let mut round = Round::default();
        round.blows = vec![None];
        for _ in 0..3 {
            round.wound(0, 5, Fx(DAMAGE_SUM_MAX.0 - 1));
        }
        let blow = round.blows[0].unwrap();
        assert_eq!((blow.sum, blow.first), (DAMAGE_SUM_MAX, 5));
    }
}
