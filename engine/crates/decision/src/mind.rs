//! Phase `decision`: the built-in mind sends fleets to worlds worth having, and builds units.
//! Law: RULES.md, decision/mind. Twin: `decision/mind.py`. Once per faction's step, for factions
//! that have it. Moves are simultaneous, builds sequential.

use economy::production::place_build;
use pathfinding::Router;
use pathfinding::route::UNREACHABLE;
use shared::fx::{Fx, div_floor, from_int};
use shared::fx_columns::scale_column;
use shared::ids::NONE;
use shared::isa::Isa;
use shared::stream::unit_fx;
use sim_cortex::shards::in_shards;
use sim_cortex::tables::POSTURE_UNDER_WAY;
use sim_cortex::{Muster, Notes, Turn, World};

use crate::sense::{Candidate, candidates, idle_planets, movers};

/// Fleets that choose one after the other.
const SHARD: usize = 64;

/// `faction.mind` of the built-in mind.
const MIND_BUILT_IN: u8 = 1;

/// Decides for the acting faction, if it has the built-in mind: moves, then builds.
pub fn decision(turn: &mut Turn) {
    let faction = turn.acting();
    if turn.out_of_play(faction) || turn.world.faction.mind[faction] != MIND_BUILT_IN {
        return;
    }
    decide_moves(turn, faction);
    decide_builds(turn, faction);
}

/// Returns how much a fleet wants to go somewhere: `value` less `threat_cost`, divided by 4 and the
/// distance in lane weight, plus noise.
#[must_use]
pub fn move_score(value: Fx, threat_cost: Fx, distance: u32, noise: Fx) -> Fx {
    let gain = Fx(value.0 - threat_cost.0);
    let effort = from_int(4 + i64::from(distance));
    Fx(div_floor(gain, effort).0 + noise.0)
}

/// Returns how much a planet wants to build a design: its weight times the draw's high half.
#[must_use]
pub fn build_score(weight: i64, draw: u64) -> i64 {
    weight * unit_fx(draw).0
}

/// The best of the scored options.
#[derive(Clone, Copy)]
struct Choice<T> {
    /// A slot or an index.
    of: u32,
    score: T,
    /// How many were scored.
    options: i64,
}

/// Counts one more scored option, in ascending order of slots: the first of equals stays.
fn weigh<T: Copy + PartialOrd>(best: &mut Option<Choice<T>>, of: u32, score: T) {
    let options = best.map_or(1, |choice| choice.options + 1);
    let (of, score) = match *best {
        Some(choice) if choice.score >= score => (choice.of, choice.score),
        _ => (of, score),
    };
    *best = Some(Choice { of, score, options });
}

fn decide_moves(turn: &mut Turn, faction: u32) {
    let muster = Muster::of(turn.world);
    let candidates = candidates(turn, &muster, faction);
    if candidates.is_empty() {
        return;
    }
    let movers = movers(turn.world, &muster, faction, &candidates);
    if movers.is_empty() {
        return;
    }
    let router = Router::of(turn.world);
    router.measure(candidates.iter().map(|candidate| candidate.system));
    let distances = candidates.iter();
    let chart = Chart {
        // Lanes are undirected: there are fewer candidates than places to set out from.
        distances: distances.map(|at| router.to_target(at.system)).collect(),
        candidates: &candidates,
        noise: turn.data.rules.noise,
        isa: turn.isa,
    };
    let (place, world) = (turn.place(), &*turn.world);
    let chosen = in_shards(&movers, SHARD, |fleets| {
        let mut notes = Notes::new(place, world);
        let choose = |&fleet: &u32| Some((fleet, chart.choice(&mut notes, world, fleet)?));
        let chosen: Vec<_> = fleets.iter().filter_map(choose).collect();
        (chosen, notes.close())
    });
    for (chosen, told) in chosen {
        turn.enter(told);
        for (fleet, choice) in chosen {
            send(turn, fleet, choice);
        }
    }
}

