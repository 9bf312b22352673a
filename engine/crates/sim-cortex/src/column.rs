//! Columns: values of one type by slot, which of them have been written, and what stood there.
//! Law: PROTOCOL.md, section 2. Knows no table; ranges and names stand in `schema`.
//!
//! A write costs a look at one bit. The first one to a leaf (256 bytes) tells each reader that
//! the leaf has changed, and keeps what stood there, so that a turn can be undone and a turn's
//! changes can be told. A column that is lent out is copied before it is written.

use std::ops::{Index, IndexMut, Range};
use std::sync::Arc;

use bytemuck::{bytes_of, cast_slice};

use crate::leaves::{LEAF_BYTES, LeafSet};
use crate::value::Value;

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

/// The values of a loan, packed: they stay as they were when it was made.
pub trait Packed: Send + Sync {
    /// All values, as the protocol writes them.
    fn payload(&self) -> &[u8];
}

impl<T: Value> Packed for Vec<T> {
    fn payload(&self) -> &[u8] {
        cast_slice(self)
    }
}

/// A column without its type, for all that goes over every column there is.
pub trait AnyColumn: Sync {
    /// Returns the packed values, as the protocol writes them.
    fn payload(&self) -> &[u8];

    /// Returns one value as raw. Panics beyond the end.
    fn raw(&self, slot: u32) -> i64;

    /// Returns the first of the slots told by `live` (nothing: of all) with a raw value outside
    /// of `min` to `max`, and that value.
    fn outside(&self, live: &[bool], min: i64, max: i64) -> Option<(u32, i64)>;

    /// Tells whether any of these rows has a raw value outside of `min` to `max`, dead or alive;
    /// rows beyond the end have none.
    fn strays(&self, rows: Range<usize>, min: i64, max: i64) -> bool;

    /// Returns the raw values of these slots. Panics beyond the end.
    fn raws(&self, slots: &[u32]) -> Vec<i64>;

    /// Makes false what is true in `rows` of a row whose raw value is outside of `min` to `max`.
    fn keep_within(&self, rows: &mut [bool], min: i64, max: i64);

    /// Makes false what is true in `rows` of a row whose raw value does not pass.
    fn keep(&self, rows: &mut [bool], passes: &dyn Fn(i64) -> bool);

    /// Writes one value given as raw; false if the type has no such value. Panics beyond the end.
    fn set_raw(&mut self, slot: u32, raw: i64) -> bool;

    /// Replaces all values by ones given as raw.
    ///
    /// # Errors
    /// The row whose value the type does not have; the column is then as it was.
    fn load_raw(&mut self, raw: &[i64]) -> Result<(), usize>;

    /// Replaces all values by packed ones.
    ///
    /// # Errors
    /// The row that holds no value of the type; the column is then as it was.
    fn load(&mut self, payload: &[u8]) -> Result<(), usize>;

    /// Begins a turn: what stands now is what `undo` comes back to.
    fn begin(&mut self);

    /// Puts back what stood when the turn began. Nothing happens if none has.
    fn undo(&mut self);

    /// Returns the leaves written since this reader took them last; all, after a `load`.
    fn take_touched(&mut self, reader: Reader) -> LeafSet;

    /// Lends the values as they are now, as `Column::lend` does.
    fn lend_packed(&mut self) -> Arc<dyn Packed>;

    /// Sets the flag of each row that is not as it was when the turn began; a new row is not.
    /// Where no turn has begun, since a load or an undoing, no row has changed.
    /// Precondition: a flag for each row.
    fn mark_changed(&self, changed: &mut [bool]);

    /// Returns the values of these slots, packed. Panics beyond the end.
    fn gather(&self, slots: &[u32]) -> Vec<u8>;
}

impl<T: Value> AnyColumn for Column<T> {
    fn payload(&self) -> &[u8] {
        cast_slice(self.as_slice())
    }

    fn raw(&self, slot: u32) -> i64 {
        self[slot].raw()
    }

    fn outside(&self, live: &[bool], min: i64, max: i64) -> Option<(u32, i64)> {
        let pairs = (0_u32..).zip(self.as_slice().iter().zip(live));
        pairs
            .map(|(slot, (value, live))| (slot, value.raw(), *live))
            .find(|(_, raw, live)| *live && (*raw < min || *raw > max))
            .map(|(slot, raw, _)| (slot, raw))
    }

