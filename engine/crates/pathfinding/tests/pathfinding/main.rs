//! Tests of the crate `pathfinding`, one file per module, through its public face only.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has found something"
)]

mod movement;
mod route;
mod router;
#[path = "../support/stage.rs"]
mod stage;
