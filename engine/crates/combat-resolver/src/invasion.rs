//! Phase `invasion`: planets are occupied by whoever holds their system, and taken in the end.
//! Law: RULES.md, combat-resolver/invasion. Twin: `combat_resolver/invasion.py`. Once per faction's
//! step; simultaneous: holding a system depends on fleets only, which do not change here.

use std::collections::BTreeSet;

use shared::ids::NONE;
use sim_cortex::tables::POSTURE_STATIONED;
use sim_cortex::{Muster, Table, Turn, World};

/// Goes over the planets that the acting faction does not own, in id order.
pub fn invasion(turn: &mut Turn) {
    let faction = turn.acting();
    if turn.out_of_play(faction) {
        return;
    }
    let muster = Muster::of(turn.world);
    let held = held_systems(turn.world, &muster, faction);
    let foreign: Vec<u32> = foreign_planets(turn.world, faction).collect();
    let mut taken = BTreeSet::new();
    for planet in foreign {
        if !held.contains(&turn.world.planet.system[planet]) {
            abandon(turn.world, planet, faction);
        } else if occupy(turn, planet, faction) {
            take(turn, planet, faction);
            taken.insert(planet);
        }
    }
    if !taken.is_empty() {
        lose_builds(turn.world, &taken);
    }
}

/// Systems where an armed, stationed fleet of the faction stands and no armed one of another.
fn held_systems(world: &World, muster: &Muster, faction: u32) -> BTreeSet<u32> {
    let stationed = muster
        .fleets_of(faction)
        .filter(|&slot| world.fleet.posture[slot] == POSTURE_STATIONED);
    let systems = stationed.filter_map(|slot| muster.stands_armed_at(slot));
    systems
        .filter(|&system| !muster.others_at(system, faction))
        .collect()
}

fn foreign_planets(world: &World, faction: u32) -> impl Iterator<Item = u32> + '_ {
    let live = world.planet.slots().live();
    live.filter(move |&planet| world.planet.owner[planet] != faction)
}

/// Ends an occupation by a faction that does not hold the planet.
fn abandon(world: &mut World, slot: u32, faction: u32) {
    let planet = &mut world.planet;
    if planet.occupier[slot] == faction {
        planet.occupier[slot] = NONE;
        planet.occupied_turns[slot] = 0;
    }
}

/// Occupies a held planet for one more turn; true if that was long enough.
fn occupy(turn: &mut Turn, slot: u32, faction: u32) -> bool {
    let planet = &mut turn.world.planet;
    if planet.occupier[slot] == faction {
        planet.occupied_turns[slot] += 1;
    } else {
        planet.occupier[slot] = faction;
        planet.occupied_turns[slot] = 1;
    }
    let is_over = planet.occupied_turns[slot] >= turn.data.rules.occupation_turns;
    turn.fire("occupation", 1);
    is_over
}

/// Makes an occupied planet the faction's own.
fn take(turn: &mut Turn, slot: u32, faction: u32) {
    let planet = &mut turn.world.planet;
    let former = match planet.owner[slot] {
        NONE => -1,
        owner => i64::from(owner),
    };
    planet.owner[slot] = faction;
    planet.occupier[slot] = NONE;
    planet.occupied_turns[slot] = 0;
    turn.world.faction.planets_taken[faction] += 1;
    turn.emit(
        "planet.taken",
        Some(("planet", slot)),
        &[("former", former)],
        NONE,
        "",
    );
    turn.fire("conquest", 1);
}

/// What was being built at a taken planet is lost.
fn lose_builds(world: &mut World, taken: &BTreeSet<u32>) {
    let build = &mut world.build;
    let at_taken = |slot: &u32| taken.contains(&build.planet[*slot]);
    let lost: Vec<u32> = build.slots().live().filter(at_taken).collect();
    for slot in lost {
        build.turns_left[slot] = 0;
    }
}
