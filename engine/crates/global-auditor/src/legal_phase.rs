//! Codes fit what they stand for: a fleet's posture its way, a planet's occupier its turns.
//! Law: RULES.md, Part IV. Twin: `global_auditor/legal_phase.py`.

use shared::ids::NONE;
use sim_cortex::tables::{POSTURE_IN_LANE, POSTURE_STATIONED, POSTURE_UNDER_WAY};
use sim_cortex::{Table, World};

use crate::finding::{Finding, Severity};
use crate::references::broken;

const RULE: (&str, Severity) = ("legal_phase", Severity::Error);

/// Returns a finding for each live planet whose occupation is none, and each live fleet whose
/// posture does not fit. Rows with a missing reference are skipped.
#[must_use]
pub fn legal_phase(world: &World) -> Vec<Finding> {
    let mut findings = planets(world);
    findings.extend(fleets(world));
    findings
}

fn planets(world: &World) -> Vec<Finding> {
    let planet = &world.planet;
    let skipped = broken(world, planet);
    let live = planet.slots().live().filter(|slot| !skipped.contains(slot));
    let finding = |slot| {
        let (occupier, owner) = (planet.occupier[slot], planet.owner[slot]);
        let turns = planet.occupied_turns[slot];
        let occupied = occupier != NONE;
        let legal = occupied == (turns != 0) && !(occupied && occupier == owner);
        (!legal).then(|| {
            let message = format!("occupier {occupier} for {turns} turns, owner {owner}");
            Finding::of_row(RULE, world, planet, slot, message)
        })
    };
    live.filter_map(finding).collect()
}

fn fleets(world: &World) -> Vec<Finding> {
    let fleet = &world.fleet;
    let skipped = broken(world, fleet);
    let live = fleet.slots().live().filter(|slot| !skipped.contains(slot));
    let finding = |slot| {
        let (posture, progress) = (fleet.posture[slot], fleet.progress[slot]);
        let (next, destination) = (fleet.next[slot], fleet.destination[slot]);
        (!posture_fits(world, slot)).then(|| {
            let way = format!("next {next}, destination {destination}, progress {progress}");
            let message = format!("posture {posture}: {way}");
            Finding::of_row(RULE, world, fleet, slot, message)
        })
    };
    live.filter_map(finding).collect()
}

/// A posture that is none is the range's to report.
fn posture_fits(world: &World, slot: u32) -> bool {
    let fleet = &world.fleet;
    let (next, progress) = (fleet.next[slot], fleet.progress[slot]);
    let (at_system, bound) = (next == NONE, fleet.destination[slot] != NONE);
    match fleet.posture[slot] {
        POSTURE_STATIONED => at_system && !bound && progress == 0,
        POSTURE_UNDER_WAY => at_system && bound && progress == 0,
        POSTURE_IN_LANE => {
            let weight = world.topology.lane_weight(fleet.system[slot], next);
            !at_system && bound && weight.is_none_or(|weight| progress < weight)
        }
        _ => true,
    }
}
