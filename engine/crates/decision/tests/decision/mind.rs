//! The built-in mind: candidates, movers, scores by the rule's text, ties, and builds in a row.

use decision::mind::{build_score, decision, move_score};
use shared::fx::{Fx, ONE, from_int, mul_floor};
use shared::ids::NONE;
use shared::stream::{draw_many, stream_key, unit_fx};
use sim_cortex::Design;

use crate::stage::{SEED, Stage, TURN, UNIVERSE, drawn, scout};

/// Systems 0–1–2 in a row (weights 3, 4), 3 apart, 4 beyond 0 at weight 3. Faction 0 has the mind
/// and a fleet at home in 0, too poor to build.
fn realm() -> Stage {
    let mut stage = Stage::new();
    stage.systems(5, &[(0, 1, 3), (1, 2, 4), (0, 4, 3)]);
    stage.design(scout());
    stage.world.faction.mind[0] = 1;
    stage.planet(0, 0, 10);
    stage.fleet(0, 0, &[0]);
    stage
}

fn roll(stream: &str, scope: u64, index: usize) -> u64 {
    let key = stream_key(SEED, UNIVERSE, TURN, "decision", 0, stream, &[scope]);
    draw_many(&key, 0, index + 1)[index]
}

/// Draws that a realm without more designs makes: noise for fleets, one build draw for planet 0.
fn noise_drawn(fleets: &[(u64, u64)]) -> observability::Ledger {
    let build: &[u64] = &[0];
    let mut ledger = drawn(
        "decision",
        &[("decision.build", "decision.build.roll", build, 1)],
    );
    for &(fleet, count) in fleets {
        let scope: &[u64] = &[fleet];
        let noise = ("decision.noise", "decision.noise.roll", scope, count);
        ledger.absorb(drawn("decision", &[noise]));
    }
    ledger
}

#[test]
fn scores_are_rounded_down_even_below_zero() {
    assert_eq!(move_score(from_int(10), from_int(2), 0, Fx(0)), from_int(2));
    assert_eq!(
        move_score(from_int(10), from_int(2), 4, Fx(3)),
        Fx(ONE.0 + 3)
    );
    assert_eq!(move_score(Fx(0), Fx(1), 0, Fx(0)), Fx(-1));
    assert_eq!(move_score(Fx(0), Fx(1), 0, Fx(1)), Fx(0));
    let far = move_score(Fx(1 << 62), Fx(0), 0, Fx(1 << 52));
    assert_eq!(far, Fx((1 << 60) + (1 << 52)));
    assert_eq!(
        move_score(Fx(0), Fx(1 << 60), 1 << 30, Fx(0)),
        Fx(-(1 << 30) + 3)
    );
}

#[test]
fn build_scores_use_the_high_half_of_a_draw() {
    assert_eq!(build_score(3, u64::from(u32::MAX)), 0);
    assert_eq!(build_score(3, 1 << 32), 3);
    assert_eq!(
        build_score(1_000_000, u64::MAX),
        1_000_000 * ((1 << 32) - 1)
    );
    assert_eq!(build_score(0, u64::MAX), 0);
}

#[test]
fn a_fleet_goes_where_value_per_distance_is_greatest() {
    let mut stage = realm();
    stage.planet(1, NONE, 70);
    stage.planet(2, NONE, 77);
    stage.planet(2, 1, 77);
    stage.planet(3, NONE, 9000);
    stage.play("decision", 0, decision);
    // 70 / 7 = 10, but 154 / 11 = 14; system 3 cannot be reached.
    let expected = [format!(
        "decision.move(fleet 0; target = 2, score = {}, options = 2)",
        from_int(14).0
    )];
    assert_eq!(stage.told(), expected);
    assert_eq!(
        (
            stage.world.fleet.destination[0],
            stage.world.fleet.posture[0]
        ),
        (2, 1)
    );
    assert_eq!(stage.fired_all(), [("decision_move", 1)]);
    assert_eq!(stage.ledger, noise_drawn(&[(0, 3)]));
}

#[test]
fn at_a_tie_the_lowest_system_wins_and_weights_and_threats_count() {
    let mut stage = realm();
    stage.planet(4, NONE, 70);
    stage.planet(1, NONE, 70);
    stage.play("decision", 0, decision);
    assert_eq!(stage.world.fleet.destination[0], 1);

    let mut threatened = realm();
    threatened.planet(4, NONE, 70);
    threatened.planet(1, NONE, 70);
    threatened.fleet(1, 1, &[0, 0]);
    threatened.world.unit.hp[2] = Fx(0);
    threatened.play("decision", 0, decision);
    assert_eq!(threatened.world.fleet.destination[0], 4);

    let mut aggressive = realm();
    let mind = &mut aggressive.data.minds.as_mut_slice()[0];
    (mind.aggression, mind.caution) = (from_int(2), Fx(ONE.0 / 2));
    aggressive.planet(4, 1, 70);
    aggressive.planet(1, NONE, 70);
    aggressive.fleet(2, 4, &[0, 0]);
    aggressive.play("decision", 0, decision);
    let score = (from_int(139).0).div_euclid(7);
    let expected = format!("decision.move(fleet 0; target = 4, score = {score}, options = 2)");
    assert_eq!(aggressive.told(), [expected]);
}

