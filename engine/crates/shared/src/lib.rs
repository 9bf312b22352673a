//! What every room speaks: fixed point, vectors, ids, seeded streams, canonical codec, digests.
//! Twin: `void_reckoning_reference/shared`. Knows no world, no rule and no Python.

pub mod archive;
pub mod codec;
pub mod digest;
pub mod event_bytes;
pub mod fx;
pub mod hex;
pub mod ids;
mod json;
mod material;
mod record;
pub mod stream;
pub mod vector;

pub use json::{DEPTH_MAX, Json, JsonError};
pub use record::{Event, LedgerEntry, Text};
