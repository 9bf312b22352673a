//! Phase `combat`: one battle in each system where the acting faction meets another.
//! Law: RULES.md, combat-resolver/battle. Twin: `combat_resolver/battle.py`. Once per faction's
//! step; battles share no unit, so their order shows in events only. Knows no treaty.

use observability::{EventLog, Ledger};
use shared::fx::Fx;
use shared::ids::NONE;
use sim_cortex::shards::in_shards;
use sim_cortex::{Muster, Notes, Place, RuleData, SlotSet, Turn, World};

use crate::round::{Combatant, Fired, Kill, Round, Shot};

/// Battles that are fought one after the other.
const SHARD: usize = 8;

/// `outcome` of a battle that leaves only the acting faction.
const OUTCOME_ATTACKER: i64 = 0;
/// Only others are left.
const OUTCOME_DEFENDER: i64 = 1;
/// Both are left.
const OUTCOME_DRAW: i64 = 2;
/// Nobody is left.
const OUTCOME_MUTUAL_DESTRUCTION: i64 = 3;

/// (system, unit) of a combatant.
type Posted = (u32, u32);

/// Fights the acting faction's battles, in id order of the systems.
pub fn combat(turn: &mut Turn) {
    let faction = turn.acting();
    if turn.out_of_play(faction) {
        return;
    }
    let muster = Muster::of(turn.world);
    let contested: SlotSet = muster.contested(faction).collect();
    let roster = roster(turn.world, &muster, &contested);
    let battles = roster.chunk_by(|(left, _), (right, _)| left == right);
    let battles: Vec<&[Posted]> = battles.collect();
    turn.fire("battle", battles.len() as u64);
    let (place, world, data) = (turn.place(), &*turn.world, turn.data);
    let fought = in_shards(&battles, SHARD, |part| {
        let mut theatre = Theatre::new(place, world, data);
        part.iter()
            .for_each(|combatants| theatre.battle(combatants));
        theatre.outcome()
    });
    for part in fought {
        enter(turn, part);
    }
}

/// The fit units that stand at these systems, by system, then by unit.
fn roster(world: &World, muster: &Muster, systems: &SlotSet) -> Vec<Posted> {
    let here = muster.standing().filter(|(_, at)| systems.contains(*at));
    let mut roster = Vec::new();
    for (fleet, system) in here {
        let live = muster.units_of(fleet).iter();
        let fit = live.filter(|&&unit| world.unit.hp[unit] > Fx(0));
        roster.extend(fit.map(|&unit| (system, unit)));
    }
    roster.sort_unstable();
    roster
}

/// What battles have done, to be written when all are over.
struct Outcome {
    /// Combatants as they ended: unit, hp, shield.
    ended: Vec<(u32, Fx, Fx)>,
    kills: Vec<Kill>,
    fired: Fired,
    told: (Ledger, EventLog),
}

fn enter(turn: &mut Turn, outcome: Outcome) {
    let unit = &mut turn.world.unit;
    for (slot, hp, shield) in outcome.ended {
        if unit.hp[slot] != hp {
            unit.hp[slot] = hp;
        }
        if unit.shield[slot] != shield {
            unit.shield[slot] = shield;
        }
    }
    for kill in &outcome.kills {
        unit.kills[kill.killer] += 1;
        turn.world.faction.ships_lost[kill.loser] += 1;
    }
    let fired = outcome.fired;
    turn.fire("hit", fired.hits);
    turn.fire("critical", fired.criticals);
    turn.fire("shield_absorb", fired.absorbs);
    turn.fire("destruction", outcome.kills.len() as u64);
    turn.enter(outcome.told);
}

/// Where battles are fought one after the other; its buffers are used again.
struct Theatre<'a> {
    notes: Notes<'a>,
    world: &'a World,
    data: &'a RuleData,
    faction: u32,
    line: Vec<Combatant<'a>>,
    shots: Vec<Shot>,
    round: Round,
    ended: Vec<(u32, Fx, Fx)>,
    kills: Vec<Kill>,
}

