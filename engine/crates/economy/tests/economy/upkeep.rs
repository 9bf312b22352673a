//! The phase `economy`: income and blockades, upkeep, and the order in which a debt is paid.

use economy::upkeep::{economy, fleet_upkeep, planet_income, refund};
use shared::fx::{Fx, ONE, from_int};
use shared::ids::NONE;
use sim_cortex::Design;

use crate::stage::{MINT, Stage, UPKEEP, YARDS, scout};

const HALF: Fx = Fx(ONE.0 / 2);

/// Two systems with a planet of faction 0 in each; design 0 costs 10 per turn, design 1 free.
fn realm() -> Stage {
    let mut stage = Stage::new();
    stage.systems(2, &[(0, 1, 3)]);
    stage.design(scout());
    stage.design(Design {
        upkeep: 0,
        ..scout()
    });
    stage.planet(0, 0, 101);
    stage.planet(1, 0, 40);
    stage
}

#[test]
fn income_is_rounded_down_at_each_factor() {
    assert_eq!(planet_income(7, ONE, false, HALF), 7);
    assert_eq!(planet_income(7, HALF, false, HALF), 3);
    assert_eq!(planet_income(7, HALF, true, HALF), 1);
    assert_eq!(planet_income(7, ONE, true, Fx(0)), 0);
    assert_eq!(planet_income(0, from_int(16), true, ONE), 0);
    assert_eq!(
        planet_income(1_000_000, from_int(16), false, HALF),
        16_000_000
    );
    assert_eq!(planet_income(3, Fx(ONE.0 - 1), false, HALF), 2);
}

#[test]
fn upkeep_and_refund_are_rounded_down() {
    assert_eq!(fleet_upkeep(7, HALF), 3);
    assert_eq!(fleet_upkeep(1 << 50, from_int(16)), 1 << 54);
    assert_eq!(fleet_upkeep(0, ONE), 0);
    assert_eq!(refund(101, HALF), 50);
    assert_eq!(refund(1_000_000_000, ONE), 1_000_000_000);
    assert_eq!(refund(1_000_000_000, Fx(0)), 0);
}

#[test]
fn planets_pay_and_units_cost() {
    let mut stage = realm();
    stage.planet(0, NONE, 5000);
    stage.planet(0, 1, 5000);
    stage.fleet(0, 0, &[0, 0, 0]);
    stage.world.unit.hp[2] = Fx(0);
    stage.data.rules.upkeep_factor = Fx(ONE.0 + ONE.0 / 4);
    stage.play("economy", 0, economy);
    let expected = [
        r#"transaction(account 3; target = 0, amount = 141) "income""#,
        r#"transaction(account 0; target = 4, amount = 25) "upkeep""#,
    ];
    assert_eq!(stage.told(), expected);
    assert_eq!(stage.fired_all(), [("income", 1), ("upkeep", 1)]);
    let balance = &stage.world.account.balance;
    assert_eq!(
        (balance[0], balance[MINT], balance[UPKEEP]),
        (116, -141, 25)
    );
}

#[test]
fn nothing_earned_and_nothing_owed_is_not_told() {
    let mut stage = realm();
    stage.fleet(1, 0, &[1]);
    stage.play("economy", 1, economy);
    assert_eq!(stage.told(), Vec::<String>::new());
    assert_eq!(stage.fired_all(), []);
}

#[test]
fn a_planet_is_blockaded_by_others_alone() {
    let mut blockaded = realm();
    blockaded.fleet(1, 0, &[1]);
    blockaded.play("economy", 0, economy);
    assert_eq!(blockaded.world.account.balance[0], 50 + 40);
    assert_eq!(blockaded.fired("blockade"), 1);

    let mut defended = realm();
    defended.fleet(1, 0, &[1]);
    defended.fleet(0, 0, &[1]);
    let mut wreck = realm();
    wreck.fleet(1, 0, &[1]);
    wreck.world.unit.hp[0] = Fx(0);
    let mut passing = realm();
    passing.fleet(1, 0, &[1]);
    passing.world.fleet.next[0] = 1;
    for mut stage in [defended, wreck, passing] {
        stage.play("economy", 0, economy);
        assert_eq!(stage.world.account.balance[0], 141);
        assert_eq!(stage.fired("blockade"), 0);
    }
}

#[test]
fn the_dearest_units_go_first_and_refunds_may_end_it() {
    let mut stage = realm();
    stage.design(Design {
        upkeep: 90,
        cost: 31,
        ..scout()
    });
    stage.fleet(0, 0, &[0, 2, 2, 1]);
    stage.endow(0, -50);
    stage.play("economy", 0, economy);
    // 141 − 190 − 50 = −99; each refund is 15, and no more than two are given up.
    let expected = [
        "unit.disbanded(unit 1; refund = 15)",
        r#"transaction(account 5; target = 0, amount = 15) [2] "refund""#,
        "unit.disbanded(unit 2; refund = 15)",
        r#"transaction(account 5; target = 0, amount = 15) [4] "refund""#,
    ];
    assert_eq!(stage.told()[2..], expected);
    assert_eq!(stage.world.account.balance[0], -69);
    assert_eq!(stage.world.account.balance[YARDS], -30);
    let unit = &stage.world.unit;
    assert_eq!(
        (unit.hp[1], unit.hp[2], unit.shield[1]),
        (Fx(0), Fx(0), Fx(0))
    );
    assert_eq!(stage.fired("insolvency"), 2);
}

#[test]
fn a_debt_that_is_paid_disbands_no_more() {
    let mut stage = realm();
    stage.fleet(0, 0, &[0, 0]);
    stage.endow(0, 20 - 141);
    stage.play("economy", 0, economy);
    assert_eq!(stage.fired("insolvency"), 0);
    assert_eq!(stage.world.account.balance[0], 0);
    stage.endow(0, 20 - 141 - 1);
    stage.play("economy", 0, economy);
    assert_eq!(stage.world.account.balance[0], 49);
    assert_eq!(stage.fired("insolvency"), 1);
}

#[test]
fn without_units_a_debt_stays() {
    let mut stage = realm();
    stage.endow(0, -1000);
    stage.play("economy", 0, economy);
    assert_eq!(stage.world.account.balance[0], -859);
    assert_eq!(stage.fired("insolvency"), 0);
}

#[test]
fn a_faction_out_of_play_earns_nothing() {
    let mut stage = realm();
    stage.world.faction.eliminated_turn[0] = 1;
    stage.play("economy", 0, economy);
    assert_eq!(stage.told(), Vec::<String>::new());
}
