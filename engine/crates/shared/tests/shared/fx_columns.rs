//! Products of columns against the rule, number by number, on every instruction set there is.

use proptest::prelude::*;
use shared::fx::{Fx, mul_floor};
use shared::fx_columns::{mul_floor_columns, scale_column};
use shared::isa::Isa;

/// Where halves, signs and carries meet.
const EDGES: [i64; 23] = [
    i64::MIN,
    i64::MIN + 1,
    i64::MIN + 0xffff_ffff,
    -(1 << 33),
    -(1 << 32) - 1,
    -(1 << 32),
    -(1 << 32) + 1,
    -(1 << 31) - 1,
    -(1 << 31),
    -2,
    -1,
    0,
    1,
    2,
    (1 << 31) - 1,
    1 << 31,
    (1 << 32) - 1,
    1 << 32,
    (1 << 32) + 1,
    1 << 33,
    i64::MAX - 0xffff_ffff,
    i64::MAX - 1,
    i64::MAX,
];

fn fits((left, right): &(i64, i64)) -> bool {
    i64::try_from((i128::from(*left) * i128::from(*right)) >> 32).is_ok()
}

/// Compares the products of all pairs, as columns and by one factor, with the rule's.
fn compare(pairs: &[(i64, i64)]) {
    let left: Vec<Fx> = pairs.iter().map(|pair| Fx(pair.0)).collect();
    let right: Vec<Fx> = pairs.iter().map(|pair| Fx(pair.1)).collect();
    let rule = |(left, right): (&Fx, &Fx)| mul_floor(*left, *right);
    let expected: Vec<Fx> = left.iter().zip(&right).map(rule).collect();
    for isa in [Isa::Portable, Isa::Sse41, Isa::Avx2, Isa::Avx512] {
        let mut out = vec![Fx(-7); pairs.len()];
        mul_floor_columns(isa, &left, &right, &mut out);
        assert_eq!(out, expected, "{isa:?}");
    }
}

fn compare_scaled(factor: i64, values: &[i64]) {
    let fitting = values.iter().filter(|value| fits(&(**value, factor)));
    let values: Vec<Fx> = fitting.map(|value| Fx(*value)).collect();
    let expected: Vec<Fx> = values
        .iter()
        .map(|value| mul_floor(*value, Fx(factor)))
        .collect();
    for isa in [Isa::Portable, Isa::Sse41, Isa::Avx2, Isa::Avx512] {
        let mut out = vec![Fx(-7); values.len()];
        scale_column(isa, &values, Fx(factor), &mut out);
        assert_eq!(out, expected, "{isa:?}");
    }
}

/// Raw values of every size, the edges among them.
fn raw() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        (any::<i64>(), 0_u32..64).prop_map(|(value, shift)| value >> shift),
        prop::sample::select(EDGES.to_vec()),
    ]
}

#[test]
fn all_pairs_of_edges_are_those_of_the_rule() {
    let pairs = EDGES
        .iter()
        .flat_map(|left| EDGES.map(|right| (*left, right)));
    let fitting: Vec<_> = pairs.filter(fits).collect();
    assert!(fitting.len() > 200, "{} pairs", fitting.len());
    compare(&fitting);
    for factor in EDGES {
        compare_scaled(factor, &EDGES);
    }
}

proptest! {
    #[test]
    fn any_columns_are_those_of_the_rule(
        pairs in prop::collection::vec((raw(), raw()), 0..100),
        factor in raw(),
    ) {
        let fitting: Vec<_> = pairs.iter().copied().filter(fits).collect();
        compare(&fitting);
        let values: Vec<_> = pairs.iter().map(|pair| pair.0).collect();
        compare_scaled(factor, &values);
    }
}

/// Ten million pairs of every size; seconds, so only where it is asked for (`--ignored`, released).
#[test]
#[ignore = "slow"]
fn ten_million_pairs_are_those_of_the_rule() {
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state ^ (state >> 29)).cast_signed() >> (state >> 58)
    };
    for _ in 0..1000 {
        let pairs = std::iter::repeat_with(|| (next(), next()));
        compare(&pairs.filter(fits).take(10_000).collect::<Vec<_>>());
    }
}

#[test]
#[should_panic(expected = "2 rows to 1")]
fn columns_of_other_lengths_are_a_bug() {
    scale_column(Isa::best(), &[Fx(0); 2], Fx(1), &mut [Fx(0)]);
}
