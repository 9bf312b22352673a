//! The phase `combat`: who fights where, what is drawn, in which order it is told, how it ends.

use combat_resolver::battle::combat;
use shared::fx::{Fx, ONE, from_int};
use shared::stream::{bounded, draw_many, stream_key};
use sim_cortex::Design;

use crate::stage::{SEED, Stage, TURN, UNIVERSE, drawn, scout};

/// Three systems, and designs that always hit: 0 scout (attack 1, hull 2), 1 monitor (attack 9,
/// hull 100), 2 hulk (no attack, hull 2).
fn arena() -> Stage {
    let mut stage = Stage::new();
    stage.systems(3, &[(0, 1, 3), (1, 2, 4)]);
    stage.design(scout());
    stage.design(Design {
        attack: from_int(9),
        hull: from_int(100),
        ..scout()
    });
    stage.design(Design {
        attack: Fx(0),
        ..scout()
    });
    stage
}

/// The four streams of a battle's rounds: (system, round, count) each.
fn rounds_drawn(rounds: &[(u64, u64, u64)]) -> observability::Ledger {
    let mut ledger = observability::Ledger::new();
    for &(system, round, count) in rounds {
        let scope: &[u64] = &[system, round];
        ledger.absorb(drawn(
            "combat",
            &[
                ("combat.targeting", "combat.targeting.pick", scope, count),
                ("combat.accuracy", "combat.accuracy.roll", scope, count),
                ("combat.critical", "combat.critical.roll", scope, count),
                ("combat.damage", "combat.damage.roll", scope, count),
            ],
        ));
    }
    ledger
}

#[test]
fn an_attacker_wins_and_every_kill_names_its_first_hit() {
    let mut stage = arena();
    stage.fleet(0, 1, &[1]);
    stage.fleet(1, 1, &[0]);
    stage.play("combat", 0, combat);
    let expected = [
        "battle.started(system 1; combatants = 2)",
        "unit.destroyed(unit 1; round = 1, killer = 0) [0]",
        "battle.ended(system 1; rounds = 1, outcome = 0) [0]",
    ];
    assert_eq!(stage.told(), expected);
    assert_eq!(
        stage.fired_all(),
        [("battle", 1), ("destruction", 1), ("hit", 2)]
    );
    let unit = &stage.world.unit;
    assert_eq!(unit.hp.as_slice(), [from_int(99), Fx(0)]);
    assert_eq!(unit.kills.as_slice(), [1, 0]);
    assert_eq!(stage.world.faction.ships_lost.as_slice(), [0, 1, 0]);
    assert_eq!(stage.ledger, rounds_drawn(&[(1, 1, 2)]));
}

#[test]
fn a_defender_wins_against_what_cannot_shoot() {
    let mut stage = arena();
    stage.fleet(0, 0, &[2]);
    stage.fleet(1, 0, &[0]);
    stage.play("combat", 0, combat);
    let expected = [
        "battle.started(system 0; combatants = 2)",
        "unit.destroyed(unit 0; round = 2, killer = 1) [0]",
        "battle.ended(system 0; rounds = 2, outcome = 1) [0]",
    ];
    assert_eq!(stage.told(), expected);
    assert_eq!(stage.ledger, rounds_drawn(&[(0, 1, 2), (0, 2, 2)]));
}

#[test]
fn hulks_fight_to_a_draw_at_the_last_round() {
    let mut stage = arena();
    stage.fleet(0, 0, &[2]);
    stage.fleet(1, 0, &[2]);
    stage.play("combat", 0, combat);
    let ended = "battle.ended(system 0; rounds = 3, outcome = 2) [0]";
    assert_eq!(stage.told()[1], ended);
    assert_eq!(stage.fired("hit"), 6);
}

#[test]
fn equals_destroy_each_other_in_target_order() {
    let mut stage = arena();
    stage.fleet(0, 0, &[0]);
    stage.fleet(1, 0, &[0]);
    stage.play("combat", 0, combat);
    let expected = [
        "battle.started(system 0; combatants = 2)",
        "unit.destroyed(unit 0; round = 2, killer = 1) [0]",
        "unit.destroyed(unit 1; round = 2, killer = 0) [0]",
        "battle.ended(system 0; rounds = 2, outcome = 3) [0]",
    ];
    assert_eq!(stage.told(), expected);
    assert_eq!(stage.world.unit.kills.as_slice(), [1, 1]);
    assert_eq!(stage.world.faction.ships_lost.as_slice(), [1, 1, 0]);
}

