//! All rows by name; each is made by a function of its own, from the files that it is given.
//! A row stands here only if the code that it measures does.

mod bytes;
mod columns;
mod differences;
mod rules;
mod runs;
mod trees;

use std::error::Error;

use crate::pair::Pair;

/// A row that is ready to be measured, or why it cannot be made of these files.
pub type Made = Result<Box<dyn Pair>, Box<dyn Error>>;

/// Name and maker.
pub type Row = (&'static str, fn(&[Vec<u8>]) -> Made);

/// The rows, in the page's order.
pub const ROWS: &[Row] = &[
    ("blake3", bytes::blake3_one_shot),
    ("tree_cold", trees::cold),
    ("tree_scattered", trees::update_scattered),
    ("tree_clustered", trees::update_clustered),
    ("hash_batched", trees::batch),
    ("descent_one", differences::one),
    ("descent_thousand", differences::thousand),
    ("sketch", differences::sketched),
    ("keyframe", bytes::keyframe),
    ("open", bytes::open_million),
    ("multiply", columns::multiply),
    ("multiply_cached", columns::multiply_cached),
    ("keyframe_10kb", bytes::keyframe_10kb),
    ("distances", rules::distances),
    ("events", rules::events),
    ("select", runs::select_units),
    ("routes", runs::routes),
    ("turn", runs::turn),
    ("turn_per_unit", runs::turn_per_unit),
];

/// Part and whole in bytes, or why they cannot be told.
pub type Size = Result<(u64, u64), Box<dyn Error>>;

/// Name and teller.
pub type Told = (&'static str, fn() -> Size);

/// What takes no time but memory.
pub const SIZES: &[Told] = &[("tree_memory", trees::memory)];
