//! The native module `void_reckoning_rust._native`: translates between Python and the engine.
//! Its face is `void_reckoning_rust`. Decides nothing; the only crate that knows Python.

use pyo3::prelude::*;

/// The engine in Rust, as Python sees it.
#[pymodule]
mod _native {
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
