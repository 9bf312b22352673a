//! The five stages at their borders, and that nothing in range leaves i64 or gains from armour.

use combat_resolver::damage::{
    DAMAGE_SUM_MAX, after_critical, after_defense, after_reduction, apply_damage, final_damage,
    hit_chance,
};
use proptest::prelude::*;
use shared::fx::{Fx, ONE, from_int};

const HALF: Fx = Fx(ONE.0 / 2);
const ZERO: Fx = Fx(0);
const LAST_ROLL: Fx = Fx(ONE.0 - 1);

#[test]
fn the_chance_of_a_hit_stays_inside_its_bounds() {
    let chance = |accuracy, evasion| hit_chance(accuracy, evasion, Fx(5), Fx(ONE.0 - 5));
    assert_eq!(chance(ONE, HALF), HALF);
    assert_eq!(chance(ZERO, ONE), Fx(5));
    assert_eq!(chance(ONE, ZERO), Fx(ONE.0 - 5));
    assert_eq!(hit_chance(HALF, ZERO, HALF, HALF), HALF);
}

#[test]
fn plating_stops_all_but_the_piercing_share() {
    assert_eq!(after_defense(from_int(10), from_int(4), ZERO), from_int(6));
    assert_eq!(after_defense(from_int(10), from_int(40), ZERO), ZERO);
    assert_eq!(after_defense(from_int(10), from_int(6), HALF), from_int(5));
    assert_eq!(after_defense(Fx(3), Fx(3), HALF), Fx(1));
}

#[test]
fn a_roll_equal_to_the_chance_is_no_critical_hit() {
    let struck = |critical, roll| after_critical(from_int(4), critical, roll, from_int(2));
    assert_eq!(struck(HALF, Fx(HALF.0 - 1)), from_int(8));
    assert_eq!(struck(HALF, HALF), from_int(4));
    assert_eq!(struck(ZERO, ZERO), from_int(4));
    assert_eq!(struck(ONE, LAST_ROLL), from_int(8));
}

#[test]
fn armour_halves_at_its_half_and_rounds_what_it_stops_down() {
    let half = from_int(100);
    assert_eq!(after_reduction(from_int(8), ZERO, half), from_int(8));
    assert_eq!(after_reduction(from_int(8), half, half), from_int(4));
    assert_eq!(after_reduction(Fx(3), half, half), Fx(2));
    assert_eq!(
        after_reduction(from_int(8), from_int(1 << 20), Fx(1)),
        Fx(8)
    );
}

#[test]
fn the_spread_reaches_from_below_to_just_under_above() {
    let spread = |roll| final_damage(from_int(8), roll, HALF, ZERO);
    assert_eq!(spread(ZERO), from_int(4));
    assert_eq!(spread(HALF), from_int(8));
    assert_eq!(spread(LAST_ROLL), Fx(from_int(12).0 - 8));
    assert_eq!(
        final_damage(from_int(8), LAST_ROLL, ZERO, ZERO),
        from_int(8)
    );
    assert_eq!(final_damage(ZERO, HALF, ONE, from_int(1)), ONE);
}

#[test]
fn shields_absorb_before_the_hull_suffers() {
    assert_eq!(apply_damage(Fx(9), Fx(4), Fx(3)), (Fx(9), Fx(1)));
    assert_eq!(apply_damage(Fx(9), Fx(4), Fx(4)), (Fx(9), ZERO));
    assert_eq!(apply_damage(Fx(9), Fx(4), Fx(6)), (Fx(7), ZERO));
    assert_eq!(apply_damage(Fx(9), Fx(4), Fx(13)), (ZERO, ZERO));
    assert_eq!(apply_damage(Fx(9), ZERO, DAMAGE_SUM_MAX), (ZERO, ZERO));
    assert_eq!(apply_damage(Fx(9), Fx(4), ZERO), (Fx(9), Fx(4)));
}

proptest! {
    #[test]
    fn every_stage_in_range_fits_and_lessens_as_it_says(
        attack in 0_i64..=1 << 46,
        plating in 0_i64..=1 << 46,
        armour in 0_i64..=1 << 52,
        half in 1_i64..=1 << 52,
        share in 0_i64..=ONE.0,
        roll in 0_i64..ONE.0,
    ) {
        let defended = after_defense(Fx(attack), Fx(plating), Fx(share));
        prop_assert!(defended.0 <= attack && defended.0 >= attack - plating);
        let critical = after_critical(defended, Fx(share), Fx(roll), from_int(4));
        prop_assert!(critical == defended || critical.0 == 4 * defended.0);
        let reduced = after_reduction(critical, Fx(armour), Fx(half));
        prop_assert!(ZERO <= reduced && reduced <= critical);
        let damage = final_damage(reduced, Fx(roll), Fx(share), from_int(1));
        prop_assert!(damage >= ONE && damage.0 <= 1 << 49);
    }
}
