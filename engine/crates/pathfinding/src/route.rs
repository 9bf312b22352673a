//! The canonical route: distances over undirected lanes, and the next system that they imply.
//! Law: RULES.md, pathfinding/route. Twin: `pathfinding/route.py`. Pure: knows no fleet, and no
//! owner: who may enter decides nothing here.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use shared::ids::NONE;

/// The distance where there is no way.
pub const UNREACHABLE: u32 = 4_294_967_295;

/// For each system its neighbours in ascending order, each with the least weight of its lanes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Adjacency {
    /// Where the neighbours of each system begin in `edges`, and after the last where they end.
    starts: Vec<usize>,
    /// (neighbour, weight)
    edges: Vec<(u32, u32)>,
}

impl Adjacency {
    /// Returns the number of systems.
    #[must_use]
    pub fn systems(&self) -> usize {
        self.starts.len() - 1
    }

    /// Returns (neighbour, weight) of each neighbour of `system`, in ascending order.
    #[must_use]
    pub fn neighbours(&self, system: u32) -> &[(u32, u32)] {
        let first = *at(&self.starts, system);
        let last = *at(&self.starts, system + 1);
        match self.edges.get(first..last) {
            Some(edges) => edges,
            None => unreachable!("the neighbours of system {system} lie outside the lanes"),
        }
    }

    /// Returns the weight of the way from `system` to its neighbour `next`, if there is a lane.
    #[must_use]
    pub fn weight(&self, system: u32, next: u32) -> Option<u32> {
        let mut edges = self.neighbours(system).iter();
        edges.find(|edge| edge.0 == next).map(|edge| edge.1)
    }
}

/// Returns the neighbours of each of `systems` slots over live `lanes` (a, b, weight ≥ 1).
#[must_use]
pub fn adjacency(systems: u32, lanes: &[(u32, u32, u32)]) -> Adjacency {
    let mut edges: Vec<(u32, u32, u32)> = Vec::with_capacity(2 * lanes.len());
    for &(a, b, weight) in lanes {
        assert!(a < systems && b < systems, "a lane {a}–{b} leaves the {systems} systems");
        assert!(weight >= 1, "the lane {a}–{b} has no weight");
        edges.extend([(a, b, weight), (b, a, weight)]);
    }
    edges.sort_unstable();
    // Sorted by weight last, the first of several lanes between two systems is the lightest.
    edges.dedup_by_key(|edge| (edge.0, edge.1));
    let starts = (0..=systems)
        .map(|system| edges.partition_point(|edge| edge.0 < system))
        .collect();
    let edges = edges.into_iter().map(|(_, to, weight)| (to, weight)).collect();
    Adjacency { starts, edges }
}

/// Returns for each system its distance to `target`, `UNREACHABLE` where there is no way.
#[must_use]
pub fn distances(adjacency: &Adjacency, target: u32) -> Vec<u32> {
    let mut to_target = vec![UNREACHABLE; adjacency.systems()];
    let mut open = BinaryHeap::from([Reverse((0, target))]);
    *at_mut(&mut to_target, target) = 0;
    while let Some(Reverse((distance, system))) = open.pop() {
        if distance > *at(&to_target, system) {
            continue;
        }
        for &(neighbour, weight) in adjacency.neighbours(system) {
            let through = distance + weight;
            let known = at_mut(&mut to_target, neighbour);
            if through < *known {
                *known = through;
                open.push(Reverse((through, neighbour)));
            }
        }
    }
    to_target
}

/// Returns the least neighbour of `system` that lies on a shortest way, by the distances
/// `to_target`; `NONE` if the system is the target or has no way to it.
#[must_use]
pub fn next_hop(adjacency: &Adjacency, to_target: &[u32], system: u32) -> u32 {
    let distance = *at(to_target, system);
    if distance == 0 || distance == UNREACHABLE {
        return NONE;
    }
    let mut edges = adjacency.neighbours(system).iter();
    match edges.find(|(next, weight)| weight + at(to_target, *next) == distance) {
        Some((next, _)) => *next,
        None => unreachable!("no neighbour of system {system} explains its distance {distance}"),
    }
}

/// The one place where a system's slot is an index.
fn at<T>(values: &[T], system: u32) -> &T {
    match values.get(system as usize) {
        Some(value) => value,
        None => panic!("system {system} is beyond {} rows", values.len()),
    }
}

fn at_mut<T>(values: &mut [T], system: u32) -> &mut T {
    let rows = values.len();
    match values.get_mut(system as usize) {
        Some(value) => value,
        None => panic!("system {system} is beyond {rows} rows"),
    }
}
