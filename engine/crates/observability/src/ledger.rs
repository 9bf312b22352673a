//! The draw ledger of one turn: how many draws each rule prescribed, and where.
//! Law: PROTOCOL.md, section 4; RULES.md, Part II. Draws nothing and knows no stream's key.

use shared::LedgerEntry;
use shared::codec::encode_ledger;
use shared::digest::{Digest, ledger_digest};

/// Draw counts of a turn, as they were recorded. Told as sums by place: the order of recording
/// does not show.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    entries: Vec<LedgerEntry>,
}

impl Ledger {
    /// Returns a ledger without draws.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the draws of one entry; none are as if it had not been called.
    pub fn record(&mut self, entry: LedgerEntry) {
        if entry.count > 0 {
            self.entries.push(entry);
        }
    }

    /// Adds all that another ledger holds: one that a thread of its own has filled.
    pub fn absorb(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    /// Forgets all: a turn begins, or is undone.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Draws of the turn so far, of all places together.
    #[must_use]
    pub fn draws(&self) -> u64 {
        self.entries.iter().map(|entry| entry.count).sum()
    }

    /// Returns the turn's ledger as the protocol writes it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode_ledger(&self.entries)
    }

    /// Returns the ledger digest of `turn`.
    #[must_use]
    pub fn digest(&self, turn: u64) -> Digest {
        ledger_digest(turn, &self.encode())
    }
}

/// Two ledgers are equal if they tell the same.
impl PartialEq for Ledger {
    fn eq(&self, other: &Self) -> bool {
        self.encode() == other.encode()
    }
}

impl Eq for Ledger {}
