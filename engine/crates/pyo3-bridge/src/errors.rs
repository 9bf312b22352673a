//! The one map from the engine's errors to Python's. Each class carries the protocol's `kind`.
//! Law: PROTOCOL.md, sections 6 and 7.1. A bug in us stays a panic, which Python sees as one.

use std::fmt::Display;

use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use sim_cortex::universes::RestoreError;

create_exception!(
    void_reckoning_rust,
    ScenarioError,
    PyValueError,
    "A scenario that is none; the message starts with the path of the value."
);
create_exception!(
    void_reckoning_rust,
    CommandError,
    PyValueError,
    "A call that may not be made like this, or not now."
);

/// Gives each class the kind that the protocol answers with.
pub fn name_kinds(py: Python<'_>) -> PyResult<()> {
    py.get_type::<ScenarioError>().setattr("kind", "scenario")?;
    py.get_type::<CommandError>().setattr("kind", "command")
}

/// A scenario is not one.
pub fn of_scenario(error: impl Display) -> PyErr {
    ScenarioError::new_err(error.to_string())
}

/// A call is malformed.
pub fn of_command(error: impl Display) -> PyErr {
    CommandError::new_err(error.to_string())
}

/// A state is not restored: the call is malformed, or the rules cannot play on that state.
pub fn of_restore(error: &RestoreError) -> PyErr {
    match error {
        RestoreError::Unplayable(fault) => of_scenario(fault),
        _ => of_command(error),
    }
}
