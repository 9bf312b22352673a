//! Tests of the crate `decision`, one file per module, through its public face only.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has found something"
)]

mod hostile;
mod mind;
mod orders;
#[path = "../../../pathfinding/tests/support/stage.rs"]
mod stage;
