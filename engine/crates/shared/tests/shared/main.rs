//! Tests of the crate `shared`, one file per module, through its public face only.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has found something"
)]

mod archive;
mod archive_rkyv;
mod batch;
mod codec;
mod descent;
mod digest;
mod event_bytes;
mod fx;
mod fx_columns;
mod ground;
mod hostile;
mod isa;
mod sketch;
mod stream;
mod tree;
