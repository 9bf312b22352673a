//! Columns: values of one type by slot, which of them have been written, and what stood there.
//! Law: PROTOCOL.md, section 2. Knows no table; ranges and names stand in `schema`.
//!
//! A write costs a look at one bit. The first one to a leaf (256 bytes) tells each reader that
//! the leaf has changed, and keeps what stood there, so that a turn can be undone and a turn's
//! changes can be told. A column that is lent out is copied before it is written.

use std::ops::{Index, IndexMut};
use std::sync::Arc;

use crate::leaves::{LEAF_BYTES, LeafSet};
use crate::value::Value;

mod any;

pub use any::{AnyColumn, Packed};

const _: () = assert!(
    cfg!(target_endian = "little"),
    "columns are little-endian as they stand in memory"
);

/// Who hears of written leaves, each on its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reader {
    /// The digest tree.
    Digest,
    /// What is derived about fleets and their units.
    Muster,
    /// The check of ranges after each phase.
    Range,
}

const READERS: usize = 3;

/// One column's values by slot: `world.unit.hp[slot]`.
#[derive(Clone, Debug)]
pub struct Column<T> {
    values: Values<T>,
    /// By reader: leaves written since it took them last.
    touched: [LeafSet; READERS],
    /// What the leaves written in this turn held when it began.
    before: Option<Before<T>>,
    /// Leaves that all readers have heard of and that `before` holds.
    told: LeafSet,
}

#[derive(Clone, Debug)]
enum Values<T> {
    Own(Vec<T>),
    Lent(Arc<Vec<T>>),
}

/// The turn's start, as far as it has been written over.
#[derive(Clone, Debug)]
struct Before<T> {
    rows: usize,
    held: LeafSet,
    /// (leaf, its values) in the order of the first writes.
    leaves: Vec<(usize, Vec<T>)>,
}

impl<T: Value> Column<T> {
    const LEAF_ROWS: usize = LEAF_BYTES / size_of::<T>();

    /// Returns a column of these values. Precondition: fewer than 2^32 of them.
    #[must_use]
    pub fn new(values: Vec<T>) -> Self {
        let mut column = Self {
            values: Values::Own(Vec::new()),
            touched: Default::default(),
            before: None,
            told: LeafSet::default(),
        };
        column.replace(values);
        column
    }

    /// Number of values.
    #[must_use]
    pub fn rows(&self) -> u32 {
        let Ok(rows) = u32::try_from(self.as_slice().len()) else {
            unreachable!("checked whenever it grows");
        };
        rows
    }

    /// Returns a value, or nothing beyond the end. Not called `get`, for clippy refuses to index
    /// whatever has a `get`.
    #[must_use]
    pub fn at(&self, slot: u32) -> Option<&T> {
        self.as_slice().get(slot as usize)
    }

    /// All values in slot order.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        match &self.values {
            Values::Own(values) => values,
            Values::Lent(values) => values,
        }
    }

    /// Lends the values as they are now. They stay so: the column copies itself before the next
    /// write, unless the loan is over by then.
    #[must_use]
    pub fn lend(&mut self) -> Arc<Vec<T>> {
        if let Values::Own(values) = &mut self.values {
            self.values = Values::Lent(Arc::new(std::mem::take(values)));
        }
        match &self.values {
            Values::Lent(values) => Arc::clone(values),
            Values::Own(_) => unreachable!("lent above"),
        }
    }

    pub(crate) fn push(&mut self, value: T) {
        let row = self.as_slice().len();
        assert!(u32::try_from(row + 1).is_ok(), "more rows than slots");
        self.touch(row);
        self.own().push(value);
    }

    /// Puts other values in place of all: nobody can undo that.
    fn replace(&mut self, values: Vec<T>) {
        assert!(u32::try_from(values.len()).is_ok(), "more rows than slots");
        let leaves = values
            .len()
            .max(self.as_slice().len())
            .div_ceil(Self::LEAF_ROWS);
        self.values = Values::Own(values);
        self.before = None;
        self.told.clear();
        for touched in &mut self.touched {
            *touched = LeafSet::all(leaves);
        }
    }

    fn own(&mut self) -> &mut Vec<T> {
        if let Values::Lent(values) = &mut self.values {
            let values = std::mem::take(values);
            let values = Arc::try_unwrap(values).unwrap_or_else(|lent| Vec::clone(&lent));
            self.values = Values::Own(values);
        }
        match &mut self.values {
            Values::Own(values) => values,
            Values::Lent(_) => unreachable!("taken back above"),
        }
    }

    fn touch(&mut self, row: usize) {
        let leaf = row / Self::LEAF_ROWS;
        if !self.told.contains(leaf) {
            self.tell(leaf);
        }
    }

    #[cold]
    fn tell(&mut self, leaf: usize) {
        for touched in &mut self.touched {
            touched.insert(leaf);
        }
        let start = leaf * Self::LEAF_ROWS;
        let values = match &self.values {
            Values::Own(values) => values,
            Values::Lent(values) => &**values,
        };
        if let Some(before) = &mut self.before
            && start < before.rows
            && before.held.insert(leaf)
        {
            let end = (start + Self::LEAF_ROWS).min(before.rows);
            let held = values.get(start..end).unwrap_or_default();
            before.leaves.push((leaf, held.to_vec()));
        }
        self.told.insert(leaf);
    }
}

impl<T: Value> Default for Column<T> {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl<T: Value> Index<u32> for Column<T> {
    type Output = T;

    #[allow(
        clippy::indexing_slicing,
        reason = "the typed index that the house has"
    )]
    fn index(&self, slot: u32) -> &T {
        &self.as_slice()[slot as usize]
    }
}

impl<T: Value> IndexMut<u32> for Column<T> {
    #[allow(
        clippy::indexing_slicing,
        reason = "the typed index that the house has"
    )]
    fn index_mut(&mut self, slot: u32) -> &mut T {
        self.touch(slot as usize);
        &mut self.own()[slot as usize]
    }
}
