//! A list indexed by slot: the one place where an index may be wrong, and then it is a bug.
//! No twin. Knows neither tables nor entities; a slot is always a u32, as in the columns.

use std::ops::{Index, IndexMut};

/// Values by slot, or by a scenario's index. Reading beyond the end panics: the rules prove slots.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct IndexVec<T>(Vec<T>);

impl<T> IndexVec<T> {
    /// Returns a list of these values. Precondition: fewer than 2^32 of them.
    #[must_use]
    pub fn new(values: Vec<T>) -> Self {
        assert!(u32::try_from(values.len()).is_ok(), "more rows than slots");
        Self(values)
    }

    /// Number of values.
    #[must_use]
    pub fn rows(&self) -> u32 {
        let Ok(rows) = u32::try_from(self.0.len()) else {
            unreachable!("checked whenever it grows");
        };
        rows
    }

    /// Returns a value, or nothing beyond the end. Not called `get`, for clippy refuses to index
    /// whatever has a `get`.
    #[must_use]
    pub fn at(&self, slot: u32) -> Option<&T> {
        self.0.get(slot as usize)
    }

    /// Adds default values until there are so many.
    pub fn grow(&mut self, rows: u32)
    where
        T: Default,
    {
        if self.0.len() < rows as usize {
            self.0.resize_with(rows as usize, T::default);
        }
    }

    /// All values in slot order.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// All values in slot order, to be written.
    #[must_use]
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T> Index<u32> for IndexVec<T> {
    type Output = T;

    #[allow(
        clippy::indexing_slicing,
        reason = "the typed index that the house has"
    )]
    fn index(&self, slot: u32) -> &T {
        &self.0[slot as usize]
    }
}

impl<T> IndexMut<u32> for IndexVec<T> {
    #[allow(
        clippy::indexing_slicing,
        reason = "the typed index that the house has"
    )]
    fn index_mut(&mut self, slot: u32) -> &mut T {
        &mut self.0[slot as usize]
    }
}
