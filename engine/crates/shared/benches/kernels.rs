//! What the accelerators of this crate cost, each against its anchor in the same run: rounds of
//! A B B A, the median of the rounds' ratios, and beside it the anchor against itself.
//! `cargo bench -p shared`; a word after `--` picks the lines that hold it.
#![allow(
    clippy::disallowed_types,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a bench reads clocks, prints, and multiplies floats to have something to beat"
)]

use std::hint::black_box;
use std::iter;
use std::ops::Range;
use std::time::Instant;

use bytemuck::cast_slice;
use shared::archive::{ArchiveBytes, encode_into, open_archive};
use shared::batch::{BatchKey, keyed_many};
use shared::fx::{Fx, mul_floor};
use shared::fx_columns::{mul_floor_columns, scale_column};
use shared::isa::Isa;
use shared::tree::Tree;

const ROWS: usize = 1_000_000;
const COLUMNS: usize = 8;
const ROWS_IN_LEAF: usize = 32;
const ROUNDS: usize = 31;

/// Numbers without a pattern, the same in every run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from((u128::from(self.next()) * bound as u128) >> 64).unwrap()
    }

    fn column(&mut self) -> Vec<i64> {
        (0..ROWS).map(|_| self.next().cast_signed() >> 16).collect()
    }
}

fn nanoseconds(work: &mut impl FnMut()) -> u128 {
    let start = Instant::now();
    work();
    start.elapsed().as_nanos().max(1)
}

/// Prints the time of `a` over that of `anchor` in thousandths, and the anchor's over its own.
fn compare(what: &str, mut a: impl FnMut(), mut anchor: impl FnMut()) {
    if std::env::args()
        .skip(1)
        .any(|word| word != "--bench" && !what.contains(&word))
    {
        return;
    }
    a();
    anchor();
    let (mut ratios, mut controls) = (Vec::new(), Vec::new());
    let (mut best, mut anchor_best) = (u128::MAX, u128::MAX);
    for _ in 0..ROUNDS {
        let first = nanoseconds(&mut a);
        let (left, right) = (nanoseconds(&mut anchor), nanoseconds(&mut anchor));
        let second = nanoseconds(&mut a);
        ratios.push((first + second) * 1000 / (left + right));
        controls.push(left * 1000 / right);
        best = best.min(first).min(second);
        anchor_best = anchor_best.min(left).min(right);
    }
    ratios.sort_unstable();
    controls.sort_unstable();
    let (ratio, control) = (ratios[ROUNDS / 2], controls[ROUNDS / 2]);
    let of_bests = best * 1000 / anchor_best;
    println!("{what:<58} {ratio:>6} ‰   control {control:>5} ‰   bests {of_bests:>6} ‰");
}

struct World {
    columns: Vec<Vec<i64>>,
    trees: Vec<Tree>,
}

impl World {
    fn new(isa: Isa) -> Self {
        let mut noise = Noise(1);
        let columns: Vec<_> = (0..COLUMNS).map(|_| noise.column()).collect();
        let mut trees: Vec<_> = (0..COLUMNS).map(|_| Tree::new("unit", "hp")).collect();
        for (tree, column) in trees.iter_mut().zip(&columns) {
            tree.update(isa, cast_slice(column), iter::empty());
        }
        Self { columns, trees }
    }

    fn bytes(&self) -> Vec<u8> {
        self.columns
            .iter()
            .flat_map(|column| cast_slice(column).to_vec())
            .collect()
    }
}

/// Leaves of rows that a turn wrote, ascending.
fn leaves(runs: usize, run_rows: usize) -> Vec<usize> {
    let mut noise = Noise(2);
    let starts = (0..runs)
        .map(|_| noise.below(ROWS - run_rows))
        .collect::<Vec<_>>();
    let rows = starts.iter().flat_map(|start| *start..start + run_rows);
    let mut leaves: Vec<_> = rows.map(|row| row / ROWS_IN_LEAF).collect();
    leaves.sort_unstable();
    leaves.dedup();
    leaves
}