impl<'a> Theatre<'a> {
    fn new(place: Place, world: &'a World, data: &'a RuleData) -> Self {
        Self {
            notes: Notes::new(place, world),
            world,
            data,
            faction: place.faction,
            line: Vec::new(),
            shots: Vec::new(),
            round: Round::default(),
            ended: Vec::new(),
            kills: Vec::new(),
        }
    }

    fn outcome(self) -> Outcome {
        Outcome {
            ended: self.ended,
            kills: self.kills,
            fired: self.round.fired,
            told: self.notes.close(),
        }
    }

    /// Fights one battle from its start to its resolution.
    fn battle(&mut self, combatants: &[Posted]) {
        let Some(&(system, _)) = combatants.first() else {
            unreachable!("a battle without combatants");
        };
        self.deploy(combatants);
        let (place, count) = (Some(("system", system)), raw_count(combatants.len()));
        let fields = [("combatants", count)];
        let started = self.notes.emit("battle.started", place, &fields, NONE);
        let mut rounds = 0;
        while rounds < self.data.rules.rounds_max && is_contested(&self.line) {
            rounds += 1;
            self.draw_shots(system, rounds);
            self.round
                .fight(&self.data.rules, &mut self.line, &self.shots);
            self.settle(rounds, started);
        }
        let fields = [
            ("rounds", i64::from(rounds)),
            ("outcome", outcome(&self.line, self.faction)),
        ];
        self.notes.emit("battle.ended", place, &fields, started);
        let left = self.line.iter();
        self.ended
            .extend(left.map(|unit| (unit.slot, unit.hp, unit.shield)));
    }

    /// Puts the combatants of one system into the line.
    fn deploy(&mut self, combatants: &[Posted]) {
        let (unit, designs) = (&self.world.unit, &self.data.designs);
        self.line.clear();
        self.line
            .extend(combatants.iter().map(|&(_, slot)| Combatant {
                slot,
                owner: unit.owner[slot],
                design: &designs[unit.design[slot]],
                hp: unit.hp[slot],
                shield: unit.shield[slot],
            }));
    }

    /// Draws one shot for each of the line, hit or miss.
    fn draw_shots(&mut self, system: u32, round: u32) {
        let (scope, count) = ([u64::from(system), u64::from(round)], self.line.len());
        let mut draw = |stream, site| self.notes.draw(stream, site, &scope, count);
        let targeting = draw("combat.targeting", "combat.targeting.pick");
        let accuracy = draw("combat.accuracy", "combat.accuracy.roll");
        let critical = draw("combat.critical", "combat.critical.roll");
        let damage = draw("combat.damage", "combat.damage.roll");
        let rolls = accuracy.into_iter().zip(critical).zip(damage);
        let shots = targeting.into_iter().zip(rolls);
        self.shots.clear();
        self.shots.extend(
            shots.map(|(targeting, ((accuracy, critical), damage))| Shot {
                targeting,
                accuracy,
                critical,
                damage,
            }),
        );
    }

    /// Tells of those that a round has destroyed, and takes them out of the line.
    fn settle(&mut self, number: u32, started: u32) {
        for kill in &self.round.kills {
            let fields = [
                ("round", i64::from(number)),
                ("killer", i64::from(kill.killer)),
            ];
            let victim = Some(("unit", kill.victim));
            self.notes.emit("unit.destroyed", victim, &fields, started);
        }
        self.kills.extend_from_slice(&self.round.kills);
        let destroyed = self.line.iter().filter(|unit| unit.hp == Fx(0));
        self.ended
            .extend(destroyed.map(|unit| (unit.slot, unit.hp, unit.shield)));
        self.line.retain(|combatant| combatant.hp > Fx(0));
    }
}

/// Tells whether combatants of at least two owners are left.
fn is_contested(line: &[Combatant]) -> bool {
    let mut owners = line.iter().map(|combatant| combatant.owner);
    let first = owners.next();
    owners.any(|owner| Some(owner) != first)
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
