//! The types that a column can have: each value is also a raw number, and packed bytes.
//! Law: PROTOCOL.md, section 2. Knows no column.

use bytemuck::NoUninit;
use shared::fx::Fx;

/// A type that a column can have. Every value of every column type fits i64 as raw.
pub trait Value: Copy + Default + Eq + NoUninit + Send + Sync {
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
