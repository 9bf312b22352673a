//! Routes of one universe, worked out once: lanes never change, so the world keeps the answers.
//! Law: RULES.md, pathfinding/route. Only this file fills `world.routes`. Knows no fleet.

use std::sync::Arc;

use sim_cortex::{Table, World};

use crate::route::{Adjacency, adjacency, distances, next_hop};

/// The lanes of a universe, and distances over them.
#[derive(Clone, Debug)]
pub struct Router {
    lanes: Arc<Adjacency>,
}

impl Router {
    /// Returns the router of a universe.
    #[must_use]
    pub fn of(world: &mut World) -> Self {
        let lanes = world.routes.adjacency.take().unwrap_or_else(|| Arc::new(live_lanes(world)));
        world.routes.adjacency = Some(Arc::clone(&lanes));
        Self { lanes }
    }

    /// Returns for each system its distance to `target`, `UNREACHABLE` where there is no way.
    /// Lanes are undirected: it is the distance from `target` as well.
    #[must_use]
    pub fn to_target(&self, world: &mut World, target: u32) -> Arc<Vec<u32>> {
        let known = world.routes.to_target.entry(target);
        Arc::clone(known.or_insert_with(|| Arc::new(distances(&self.lanes, target))))
    }

    /// Returns the next system on the way from `system` to `target`; `NONE` if there is none.
    #[must_use]
    pub fn next_hop(&self, world: &mut World, system: u32, target: u32) -> u32 {
        next_hop(&self.lanes, &self.to_target(world, target), system)
    }
}

fn live_lanes(world: &World) -> Adjacency {
    let lane = &world.lane;
    let ends = |slot| (lane.a[slot], lane.b[slot], lane.weight[slot]);
    let lanes: Vec<_> = lane.slots().live().map(ends).collect();
    adjacency(world.system.rows(), &lanes)
}
