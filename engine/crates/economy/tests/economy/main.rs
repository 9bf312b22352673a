//! Tests of the crate `economy`, one file per module, through its public face only.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has found something"
)]

mod accounts;
mod production;
#[path = "../../../pathfinding/tests/support/stage.rs"]
mod stage;
mod upkeep;
