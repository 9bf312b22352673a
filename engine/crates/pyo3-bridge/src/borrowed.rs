//! Bytes that Python lends, read where they stand: an archive in a file that is mapped is never
//! made into an object of its own. Knows no archive.
#![allow(
    unsafe_code,
    reason = "the buffer protocol is raw pointers; a copy first would double what a restore copies"
)]

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyBufferError;
use pyo3::prelude::*;

/// The bytes of anything with the buffer protocol, in one piece.
pub enum Borrowed {
    /// Read-only for Python as well: read in place.
    InPlace(PyBuffer<u8>),
    /// Python might write to them while the engine reads: copied first.
    Copied(Vec<u8>),
}

impl FromPyObject<'_, '_> for Borrowed {
    type Error = PyErr;

    fn extract(object: pyo3::Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let buffer = PyBuffer::<u8>::get(&object)?;
        if !buffer.is_c_contiguous() {
            return Err(PyBufferError::new_err("expected bytes in one piece"));
        }
        if buffer.readonly() {
            return Ok(Self::InPlace(buffer));
        }
        buffer.to_vec(object.py()).map(Self::Copied)
    }
}

impl AsRef<[u8]> for Borrowed {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Copied(bytes) => bytes,
            Self::InPlace(buffer) => match buffer.as_slice_ptr() {
                // SAFETY: the exporter keeps the bytes where they are until the buffer is
                // released, which is when `self` ends; it has said that they are not written to.
                Some(bytes) => unsafe { bytes.as_ref() },
                None => &[],
            },
        }
    }
}
