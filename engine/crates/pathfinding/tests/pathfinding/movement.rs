//! The phase `movement`: budgets, lanes, arrivals, interceptions, and who does not move at all.

use pathfinding::Router;
use pathfinding::movement::movement;
use shared::fx::Fx;
use shared::ids::NONE;
use sim_cortex::Design;

use crate::stage::{Stage, drawn, scout};

/// A chain 0–1–2–3 of weights 3, 4, 10 and a system 4 behind it; designs of speed 5 and 2.
fn chain() -> Stage {
    let mut stage = Stage::new();
    stage.systems(5, &[(0, 1, 3), (1, 2, 4), (2, 3, 10), (3, 4, 1)]);
    stage.design(scout());
    stage.design(Design {
        speed: 2,
        ..scout()
    });
    stage
}

/// (system, next, destination, progress, posture)
fn place(stage: &Stage, slot: u32) -> (u32, u32, u32, u32, u8) {
    let fleet = &stage.world.fleet;
    (
        fleet.system[slot],
        fleet.next[slot],
        fleet.destination[slot],
        fleet.progress[slot],
        fleet.posture[slot],
    )
}

#[test]
fn a_fleet_spends_what_is_left_of_its_budget_in_the_next_lane() {
    let mut stage = chain();
    let fleet = stage.fleet(0, 0, &[0]);
    stage.send(fleet, 2);
    stage.play("movement", 0, movement);
    assert_eq!(place(&stage, fleet), (1, 2, 2, 2, 2));
    stage.play("movement", 0, movement);
    assert_eq!(place(&stage, fleet), (2, NONE, NONE, 0, 0));
    assert_eq!(stage.told(), ["fleet.arrived(fleet 0; system = 2)"]);
    assert_eq!(stage.fired_all(), [("arrival", 1), ("movement", 2)]);
    assert_eq!(stage.ledger, drawn("movement", &[]));
}

#[test]
fn a_budget_that_ends_at_a_system_leaves_the_fleet_under_way_there() {
    let mut stage = chain();
    stage.data.designs[0].speed = 7;
    let fleet = stage.fleet(0, 0, &[0]);
    stage.send(fleet, 3);
    stage.play("movement", 0, movement);
    assert_eq!(place(&stage, fleet), (2, NONE, 3, 0, 1));
    stage.play("movement", 0, movement);
    assert_eq!(place(&stage, fleet), (2, 3, 3, 7, 2));
    assert_eq!(stage.told(), Vec::<String>::new());
}

#[test]
fn arriving_needs_no_budget() {
    let mut stage = chain();
    stage.data.designs[0].speed = 3;
    let fleet = stage.fleet(0, 0, &[0]);
    stage.send(fleet, 1);
    stage.play("movement", 0, movement);
    assert_eq!(place(&stage, fleet), (1, NONE, NONE, 0, 0));
}

#[test]
fn the_slowest_fit_unit_sets_the_budget() {
    let mut stage = chain();
    let slow = stage.fleet(0, 0, &[0, 1]);
    let wrecked = stage.fleet(0, 0, &[0, 1]);
    stage.world.unit.hp[3] = Fx(0);
    for fleet in [slow, wrecked] {
        stage.send(fleet, 1);
    }
    stage.play("movement", 0, movement);
    assert_eq!(place(&stage, slow), (0, 1, 1, 2, 2));
    assert_eq!(place(&stage, wrecked), (1, NONE, NONE, 0, 0));
}

#[test]
fn an_armed_fleet_of_another_faction_stops_whoever_enters() {
    let mut stage = chain();
    let (passing, ending) = (stage.fleet(0, 0, &[0]), stage.fleet(0, 0, &[0]));
    let guard = stage.fleet(1, 1, &[0]);
    stage.send(passing, 2);
    stage.send(ending, 1);
    stage.send(guard, 2);
    stage.play("movement", 0, movement);
    for fleet in [passing, ending] {
        assert_eq!(place(&stage, fleet), (1, NONE, NONE, 0, 0));
    }
    let expected = [
        "fleet.intercepted(fleet 0; system = 1)",
        "fleet.intercepted(fleet 1; system = 1)",
    ];
    assert_eq!(stage.told(), expected);
    assert_eq!(stage.fired("interception"), 2);
}

#[test]
fn wrecks_friends_and_fleets_in_lanes_stop_nobody() {
    let mut stage = chain();
    let fleet = stage.fleet(0, 0, &[0]);
    stage.send(fleet, 1);
    stage.fleet(0, 1, &[0]);
    let (wreck, leaving) = (stage.fleet(1, 1, &[0]), stage.fleet(1, 1, &[0]));
    stage.world.unit.hp[2] = Fx(0);
    stage.send(leaving, 2);
    stage.world.fleet.next[leaving] = 2;
    assert_ne!(wreck, leaving);
    stage.play("movement", 0, movement);
    assert_eq!(stage.told(), ["fleet.arrived(fleet 0; system = 1)"]);
}

#[test]
fn a_guard_does_not_hold_what_already_stands_there() {
    let mut stage = chain();
    let fleet = stage.fleet(0, 1, &[0]);
    stage.fleet(1, 1, &[0]);
    stage.send(fleet, 2);
    stage.play("movement", 0, movement);
    assert_eq!(stage.told(), ["fleet.arrived(fleet 0; system = 2)"]);
}

#[test]
fn only_armed_fleets_of_the_faction_with_a_destination_move() {
    let mut stage = chain();
    let (idle, other, empty) = (
        stage.fleet(0, 0, &[0]),
        stage.fleet(1, 0, &[0]),
        stage.fleet(0, 0, &[]),
    );
    stage.send(other, 1);
    stage.send(empty, 1);
    stage.play("movement", 0, movement);
    assert_eq!(place(&stage, idle), (0, NONE, NONE, 0, 0));
    assert_eq!(place(&stage, other), (0, NONE, 1, 0, 1));
    assert_eq!(place(&stage, empty), (0, NONE, 1, 0, 1));
    assert_eq!(stage.fired_all(), []);
}

#[test]
fn a_faction_out_of_play_does_nothing() {
    let mut stage = chain();
    let fleet = stage.fleet(0, 0, &[0]);
    stage.send(fleet, 1);
    stage.world.faction.eliminated_turn[0] = 3;
    stage.play("movement", 0, movement);
    assert_eq!(place(&stage, fleet), (0, NONE, 1, 0, 1));
}

#[test]
fn in_a_lane_a_fleet_first_reaches_its_end_and_then_turns() {
    let mut stage = chain();
    let fleet = stage.fleet(0, 1, &[0]);
    stage.world.fleet.next[fleet] = 2;
    stage.world.fleet.progress[fleet] = 3;
    stage.send(fleet, 0);
    stage.world.fleet.posture[fleet] = 2;
    stage.play("movement", 0, movement);
    assert_eq!(place(&stage, fleet), (1, NONE, 0, 0, 1));
    stage.play("movement", 0, movement);
    assert_eq!(place(&stage, fleet), (0, NONE, NONE, 0, 0));
}

#[test]
fn the_world_keeps_its_router_until_it_is_written_from_outside() {
    let mut stage = chain();
    let router = Router::of(&mut stage.world);
    assert_eq!(router.to_target(2), [7, 4, 0, 10, 11]);
    assert_eq!(router.next_hop(0, 2), 1);
    stage.world.lane.weight[0] = 1;
    assert_eq!(Router::of(&mut stage.world).to_target(2)[0], 7);
    stage.world.rederive();
    assert_eq!(Router::of(&mut stage.world).to_target(2)[0], 5);
}
