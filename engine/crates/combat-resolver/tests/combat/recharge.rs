//! The phase `recharge`: up to the design's shield, for fit units of everybody.

use combat_resolver::recharge::{recharge, recharged};
use shared::fx::Fx;
use sim_cortex::Design;

use crate::stage::{Stage, scout};

#[test]
fn a_shield_recharges_up_to_its_maximum() {
    assert_eq!(recharged(Fx(3), Fx(4), Fx(9)), Fx(7));
    assert_eq!(recharged(Fx(5), Fx(4), Fx(9)), Fx(9));
    assert_eq!(recharged(Fx(6), Fx(4), Fx(9)), Fx(9));
    assert_eq!(recharged(Fx(9), Fx(0), Fx(9)), Fx(9));
    assert_eq!(recharged(Fx(0), Fx(4), Fx(0)), Fx(0));
    assert_eq!(
        recharged(Fx(1 << 52), Fx(1 << 52), Fx(1 << 52)),
        Fx(1 << 52)
    );
}

#[test]
fn only_shields_that_change_fire_the_rule() {
    let mut stage = Stage::new();
    stage.systems(1, &[]);
    stage.data.rules.shield_regen = Fx(4);
    stage.design(Design {
        shield: Fx(9),
        ..scout()
    });
    stage.fleet(0, 0, &[0, 0]);
    stage.fleet(1, 0, &[0, 0]);
    for (slot, shield) in (0..).zip([9, 0, 8, 0]) {
        stage.world.unit.shield[slot] = Fx(shield);
    }
    stage.world.unit.hp[3] = Fx(0);
    stage.play_with("recharge", None, &[], recharge);
    assert_eq!(
        stage.world.unit.shield.as_slice(),
        [Fx(9), Fx(4), Fx(9), Fx(0)]
    );
    assert_eq!(stage.fired_all(), [("recharge", 2)]);
    assert_eq!(stage.told(), Vec::<String>::new());
}
