//! The class `Engine`: one run, as the adapter calls it.
//! Law: PROTOCOL.md, section 7.1. Long calls let other Python threads run meanwhile.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict};
use shared::Json;
use shared::codec::decode_json;
use sim_cortex::schema::schema_text;
use sim_cortex::universes::TableArchive;

use crate::answers::{self, Answer};
use crate::errors::{of_command, of_restore, of_scenario};
use crate::routes::routes;

const LEVELS: [&str; 3] = ["light", "full", "deep"];

/// A universe's id, a table's name and its archive.
type Archive<B> = (u32, String, B);

/// One run of the engine; `init` comes first.
#[pyclass(module = "void_reckoning_rust._native")]
#[derive(Default)]
pub struct Engine {
    run: Option<campaign::Engine>,
}

#[pymethods]
impl Engine {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn init<'py>(&mut self, py: Python<'py>, scenario: PyBackedBytes) -> Answer<'py> {
        let started = py.detach(|| {
            let run = campaign::Engine::new(&scenario)?;
            let standing = run.standing();
            Ok((run, standing))
        });
        let (run, standing) =
            started.map_err(|error: sim_cortex::ScenarioError| of_scenario(error))?;
        let answer = answers::standing(py, &standing)?;
        answer.set_item("schema", PyBytes::new(py, schema_text().as_bytes()))?;
        answer.set_item("steps", answers::steps(py, &run)?)?;
        self.run = Some(run);
        Ok(answer)
    }

    #[pyo3(signature = (commands, stop_after=None, phases=false))]
    fn step<'py>(
        &mut self,
        py: Python<'py>,
        commands: PyBackedBytes,
        stop_after: Option<usize>,
        phases: bool,
    ) -> Answer<'py> {
        let run = self.run_mut()?;
        let stepped = py.detach(|| match decode_json(&commands) {
            Ok(Json::Array(commands)) => run
                .step(&commands, stop_after, phases)
                .map_err(|error| error.to_string()),
            Ok(_) => Err("commands: expected a list".to_owned()),
            Err(error) => Err(format!("commands: {error}")),
        });
        answers::stepped(py, &stepped.map_err(of_command)?, phases)
    }

    fn values<'py>(
        &self,
        py: Python<'py>,
        universe: u32,
        table: &str,
        column: &str,
        first: u64,
        count: u64,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let state = self.run()?.state();
        match state.values(universe, table, column, first, count) {
            Some(values) => Ok(PyBytes::new(py, values)),
            None => {
                let place = format!("{universe}/{table}.{column}");
                Err(of_command(format!(
                    "no {count} values of {place} from {first} on"
                )))
            }
        }
    }

    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Vec<Archive<Bound<'py, PyBytes>>>> {
        let run = self.run()?;
        let parts = py.detach(|| run.snapshot()).map_err(of_command)?;
        let parts = parts.into_iter();
        let archives = parts.map(|part| {
            let bytes = PyBytes::new(py, &part.archive);
            (part.universe, part.table, bytes)
        });
        Ok(archives.collect())
    }

    fn restore<'py>(
        &mut self,
        py: Python<'py>,
        turn: u64,
        archives: Vec<Archive<PyBackedBytes>>,
    ) -> Answer<'py> {
        let run = self.run_mut()?;
        let parts = archives.into_iter();
        let parts: Vec<_> = parts
            .map(|(universe, table, archive)| TableArchive {
                universe,
                table,
                archive,
            })
            .collect();
        let standing = py
            .detach(|| run.restore(turn, &parts))
            .map_err(|error| of_restore(&error))?;
        answers::standing(py, &standing)
    }

    fn routes<'py>(
        &mut self,
        py: Python<'py>,
        universe: u32,
        requests: PyBackedBytes,
    ) -> PyResult<Bound<'py, PyBytes>> {
        routes(py, self.run_mut()?, universe, &requests)
    }

    fn draws<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.run()?.ledger().encode()))
    }

    fn events<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.run()?.events().encode()))
    }

    fn audit<'py>(&self, py: Python<'py>, level: &str) -> Answer<'py> {
        if !LEVELS.contains(&level) {
            return Err(of_command(format!(
                "level: expected one of {LEVELS:?}, found {level:?}"
            )));
        }
        let run = self.run()?;
        let audit = py.detach(|| run.audit());
        answers::audit(py, &audit)
    }

    fn rules_fired<'py>(&self, py: Python<'py>) -> Answer<'py> {
        let rules = PyDict::new(py);
        for (rule, fired) in self.run()?.coverage().counts() {
            rules.set_item(rule, fired)?;
        }
        let answer = PyDict::new(py);
        answer.set_item("rules", rules)?;
        Ok(answer)
    }
}

impl Engine {
    fn run(&self) -> PyResult<&campaign::Engine> {
        self.run.as_ref().ok_or_else(|| of_command(NOT_STARTED))
    }

    fn run_mut(&mut self) -> PyResult<&mut campaign::Engine> {
        self.run.as_mut().ok_or_else(|| of_command(NOT_STARTED))
    }
}

const NOT_STARTED: &str = "init comes before any other call";
