//! `advance` as Python iterates over it: the run plays on a thread of its own and hands each
//! turn's answer out as soon as it is known. While it plays, the run belongs to it.
//! Law: PROTOCOL.md, section 6.3. Decides nothing.

use std::panic::resume_unwind;

use campaign::Ahead;
use campaign::ahead::Outcome;
use campaign::engine::advance::TurnCommands;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use shared::Json;
use shared::codec::decode_json;

use crate::answers;
use crate::engine::{Engine, Run};
use crate::errors::of_command;

/// The answers of whole turns, one by one. The run can be asked again when all have been taken,
/// or when this is gone.
#[pyclass(module = "void_reckoning_rust._native")]
pub struct Advance {
    engine: Py<Engine>,
    /// Which of the engine's loans this is.
    loan: u64,
    playing: Option<Ahead<Run>>,
}

impl Advance {
    /// Begins to play on another thread.
    pub fn begin(engine: Py<Engine>, loan: u64, run: Run, turns: Vec<TurnCommands>) -> Self {
        let playing = Ahead::begin(run, move |run, tell| run.advance(&turns, tell));
        Self {
            engine,
            loan,
            playing: Some(playing),
        }
    }

    /// Waits for the end, gives the run back, and then returns how it ended.
    fn end(&mut self, py: Python<'_>) -> PyResult<Outcome> {
        let Some(playing) = self.playing.take() else {
            return Ok(Ok(Ok(())));
        };
        let (run, outcome) = py.detach(|| playing.end());
        self.engine.try_borrow_mut(py)?.give_back(self.loan, run);
        Ok(outcome)
    }
}

#[pymethods]
impl Advance {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let Some(playing) = &self.playing else {
            return Ok(None);
        };
        match py.detach(|| playing.next_answer()) {
            Some(answer) => answers::stepped(py, &answer, false).map(Some),
            None => match self.end(py)? {
                Ok(outcome) => outcome.map(|()| None).map_err(of_command),
                Err(panic) => resume_unwind(panic),
            },
        }
    }
}

impl Drop for Advance {
    fn drop(&mut self) {
        // What was not asked for is not told either, a panic included; only the run is wanted.
        Python::try_attach(|py| drop(self.end(py)));
    }
}

/// Returns turns from their JSON: a list of lists of lists of commands.
pub fn turns_of(text: &[u8]) -> Result<Vec<TurnCommands>, String> {
    let decoded = decode_json(text).map_err(|error| format!("turns: {error}"))?;
    let turns = list(decoded)?.into_iter();
    let steps = turns.map(|turn| list(turn)?.into_iter().map(list).collect());
    steps.collect()
}

fn list(value: Json) -> Result<Vec<Json>, String> {
    match value {
        Json::Array(items) => Ok(items),
        _ => Err("turns: expected lists of commands by step, by turn".to_owned()),
    }
}
