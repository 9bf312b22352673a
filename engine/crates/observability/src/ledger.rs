//! The draw ledger of one turn: how many draws each rule prescribed, and where.
//! Law: PROTOCOL.md, section 4; RULES.md, Part II. Draws nothing and knows no stream's key.

use std::collections::BTreeMap;

use shared::codec::encode_ledger;
use shared::digest::{Digest, ledger_digest};
use shared::{LedgerEntry, Text};

/// Everything of an entry but its count.
type Place = (u32, u32, u32, Text, Text, Vec<u64>, Text);

/// Draw counts of a turn, summed by place. The order of recording does not show.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ledger {
    counts: BTreeMap<Place, u64>,
}

impl Ledger {
    /// Returns a ledger without draws.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the draws of one entry; none are as if it had not been called.
    pub fn record(&mut self, entry: LedgerEntry) {
        if entry.count == 0 {
            return;
        }
        let LedgerEntry {
            universe,
            step,
            phase_ordinal,
            phase,
            stream,
            scope,
            site,
            count,
        } = entry;
        let place = (universe, step, phase_ordinal, phase, stream, scope, site);
        *self.counts.entry(place).or_insert(0) += count;
    }

    /// Adds all that another ledger holds: one that a thread of its own has filled.
    pub fn absorb(&mut self, other: Self) {
        for (place, count) in other.counts {
            *self.counts.entry(place).or_insert(0) += count;
        }
    }

    /// Forgets all: a turn begins, or is undone.
    pub fn clear(&mut self) {
        self.counts.clear();
    }

    /// Draws of the turn so far, of all places together.
    #[must_use]
    pub fn draws(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Returns the turn's ledger as the protocol writes it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let entries: Vec<LedgerEntry> = self.counts.iter().map(entry).collect();
        encode_ledger(&entries)
    }

    /// Returns the ledger digest of `turn`.
    #[must_use]
    pub fn digest(&self, turn: u64) -> Digest {
        ledger_digest(turn, &self.encode())
    }
}

fn entry((place, &count): (&Place, &u64)) -> LedgerEntry {
    let (universe, step, phase_ordinal, phase, stream, scope, site) = place.clone();
    LedgerEntry {
        universe,
        step,
        phase_ordinal,
        phase,
        stream,
        scope,
        site,
        count,
    }
}
