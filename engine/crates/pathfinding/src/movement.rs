//! Phase `movement`: armed fleets spend their speed along lanes until it or the way ends.
//! Law: RULES.md, pathfinding/movement. Twin: `pathfinding/movement.py`. Once per faction's step;
//! simultaneous: nobody else moves, so who stands where is asked once.

use shared::ids::NONE;
use sim_cortex::presence::{Presence, fit_units};
use sim_cortex::tables::{POSTURE_IN_LANE, POSTURE_STATIONED, POSTURE_UNDER_WAY};
use sim_cortex::{IndexVec, Table, Turn, World};

use crate::router::Router;

/// Moves the acting faction's armed fleets that have a destination, in id order.
pub fn movement(turn: &mut Turn) {
    let faction = turn.acting();
    if turn.out_of_play(faction) {
        return;
    }
    let presence = Presence::of(turn.world);
    let budgets = budgets(turn);
    let moving = moving(turn.world, &presence, faction);
    turn.fire("movement", moving.len() as u64);
    let router = Router::of(turn.world);
    for fleet in moving {
        travel(turn, &router, &presence, fleet, budgets[fleet]);
    }
}

/// The faction's armed fleets with a destination, in id order.
fn moving(world: &World, presence: &Presence, faction: u32) -> Vec<u32> {
    let fleet = &world.fleet;
    let live = fleet.slots().live();
    let own = live.filter(|&slot| fleet.owner[slot] == faction);
    own.filter(|&slot| fleet.destination[slot] != NONE && presence.is_armed(slot))
        .collect()
}

/// By fleet: the least speed of its fit units.
fn budgets(turn: &Turn) -> IndexVec<u32> {
    let world = &*turn.world;
    let mut budgets = IndexVec::new(vec![u32::MAX; world.fleet.rows() as usize]);
    for unit in fit_units(world) {
        let speed = turn.data.designs[world.unit.design[unit]].speed;
        let least = &mut budgets[world.unit.fleet[unit]];
        *least = speed.min(*least);
    }
    budgets
}

/// Moves one fleet as far as its budget, in lane weight, takes it.
fn travel(turn: &mut Turn, router: &Router, presence: &Presence, fleet: u32, mut budget: u32) {
    loop {
        let at_system = turn.world.fleet.next[fleet] == NONE;
        if at_system && !depart(turn, router, fleet, budget) {
            return;
        }
        if !advance(turn.world, fleet, &mut budget) || intercepted(turn, presence, fleet) {
            return;
        }
    }
}

/// Enters the next lane of a fleet that stands; false if it stays, because it has arrived or has
/// spent its budget.
fn depart(turn: &mut Turn, router: &Router, slot: u32, budget: u32) -> bool {
    let fleet = &mut turn.world.fleet;
    let (system, destination) = (fleet.system[slot], fleet.destination[slot]);
    if system == destination {
        halt(turn, slot, "fleet.arrived", "arrival");
        return false;
    }
    if budget == 0 {
        fleet.posture[slot] = POSTURE_UNDER_WAY;
        return false;
    }
    let next = router.next_hop(system, destination);
    assert!(
        next != NONE,
        "fleet {slot} has no way from system {system} to {destination}"
    );
    let fleet = &mut turn.world.fleet;
    fleet.next[slot] = next;
    fleet.progress[slot] = 0;
    fleet.posture[slot] = POSTURE_IN_LANE;
    true
}

/// Spends budget on a fleet's lane; true if it has reached the lane's end and stands there.
fn advance(world: &mut World, slot: u32, budget: &mut u32) -> bool {
    let fleet = &mut world.fleet;
    let (system, next) = (fleet.system[slot], fleet.next[slot]);
    let Some(weight) = world.topology.lane_weight(system, next) else {
        unreachable!("fleet {slot} is in a lane {system}–{next} that there is not");
    };
    let spent = (*budget).min(weight - fleet.progress[slot]);
    fleet.progress[slot] += spent;
    *budget -= spent;
    if fleet.progress[slot] < weight {
        return false;
    }
    fleet.system[slot] = next;
    fleet.next[slot] = NONE;
    fleet.progress[slot] = 0;
    fleet.posture[slot] = POSTURE_UNDER_WAY;
    true
}

/// Stops a fleet that has come to a system where an armed fleet of another faction stands.
fn intercepted(turn: &mut Turn, presence: &Presence, slot: u32) -> bool {
    let fleet = &turn.world.fleet;
    let met = presence.others_at(fleet.system[slot], fleet.owner[slot]);
    if met {
        halt(turn, slot, "fleet.intercepted", "interception");
    }
    met
}

/// Ends a fleet's way where it stands.
fn halt(turn: &mut Turn, slot: u32, kind: &'static str, rule: &str) {
    let fleet = &mut turn.world.fleet;
    fleet.destination[slot] = NONE;
    fleet.posture[slot] = POSTURE_STATIONED;
    let system = i64::from(fleet.system[slot]);
    turn.emit(kind, Some(("fleet", slot)), &[("system", system)], NONE, "");
    turn.fire(rule, 1);
}
