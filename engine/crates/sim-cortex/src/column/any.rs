//! Columns without their type: what goes over every column there is.
//! Law: PROTOCOL.md, sections 2 and 4.1. Knows no table.

use std::ops::Range;
use std::sync::Arc;

use bytemuck::{bytes_of, cast_slice};

use super::{Before, Column, Reader};
use crate::leaves::LeafSet;
use crate::value::Value;

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
