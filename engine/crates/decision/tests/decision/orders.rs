//! Commands: every reason of every kind, in the order of its checks, and what accepted ones do.

use decision::orders::orders;
use shared::fx::Fx;
use shared::ids::NONE;
use sim_cortex::Table;

use crate::stage::{Stage, scout};

/// Systems 0–1–2 in a row and 3 apart; planet 0 of faction 0; fleet 0 of faction 0 with units 0 and
/// 1 at 0, fleet 1 of faction 1 with unit 2 at 1. One design.
fn realm() -> Stage {
    let mut stage = Stage::new();
    stage.systems(4, &[(0, 1, 3), (1, 2, 4)]);
    stage.design(scout());
    stage.planet(0, 0, 10);
    stage.fleet(0, 0, &[0, 0]);
    stage.fleet(1, 1, &[0]);
    stage
}

fn ordered(stage: &mut Stage, commands: &[&str]) {
    stage.play_with("orders", Some(0), commands, orders);
}

/// The reason why the only command is rejected.
fn reason(stage: &mut Stage, command: &str) -> String {
    ordered(stage, &[command]);
    let events = stage.events.events();
    let last = events.last().unwrap();
    assert_eq!(
        (last.kind.as_ref(), last.slot),
        ("order.rejected", NONE),
        "{command}"
    );
    last.reason.to_string()
}

