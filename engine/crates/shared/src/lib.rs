//! What every room speaks: fixed point, vectors, ids, seeded streams, canonical codec, digests.
//! Twin: `void_reckoning_reference/shared`. Knows no world, no rule and no Python.

pub mod archive;
mod archive_view;
mod archive_write;
pub mod batch;
pub mod codec;
pub mod digest;
pub mod fx;
pub mod fx_columns;
pub mod hex;
pub mod ids;
pub mod isa;
mod json;
mod material;
mod record;
pub mod stream;
pub mod tree;
pub mod vector;

pub use json::{DEPTH_MAX, Json, JsonError};
pub use record::{Event, LedgerEntry, Text};
