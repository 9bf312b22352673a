//! Routes over lanes and hexes: one canonical rule, and faster methods that must give the same.
//! Twin: `void_reckoning_reference/pathfinding`. Knows distances, never who may enter.

pub mod route;
