//! What the lanes amount to: weights by pair of systems, and which systems hang together.
//! Derived from tables that never change in a run, so that it is not state. Chooses no way.

use std::collections::BTreeMap;

use crate::tables::{Lanes, Table};

/// Lane weights and connected parts of one universe.
#[derive(Clone, Debug, Default)]
pub struct Topology {
    weights: BTreeMap<(u32, u32), u32>,
    part: BTreeMap<u32, u32>,
}

impl Topology {
    /// Derives it from live lanes, whatever slots they name.
    #[must_use]
    pub fn of(lanes: &Lanes) -> Self {
        let mut weights = BTreeMap::new();
        for lane in lanes.slots().live() {
            let weight = lanes.weight[lane];
            let least = weights
                .entry(pair(lanes.a[lane], lanes.b[lane]))
                .or_insert(weight);
            *least = weight.min(*least);
        }
        let part = parts(&weights);
        Self { weights, part }
    }

    /// Returns the least weight of the live lanes between two systems, or nothing without any.
    #[must_use]
    pub fn lane_weight(&self, from: u32, to: u32) -> Option<u32> {
        self.weights.get(&pair(from, to)).copied()
    }

    /// Tells whether there is a way from one system to another; to itself there always is.
    #[must_use]
    pub fn connected(&self, from: u32, to: u32) -> bool {
        let part = self.part.get(&from);
        from == to || (part.is_some() && part == self.part.get(&to))
    }
}

fn pair(one: u32, other: u32) -> (u32, u32) {
    (one.min(other), one.max(other))
}

/// Names each system that has a lane by the least system of its part.
fn parts(weights: &BTreeMap<(u32, u32), u32>) -> BTreeMap<u32, u32> {
    let mut neighbours: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for &(a, b) in weights.keys() {
        neighbours.entry(a).or_default().push(b);
        neighbours.entry(b).or_default().push(a);
    }
    let mut part = BTreeMap::new();
    for &start in neighbours.keys() {
        let mut waiting = vec![start];
        while let Some(system) = waiting.pop() {
            if part.contains_key(&system) {
                continue;
            }
            part.insert(system, start);
            waiting.extend(neighbours.get(&system).into_iter().flatten());
        }
    }
    part
}
