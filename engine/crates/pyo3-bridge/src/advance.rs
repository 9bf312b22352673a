//! `advance` as Python iterates over it: the run plays on a thread of its own and hands each
//! turn's answer out as soon as it is known. While it plays, the run belongs to it.
//! Law: PROTOCOL.md, section 6.3. Decides nothing.

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{JoinHandle, spawn};

use campaign::engine::advance::TurnCommands;
use campaign::{StepError, Stepped};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use shared::Json;
use shared::codec::decode_json;

use crate::answers;
use crate::engine::{Engine, Run};
use crate::errors::of_command;

/// Answers that may wait to be taken: the run is never further ahead than these and a turn.
const WAITING_MAX: usize = 4;

/// The answers of whole turns, one by one. The run can be asked again when all have been taken,
/// or when this is gone.
#[pyclass(module = "void_reckoning_rust._native")]
pub struct Advance {
    engine: Py<Engine>,
    playing: Option<Playing>,
}

struct Playing {
    told: Mutex<Receiver<Stepped>>,
    thread: JoinHandle<(Run, Result<(), StepError>)>,
}

impl Advance {
    /// Begins to play on another thread.
    pub fn begin(engine: Py<Engine>, mut run: Run, turns: Vec<TurnCommands>) -> Self {
        let (tell, told) = sync_channel(WAITING_MAX);
        let thread = spawn(move || {
            let outcome = run.advance(&turns, |answer| match tell.send(answer) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            });
            (run, outcome)
        });
        let told = Mutex::new(told);
        Self {
            engine,
            playing: Some(Playing { told, thread }),
        }
    }

    /// Waits for the end, and gives the run back.
    fn end(&mut self, py: Python<'_>) -> PyResult<()> {
        let Some(Playing { told, thread }) = self.playing.take() else {
            return Ok(());
        };
        drop(told);
        let (run, outcome) = match py.detach(|| thread.join()) {
            Ok(ended) => ended,
            Err(panic) => resume_unwind(panic),
        };
        self.engine.try_borrow_mut(py)?.give_back(run);
        outcome.map_err(of_command)
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
        let told = &playing.told;
        let answer = py.detach(|| told.lock().ok()?.recv().ok());
        match answer {
            Some(answer) => answers::stepped(py, &answer, false).map(Some),
            None => self.end(py).map(|()| None),
        }
    }
}

impl Drop for Advance {
    fn drop(&mut self) {
        // What was not asked for is not told either; only the run is wanted back.
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