/// The same as runs of neighbours.
fn runs(leaves: &[usize]) -> impl Iterator<Item = Range<usize>> {
    let runs = leaves.chunk_by(|one, next| one + 1 == *next);
    runs.map(|run| run[0]..run[run.len() - 1] + 1)
}

fn trees(isa: Isa) {
    let mut world = World::new(isa);
    let bytes = world.bytes();
    let one_shot = || {
        black_box(blake3::hash(black_box(&bytes)));
    };
    for (shape, leaves) in [
        ("scattered", leaves(10_000, 1)),
        ("clustered", leaves(100, 100)),
    ] {
        let what = format!("tree {} 1 % of rows {shape} / one-shot BLAKE3", isa.name());
        let update = || {
            for (tree, column) in world.trees.iter_mut().zip(&world.columns).take(2) {
                tree.update(isa, black_box(cast_slice(column)), runs(&leaves));
                black_box(tree.digest(ROWS as u64));
            }
        };
        compare(&what, update, one_shot);
    }
    let what = format!("tree {} from cold / one-shot BLAKE3", isa.name());
    let all = ROWS.div_ceil(ROWS_IN_LEAF);
    let rebuild = || {
        for (tree, column) in world.trees.iter_mut().zip(&world.columns) {
            tree.update(isa, black_box(cast_slice(column)), iter::once(0..all));
            black_box(tree.digest(ROWS as u64));
        }
    };
    compare(&what, rebuild, one_shot);
    let memory: usize = world.trees.iter().map(Tree::memory).sum();
    println!(
        "{:<58} {:>6} ‰",
        "tree: memory / state",
        memory * 1000 / bytes.len()
    );
}

fn batches(isa: Isa) {
    let bytes = World::new(isa).bytes();
    let (rows, _) = bytes.as_chunks::<64>();
    let rows: Vec<_> = rows.iter().take(16_384).collect();
    let mut digests = vec![[0; 32]; rows.len()];
    let key = BatchKey::new(&[7; 32]);
    let what = format!("batch {} of rows of 64 bytes / one by one", isa.name());
    let many = || keyed_many(isa, &key, black_box(&rows), black_box(&mut digests));
    compare(&what, many, || {
        for row in &rows {
            black_box(blake3::keyed_hash(&[7; 32], *row));
        }
    });
}

fn products(isa: Isa, rows: usize) {
    let mut noise = Noise(3);
    let mut column = || {
        (0..rows)
            .map(|_| noise.next().cast_signed() >> 16)
            .collect::<Vec<i64>>()
    };
    let (left, right) = (column(), column());
    let floats = |column: &[i64]| column.iter().map(|raw| *raw as f64).collect::<Vec<_>>();
    let (left_f64, right_f64) = (floats(&left), floats(&right));
    let (left, right): (Vec<Fx>, Vec<Fx>) = (
        left.into_iter().map(Fx).collect(),
        right.into_iter().map(Fx).collect(),
    );
    let (mut out, mut out_f64) = (vec![Fx(0); rows], vec![0.0; rows]);
    let times = 4_000_000 / rows;
    let name = isa.name();
    let mut anchor = || {
        for _ in 0..times {
            float_product(
                isa,
                black_box(&left_f64),
                black_box(&right_f64),
                &mut out_f64,
            );
            black_box(&mut out_f64);
        }
    };
    let what = format!("fx {name} {rows} rows: product / f64");
    compare(
        &what,
        || {
            for _ in 0..times {
                mul_floor_columns(isa, black_box(&left), black_box(&right), &mut out);
                black_box(&mut out);
            }
        },
        &mut anchor,
    );
    let what = format!("fx {name} {rows} rows: rule / f64");
    compare(
        &what,
        || {
            for _ in 0..times {
                let pairs = black_box(&left).iter().zip(black_box(&right));
                out.iter_mut()
                    .zip(pairs)
                    .for_each(|(out, (l, r))| *out = mul_floor(*l, *r));
                black_box(&mut out);
            }
        },
        &mut anchor,
    );
}

