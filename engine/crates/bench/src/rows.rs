//! All rows by name; each is made by a function of its own, from the files that it is given.
//! A row stands here only if the code that it measures does.

mod bytes;
mod rules;
mod runs;

use std::error::Error;

use crate::pair::Pair;

/// A row that is ready to be measured, or why it cannot be made of these files.
pub type Made = Result<Box<dyn Pair>, Box<dyn Error>>;

/// Name and maker.
pub type Row = (&'static str, fn(&[Vec<u8>]) -> Made);

/// The rows, in the page's order.
pub const ROWS: &[Row] = &[
    ("blake3", bytes::blake3_one_shot),
    ("column_cold", bytes::column_cold),
    ("keyframe", bytes::keyframe),
    ("keyframe_10kb", bytes::keyframe_10kb),
    ("distances", rules::distances),
    ("events", rules::events),
    ("select", runs::select_units),
    ("routes", runs::routes),
    ("turn", runs::turn),
    ("turn_per_unit", runs::turn_per_unit),
];
