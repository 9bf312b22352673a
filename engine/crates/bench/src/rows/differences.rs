//! Rows about what differs: descent between two states' trees, and the sketch of a turn.
//! Law of what is measured: PROTOCOL.md, sections 3 and 4.1.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::iter::once;

use shared::descent::{differing_leaves, fetch};
use shared::isa::Isa;
use shared::sketch::{CELLS_DEFAULT, ChangedTable, ChangedUniverse, sketch};
use shared::tree::Tree;

use super::Made;
use crate::clock::timed;
use crate::numbers::{mixed, mixed_bytes};
use crate::pair::{Both, Sample};

const ROWS: u64 = 1_000_000;
const COLUMNS: usize = 8;
const WIDTH: usize = 8;
const COLUMN_BYTES: usize = 8_000_000;
const LEAF_BYTES: usize = 256;
/// Pairs of states that one sample looks at, so that no tree waits in a cache.
const PAIRS: usize = 40;
const FEW: usize = 1;
const MANY: usize = 1_000;
/// Rows that a sketch is made of: a hundredth of a million.
const CHANGED: usize = 10_000;
/// How often a sample sketches them: once is too short for a clock.
const SKETCHES: usize = 10;

/// A field: ordinal of its column, and its row.
type Field = (usize, usize);

/// One column with its tree.
struct Half {
    payload: Vec<u8>,
    tree: Tree,
}

/// Naming one differing field of a million rows of eight columns, against memcmp of both states.
pub fn one(_: &[Vec<u8>]) -> Made {
    descent(FEW, PAIRS)
}

/// Naming a thousand, against the same.
pub fn thousand(_: &[Vec<u8>]) -> Made {
    descent(MANY, 4)
}

/// Every pair has differences of its own, in columns of its own; what is equal is shared.
fn descent(fields: usize, pairs: usize) -> Made {
    let left = state()?;
    let mut others = Vec::new();
    for pair in 0..pairs {
        others.push(Other::of(&left, &places(pair, fields)?));
    }
    let whole: Vec<Vec<u8>> = left.iter().map(|half| half.payload.clone()).collect();
    let same = whole.clone();
    let expected = fields * pairs;
    Ok(Box::new(Both(
        move || {
            let mut found = 0;
            let time = timed(|| {
                found = others.iter().map(|other| other.named(&left).len()).sum();
            });
            if found != expected {
                return Err(format!("{found} differing fields named of {expected}").into());
            }
            Ok(time / u64::try_from(pairs)?)
        },
        move || compared(&whole, &same),
    )))
}

fn state() -> Result<Vec<Half>, std::num::TryFromIntError> {
    let half = |seed| Half::of(mixed_bytes(seed, COLUMN_BYTES));
    (0..COLUMNS)
        .map(|column| u64::try_from(column).map(half))
        .collect()
}

fn places(pair: usize, fields: usize) -> Result<BTreeSet<Field>, std::num::TryFromIntError> {
    let mut places = BTreeSet::new();
    for number in mixed(100 + u64::try_from(pair)?, 2 * fields) {
        if places.len() < fields {
            let column = (pair + places.len()) % COLUMNS;
            places.insert((column, usize::try_from(number % ROWS)?));
        }
    }
    Ok(places)
}

fn compared(left: &[Vec<u8>], right: &[Vec<u8>]) -> Sample {
    let mut equal = false;
    let time = timed(|| equal = black_box(left) == black_box(right));
    if equal {
        Ok(time)
    } else {
        Err("a copy differs".into())
    }
}

impl Half {
    fn of(payload: Vec<u8>) -> Self {
        let mut tree = Tree::new("unit", "hp");
        tree.update(
            Isa::best(),
            &payload,
            once(0..COLUMN_BYTES.div_ceil(LEAF_BYTES)),
        );
        Self { payload, tree }
    }
}

/// The other state of a pair: a column of its own where it differs, the left one's elsewhere.
struct Other([Option<Box<Half>>; COLUMNS]);

impl Other {
    fn of(left: &[Half], places: &BTreeSet<Field>) -> Self {
        let mut columns: [Option<Box<Half>>; COLUMNS] = Default::default();
        for (ordinal, (column, half)) in columns.iter_mut().zip(left).enumerate() {
            let rows = places.iter().filter(|(place, _)| *place == ordinal);
            let rows: Vec<usize> = rows.map(|(_, row)| *row).collect();
            if !rows.is_empty() {
                let mut payload = half.payload.clone();
                for row in rows {
                    if let Some(byte) = payload.get_mut(row * WIDTH) {
                        *byte = byte.wrapping_add(1);
                    }
                }
                *column = Some(Box::new(Half::of(payload)));
            }
        }
        Self(columns)
    }

    /// Names what differs: tops of all columns first, then down to leaves, then their values.
    fn named(&self, left: &[Half]) -> Vec<Field> {
        let mut named = Vec::new();
        for (column, (one, other)) in left.iter().zip(&self.0).enumerate() {
            let other = other.as_deref().unwrap_or(one);
            let leaves = differing_leaves(|at| one.tree.nodes(at), |at| other.tree.nodes(at));
            // As the descent does with digests: wait for memory once for all.
            for half in [one, other] {
                fetch(leaves.iter().map(|leaf| values(half, *leaf)));
            }
            for leaf in leaves {
                let first = leaf * LEAF_BYTES / WIDTH;
                let both = values(one, leaf).iter().zip(values(other, leaf));
                let rows = both.enumerate();
                let differing = rows.filter(|(_, (one, other))| one != other);
                named.extend(differing.map(|(row, _)| (column, first + row)));
            }
        }
        named
    }
}

fn values(half: &Half, leaf: usize) -> &[[u8; WIDTH]] {
    let start = leaf * LEAF_BYTES;
    let end = (start + LEAF_BYTES).min(half.payload.len());
    let bytes = half.payload.get(start..end).unwrap_or_default();
    bytes.as_chunks().0
}

/// A sketch of ten thousand changed rows of eight columns, against one-shot BLAKE3 of their values.
pub fn sketched(_: &[Vec<u8>]) -> Made {
    let values = mixed_bytes(31, CHANGED * COLUMNS * WIDTH);
    let same = values.clone();
    let slots: Result<Vec<u32>, _> = (0..CHANGED).map(|row| u32::try_from(row * 100)).collect();
    let slots = slots?;
    Ok(Box::new(Both(
        move || {
            let columns = values.chunks_exact(CHANGED * WIDTH);
            let columns: Vec<_> = columns.map(|values| (WIDTH, values)).collect();
            let table = ChangedTable {
                name: "unit",
                slots: &slots,
                columns: &columns,
            };
            let universe = ChangedUniverse {
                id: 0,
                tables: &[table],
            };
            let mut made = Ok(Vec::new());
            let time = timed(|| {
                for _ in 0..SKETCHES {
                    made = sketch(Isa::best(), &[universe], CELLS_DEFAULT);
                }
            });
            made?;
            Ok(time)
        },
        move || {
            Ok(timed(|| {
                for _ in 0..SKETCHES {
                    black_box(blake3::hash(black_box(&same)));
                }
            }))
        },
    )))
}
