//! Routes over lanes: one canonical rule, and the phase that moves fleets along them.
//! Twin: `void_reckoning_reference/pathfinding`. Knows distances, never who may enter.

mod hops;
pub mod movement;
pub mod route;
mod router;

pub use router::Router;
