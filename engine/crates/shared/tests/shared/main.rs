//! Tests of the crate `shared`, one file per module, through its public face only.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has found something"
)]

mod archive;
mod codec;
mod digest;
mod event_bytes;
mod fx;
mod ground;
mod hostile;
mod stream;
