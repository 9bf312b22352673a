//! The canonical route: distances over undirected lanes, and the next system that they imply.
//! Law: RULES.md, pathfinding/route. Twin: `pathfinding/route.py`. Pure: knows no fleet, and no
//! owner: who may enter decides nothing here.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use shared::ids::NONE;

/// The distance where there is no way.
pub const UNREACHABLE: u32 = 4_294_967_295;

/// For each system (neighbour, weight) of its neighbours, ascending, with the least weight of the
/// lanes between the two.
pub type Adjacency = Vec<Vec<(u32, u32)>>;

/// Returns the neighbours of each of `systems` slots over live `lanes` (a, b, weight ≥ 1).
#[must_use]
pub fn adjacency(systems: u32, lanes: &[(u32, u32, u32)]) -> Adjacency {
    let mut found: Adjacency = vec![Vec::new(); systems as usize];
    for &(a, b, weight) in lanes {
        assert!(weight >= 1, "the lane {a}–{b} has no weight");
        at_mut(&mut found, a).push((b, weight));
        at_mut(&mut found, b).push((a, weight));
    }
    for neighbours in &mut found {
        neighbours.sort_unstable();
        // Sorted by weight last, the first of several lanes to a neighbour is the lightest.
        neighbours.dedup_by_key(|(neighbour, _)| *neighbour);
    }
    found
}

/// Returns for each system its distance to `target`, `UNREACHABLE` where there is no way.
#[must_use]
pub fn distances(adjacency: &[Vec<(u32, u32)>], target: u32) -> Vec<u32> {
    let mut to_target = vec![UNREACHABLE; adjacency.len()];
    let mut open = BinaryHeap::from([Reverse((0, target))]);
    *at_mut(&mut to_target, target) = 0;
    while let Some(Reverse((distance, system))) = open.pop() {
        if distance > *at(&to_target, system) {
            continue;
        }
        for &(neighbour, weight) in at(adjacency, system) {
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
pub fn next_hop(adjacency: &[Vec<(u32, u32)>], to_target: &[u32], system: u32) -> u32 {
    let distance = *at(to_target, system);
    if distance == 0 || distance == UNREACHABLE {
        return NONE;
    }
    let mut edges = at(adjacency, system).iter();
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