    fn strays(&self, rows: Range<usize>, min: i64, max: i64) -> bool {
        let all = self.as_slice();
        let values = all.get(rows.start..rows.end.min(all.len()));
        // Without an early end, so that the compiler can take many values at once.
        let stray = |stray, value: &T| stray | (value.raw() < min) | (value.raw() > max);
        values.unwrap_or_default().iter().fold(false, stray)
    }

    fn raws(&self, slots: &[u32]) -> Vec<i64> {
        slots.iter().map(|&slot| self[slot].raw()).collect()
    }

    fn keep_within(&self, rows: &mut [bool], min: i64, max: i64) {
        for (row, value) in rows.iter_mut().zip(self.as_slice()) {
            *row &= (value.raw() >= min) & (value.raw() <= max);
        }
    }

    fn keep(&self, rows: &mut [bool], passes: &dyn Fn(i64) -> bool) {
        for (row, value) in rows.iter_mut().zip(self.as_slice()) {
            *row = *row && passes(value.raw());
        }
    }

    fn set_raw(&mut self, slot: u32, raw: i64) -> bool {
        let value = T::from_raw(raw);
        if let Some(value) = value {
            self[slot] = value;
        }
        value.is_some()
    }

    fn load_raw(&mut self, raw: &[i64]) -> Result<(), usize> {
        let rows = raw.iter().enumerate();
        let values: Result<_, _> = rows
            .map(|(row, raw)| T::from_raw(*raw).ok_or(row))
            .collect();
        self.replace(values?);
        Ok(())
    }

    fn load(&mut self, payload: &[u8]) -> Result<(), usize> {
        let mut values = Vec::with_capacity(payload.len() / size_of::<T>());
        for (row, bytes) in payload.chunks(size_of::<T>()).enumerate() {
            values.push(T::from_bytes(bytes).ok_or(row)?);
        }
        self.replace(values);
        Ok(())
    }

    fn begin(&mut self) {
        let rows = self.as_slice().len();
        let before = self.before.get_or_insert_with(|| Before {
            rows,
            held: LeafSet::default(),
            leaves: Vec::new(),
        });
        before.rows = rows;
        before.held.clear();
        before.leaves.clear();
        self.told.clear();
    }

    fn undo(&mut self) {
        let Some(before) = self.before.take() else {
            return;
        };
        let rows = self.as_slice().len();
        if before.leaves.is_empty() && before.rows == rows {
            return;
        }
        let values = self.own();
        values.truncate(before.rows);
        for (leaf, held) in &before.leaves {
            let to = values.iter_mut().skip(leaf * Self::LEAF_ROWS);
            to.zip(held).for_each(|(to, from)| *to = *from);
        }
        // Rows go as well: whoever reads them must see that they are gone.
        let gone = if rows > before.rows {
            before.rows / Self::LEAF_ROWS..rows.div_ceil(Self::LEAF_ROWS)
        } else {
            0..0
        };
        for leaf in before.held.iter().chain(gone) {
            for touched in &mut self.touched {
                touched.insert(leaf);
            }
        }
        self.told.clear();
    }

    fn take_touched(&mut self, reader: Reader) -> LeafSet {
        self.told.clear();
        let [digest, muster, range] = &mut self.touched;
        std::mem::take(match reader {
            Reader::Digest => digest,
            Reader::Muster => muster,
            Reader::Range => range,
        })
    }

    fn lend_packed(&mut self) -> Arc<dyn Packed> {
        self.lend()
    }

    fn mark_changed(&self, changed: &mut [bool]) {
        let Some(before) = &self.before else {
            return;
        };
        let values = self.as_slice();
        assert!(changed.len() == values.len(), "a flag for each row");
        for (leaf, held) in &before.leaves {
            let start = leaf * Self::LEAF_ROWS;
            let rows = changed.iter_mut().zip(values).skip(start);
            for ((changed, new), old) in rows.zip(held) {
                *changed |= new != old;
            }
        }
        for changed in changed.iter_mut().skip(before.rows) {
            *changed = true;
        }
    }

    fn gather(&self, slots: &[u32]) -> Vec<u8> {
        let mut packed = Vec::with_capacity(slots.len() * size_of::<T>());
        for slot in slots {
            packed.extend_from_slice(bytes_of(&self[*slot]));
        }
        packed
    }
}
