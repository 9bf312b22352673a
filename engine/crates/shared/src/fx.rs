//! Q32.32 fixed point: the one module of this side that rounds; every rounding is in a name.
//! Law: RULES.md, shared/fx. Twin: `shared/fx.py`. Knows no units; a result that leaves i64 is a
//! bug of the caller's range proof, so it is asserted and never saturated.

use bytemuck::{Pod, Zeroable};

/// A Q32.32 number: raw r means r / 2^32. A column of `Fx` can be cast to and from one of `i64`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Pod, Zeroable)]
#[repr(transparent)]
pub struct Fx(pub i64);

/// Binary digits behind the point.
pub const FRACTION_BITS: u32 = 32;

/// The number one.
pub const ONE: Fx = Fx(1 << FRACTION_BITS);

/// Returns the integer `value` as fx. Precondition: |value| < 2^31, −2^31 included.
#[must_use]
pub fn from_int(value: i64) -> Fx {
    Fx(narrow(i128::from(value) << FRACTION_BITS))
}

/// Returns ⌊value⌋ as an integer.
#[must_use]
pub fn to_int_floor(value: Fx) -> i64 {
    value.0 >> FRACTION_BITS
}

/// Returns ⌊numerator · 2^32 / denominator⌋ as fx, of two integers. Precondition: denominator > 0.
#[must_use]
pub fn ratio_floor(numerator: i64, denominator: i64) -> Fx {
    assert!(
        denominator > 0,
        "ratio_floor: denominator {denominator} is not positive"
    );
    Fx(narrow(
        (i128::from(numerator) << FRACTION_BITS).div_euclid(i128::from(denominator)),
    ))
}

/// Returns the product, rounded toward −∞.
#[must_use]
pub fn mul_floor(left: Fx, right: Fx) -> Fx {
    Fx(narrow(
        (i128::from(left.0) * i128::from(right.0)) >> FRACTION_BITS,
    ))
}

/// Returns the quotient, rounded toward −∞. Precondition: right ≠ 0.
#[must_use]
pub fn div_floor(left: Fx, right: Fx) -> Fx {
    assert!(right.0 != 0, "div_floor: division by zero");
    // By a whole number it is a division of 64 bits.
    if right.0 > 0 && right.0 & (ONE.0 - 1) == 0 {
        return Fx(left.0.div_euclid(right.0 >> FRACTION_BITS));
    }
    let (dividend, divisor) = (i128::from(left.0) << FRACTION_BITS, i128::from(right.0));
    // A euclidean quotient is the floor for positive divisors only.
    let sign = divisor.signum();
    Fx(narrow((dividend * sign).div_euclid(divisor * sign)))
}

/// Returns the square root, rounded down. Precondition: value ≥ 0.
#[must_use]
pub fn sqrt_floor(value: Fx) -> Fx {
    assert!(value.0 >= 0, "sqrt_floor: raw {} is negative", value.0);
    Fx(narrow((i128::from(value.0) << FRACTION_BITS).isqrt()))
}

/// Returns ⌊count · factor⌋: an integer times an fx factor, as an integer.
#[must_use]
pub fn scale_floor(count: i64, factor: Fx) -> i64 {
    narrow((i128::from(count) * i128::from(factor.0)) >> FRACTION_BITS)
}

/// Returns a wide intermediate as i64, which the range proofs say it is.
pub(crate) fn narrow(wide: i128) -> i64 {
    let Ok(value) = i64::try_from(wide) else {
        panic!("{wide} leaves i64: a range proof is wrong");
    };
    value
}
