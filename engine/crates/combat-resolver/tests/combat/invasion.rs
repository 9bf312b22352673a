//! The phase `invasion`: who holds a planet, for how long, and what its fall brings about.

use combat_resolver::invasion::invasion;
use shared::fx::Fx;
use shared::ids::NONE;

use crate::stage::{Stage, scout};

/// Two systems; planet 0 of faction 1 in system 0, planet 1 of nobody in system 1.
fn frontier() -> Stage {
    let mut stage = Stage::new();
    stage.systems(2, &[(0, 1, 3)]);
    stage.design(scout());
    stage.planet(0, 1, 10);
    stage.planet(1, NONE, 10);
    stage
}

/// (owner, occupier, occupied_turns)
fn state(stage: &Stage, slot: u32) -> (u32, u32, u32) {
    let planet = &stage.world.planet;
    (
        planet.owner[slot],
        planet.occupier[slot],
        planet.occupied_turns[slot],
    )
}

#[test]
fn a_planet_falls_when_it_was_held_long_enough() {
    let mut stage = frontier();
    stage.fleet(0, 0, &[0]);
    stage.build(0, 0, 5);
    stage.play("invasion", 0, invasion);
    assert_eq!(state(&stage, 0), (1, 0, 1));
    stage.play("invasion", 0, invasion);
    assert_eq!(state(&stage, 0), (0, NONE, 0));
    assert_eq!(stage.told(), ["planet.taken(planet 0; former = 1)"]);
    assert_eq!(stage.world.faction.planets_taken.as_slice(), [1, 0, 0]);
    assert_eq!(stage.world.build.turns_left[0], 0);
    assert_eq!(stage.fired_all(), [("conquest", 1), ("occupation", 2)]);
    stage.play("invasion", 0, invasion);
    assert_eq!(state(&stage, 0), (0, NONE, 0));
}

#[test]
fn a_planet_of_nobody_has_no_former_owner_and_one_turn_may_do() {
    let mut stage = frontier();
    stage.data.rules.occupation_turns = 1;
    stage.fleet(0, 1, &[0]);
    stage.play("invasion", 0, invasion);
    assert_eq!(stage.told(), ["planet.taken(planet 1; former = -1)"]);
}

#[test]
fn an_occupation_begins_anew_for_another_faction() {
    let mut stage = frontier();
    stage.world.planet.occupier[1] = 2;
    stage.world.planet.occupied_turns[1] = 1;
    stage.fleet(0, 1, &[0]);
    stage.play("invasion", 0, invasion);
    assert_eq!(state(&stage, 1), (NONE, 0, 1));
}

#[test]
fn who_does_not_hold_ends_his_own_occupation_only() {
    let mut stage = frontier();
    for (planet, occupier) in [(0, 0), (1, 2)] {
        stage.world.planet.occupier[planet] = occupier;
        stage.world.planet.occupied_turns[planet] = 1;
    }
    stage.play("invasion", 0, invasion);
    assert_eq!(state(&stage, 0), (1, NONE, 0));
    assert_eq!(state(&stage, 1), (NONE, 2, 1));
    assert_eq!(stage.fired_all(), []);
}

#[test]
fn a_guard_an_open_destination_or_a_wreck_means_not_holding() {
    let mut contested = frontier();
    contested.fleet(0, 0, &[0]);
    contested.fleet(2, 0, &[0]);
    let mut leaving = frontier();
    let fleet = leaving.fleet(0, 0, &[0]);
    leaving.send(fleet, 1);
    let mut wreck = frontier();
    wreck.fleet(0, 0, &[0]);
    wreck.world.unit.hp[0] = Fx(0);
    for mut stage in [contested, leaving, wreck] {
        stage.play("invasion", 0, invasion);
        assert_eq!(state(&stage, 0), (1, NONE, 0));
    }
}

#[test]
fn a_wreck_of_another_faction_guards_nothing() {
    let mut stage = frontier();
    stage.fleet(0, 0, &[0]);
    stage.fleet(1, 0, &[0]);
    stage.world.unit.hp[1] = Fx(0);
    stage.play("invasion", 0, invasion);
    assert_eq!(state(&stage, 0), (1, 0, 1));
}

#[test]
fn a_faction_out_of_play_changes_nothing() {
    let mut stage = frontier();
    stage.world.planet.occupier[0] = 0;
    stage.world.planet.occupied_turns[0] = 1;
    stage.world.faction.eliminated_turn[0] = 2;
    stage.play("invasion", 0, invasion);
    assert_eq!(state(&stage, 0), (1, 0, 1));
}
