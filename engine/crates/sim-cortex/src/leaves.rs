//! Sets of leaves: which pieces of 256 bytes of a column have been written.
//! Law: PROTOCOL.md, section 3 (what a leaf is). Knows neither values nor digests.

use std::ops::Range;

pub use shared::tree::LEAF_BYTES;

const WORD_BITS: usize = 64;

/// Leaf numbers, as bits. Grows by itself.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LeafSet(Vec<u64>);

impl LeafSet {
    /// Returns the set of leaves 0 to `count` - 1.
    #[must_use]
    pub fn all(count: usize) -> Self {
        let mut words = vec![u64::MAX; count / WORD_BITS];
        let rest = count % WORD_BITS;
        if rest > 0 {
            words.push((1 << rest) - 1);
        }
        Self(words)
    }

    /// Tells whether a leaf is in the set.
    #[must_use]
    pub fn contains(&self, leaf: usize) -> bool {
        let word = self.0.get(leaf / WORD_BITS).copied();
        word.is_some_and(|word| word >> (leaf % WORD_BITS) & 1 == 1)
    }

    /// Adds a leaf; false if it was there.
    pub fn insert(&mut self, leaf: usize) -> bool {
        let at = leaf / WORD_BITS;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        let bit = 1 << (leaf % WORD_BITS);
        let Some(word) = self.0.get_mut(at) else {
            unreachable!("the set has grown to hold leaf {leaf}");
        };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Takes a leaf out.
    pub fn remove(&mut self, leaf: usize) {
        if let Some(word) = self.0.get_mut(leaf / WORD_BITS) {
            *word &= !(1 << (leaf % WORD_BITS));
        }
    }

    /// Makes the set empty and keeps its memory.
    pub fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Number of leaves in the set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Tells whether no leaf is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Leaves of the set, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        let words = self.0.iter().enumerate().filter(|(_, word)| **word != 0);
        words.flat_map(|(at, word)| Bits(*word).map(move |bit| at * WORD_BITS + bit))
    }

    /// Leaves of the set as ranges of neighbours, ascending.
    pub fn runs(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        Runs(self.iter().peekable())
    }
}

/// Neighbouring leaves as ranges.
struct Runs<I: Iterator>(std::iter::Peekable<I>);

impl<I: Iterator<Item = usize>> Iterator for Runs<I> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.0.next()?;
        let mut end = start + 1;
        while self.0.next_if_eq(&end).is_some() {
            end += 1;
        }
        Some(start..end)
    }
}

/// The set bits of a word, ascending.
struct Bits(u64);

impl Iterator for Bits {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let bit = self.0.trailing_zeros() as usize;
        // Takes the lowest set bit away; nothing is left of zero.
        self.0 &= self.0.wrapping_sub(1);
        (bit < WORD_BITS).then_some(bit)
    }
}