#[test]
fn noise_is_drawn_by_fleet_and_ordinal_of_the_candidate() {
    let mut stage = realm();
    stage.data.rules.noise = from_int(1000);
    stage.planet(3, NONE, 70);
    stage.planet(1, NONE, 70);
    stage.planet(4, NONE, 70);
    stage.play("decision", 0, decision);
    // Candidates are 1, 3, 4; 3 is drawn for and cannot be reached.
    let noise = |ordinal| mul_floor(unit_fx(roll("decision.noise", 0, ordinal)), from_int(1000));
    let (near, other) = (noise(0), noise(2));
    let (target, best) = if other > near { (4, other) } else { (1, near) };
    let score = from_int(10).0 + best.0;
    let expected =
        format!("decision.move(fleet 0; target = {target}, score = {score}, options = 2)");
    assert_eq!(stage.told(), [expected]);
    assert_eq!(stage.ledger, noise_drawn(&[(0, 3)]));
}

#[test]
fn movers_are_armed_stationed_and_not_where_there_is_something_to_take() {
    let mut stage = realm();
    stage.planet(1, NONE, 70);
    let (taking, moving, other) = (
        stage.fleet(0, 1, &[0]),
        stage.fleet(0, 0, &[0]),
        stage.fleet(1, 0, &[0]),
    );
    stage.send(moving, 4);
    let (wreck, beyond) = (stage.fleet(0, 0, &[0]), stage.fleet(0, 3, &[0]));
    stage.world.unit.hp[4] = Fx(0);
    stage.play("decision", 0, decision);
    assert_eq!(stage.told().len(), 1);
    assert_eq!(stage.world.fleet.destination[0], 1);
    for fleet in [taking, other, wreck, beyond] {
        assert_eq!(stage.world.fleet.destination[fleet], NONE);
    }
    assert_eq!(stage.ledger, noise_drawn(&[(0, 1), (u64::from(beyond), 1)]));
}

#[test]
fn without_candidates_nothing_is_drawn_for_moves() {
    let mut stage = realm();
    stage.play("decision", 0, decision);
    assert_eq!(stage.ledger, noise_drawn(&[]));
    assert_eq!(stage.told(), Vec::<String>::new());
}

#[test]
fn builds_are_chosen_by_weight_and_draw_and_paid_one_after_the_other() {
    let mut stage = realm();
    stage.design(Design {
        build_weight: 1_000_000,
        cost: 60,
        ..scout()
    });
    stage.design(Design {
        build_weight: 0,
        cost: 0,
        ..scout()
    });
    for _ in 0..3 {
        stage.planet(4, 0, 10);
    }
    stage.build(1, 0, 1);
    stage.build(2, 0, 0);
    stage.data.rules.reserve = 50;
    stage.endow(0, 50 + 60 + 59);
    stage.play("decision", 0, decision);
    let score = 1_000_000 * unit_fx(roll("decision.build", 0, 1)).0;
    assert!(
        score > unit_fx(roll("decision.build", 0, 0)).0,
        "the seed lets the heavier win"
    );
    let expected = [
        format!("decision.build(planet 0; design = 1, score = {score})"),
        r#"transaction(account 0; target = 5, amount = 60) [0] "build""#.to_owned(),
    ];
    assert_eq!(stage.told(), expected);
    assert_eq!(stage.fired_all(), [("decision_build", 1)]);
    let build = |scope: &'static [u64]| ("decision.build", "decision.build.roll", scope, 3);
    let expected = drawn("decision", &[build(&[0]), build(&[2]), build(&[3])]);
    assert_eq!(stage.ledger, expected);
}

#[test]
fn a_design_needs_weight_and_funds_to_the_last_credit() {
    for (weight, credits, built) in [(0, 105, 0), (1, 104, 0), (1, 105, 1)] {
        let mut stage = realm();
        stage.data.rules.reserve = 5;
        stage.endow(0, credits);
        stage.data.designs.as_mut_slice()[0].build_weight = weight;
        stage.play("decision", 0, decision);
        assert_eq!(stage.fired("decision_build"), built);
    }
}

#[test]
fn factions_without_the_mind_or_out_of_play_decide_nothing() {
    let mut stage = realm();
    stage.planet(1, NONE, 70);
    stage.endow(0, 500);
    stage.world.faction.eliminated_turn[0] = 3;
    stage.play("decision", 0, decision);
    stage.play("decision", 1, decision);
    assert_eq!(stage.told(), Vec::<String>::new());
    assert_eq!(stage.ledger, drawn("decision", &[]));
}
