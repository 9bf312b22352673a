//! Routes of one universe, each worked out once: lanes never change, so the world keeps them.
//! Law: RULES.md, pathfinding/route. Not state: whatever is kept, the answers are the same.
//! Knows no fleet.

use std::sync::{Arc, OnceLock};

use sim_cortex::shards::in_shards;
use sim_cortex::{IndexVec, Table, World};

use crate::hops::{Hops, Lanes};
use crate::route::adjacency;

/// Requests, and targets, that are answered together.
const REQUESTS: usize = 4096;
const TARGETS: usize = 8;

/// The lanes of a universe, and the ways over them that have been asked for.
#[derive(Debug)]
pub struct Router {
    lanes: Lanes,
    /// By target: for each system its distance.
    to_target: IndexVec<OnceLock<Vec<u32>>>,
    /// By target: for each system the next.
    hops: IndexVec<OnceLock<Hops>>,
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
        let (lane, systems) = (&world.lane, world.system.rows());
        let ends = |slot| (lane.a[slot], lane.b[slot], lane.weight[slot]);
        let lanes: Vec<_> = lane.slots().live().map(ends).collect();
        Self {
            lanes: Lanes::of(&adjacency(systems, &lanes)),
            to_target: IndexVec::new((0..systems).map(|_| OnceLock::new()).collect()),
            hops: IndexVec::new((0..systems).map(|_| OnceLock::new()).collect()),
        }
    }

    /// Returns for each system its distance to `target`, `UNREACHABLE` where there is no way.
    /// Lanes are undirected: it is the distance from `target` as well.
    #[must_use]
    pub fn to_target(&self, target: u32) -> &[u32] {
        self.to_target[target].get_or_init(|| self.lanes.distances(target))
    }

    /// Returns the next system on the way from `system` to `target`; `NONE` if there is none.
    #[must_use]
    pub fn next_hop(&self, system: u32, target: u32) -> u32 {
        self.lanes.next(self.hops_to(target), system)
    }

    /// Returns the next system on the way of each (system, target), `NONE` where there is none.
    #[must_use]
    pub fn next_hops(&self, requests: &[(u32, u32)]) -> Vec<u32> {
        self.prepare(requests.iter().map(|(_, target)| *target));
        let answers = in_shards(requests, REQUESTS, |part| {
            let answers = part.iter().map(|&(system, to)| self.next_hop(system, to));
            answers.collect::<Vec<u32>>()
        });
        answers.concat()
    }

    /// Works out the distances to these targets, beside each other.
    pub fn measure(&self, targets: impl Iterator<Item = u32>) {
        let new = targets.filter(|&target| self.to_target[target].get().is_none());
        for_each_target(new, |target| {
            let _ = self.to_target(target);
        });
    }

    /// Works out the ways to these targets, beside each other.
    pub fn prepare(&self, targets: impl Iterator<Item = u32>) {
        let new = targets.filter(|&target| self.hops[target].get().is_none());
        for_each_target(new, |target| {
            let _ = self.hops_to(target);
        });
    }

    /// Returns the least weight of the lanes between two systems, or nothing without any.
    #[must_use]
    pub fn lane_weight(&self, from: u32, to: u32) -> Option<u32> {
        self.lanes.weight(from, to)
    }

    /// Distances that nobody has asked for are not kept: a way takes a byte per system, they four.
    fn hops_to(&self, target: u32) -> &Hops {
        self.hops[target].get_or_init(|| match self.to_target[target].get() {
            Some(known) => self.lanes.hops(known),
            None => self.lanes.hops(&self.lanes.distances(target)),
        })
    }
}

/// Does the work of each target once, however often it is named: a thread that comes to one which
/// another thread is working out would only wait for it.
fn for_each_target(targets: impl Iterator<Item = u32>, work: impl Fn(u32) + Send + Sync) {
    let mut targets: Vec<u32> = targets.collect();
    targets.sort_unstable();
    targets.dedup();
    in_shards(&targets, TARGETS, |part| {
        part.iter().for_each(|&target| work(target));
    });
}
