//! Distances and next hops of all systems to one target, by tables that are fast to make and read.
//! Law: RULES.md, pathfinding/route. An accelerator: `route` is the rule, and its judge. Weights
//! are small integers, so that open systems wait in a ring of buckets instead of a heap.

use shared::ids::NONE;

use crate::route::{Adjacency, UNREACHABLE};

/// The hop that there is none.
const NO_HOP: u8 = u8::MAX;

/// The lanes of a universe, neighbours of one system beside each other.
#[derive(Debug)]
pub(crate) struct Lanes {
    /// By system: where its neighbours start; one more at the end.
    first: Vec<usize>,
    /// (neighbour, weight), ascending for each system.
    ends: Vec<(u32, u32)>,
    weight_max: u32,
    degree_max: usize,
}

/// The next system on the way to one target, by system.
#[derive(Debug)]
pub(crate) enum Hops {
    /// Ordinals among the neighbours.
    Narrow(Vec<u8>),
    /// Systems, where one has too many neighbours.
    Wide(Vec<u32>),
}

impl Lanes {
    pub(crate) fn of(adjacency: &Adjacency) -> Self {
        let (mut first, mut ends) = (vec![0], Vec::new());
        for neighbours in adjacency {
            ends.extend_from_slice(neighbours);
            first.push(ends.len());
        }
        let weights = ends.iter().map(|(_, weight)| *weight);
        let degrees = adjacency.iter().map(Vec::len);
        Self {
            weight_max: weights.max().unwrap_or(0),
            degree_max: degrees.max().unwrap_or(0),
            first,
            ends,
        }
    }

    /// (neighbour, weight) of a system, ascending.
    pub(crate) fn of_system(&self, system: u32) -> &[(u32, u32)] {
        let at = system as usize;
        let Some(&[start, end]) = self.first.get(at..).and_then(<[usize]>::first_chunk) else {
            panic!("system {system} is beyond {} rows", self.first.len() - 1);
        };
        self.ends.get(start..end).unwrap_or_default()
    }

    /// The least weight of the lanes between two systems.
    pub(crate) fn weight(&self, from: u32, to: u32) -> Option<u32> {
        let mut ends = self.of_system(from).iter();
        ends.find(|(end, _)| *end == to).map(|(_, weight)| *weight)
    }

    /// For each system its distance to the target, as `route::distances` has it.
    pub(crate) fn distances(&self, target: u32) -> Vec<u32> {
        let mut to_target = vec![UNREACHABLE; self.first.len() - 1];
        // No open system is further than the greatest weight behind the nearest.
        let mut ring = vec![Vec::new(); self.weight_max as usize + 1];
        let (mut waiting, mut distance) = (0_usize, 0_u32);
        let mut here = vec![target];
        *slot_mut(&mut to_target, target) = 0;
        loop {
            for system in here.drain(..) {
                if *slot_mut(&mut to_target, system) != distance {
                    continue;
                }
                for &(neighbour, weight) in self.of_system(system) {
                    let through = distance + weight;
                    let known = slot_mut(&mut to_target, neighbour);
                    if through < *known {
                        *known = through;
                        waiting += 1;
                        bucket(&mut ring, through).push(neighbour);
                    }
                }
            }
            if waiting == 0 {
                return to_target;
            }
            distance += 1;
            std::mem::swap(&mut here, bucket(&mut ring, distance));
            waiting -= here.len();
        }
    }

    /// For each system the next one on the way, as `route::next_hop` has it.
    pub(crate) fn hops(&self, to_target: &[u32]) -> Hops {
        let ordinals = (0_u32..).zip(to_target).map(|(system, &distance)| {
            if distance == 0 || distance == UNREACHABLE {
                return None;
            }
            let mut ends = self.of_system(system).iter();
            ends.position(|(next, weight)| {
                to_target.get(*next as usize) == Some(&(distance.wrapping_sub(*weight)))
                    && distance >= *weight
            })
        });
        if self.degree_max < usize::from(NO_HOP) {
            let narrow = |at: usize| u8::try_from(at).unwrap_or(NO_HOP);
            return Hops::Narrow(ordinals.map(|at| at.map_or(NO_HOP, narrow)).collect());
        }
        let wide = (0_u32..).zip(ordinals).map(|(system, at)| {
            let end = at.and_then(|at| self.of_system(system).get(at));
            end.map_or(NONE, |(next, _)| *next)
        });
        Hops::Wide(wide.collect())
    }

    /// The next system on the way that `hops` tells; `NONE` without one.
    pub(crate) fn next(&self, hops: &Hops, system: u32) -> u32 {
        let ends = self.of_system(system);
        let next = match hops {
            Hops::Wide(next) => next.get(system as usize).copied(),
            Hops::Narrow(ordinals) => {
                let ordinal = ordinals.get(system as usize).copied().unwrap_or(NO_HOP);
                let end = ends.get(usize::from(ordinal));
                end.map(|(next, _)| *next)
            }
        };
        next.unwrap_or(NONE)
    }
}

fn slot_mut(values: &mut [u32], system: u32) -> &mut u32 {
    let rows = values.len();
    match values.get_mut(system as usize) {
        Some(value) => value,
        None => panic!("system {system} is beyond {rows} rows"),
    }
}

/// The bucket of a distance: the ring is longer than any weight.
fn bucket(ring: &mut [Vec<u32>], distance: u32) -> &mut Vec<u32> {
    let at = distance as usize % ring.len();
    match ring.get_mut(at) {
        Some(bucket) => bucket,
        None => unreachable!("a remainder is below what it is of"),
    }
}
