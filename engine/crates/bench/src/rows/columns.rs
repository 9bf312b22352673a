//! Rows about columns of Q32.32: products against those of the processor's own floats.
#![allow(
    clippy::float_arithmetic,
    reason = "floats are what fixed point is held against; none of it reaches an engine"
)]

use shared::fx::Fx;
use shared::fx_columns::mul_floor_columns;
use shared::isa::Isa;

use super::Made;
use crate::clock::timed;
use crate::numbers::mixed;
use crate::pair::Both;

const ROWS: usize = 1_000_000;
/// Rows whose four columns stay in the second cache.
const CACHED_ROWS: usize = 10_000;
/// Raw digits of a factor: products of two stay far inside i64.
const FACTOR_BITS: u32 = 40;
/// Products in a sample.
const PRODUCTS: usize = 5_000_000;

/// A million exact products of Q32.32 against as many of f64, on one instruction set.
pub fn multiply(_: &[Vec<u8>]) -> Made {
    products(ROWS)
}

/// The same over and over on few rows, so that memory does not count.
pub fn multiply_cached(_: &[Vec<u8>]) -> Made {
    products(CACHED_ROWS)
}

fn products(rows: usize) -> Made {
    let times = PRODUCTS / rows;
    let (left, right) = (factors(21, rows)?, factors(22, rows)?);
    let (f64_left, f64_right) = (floats(&left)?, floats(&right)?);
    let mut out = vec![Fx(0); rows];
    let mut f64_out = vec![0.0; rows];
    Ok(Box::new(Both(
        move || {
            Ok(timed(|| {
                for _ in 0..times {
                    mul_floor_columns(Isa::best(), &left, &right, &mut out);
                    std::hint::black_box(&mut out);
                }
            }))
        },
        move || {
            Ok(timed(|| {
                for _ in 0..times {
                    f64_products(Isa::best(), &f64_left, &f64_right, &mut f64_out);
                    std::hint::black_box(&mut f64_out);
                }
            }))
        },
    )))
}

fn factors(seed: u64, rows: usize) -> Result<Vec<Fx>, std::num::TryFromIntError> {
    let raw = |number: u64| i64::try_from(number >> (64 - FACTOR_BITS)).map(Fx);
    mixed(seed, rows).into_iter().map(raw).collect()
}

fn floats(values: &[Fx]) -> Result<Vec<f64>, std::num::TryFromIntError> {
    let whole = |value: &Fx| i32::try_from(value.0 >> 16).map(f64::from);
    values.iter().map(whole).collect()
}

/// The float loop, compiled for the same set as the kernel that it is held against.
#[cfg(target_arch = "x86_64")]
#[allow(
    unsafe_code,
    reason = "the plain loop must be given the same instruction set, or the ratio flatters"
)]
fn f64_products(isa: Isa, left: &[f64], right: &[f64], out: &mut [f64]) {
    match isa {
        // SAFETY: the machine has AVX-512 F, DQ and VL; `is_here` has asked it.
        Isa::Avx512 if isa.is_here() => unsafe { f64_avx512(left, right, out) },
        // SAFETY: the machine has AVX2; `is_here` has asked it.
        Isa::Avx2 if isa.is_here() => unsafe { f64_avx2(left, right, out) },
        _ => f64_rows(left, right, out),
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn f64_products(_: Isa, left: &[f64], right: &[f64], out: &mut [f64]) {
    f64_rows(left, right, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl")]
fn f64_avx512(left: &[f64], right: &[f64], out: &mut [f64]) {
    f64_rows(left, right, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn f64_avx2(left: &[f64], right: &[f64], out: &mut [f64]) {
    f64_rows(left, right, out);
}

#[allow(
    clippy::inline_always,
    reason = "to be compiled for the instruction set of its caller"
)]
#[inline(always)]
fn f64_rows(left: &[f64], right: &[f64], out: &mut [f64]) {
    for ((left, right), out) in left.iter().zip(right).zip(out) {
        *out = left * right;
    }
}
