//! Phase `combat`: one battle in each system where the acting faction meets another.
//! Law: RULES.md, combat-resolver/battle. Twin: `combat_resolver/battle.py`. Once per faction's
//! step; battles share no unit, so their order shows in events only. Knows no treaty.

use std::collections::BTreeSet;

use shared::fx::Fx;
use shared::ids::NONE;
use sim_cortex::presence::{Presence, fit_units, stands_at};
use sim_cortex::{Turn, World};

use crate::round::{Combatant, Fired, Round, Shot};

/// `outcome` of a battle that leaves only the acting faction.
const OUTCOME_ATTACKER: i64 = 0;
/// Only others are left.
const OUTCOME_DEFENDER: i64 = 1;
/// Both are left.
const OUTCOME_DRAW: i64 = 2;
/// Nobody is left.
const OUTCOME_MUTUAL_DESTRUCTION: i64 = 3;

/// Fights the acting faction's battles, in id order of the systems.
pub fn combat(turn: &mut Turn) {
    let faction = turn.acting();
    if turn.out_of_play(faction) {
        return;
    }
    let contested = Presence::of(turn.world).contested(faction).collect();
    let roster = roster(turn.world, &contested);
    let mut round = Round::default();
    let (mut line, mut shots) = (Vec::new(), Vec::new());
    for combatants in roster.chunk_by(|(left, _), (right, _)| left == right) {
        deploy(turn, combatants, &mut line);
        battle(turn, combatants, &mut line, &mut shots, &mut round);
    }
    let Fired {
        hits,
        criticals,
        absorbs,
    } = round.fired;
    turn.fire("hit", hits);
    turn.fire("critical", criticals);
    turn.fire("shield_absorb", absorbs);
}

/// (system, unit) of the fit units that stand at these systems, in that order.
fn roster(world: &World, systems: &BTreeSet<u32>) -> Vec<(u32, u32)> {
    let places =
        fit_units(world).filter_map(|unit| Some((stands_at(world, world.unit.fleet[unit])?, unit)));
    let mut roster: Vec<_> = places
        .filter(|(system, _)| systems.contains(system))
        .collect();
    roster.sort_unstable();
    roster
}

/// Puts the combatants of one system into the line.
fn deploy<'a>(turn: &Turn<'a>, combatants: &[(u32, u32)], line: &mut Vec<Combatant<'a>>) {
    let (unit, data) = (&turn.world.unit, turn.data);
    line.clear();
    line.extend(combatants.iter().map(|&(_, slot)| Combatant {
        slot,
        owner: unit.owner[slot],
        design: &data.designs[unit.design[slot]],
        hp: unit.hp[slot],
        shield: unit.shield[slot],
    }));
}

/// Fights one battle from its start to its resolution; `line` holds all combatants.
fn battle(
    turn: &mut Turn,
    combatants: &[(u32, u32)],
    line: &mut Vec<Combatant>,
    shots: &mut Vec<Shot>,
    round: &mut Round,
) {
    let Some(&(system, _)) = combatants.first() else {
        unreachable!("a battle without combatants");
    };
    let (place, count) = (Some(("system", system)), raw_count(combatants.len()));
    let started = turn.emit("battle.started", place, &[("combatants", count)], NONE, "");
    turn.fire("battle", 1);
    let mut rounds = 0;
    while rounds < turn.data.rules.rounds_max && is_contested(line) {
        rounds += 1;
        draw_shots(turn, system, rounds, line.len(), shots);
        round.fight(&turn.data.rules, line, shots);
        settle(turn, line, round, rounds, started);
    }
    let fields = [
        ("rounds", i64::from(rounds)),
        ("outcome", outcome(line, turn.acting())),
    ];
    turn.emit("battle.ended", place, &fields, started, "");
}

/// Tells whether combatants of at least two owners are left.
fn is_contested(line: &[Combatant]) -> bool {
    let mut owners = line.iter().map(|combatant| combatant.owner);
    let first = owners.next();
    owners.any(|owner| Some(owner) != first)
}

/// Draws one shot for each of the line, hit or miss.
fn draw_shots(turn: &mut Turn, system: u32, round: u32, count: usize, shots: &mut Vec<Shot>) {
    let scope = [u64::from(system), u64::from(round)];
    let targeting = turn.draw("combat.targeting", "combat.targeting.pick", &scope, count);
    let accuracy = turn.draw("combat.accuracy", "combat.accuracy.roll", &scope, count);
    let critical = turn.draw("combat.critical", "combat.critical.roll", &scope, count);
    let damage = turn.draw("combat.damage", "combat.damage.roll", &scope, count);
    let rolls = accuracy.into_iter().zip(critical).zip(damage);
    shots.clear();
    shots.extend(targeting.into_iter().zip(rolls).map(
        |(targeting, ((accuracy, critical), damage))| Shot {
            targeting,
            accuracy,
            critical,
            damage,
        },
    ));
}

/// Writes what a round has done, tells of the destroyed, and takes them out of the line.
fn settle(turn: &mut Turn, line: &mut Vec<Combatant>, round: &Round, number: u32, started: u32) {
    for combatant in line.iter() {
        turn.world.unit.hp[combatant.slot] = combatant.hp;
        turn.world.unit.shield[combatant.slot] = combatant.shield;
    }
    for kill in &round.kills {
        let fields = [
            ("round", i64::from(number)),
            ("killer", i64::from(kill.killer)),
        ];
        let victim = Some(("unit", kill.victim));
        turn.emit("unit.destroyed", victim, &fields, started, "");
        turn.world.unit.kills[kill.killer] += 1;
        turn.world.faction.ships_lost[kill.loser] += 1;
    }
    turn.fire("destruction", round.kills.len() as u64);
    line.retain(|combatant| combatant.hp > Fx(0));
}

/// Tells who is left, seen from the acting faction.
fn outcome(line: &[Combatant], faction: u32) -> i64 {
    let own = line.iter().any(|combatant| combatant.owner == faction);
    let others = line.iter().any(|combatant| combatant.owner != faction);
    match (own, others) {
        (true, false) => OUTCOME_ATTACKER,
        (false, true) => OUTCOME_DEFENDER,
        (true, true) => OUTCOME_DRAW,
        (false, false) => OUTCOME_MUTUAL_DESTRUCTION,
    }
}

/// A number of rows as an event's field.
fn raw_count(count: usize) -> i64 {
    let Ok(raw) = i64::try_from(count) else {
        unreachable!("rows are slots, and those are u32");
    };
    raw
}
