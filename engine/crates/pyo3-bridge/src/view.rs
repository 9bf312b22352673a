//! A lent column as Python's buffer protocol knows it: read-only, without a copy.
//! Its values stay as they were when it was made. Knows no run.
#![allow(
    unsafe_code,
    reason = "the buffer protocol is raw pointers; to copy 64 MB takes 5.7 ms, a view 0.4 µs"
)]

use std::ffi::{CStr, c_int};
use std::ptr;
use std::sync::Arc;

use pyo3::exceptions::PyBufferError;
use pyo3::prelude::*;
use pyo3::{ffi, pyclass};
use sim_cortex::column::Packed;
use sim_cortex::schema::ColumnSpec;

use crate::errors::of_command;

/// One column of a state as it was: one-dimensional, a row an item.
#[pyclass(frozen, module = "void_reckoning_rust._native")]
pub struct View {
    values: Arc<dyn Packed>,
    format: &'static CStr,
    width: isize,
    rows: isize,
}

impl View {
    /// Returns a view of a loan.
    pub fn new(spec: &ColumnSpec, values: Arc<dyn Packed>) -> PyResult<Self> {
        let format = match spec.type_name {
            "u8" => c"B",
            "bool" => c"?",
            "u32" => c"I",
            "i64" => c"q",
            other => return Err(of_command(format!("no buffer format for {other}"))),
        };
        let width = isize::try_from(spec.width)?;
        let bytes = isize::try_from(values.payload().len())?;
        let rows = bytes / width;
        Ok(Self {
            values,
            format,
            width,
            rows,
        })
    }
}

#[pymethods]
impl View {
    fn __len__(&self) -> PyResult<usize> {
        Ok(usize::try_from(self.rows)?)
    }

    /// # Safety
    /// Python calls it with a buffer of its own to be filled in.
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        if view.is_null() {
            return Err(PyBufferError::new_err("no buffer to fill in"));
        }
        let this = slf.get();
        let payload = this.values.payload();
        let length = isize::try_from(payload.len())?;
        let start = payload.as_ptr().cast_mut().cast();
        // SAFETY: `view` is Python's own to be filled in. The bytes live as long as this frozen
        // object, of which the buffer holds a reference, and nobody writes to a loan; a request to
        // write is refused by the call itself, since the buffer is read-only.
        let filled = unsafe { ffi::PyBuffer_FillInfo(view, slf.as_ptr(), start, length, 1, flags) };
        if filled != 0 {
            return Err(PyErr::fetch(slf.py()));
        }
        // SAFETY: filled in above. Format and shape live as long as this object; `FillInfo` has
        // let the strides point to `itemsize`, so they become the width with it.
        unsafe {
            if !(*view).format.is_null() && !(*view).shape.is_null() {
                (*view).format = this.format.as_ptr().cast_mut();
                (*view).itemsize = this.width;
                (*view).shape = ptr::from_ref(&this.rows).cast_mut();
            }
        }
        Ok(())
    }
}