fn moving(fleet: &str, destination: &str) -> String {
    format!(r#"{{"destination":"{destination}","fleet":"{fleet}","kind":"move"}}"#)
}

fn stopping(fleet: &str) -> String {
    format!(r#"{{"fleet":"{fleet}","kind":"stop"}}"#)
}

fn building(planet: &str, design: &str) -> String {
    format!(r#"{{"design":{design},"kind":"build","planet":"{planet}"}}"#)
}

fn disbanding(unit: &str) -> String {
    format!(r#"{{"kind":"disband","unit":"{unit}"}}"#)
}

#[test]
fn a_move_sets_the_destination_and_the_posture() {
    let mut stage = realm();
    ordered(&mut stage, &[&moving("3/fleet/0:0", "3/system/2:0")]);
    assert_eq!(stage.world.fleet.destination[0], 2);
    assert_eq!(stage.world.fleet.posture[0], 1);
    assert_eq!(stage.told(), ["order.accepted(fleet 0; ordinal = 0)"]);
    assert_eq!(stage.fired_all(), [("order_move", 1)]);
}

#[test]
fn in_a_lane_a_move_keeps_the_posture_and_starts_at_the_lanes_end() {
    let mut stage = realm();
    stage.send(0, 1);
    stage.world.fleet.next[0] = 1;
    stage.world.fleet.posture[0] = 2;
    ordered(&mut stage, &[&moving("3/fleet/0:0", "3/system/0:0")]);
    assert_eq!(
        (
            stage.world.fleet.destination[0],
            stage.world.fleet.posture[0]
        ),
        (0, 2)
    );
    assert_eq!(
        reason(&mut stage, &moving("3/fleet/0:0", "3/system/3:0")),
        "unreachable"
    );
    assert_eq!(reason(&mut stage, &stopping("3/fleet/0:0")), "in_lane");
}

#[test]
fn each_check_of_a_move_is_done_on_both_ids_before_the_next() {
    let cases = [
        (moving("3/fleet/0", "4/system/0:0"), "malformed"),
        (moving("3/fleet/99:0", "4/system/0:0"), "wrong_universe"),
        (moving("4/fleet/0:0", "3/system/99:0"), "wrong_universe"),
        (moving("3/fleet/1:0", "3/system/99:0"), "unknown_entity"),
        (moving("3/fleet/0:1", "3/system/0:0"), "unknown_entity"),
        (moving("3/fleet/99:0", "3/system/0:0"), "unknown_entity"),
        (moving("3/fleet/1:0", "3/system/1:0"), "not_owner"),
        (moving("3/fleet/0:0", "3/system/0:0"), "already_there"),
        (moving("3/fleet/0:0", "3/system/3:0"), "unreachable"),
    ];
    for (command, expected) in cases {
        assert_eq!(reason(&mut realm(), &command), expected, "{command}");
    }
}

#[test]
fn a_stop_ends_a_way_that_has_not_left_its_system() {
    let mut stage = realm();
    stage.send(0, 2);
    ordered(&mut stage, &[&stopping("3/fleet/0:0")]);
    assert_eq!(
        (
            stage.world.fleet.destination[0],
            stage.world.fleet.posture[0]
        ),
        (NONE, 0)
    );
    assert_eq!(stage.fired_all(), [("order_stop", 1)]);
    assert_eq!(reason(&mut stage, &stopping("3/fleet/0:0")), "not_moving");
    assert_eq!(reason(&mut stage, &stopping("3/fleet/1:0")), "not_owner");
}

#[test]
fn a_build_is_paid_and_its_payment_is_caused_by_the_order() {
    let mut stage = realm();
    stage.endow(0, 100);
    ordered(&mut stage, &[&building("3/planet/0:0", "0")]);
    let expected = [
        "order.accepted(planet 0; ordinal = 0)",
        r#"transaction(account 0; target = 5, amount = 100) [0] "build""#,
    ];
    assert_eq!(stage.told(), expected);
    assert_eq!(stage.world.build.turns_left.as_slice(), [2]);
    assert_eq!(stage.fired_all(), [("order_build", 1)]);
}

#[test]
fn builds_are_refused_in_the_order_of_their_checks() {
    let refused = |planet: &str, design: &str, credits: i64, queue: &[u32]| {
        let mut stage = realm();
        stage.planet(0, 1, 10);
        stage.endow(0, credits);
        for turns_left in queue {
            stage.build(0, 0, *turns_left);
        }
        reason(&mut stage, &building(planet, design))
    };
    assert_eq!(refused("3/planet/0:0", "true", 0, &[]), "malformed");
    assert_eq!(refused("3/planet/1:0", "1", 0, &[]), "not_owner");
    assert_eq!(refused("3/planet/0:0", "1", 0, &[2, 2]), "unknown_design");
    assert_eq!(refused("3/planet/0:0", "-1", 0, &[]), "unknown_design");
    assert_eq!(
        refused("3/planet/0:0", "4294967296", 0, &[]),
        "unknown_design"
    );
    assert_eq!(refused("3/planet/0:0", "0", 0, &[2, 1]), "queue_full");
    assert_eq!(refused("3/planet/0:0", "0", 99, &[2, 0]), "no_funds");
}

#[test]
fn a_disbanded_unit_is_gone_for_the_next_command() {
    let mut stage = realm();
    stage.world.unit.shield[1] = Fx(5);
    let command = disbanding("3/unit/1:0");
    ordered(&mut stage, &[&command, &command, &disbanding("3/unit/2:0")]);
    assert_eq!(
        (stage.world.unit.hp[1], stage.world.unit.shield[1]),
        (Fx(0), Fx(0))
    );
    assert!(
        stage.world.unit.is_alive(1),
        "cleanup frees it, nobody else"
    );
    let expected = [
        "order.accepted(unit 1; ordinal = 0)",
        r#"order.rejected(; ordinal = 1) "unknown_entity""#,
        r#"order.rejected(; ordinal = 2) "not_owner""#,
    ];
    assert_eq!(stage.told(), expected);
    assert_eq!(
        stage.fired_all(),
        [("order_disband", 1), ("order_rejected", 2)]
    );
}

#[test]
fn money_is_spent_command_by_command() {
    let mut stage = realm();
    stage.endow(0, 150);
    let command = building("3/planet/0:0", "0");
    ordered(&mut stage, &[&command, &command]);
    assert_eq!(
        stage.told()[2],
        r#"order.rejected(; ordinal = 1) "no_funds""#
    );
}

#[test]
fn a_dead_slot_is_nobody() {
    let mut stage = realm();
    stage.world.unit.free(0);
    for id in ["3/unit/0:0", "3/unit/0:1"] {
        assert_eq!(reason(&mut stage, &disbanding(id)), "unknown_entity");
    }
}

#[test]
fn the_eliminated_and_steps_without_a_faction_take_no_command() {
    let mut stage = realm();
    stage.world.faction.eliminated_turn[0] = 4;
    assert_eq!(reason(&mut stage, "null"), "dead_faction");
    let mut stage = realm();
    stage.play_with(
        "recharge",
        None,
        &["null", &stopping("3/fleet/0:0")],
        orders,
    );
    let expected = [
        r#"order.rejected(; ordinal = 0) "wrong_step""#,
        r#"order.rejected(; ordinal = 1) "wrong_step""#,
    ];
    assert_eq!(stage.told(), expected);
    assert_eq!(stage.fired_all(), [("order_rejected", 2)]);
}
