//! Products of whole columns of Q32.32, exact, many at a time.
//! An accelerator of `fx::mul_floor` (RULES.md, shared/fx), against which it is tested. Knows no
//! units. Precondition of both: every product fits i64; kernels wrap, debug builds look.

#[cfg(target_arch = "x86_64")]
use crate::fx::FRACTION_BITS;
use crate::fx::{Fx, mul_floor};
use crate::isa::Isa;

#[cfg(target_arch = "x86_64")]
const LOW_HALF: u64 = 0xffff_ffff;

/// Writes ⌊left · right⌋ of each row to `out`. Precondition: three columns of one length.
/// No rule multiplies two columns; it is what the kernel is measured by, against f64.
pub fn mul_floor_columns(isa: Isa, left: &[Fx], right: &[Fx], out: &mut [Fx]) {
    assert!(
        left.len() == right.len() && left.len() == out.len(),
        "mul_floor_columns: {} and {} rows to {}",
        left.len(),
        right.len(),
        out.len()
    );
    run(isa, Product::Columns { left, right, out });
}

/// Writes ⌊value · factor⌋ of each row to `out`. Precondition: two columns of one length.
pub fn scale_column(isa: Isa, values: &[Fx], factor: Fx, out: &mut [Fx]) {
    assert!(
        values.len() == out.len(),
        "scale_column: {} rows to {}",
        values.len(),
        out.len()
    );
    run(
        isa,
        Product::Scale {
            values,
            factor,
            out,
        },
    );
}

/// What is multiplied; one type, so that there is one place that chooses a kernel.
enum Product<'a> {
    Columns {
        left: &'a [Fx],
        right: &'a [Fx],
        out: &'a mut [Fx],
    },
    Scale {
        values: &'a [Fx],
        factor: Fx,
        out: &'a mut [Fx],
    },
}

impl Product<'_> {
    /// One row after another with the given product of two numbers.
    #[inline(always)]
    fn rows(self, product: impl Fn(Fx, Fx) -> Fx) {
        match self {
            Self::Columns { left, right, out } => {
                for ((left, right), out) in left.iter().zip(right).zip(out) {
                    *out = product(*left, *right);
                }
            }
            Self::Scale {
                values,
                factor,
                out,
            } => {
                for (value, out) in values.iter().zip(out) {
                    *out = product(*value, factor);
                }
            }
        }
    }
}

/// Measured over a million rows: 0.6 of the rule's time on AVX-512, 0.8 on AVX2; within the cache
/// 0.36 on AVX-512. Without those sets the halves cost more than the rule, which is used then.
#[cfg(target_arch = "x86_64")]
#[allow(
    unsafe_code,
    reason = "the one place that calls a kernel of an instruction set"
)]
fn run(isa: Isa, product: Product) {
    match isa {
        // SAFETY: the machine has AVX-512 F, DQ and VL; `is_here` has asked it.
        Isa::Avx512 if isa.is_here() => unsafe { rows_avx512(product) },
        // SAFETY: the machine has AVX2; `is_here` has asked it.
        Isa::Avx2 if isa.is_here() => unsafe { rows_avx2(product) },
        _ => product.rows(mul_floor),
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn run(_: Isa, product: Product) {
    product.rows(mul_floor);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl")]
fn rows_avx512(product: Product) {
    product.rows(mul_floor_in_parts);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn rows_avx2(product: Product) {
    product.rows(mul_floor_in_parts);
}

/// `fx::mul_floor` by products of halves, which vectors can form: modulo 2^64, a · b / 2^32 is
/// ah·bh·2^32 + ah·bl + al·bh + ⌊al·bl / 2^32⌋ of the unsigned halves, less 2^32·b where a is
/// negative and 2^32·a where b is.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn mul_floor_in_parts(left: Fx, right: Fx) -> Fx {
    let (a, b) = (left.0.cast_unsigned(), right.0.cast_unsigned());
    let (ah, al) = (a >> FRACTION_BITS, a & LOW_HALF);
    let (bh, bl) = (b >> FRACTION_BITS, b & LOW_HALF);
    let a_sign = (left.0 >> 63).cast_unsigned();
    let b_sign = (right.0 >> 63).cast_unsigned();
    let high = ah
        .wrapping_mul(bh)
        .wrapping_sub(a_sign & b)
        .wrapping_sub(b_sign & a);
    let middle = ah.wrapping_mul(bl).wrapping_add(al.wrapping_mul(bh));
    let low = al.wrapping_mul(bl) >> FRACTION_BITS;
    let sum = (high << FRACTION_BITS)
        .wrapping_add(middle)
        .wrapping_add(low);
    let product = Fx(sum.cast_signed());
    debug_assert_eq!(product, mul_floor(left, right), "a kernel is not the rule");
    product
}
