//! Tests of the crate `combat-resolver`, one file per module, through its public face only.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has found something"
)]

mod battle;
mod damage;
mod invasion;
mod recharge;
#[path = "../../../pathfinding/tests/support/stage.rs"]
mod stage;