#[test]
fn others_fight_on_when_the_attacker_is_gone() {
    let mut stage = arena();
    stage.fleet(0, 0, &[2]);
    stage.fleet(1, 0, &[2]);
    stage.fleet(2, 0, &[1]);
    stage.world.unit.hp[0] = Fx(1);
    stage.world.unit.hp[1] = from_int(10);
    stage.data.rules.rounds_max = 100;
    stage.play("combat", 0, combat);
    // Only the monitor shoots to harm: once at each hull that it draws, twice at the thick one.
    let told = stage.told();
    assert_eq!(
        stage.world.unit.kills.as_slice().iter().sum::<u32>(),
        2,
        "{told:?}"
    );
    assert_eq!(
        stage.world.unit.hp.as_slice(),
        [Fx(0), Fx(0), from_int(100)]
    );
    assert!(told[3].ends_with("outcome = 1) [0]"), "{told:?}");
    assert!(
        !told[1].contains("killer = 0") && told[2].starts_with("unit.destroyed"),
        "{told:?}"
    );
}

#[test]
fn battles_are_where_the_faction_meets_another_in_id_order() {
    let mut stage = arena();
    for system in [2, 0] {
        stage.fleet(0, system, &[2]);
        stage.fleet(1, system, &[2]);
    }
    // Others among themselves, a wreck and a fleet in a lane are no battle.
    stage.fleet(1, 1, &[0]);
    stage.fleet(2, 1, &[0]);
    let (wreck, leaving) = (stage.fleet(0, 1, &[0]), stage.fleet(0, 1, &[0]));
    stage.world.unit.hp[6] = Fx(0);
    stage.world.fleet.next[leaving] = 2;
    assert_eq!(stage.world.unit.fleet[6], wreck);
    stage.play("combat", 0, combat);
    let told = stage.told();
    let started: Vec<_> = told
        .iter()
        .filter(|event| event.starts_with("battle.started"))
        .collect();
    let expected = [
        "battle.started(system 0; combatants = 2)",
        "battle.started(system 2; combatants = 2)",
    ];
    assert_eq!(started, expected);
    assert_eq!(
        told[3],
        "battle.ended(system 2; rounds = 3, outcome = 2) [2]"
    );
    let expected = [
        (0, 1, 2),
        (0, 2, 2),
        (0, 3, 2),
        (2, 1, 2),
        (2, 2, 2),
        (2, 3, 2),
    ];
    assert_eq!(stage.ledger, rounds_drawn(&expected));
}

#[test]
fn shields_absorb_and_the_line_shrinks_by_the_destroyed_only() {
    let mut stage = arena();
    stage.design(Design {
        shield: ONE,
        ..scout()
    });
    stage.fleet(0, 0, &[1]);
    stage.fleet(1, 0, &[3, 3, 3]);
    stage.data.rules.rounds_max = 2;
    stage.play("combat", 0, combat);
    let expected = [
        ("battle", 1),
        ("destruction", 2),
        ("hit", 7),
        ("shield_absorb", 2),
    ];
    assert_eq!(stage.fired_all(), expected);
    assert_eq!(stage.world.unit.hp[0], from_int(100 - 3 - 2));
    assert_eq!(stage.world.faction.ships_lost.as_slice(), [0, 2, 0]);
    assert_eq!(stage.ledger, rounds_drawn(&[(0, 1, 4), (0, 2, 3)]));
}

#[test]
fn targets_follow_the_targeting_stream() {
    let mut stage = arena();
    stage.data.rules.rounds_max = 1;
    stage.fleet(1, 2, &[1, 1]);
    stage.fleet(0, 2, &[0, 0, 0]);
    stage.play("combat", 0, combat);
    let key = stream_key(
        SEED,
        UNIVERSE,
        TURN,
        "combat",
        0,
        "combat.targeting",
        &[2, 1],
    );
    let draws = draw_many(&key, 0, 5);
    // Owners of the line are 1 1 0 0 0: the foes of 0 are units 0 and 1, those of 1 are 2 to 4.
    let mut hull = [
        from_int(100).0,
        from_int(100).0,
        2 * ONE.0,
        2 * ONE.0,
        2 * ONE.0,
    ];
    for draw in &draws[..2] {
        let target = usize::try_from(2 + bounded(*draw, 3)).unwrap();
        hull[target] = 0;
    }
    for draw in &draws[2..] {
        hull[usize::try_from(bounded(*draw, 2)).unwrap()] -= ONE.0;
    }
    let found: Vec<i64> = stage
        .world
        .unit
        .hp
        .as_slice()
        .iter()
        .map(|hp| hp.0)
        .collect();
    assert_eq!(found, hull);
}

#[test]
fn a_faction_out_of_play_fights_nobody() {
    let mut stage = arena();
    stage.fleet(0, 0, &[0]);
    stage.fleet(1, 0, &[0]);
    stage.world.faction.eliminated_turn[0] = 2;
    stage.play("combat", 0, combat);
    assert_eq!(stage.told(), Vec::<String>::new());
}
