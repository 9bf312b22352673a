//! Routes of one universe, each worked out once: lanes never change, so the world keeps them.
//! Law: RULES.md, pathfinding/route. Not state: whatever is kept, the answers are the same.
//! Knows no fleet.

use std::sync::{Arc, OnceLock};

use sim_cortex::{IndexVec, Table, World};

use crate::route::{Adjacency, adjacency, distances, next_hop};

/// The lanes of a universe, and the distances over them that have been asked for.
#[derive(Debug)]
pub struct Router {
    lanes: Adjacency,
    /// By target: for each system its distance.
    to_target: IndexVec<OnceLock<Vec<u32>>>,
}

impl Router {
    /// Returns the router that the world keeps; makes one if it keeps none.
    #[must_use]
    pub fn of(world: &mut World) -> Arc<Self> {
        if let Some(kept) = world.routes.get::<Self>() {
            return kept;
        }
        let router = Arc::new(Self::over(world));
        world.routes.set(Arc::clone(&router));
        router
    }

    fn over(world: &World) -> Self {
        let lane = &world.lane;
        let ends = |slot| (lane.a[slot], lane.b[slot], lane.weight[slot]);
        let lanes: Vec<_> = lane.slots().live().map(ends).collect();
        let unknown = (0..world.system.rows()).map(|_| OnceLock::new());
        Self {
            lanes: adjacency(world.system.rows(), &lanes),
            to_target: IndexVec::new(unknown.collect()),
        }
    }

    /// Returns for each system its distance to `target`, `UNREACHABLE` where there is no way.
    /// Lanes are undirected: it is the distance from `target` as well.
    #[must_use]
    pub fn to_target(&self, target: u32) -> &[u32] {
        self.to_target[target].get_or_init(|| distances(&self.lanes, target))
    }

    /// Returns the next system on the way from `system` to `target`; `NONE` if there is none.
    #[must_use]
    pub fn next_hop(&self, system: u32, target: u32) -> u32 {
        next_hop(&self.lanes, self.to_target(target), system)
    }
}
