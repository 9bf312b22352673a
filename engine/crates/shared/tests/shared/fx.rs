//! Every rounding of `fx` against its definition in exact i128 arithmetic, and its borders.

use proptest::prelude::*;
use shared::fx::{
    FRACTION_BITS, Fx, ONE, div_floor, from_int, mul_floor, ratio_floor, scale_floor, sqrt_floor,
    to_int_floor,
};

const UNIT: i128 = 1 << 32;

/// Tells whether `quotient` is ⌊dividend / divisor⌋, by the definition of a floor.
fn is_floor(quotient: i64, dividend: i128, divisor: i128) -> bool {
    let (q, sign) = (i128::from(quotient), divisor.signum());
    q * divisor * sign <= dividend * sign && dividend * sign < (q + 1) * divisor * sign
}

/// Raw values of every size, the borders of i64 among them.
fn raw() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        (any::<i64>(), 0_u32..64).prop_map(|(value, shift)| value >> shift),
        prop::sample::select(vec![i64::MIN, i64::MIN + 1, -1, 0, 1, 1 << 32, i64::MAX]),
    ]
}

fn fits(wide: i128) -> bool {
    i64::try_from(wide).is_ok()
}

proptest! {
    #[test]
    fn products_are_floors(left in raw(), right in raw()) {
        let exact = i128::from(left) * i128::from(right);
        prop_assume!(fits(exact >> 32));
        prop_assert!(is_floor(mul_floor(Fx(left), Fx(right)).0, exact, UNIT));
        prop_assert!(is_floor(scale_floor(left, Fx(right)), exact, UNIT));
    }

    #[test]
    fn quotients_are_floors(left in raw(), right in raw()) {
        let dividend = i128::from(left) * UNIT;
        prop_assume!(right != 0 && fits(dividend / i128::from(right)));
        prop_assume!(fits(dividend / i128::from(right) - 1));
        prop_assert!(is_floor(div_floor(Fx(left), Fx(right)).0, dividend, right.into()));
        if right > 0 {
            prop_assert_eq!(ratio_floor(left, right), div_floor(Fx(left), Fx(right)));
        }
    }

    #[test]
    fn quotients_by_whole_numbers_are_floors(left in raw(), right in 1_i64..1 << 31) {
        let (quotient, dividend) = (div_floor(Fx(left), from_int(right)), i128::from(left));
        prop_assert!(is_floor(quotient.0, dividend * UNIT, i128::from(right) * UNIT));
    }

    #[test]
    fn roots_are_floors(value in 0..=i64::MAX) {
        let (root, square) = (i128::from(sqrt_floor(Fx(value)).0), i128::from(value) * UNIT);
        prop_assert!(root * root <= square && square < (root + 1) * (root + 1));
    }

    #[test]
    fn integers_pass_through(value: i32, part in 0..1_i64 << 32) {
        let value = i64::from(value);
        let whole = from_int(value);
        prop_assert_eq!(whole.0, value << 32);
        prop_assert_eq!(to_int_floor(Fx(whole.0 + part)), value);
    }
}

#[test]
fn rounding_is_toward_minus_infinity() {
    let (half, smallest) = (Fx(1 << 31), Fx(1));
    assert_eq!(FRACTION_BITS, 32);
    assert_eq!(ONE, from_int(1));
    assert_eq!(mul_floor(smallest, half), Fx(0));
    assert_eq!(mul_floor(Fx(-1), half), Fx(-1));
    assert_eq!(div_floor(Fx(1), from_int(-2)), Fx(-1));
    assert_eq!(div_floor(Fx(-1), from_int(-2)), Fx(0));
    assert_eq!(ratio_floor(-1, 3), Fx(-1_431_655_766));
    assert_eq!(ratio_floor(1, 3), Fx(1_431_655_765));
    assert_eq!(scale_floor(-3, half), -2);
    assert_eq!(to_int_floor(Fx(-1)), -1);
    assert_eq!(sqrt_floor(from_int(2)), Fx(6_074_000_999));
    assert_eq!(sqrt_floor(Fx(0)), Fx(0));
}

#[test]
fn the_borders_of_the_type_are_inside() {
    assert_eq!(mul_floor(Fx(i64::MIN), ONE), Fx(i64::MIN));
    assert_eq!(div_floor(Fx(i64::MIN), ONE), Fx(i64::MIN));
    assert_eq!(scale_floor(i64::MAX, ONE), i64::MAX);
    assert_eq!(from_int(-(1 << 31)), Fx(i64::MIN));
}

#[test]
#[should_panic(expected = "leaves i64")]
fn a_product_that_leaves_the_type_is_a_bug() {
    let _ = mul_floor(Fx(i64::MIN), Fx(-ONE.0));
}

#[test]
#[should_panic(expected = "leaves i64")]
fn an_integer_that_leaves_the_type_is_a_bug() {
    let _ = from_int(1 << 31);
}

#[test]
#[should_panic(expected = "division by zero")]
fn a_quotient_by_zero_is_a_bug() {
    let _ = div_floor(ONE, Fx(0));
}

#[test]
#[should_panic(expected = "not positive")]
fn a_ratio_to_less_than_one_is_a_bug() {
    let _ = ratio_floor(1, -1);
}

#[test]
#[should_panic(expected = "negative")]
fn a_root_of_less_than_zero_is_a_bug() {
    let _ = sqrt_floor(Fx(-1));
}

#[test]
fn a_column_is_cast_without_a_copy() {
    let column = [Fx(-1), ONE];
    let raw: &[i64] = bytemuck::cast_slice(&column);
    assert_eq!(raw, [-1, 1 << 32]);
}
