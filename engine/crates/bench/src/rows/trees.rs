//! Rows about kept trees of digests, over a state of eight columns of a million rows.
//! Law of what is measured: PROTOCOL.md, section 3.

use std::iter::once;
use std::ops::Range;

use shared::batch::{BatchKey, keyed_many};
use shared::digest::{Digest, column_digest};
use shared::isa::Isa;
use shared::tree::Tree;

use super::{Made, Size};
use crate::clock::timed;
use crate::numbers::{mixed, mixed_bytes};
use crate::pair::Both;

const STATE_BYTES: usize = 64_000_000;
const COLUMN_BYTES: usize = 8_000_000;
const LEAF_BYTES: usize = 256;
const ROW_BYTES: usize = 8;
const ROWS: u64 = 1_000_000;
/// Rows that change in a turn, one in a hundred, in two columns of the eight.
const CHANGED: usize = 10_000;
const COLUMNS: [&str; 2] = ["hp", "shield"];
const RUN_ROWS: u64 = 100;
const LEAVES: usize = 31_250;
/// How often a sample updates: each time rows change again, outside the time.
const UPDATES: usize = 5;

/// An update after scattered rows have changed, against one-shot BLAKE3 of the whole state.
pub fn update_scattered(_: &[Vec<u8>]) -> Made {
    let rows = mixed(11, CHANGED).into_iter().map(|number| number % ROWS);
    update(rows.collect())
}

/// An update after runs of a hundred rows have changed, against the same.
pub fn update_clustered(_: &[Vec<u8>]) -> Made {
    let starts = mixed(12, CHANGED / 100)
        .into_iter()
        .map(|number| number % (ROWS / RUN_ROWS));
    update(
        starts
            .flat_map(|start| start * RUN_ROWS..(start + 1) * RUN_ROWS)
            .collect(),
    )
}

fn update(rows: Vec<u64>) -> Made {
    let places: Result<Vec<usize>, _> = rows.into_iter().map(usize::try_from).collect();
    let places: Vec<usize> = places?.into_iter().map(|row| row * ROW_BYTES).collect();
    let mut touched: Vec<usize> = places.iter().map(|place| place / LEAF_BYTES).collect();
    touched.sort_unstable();
    touched.dedup();
    let state = mixed_bytes(13, STATE_BYTES);
    let mut columns = COLUMNS.map(|name| (Tree::new("unit", name), mixed_bytes(14, COLUMN_BYTES)));
    for (tree, payload) in &mut columns {
        tree.update(Isa::best(), payload, once(0..LEAVES));
    }
    Ok(Box::new(Both(
        move || {
            let mut sum = 0;
            for _ in 0..UPDATES {
                for (tree, payload) in &mut columns {
                    change(payload, &places);
                    sum += timed(|| tree.update(Isa::best(), payload, runs(&touched)));
                }
            }
            Ok(sum / u64::try_from(UPDATES)?)
        },
        move || Ok(timed(|| blake3::hash(&state))),
    )))
}

/// Neighbouring leaves as runs.
fn runs(leaves: &[usize]) -> impl Iterator<Item = Range<usize>> {
    let runs = leaves.chunk_by(|one, next| one + 1 == *next);
    runs.filter_map(|run| Some(*run.first()?..run.last()? + 1))
}

fn change(payload: &mut [u8], places: &[usize]) {
    for place in places {
        if let Some(byte) = payload.get_mut(*place) {
            *byte = byte.wrapping_add(1);
        }
    }
}

/// A column's tree from nothing, against one-shot BLAKE3 of the column.
pub fn cold(_: &[Vec<u8>]) -> Made {
    let payload = mixed_bytes(15, COLUMN_BYTES);
    let same = payload.clone();
    Ok(Box::new(Both(
        move || {
            Ok(timed(|| {
                let mut tree = Tree::new("unit", "hp");
                tree.update(Isa::best(), &payload, once(0..LEAVES));
                tree.digest(ROWS)
            }))
        },
        move || Ok(timed(|| blake3::hash(&same))),
    )))
}

/// The bytes that a column's tree holds, and those of the column.
pub fn memory() -> Size {
    let payload = mixed_bytes(16, COLUMN_BYTES);
    let mut tree = Tree::new("unit", "hp");
    tree.update(Isa::best(), &payload, once(0..LEAVES));
    assert!(tree.digest(ROWS) == column_digest("unit", "hp", ROWS, &payload));
    Ok((u64::try_from(tree.memory())?, u64::try_from(payload.len())?))
}

/// Digests of leaves many at a time, against one after the other.
pub fn batch(_: &[Vec<u8>]) -> Made {
    let payload = mixed_bytes(17, COLUMN_BYTES);
    let same = payload.clone();
    let key: Digest = [9; 32];
    let batch_key = BatchKey::new(&key);
    let mut digests = vec![Digest::default(); LEAVES];
    Ok(Box::new(Both(
        move || {
            let pieces = payload.chunks_exact(LEAF_BYTES);
            let leaves: Vec<&[u8; LEAF_BYTES]> = pieces.filter_map(|p| p.try_into().ok()).collect();
            Ok(timed(|| {
                keyed_many(Isa::best(), &batch_key, &leaves, &mut digests)
            }))
        },
        move || {
            let hash = |leaf| *blake3::keyed_hash(&key, leaf).as_bytes();
            Ok(timed(|| {
                same.chunks_exact(LEAF_BYTES)
                    .map(hash)
                    .collect::<Vec<Digest>>()
            }))
        },
    )))
}
