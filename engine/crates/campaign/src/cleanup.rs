//! Phase `cleanup`: what has been destroyed, emptied or finished gives its slot back.
//! Law: RULES.md, campaign/cleanup. Twin: `campaign/cleanup.py`. The only place that frees slots.

use sim_cortex::{Muster, Table, Turn};

/// Frees units with hp 0, then fleets without a live unit, then builds without turns left.
pub fn cleanup(turn: &mut Turn) {
    let units = free_units(turn);
    let fleets = free_fleets(turn);
    let builds = free_builds(turn);
    turn.fire("cleanup", units + fleets + builds);
}

fn free_units(turn: &mut Turn) -> u64 {
    let muster = Muster::of(turn.world);
    let lost: Vec<u32> = muster.lost_units().collect();
    free_all(&mut turn.world.unit, &lost)
}

fn free_fleets(turn: &mut Turn) -> u64 {
    let muster = Muster::of(turn.world);
    let fleet = &mut turn.world.fleet;
    let live = fleet.slots().live();
    let empty: Vec<u32> = live
        .filter(|&slot| muster.units_of(slot).is_empty())
        .collect();
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
