//! The lanes of one universe and the distances that a phase has asked for, each computed once.
//! Law: RULES.md, pathfinding/route. Lives no longer than a phase, so that nothing can be stale.
//! Knows no fleet.

use std::collections::BTreeMap;

use crate::route::{Adjacency, UNREACHABLE, distances, next_hop};

/// Routes over unchanging lanes.
#[derive(Clone, Debug)]
pub struct Routes {
    lanes: Adjacency,
    /// By target: for each system its distance.
    to: BTreeMap<u32, Vec<u32>>,
}

impl Routes {
    /// Returns routes over `lanes`; no distance is computed yet.
    #[must_use]
    pub fn new(lanes: Adjacency) -> Self {
        Self { lanes, to: BTreeMap::new() }
    }

    /// Returns the weight of the lane from `system` to its neighbour `next`.
    #[must_use]
    pub fn weight(&self, system: u32, next: u32) -> u32 {
        let Some(weight) = self.lanes.weight(system, next) else {
            unreachable!("no lane {system}–{next}: the auditor's one_place says there is one");
        };
        weight
    }

    /// Returns for each system its distance to `target`, `UNREACHABLE` where there is no way.
    pub fn distances(&mut self, target: u32) -> &[u32] {
        self.to.entry(target).or_insert_with(|| distances(&self.lanes, target))
    }

    /// Tells whether there is a way from `system` to `target`.
    pub fn reaches(&mut self, system: u32, target: u32) -> bool {
        self.distances(target).get(system as usize).is_some_and(|&found| found != UNREACHABLE)
    }

    /// Returns the next system on the way from `system` to `target`, `NONE` at its end.
    pub fn next_hop(&mut self, system: u32, target: u32) -> u32 {
        let to_target =
            self.to.entry(target).or_insert_with(|| distances(&self.lanes, target));
        next_hop(&self.lanes, to_target, system)
    }
}
