//! Tests of the crate `global-auditor`: each invariant finds what is planted, and nothing in a
//! world that is right.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has found something"
)]

#[path = "../../../sim-cortex/tests/support/two_factions.rs"]
mod two_factions;

mod invariants;
