//! A thing is in one place: a unit in a fleet of its owner's, a fleet on a lane that there is.
//! Law: RULES.md, Part IV. Twin: `global_auditor/one_place.py`.

use shared::ids::NONE;
use sim_cortex::{IndexVec, Table, World};

use crate::finding::{Finding, Severity};
use crate::references::broken;

const RULE: (&str, Severity) = ("one_place", Severity::Critical);

/// Returns a finding for each live fleet without a lane that it is in or without a live unit (the
/// first of both), and each live unit whose owner is not its fleet's. Rows with a missing
/// reference are skipped.
#[must_use]
pub fn one_place(world: &World) -> Vec<Finding> {
    let mut findings = fleets(world);
    findings.extend(units(world));
    findings
}

fn fleets(world: &World) -> Vec<Finding> {
    let fleet = &world.fleet;
    let mut manned = IndexVec::new(vec![false; fleet.rows() as usize]);
    for unit in world.unit.slots().live() {
        let at = world.unit.fleet[unit];
        if fleet.is_alive(at) {
            manned[at] = true;
        }
    }
    let skipped = broken(world, fleet);
    let live = fleet.slots().live().filter(|slot| !skipped.contains(slot));
    let finding = |slot| {
        let (system, next) = (fleet.system[slot], fleet.next[slot]);
        let message = if next != NONE && world.topology.lane_weight(system, next).is_none() {
            format!("no lane {system}–{next}")
        } else if manned[slot] {
            return None;
        } else {
            "fleet without a unit".to_owned()
        };
        Some(Finding::of_row(RULE, world, fleet, slot, message))
    };
    live.filter_map(finding).collect()
}

fn units(world: &World) -> Vec<Finding> {
    let unit = &world.unit;
    let skipped = broken(world, unit);
    let live = unit.slots().live().filter(|slot| !skipped.contains(slot));
    let finding = |slot| {
        let (owner, fleets) = (unit.owner[slot], world.fleet.owner[unit.fleet[slot]]);
        (owner != fleets).then(|| {
            let message = format!("owner {owner}, fleet's owner {fleets}");
            Finding::of_row(RULE, world, unit, slot, message)
        })
    };
    live.filter_map(finding).collect()
}
