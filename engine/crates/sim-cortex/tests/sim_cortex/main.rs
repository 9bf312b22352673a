//! Tests of the crate `sim-cortex`, one file per subject, through its public face only.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has found something"
)]

#[path = "../support/two_factions.rs"]
mod two_factions;

mod column;
mod forest;
mod hostile;
mod muster;
mod query;
mod scenario;
mod schema;
mod snapshot;
mod tables;
mod turn;
