//! Phase `cleanup`: what has been destroyed, emptied or finished gives its slot back.
//! Law: RULES.md, campaign/cleanup. Twin: `campaign/cleanup.py`. The only place that frees slots.

use shared::fx::Fx;
use sim_cortex::{IndexVec, Table, Turn};

/// Frees units with hp 0, then fleets without a live unit, then builds without turns left.
pub fn cleanup(turn: &mut Turn) {
    let units = free_units(turn);
    let fleets = free_fleets(turn);
    let builds = free_builds(turn);
    turn.fire("cleanup", units + fleets + builds);
}

fn free_units(turn: &mut Turn) -> u64 {
    let unit = &mut turn.world.unit;
    let live = unit.slots().live();
    let lost: Vec<u32> = live.filter(|&slot| unit.hp[slot] == Fx(0)).collect();
    free_all(unit, &lost)
}

fn free_fleets(turn: &mut Turn) -> u64 {
    let (fleet, unit) = (&mut turn.world.fleet, &turn.world.unit);
    let mut manned = IndexVec::new(vec![false; fleet.rows() as usize]);
    for slot in unit.slots().live() {
        manned[unit.fleet[slot]] = true;
    }
    let live = fleet.slots().live();
    let empty: Vec<u32> = live.filter(|&slot| !manned[slot]).collect();
    free_all(fleet, &empty)
}

fn free_builds(turn: &mut Turn) -> u64 {
    let build = &mut turn.world.build;
    let live = build.slots().live();
    let over: Vec<u32> = live.filter(|&slot| build.turns_left[slot] == 0).collect();
    free_all(build, &over)
}

fn free_all(table: &mut impl Table, slots: &[u32]) -> u64 {
    slots.iter().fold(0, |freed, &slot| {
        table.free(slot);
        freed + 1
    })
}
