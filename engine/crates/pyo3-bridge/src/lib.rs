//! The native module `void_reckoning_rust._native`: translates between Python and the engine.
//! Its face is `void_reckoning_rust`. Decides nothing; the only crate that knows Python.

mod advance;
mod answers;
mod borrowed;
mod call;
mod engine;
mod errors;
mod routes;
mod select;
mod surroundings;
mod view;

use pyo3::prelude::*;

/// The engine in Rust, as Python sees it.
#[pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::advance::Advance;
    #[pymodule_export]
    use super::call::call;
    #[pymodule_export]
    use super::engine::Engine;
    #[pymodule_export]
    use super::errors::{CommandError, ScenarioError};
    #[pymodule_export]
    use super::surroundings::surroundings;
    #[pymodule_export]
    use super::view::View;

    #[pymodule_export]
    use super::routes::nothing;

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    #[pymodule_export]
    const RULES_VERSION: &str = sim_cortex::scenario::RULES_VERSION;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("RULES", campaign::schedule::RULES.to_vec())?;
        super::errors::name_kinds(module.py())
    }
}
