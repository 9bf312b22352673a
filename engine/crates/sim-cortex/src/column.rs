//! Columns: values of one type by slot, and what all of them can do whatever their type.
//! Law: PROTOCOL.md, section 2. Knows no table; ranges and names stand in `schema`.

use bytemuck::{NoUninit, cast_slice};
use shared::fx::Fx;

use crate::index::IndexVec;

const _: () = assert!(
    cfg!(target_endian = "little"),
    "columns are little-endian as they stand in memory"
);

/// One column's values by slot: `world.unit.hp[slot]`.
pub type Column<T> = IndexVec<T>;

/// A type that a column can have. Every value of every column type fits i64 as raw.
pub trait Value: Copy + Default + Eq + NoUninit + Sync {
    /// The protocol's name of the type.
    const TYPE: &'static str;
    /// Raw steps in one unit.
    const SCALE: i64 = 1;

    /// Returns the value as the protocol counts it.
    fn raw(self) -> i64;

    /// Returns the value of a raw number, or nothing if the type has no such value.
    fn from_raw(raw: i64) -> Option<Self>;

    /// Returns the value of packed bytes, as many as the type has; nothing if there is no such.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

macro_rules! integer_value {
    ($type:ty, $name:literal) => {
        impl Value for $type {
            const TYPE: &'static str = $name;

            fn raw(self) -> i64 {
                i64::from(self)
            }

            fn from_raw(raw: i64) -> Option<Self> {
                raw.try_into().ok()
            }

            fn from_bytes(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self::from_le_bytes)
            }
        }
    };
}

integer_value!(u8, "u8");
integer_value!(u32, "u32");
integer_value!(i64, "i64");

impl Value for bool {
    const TYPE: &'static str = "bool";

    fn raw(self) -> i64 {
        i64::from(self)
    }

    fn from_raw(raw: i64) -> Option<Self> {
        match raw {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        u8::from_bytes(bytes).and_then(|byte| Self::from_raw(i64::from(byte)))
    }
}

impl Value for Fx {
    const TYPE: &'static str = "i64";
    const SCALE: i64 = shared::fx::ONE.0;

    fn raw(self) -> i64 {
        self.0
    }

    fn from_raw(raw: i64) -> Option<Self> {
        Some(Self(raw))
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        i64::from_bytes(bytes).map(Self)
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
        *self = Self::new(values?);
        Ok(())
    }

    fn load(&mut self, payload: &[u8]) -> Result<(), usize> {
        let mut values = Vec::with_capacity(payload.len() / size_of::<T>());
        for (row, bytes) in payload.chunks(size_of::<T>()).enumerate() {
            values.push(T::from_bytes(bytes).ok_or(row)?);
        }
        *self = Self::new(values);
        Ok(())
    }
}