/// What all movers look at; nothing of it changes while they choose.
struct Chart<'a> {
    candidates: &'a [Candidate],
    /// By candidate: distances by system.
    distances: Vec<&'a [u32]>,
    noise: Fx,
    isa: Isa,
}

impl Chart<'_> {
    /// Draws noise for each candidate and scores those that the fleet can reach.
    fn choice(&self, notes: &mut Notes, world: &World, fleet: u32) -> Option<Choice<Fx>> {
        let (scope, options) = ([u64::from(fleet)], self.candidates.len());
        let draws = notes.draw("decision.noise", "decision.noise.roll", &scope, options);
        let from = world.fleet.system[fleet] as usize;
        let units: Vec<Fx> = draws.into_iter().map(unit_fx).collect();
        let mut noises = vec![Fx(0); units.len()];
        scale_column(self.isa, &units, self.noise, &mut noises);
        let mut best = None;
        let charted = self.candidates.iter().zip(&self.distances);
        for ((candidate, distances), noise) in charted.zip(noises) {
            let distance = distances.get(from).copied();
            match distance {
                None | Some(0 | UNREACHABLE) => {}
                Some(distance) => {
                    let score = move_score(candidate.value, candidate.threat_cost, distance, noise);
                    weigh(&mut best, candidate.system, score);
                }
            }
        }
        best
    }
}

fn send(turn: &mut Turn, slot: u32, choice: Choice<Fx>) {
    let fleet = &mut turn.world.fleet;
    fleet.destination[slot] = choice.of;
    fleet.posture[slot] = POSTURE_UNDER_WAY;
    let target = i64::from(choice.of);
    let fields = [
        ("target", target),
        ("score", choice.score.0),
        ("options", choice.options),
    ];
    turn.emit("decision.move", Some(("fleet", slot)), &fields, NONE, "");
    turn.fire("decision_move", 1);
}

fn decide_builds(turn: &mut Turn, faction: u32) {
    for planet in idle_planets(turn.world, faction) {
        let Some(choice) = choose_design(turn, faction, planet) else {
            continue;
        };
        let fields = [("design", i64::from(choice.of)), ("score", choice.score)];
        let decided = turn.emit(
            "decision.build",
            Some(("planet", planet)),
            &fields,
            NONE,
            "",
        );
        turn.fire("decision_build", 1);
        place_build(turn, planet, choice.of, decided);
    }
}

/// Draws for each design and scores those that the mind likes and can pay above its reserve.
fn choose_design(turn: &mut Turn, faction: u32, planet: u32) -> Option<Choice<i64>> {
    let designs = turn.data.designs.as_slice();
    let scope = [u64::from(planet)];
    let draws = turn.draw(
        "decision.build",
        "decision.build.roll",
        &scope,
        designs.len(),
    );
    let balance = turn.world.account.balance[turn.world.faction.account[faction]];
    let funds = balance - turn.data.rules.reserve;
    let mut best = None;
    for ((index, design), draw) in (0..).zip(designs).zip(draws) {
        if design.build_weight > 0 && design.cost <= funds {
            weigh(&mut best, index, build_score(design.build_weight, draw));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::{Choice, weigh};

    fn best(scores: &[i64]) -> Option<Choice<i64>> {
        let mut best = None;
        for (of, score) in (0..).zip(scores) {
            weigh(&mut best, of, *score);
        }
        best
    }

    #[test]
    fn the_first_of_the_best_stays_and_all_are_counted() {
        let choice = best(&[-3, 5, 5, 4]).unwrap();
        assert_eq!((choice.of, choice.score, choice.options), (1, 5, 4));
        let choice = best(&[-3, -9]).unwrap();
        assert_eq!((choice.of, choice.score, choice.options), (0, -3, 2));
        assert!(best(&[]).is_none());
    }
}
