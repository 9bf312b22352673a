//! Invariants over the whole world, called after a turn.
//! Twin: `void_reckoning_reference/global_auditor`. Reads only; leaves no trace in state or events.

pub mod conservation;
pub mod finding;
pub mod legal_phase;
pub mod one_place;
pub mod range;
pub mod references;

pub use finding::{Finding, Severity};

use sim_cortex::{Universes, World};

/// One invariant: all that breaks it in one universe.
type Invariant = fn(&World) -> Vec<Finding>;

/// The invariants, in the order of findings.
const INVARIANTS: [Invariant; 5] = [
    conservation::conservation,
    references::references,
    range::range,
    one_place::one_place,
    legal_phase::legal_phase,
];

/// What an audit has seen, and what it found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Audit {
    /// Live rows of all tables of all universes.
    pub entities: u64,
    /// Invariants checked.
    pub invariants: usize,
    /// By rule, universe, table, slot, column.
    pub findings: Vec<Finding>,
}

/// Checks all invariants over all universes.
#[must_use]
pub fn audit(universes: &Universes) -> Audit {
    let tables = universes.worlds.iter().flat_map(World::tables);
    let of_rule = |rule: &Invariant| universes.worlds.iter().flat_map(*rule).collect::<Vec<_>>();
    Audit {
        entities: tables.map(|table| table.slots().live_count()).sum(),
        invariants: INVARIANTS.len(),
        findings: INVARIANTS.iter().flat_map(of_rule).collect(),
    }
}
