//! Points in space: three fx coordinates, one stated distance.
//! Law: RULES.md, shared/vector. Twin: `shared/vector.py`. Knows no lanes and no speeds.

use crate::fx::{Fx, narrow};

/// Returns the distance of two points, rounded down in the last raw digit: the integer square
/// root of the exact sum. Precondition: each |coordinate| ≤ 2^20.
#[must_use]
pub fn distance_floor(ax: Fx, ay: Fx, az: Fx, bx: Fx, by: Fx, bz: Fx) -> Fx {
    let squared = square_raw(ax, bx) + square_raw(ay, by) + square_raw(az, bz);
    Fx(narrow(squared.isqrt()))
}

/// At most 2^106 in range, so that three of them fit.
fn square_raw(a: Fx, b: Fx) -> i128 {
    let difference = i128::from(a.0) - i128::from(b.0);
    difference * difference
}