/// By one factor, as the noise of choices is scaled.
fn scales(isa: Isa, rows: usize) {
    let mut noise = Noise(4);
    let raw = (0..rows).map(|_| noise.next().cast_signed() >> 16);
    let left: Vec<Fx> = raw.map(Fx).collect();
    let left_f64: Vec<f64> = left.iter().map(|value| value.0 as f64).collect();
    let (mut out, mut out_f64) = (vec![Fx(0); rows], vec![0.0; rows]);
    let (times, name) = (4_000_000 / rows, isa.name());
    let factor = Fx(3 << 30);
    let mut anchor = || {
        for _ in 0..times {
            float_scale(isa, black_box(&left_f64), black_box(1.7), &mut out_f64);
            black_box(&mut out_f64);
        }
    };
    let what = format!("fx {name} {rows} rows: by one factor / f64");
    compare(
        &what,
        || {
            for _ in 0..times {
                scale_column(isa, black_box(&left), black_box(factor), &mut out);
                black_box(&mut out);
            }
        },
        &mut anchor,
    );
}

macro_rules! of_isa {
    ($name:ident, $plain:ident, ($($argument:ident: $type:ty),*)) => {
        /// The anchor, compiled for the same instruction set as what it is compared with.
        #[allow(unsafe_code, reason = "calls what is compiled for a set that was detected")]
        fn $name(isa: Isa, $($argument: $type),*) {
            #[target_feature(enable = "avx2")]
            fn avx2($($argument: $type),*) { $plain($($argument),*) }
            #[target_feature(enable = "avx512f,avx512dq,avx512vl")]
            fn avx512($($argument: $type),*) { $plain($($argument),*) }
            match isa {
                // SAFETY: only sets that this machine has are measured.
                Isa::Avx512 => unsafe { avx512($($argument),*) },
                // SAFETY: as above.
                Isa::Avx2 => unsafe { avx2($($argument),*) },
                _ => $plain($($argument),*),
            }
        }
    };
}

of_isa!(float_product, plain_product, (left: &[f64], right: &[f64], out: &mut [f64]));
of_isa!(float_scale, plain_scale, (values: &[f64], factor: f64, out: &mut [f64]));

#[inline(always)]
fn plain_product(left: &[f64], right: &[f64], out: &mut [f64]) {
    let pairs = left.iter().zip(right);
    out.iter_mut()
        .zip(pairs)
        .for_each(|(out, (left, right))| *out = left * right);
}

#[inline(always)]
fn plain_scale(values: &[f64], factor: f64, out: &mut [f64]) {
    out.iter_mut()
        .zip(values)
        .for_each(|(out, value)| *out = value * factor);
}

fn archives() {
    let world = World::new(Isa::best());
    let payloads: Vec<&[u8]> = world
        .columns
        .iter()
        .map(|column| cast_slice(column))
        .collect();
    let (mut archive, mut copy) = (ArchiveBytes::new(), world.bytes());
    let schema = [7; 32];
    let write = || encode_into(&mut archive, &schema, ROWS as u64, black_box(&payloads)).unwrap();
    compare(
        "archive into a kept buffer / memcpy of the columns",
        write,
        || {
            let mut at = 0;
            for payload in black_box(&payloads) {
                copy[at..at + payload.len()].copy_from_slice(payload);
                at += payload.len();
            }
            black_box(&mut copy);
        },
    );
    let few: Vec<&[u8]> = payloads.iter().map(|payload| &payload[..8000]).collect();
    let mut small = ArchiveBytes::new();
    encode_into(&mut small, &schema, 1000, &few).unwrap();
    let widths = [8; COLUMNS];
    let open = |archive: &ArchiveBytes| {
        for _ in 0..1000 {
            black_box(open_archive(black_box(archive), &schema, &widths).unwrap());
        }
    };
    let what = "archive opened: 1,000,000 rows / 1,000 rows, 1000 times";
    compare(what, || open(&archive), || open(&small));
}

fn main() {
    for isa in Isa::here() {
        trees(isa);
        batches(isa);
        for rows in [10_000, ROWS] {
            products(isa, rows);
            scales(isa, rows);
        }
    }
    archives();
}
