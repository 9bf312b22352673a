//! Builds from order to launch: queues, fleets with room, slots that are used again.

use economy::production::{launch, place_build, production};
use shared::fx::{Fx, from_int};
use shared::ids::NONE;
use sim_cortex::{Design, Table, Turn};

use crate::stage::{Stage, YARDS, scout};

/// A planet of faction 0 in system 0 and one in system 1; design 0 is a scout with a shield.
fn colony() -> Stage {
    let mut stage = Stage::new();
    stage.systems(2, &[(0, 1, 3)]);
    stage.design(Design {
        shield: from_int(7),
        ..scout()
    });
    stage.planet(0, 0, 10);
    stage.planet(1, 0, 10);
    stage
}

/// The live builds: (slot, planet, turns_left)
fn queue(stage: &Stage) -> Vec<(u32, u32, u32)> {
    let build = &stage.world.build;
    let live = build.slots().live();
    live.map(|slot| (slot, build.planet[slot], build.turns_left[slot]))
        .collect()
}

#[test]
fn placing_a_build_pays_the_yards() {
    let mut stage = colony();
    stage.endow(0, 130);
    stage.play("orders", 0, |turn: &mut Turn| {
        let asked = turn.emit("order.accepted", None, &[], NONE, "");
        place_build(turn, 1, 0, asked);
    });
    assert_eq!(queue(&stage), [(0, 1, 2)]);
    assert_eq!(
        (stage.world.build.owner[0], stage.world.build.design[0]),
        (0, 0)
    );
    assert_eq!(stage.world.account.balance[0], 30);
    assert_eq!(stage.world.account.balance[YARDS], 100);
    let transaction = r#"transaction(account 0; target = 5, amount = 100) [0] "build""#;
    assert_eq!(stage.told()[1], transaction);
}

#[test]
fn only_the_first_build_of_each_planet_advances() {
    let mut stage = colony();
    for (planet, turns) in [(0, 0), (0, 3), (0, 1), (1, 2)] {
        stage.build(planet, 0, turns);
    }
    stage.play("production", 0, production);
    assert_eq!(queue(&stage), [(0, 0, 0), (1, 0, 2), (2, 0, 1), (3, 1, 1)]);
    assert_eq!(stage.fired_all(), [("production", 2)]);
    assert_eq!(stage.told(), Vec::<String>::new());
}

#[test]
fn a_finished_build_launches_into_a_new_fleet_and_the_next_joins_it() {
    let mut stage = colony();
    stage.build(0, 0, 1);
    stage.play("production", 0, production);
    let expected = [
        "fleet.formed(fleet 0; system = 0)",
        "unit.built(unit 0; design = 0, fleet = 0) [0]",
    ];
    assert_eq!(stage.told(), expected);
    let unit = &stage.world.unit;
    assert_eq!(
        (unit.hp[0], unit.shield[0], unit.owner[0]),
        (from_int(2), from_int(7), 0)
    );
    let fleet = &stage.world.fleet;
    assert_eq!(
        (fleet.next[0], fleet.destination[0], fleet.posture[0]),
        (NONE, NONE, 0)
    );
    stage.build(0, 0, 1);
    stage.play("production", 0, production);
    assert_eq!(stage.told()[2], "unit.built(unit 1; design = 0, fleet = 0)");
    assert_eq!(stage.world.faction.ships_built[0], 2);
    let expected = [("fleet_formed", 1), ("launch", 2), ("production", 2)];
    assert_eq!(stage.fired_all(), expected);
}

#[test]
fn a_launch_takes_the_lowest_stationed_fleet_with_room_for_fit_units() {
    let mut stage = colony();
    let (full, other, away, moving) = (
        stage.fleet(0, 0, &[0, 0]),
        stage.fleet(1, 0, &[0]),
        stage.fleet(0, 1, &[0]),
        stage.fleet(0, 0, &[0]),
    );
    stage.send(moving, 1);
    let (wrecked, open) = (stage.fleet(0, 0, &[0, 0]), stage.fleet(0, 0, &[0]));
    let wreck = stage.world.unit.rows() - 2;
    stage.world.unit.hp[wreck] = Fx(0);
    stage.play("production", 0, |turn: &mut Turn| {
        for _ in 0..3 {
            launch(turn, 0, 0);
        }
    });
    let joined: Vec<u32> = stage.world.unit.fleet.as_slice()[8..].to_vec();
    assert_eq!(stage.world.unit.fleet[wreck], wrecked);
    assert_eq!(joined, [wrecked, open, 6]);
    assert!(![full, other, away, moving].contains(&6));
}

#[test]
fn launches_of_one_phase_share_a_fleet_as_launches_one_by_one_do() {
    let mut stage = colony();
    stage.planet(0, 0, 10);
    stage.planet(0, 0, 10);
    for planet in [0, 2, 3] {
        stage.build(planet, 0, 1);
    }
    stage.play("production", 0, production);
    assert_eq!(stage.world.unit.fleet.as_slice(), [0, 0, 1]);
    let mut single = colony();
    single.play("production", 0, |turn: &mut Turn| {
        for _ in 0..3 {
            launch(turn, 0, 0);
        }
    });
    assert_eq!(single.told(), stage.told());
}

#[test]
fn freed_slots_are_used_again_with_their_generation() {
    let mut stage = colony();
    stage.fleet(0, 1, &[0]);
    stage.world.unit.free(0);
    stage.world.fleet.free(0);
    stage.build(0, 0, 1);
    stage.play("production", 0, production);
    let events = stage.events.events();
    assert_eq!((events[0].slot, events[0].generation), (0, 1));
    assert_eq!((events[1].slot, events[1].generation), (0, 1));
}

#[test]
fn builds_of_others_and_of_the_eliminated_stay() {
    let mut stage = colony();
    stage.world.planet.owner[1] = 1;
    stage.build(1, 0, 1);
    stage.play("production", 0, production);
    stage.world.faction.eliminated_turn[1] = 1;
    stage.play("production", 1, production);
    assert_eq!(queue(&stage), [(0, 1, 1)]);
}
