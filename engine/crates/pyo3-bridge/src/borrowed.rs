//! Bytes that Python lends, read where they stand: an archive in a file that is mapped is never
//! made into an object of its own. Knows no archive.
#![allow(
    unsafe_code,
    reason = "the buffer protocol is raw pointers; a copy first would double what a restore copies"
)]

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyBufferError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMemoryView, PyType};

/// The bytes of anything with the buffer protocol, in one piece.
pub enum Borrowed {
    /// Nothing in this process can write to them: read in place.
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
        if holds_still(&object)? {
            return Ok(Self::InPlace(buffer));
        }
        buffer.to_vec(object.py()).map(Self::Copied)
    }
}

/// Tells whether the bytes behind an object are those of `bytes`, or of a file that is mapped for
/// reading. That a view is read-only says nothing: what it is a view of may be written to.
fn holds_still(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let owner = match object.cast_exact::<PyMemoryView>() {
        Ok(view) => view.getattr("obj")?,
        Err(_) => object.clone(),
    };
    if owner.is_exact_instance_of::<PyBytes>() {
        return Ok(true);
    }
    let map = owner.py().import("mmap")?.getattr("mmap")?;
    let is_map = owner.get_type().is(map.cast::<PyType>()?);
    Ok(is_map && PyBuffer::<u8>::get(&owner)?.readonly())
}

impl AsRef<[u8]> for Borrowed {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Copied(bytes) => bytes,
            Self::InPlace(buffer) => match buffer.as_slice_ptr() {
                // SAFETY: the exporter keeps the bytes where they are until the buffer is
                // released, which is when `self` ends. `bytes` never change; a file mapped for
                // reading changes only by who writes to the file, and a bulk's file is whole
                // before the call and not written to before its answer (PROTOCOL.md, section 6).
                Some(bytes) => unsafe { bytes.as_ref() },
                None => &[],
            },
        }
    }
}
