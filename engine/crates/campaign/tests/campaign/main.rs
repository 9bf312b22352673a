//! Tests of the crate `campaign`: whole turns, and the two phases of its own.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has found something"
)]

#[path = "../../../sim-cortex/tests/support/two_factions.rs"]
mod two_factions;

mod advance;
mod ahead;
mod close;
mod engine;
mod halts;
#[path = "../support/legions.rs"]
mod legions;
mod threads;
