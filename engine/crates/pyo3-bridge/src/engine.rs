//! The class `Engine`: one run, as the adapter calls it.
//! Law: PROTOCOL.md, section 7.1. Long calls let other Python threads run meanwhile.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict};
use shared::Json;
use shared::codec::decode_json;
use sim_cortex::schema::schema_text;
use sim_cortex::universes::TableArchive;

use crate::advance::{Advance, turns_of};
use crate::answers::{self, Answer};
use crate::borrowed::Borrowed;
use crate::errors::{of_command, of_restore, of_scenario};
use crate::routes::routes;
use crate::select::{Found, Wanted, select};
use crate::surroundings::options;
use crate::view::View;

const LEVELS: [&str; 3] = ["light", "full", "deep"];

/// A universe's id, a table's name and its archive.
type Archive<B> = (u32, String, B);

/// The changed rows of one table: their slots, and their values by column.
type Changed<'py> = (Bound<'py, PyBytes>, Vec<Bound<'py, PyBytes>>);

/// A run, wherever it is played.
pub type Run = Box<campaign::Engine>;

/// One run of the engine; `init` comes first.
#[pyclass(module = "void_reckoning_rust._native")]
#[derive(Default)]
pub struct Engine {
    run: Option<Run>,
    /// The loan by which an `Advance` has it.
    away: Option<u64>,
    /// Loans so far: each has a number of its own.
    loans: u64,
}

#[pymethods]
impl Engine {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn init<'py>(&mut self, py: Python<'py>, scenario: PyBackedBytes) -> Answer<'py> {
        let options = options()?;
        let started = py.detach(|| {
            let mut run = campaign::Engine::with_options(&scenario, options)?;
            let standing = run.standing();
            Ok((run, standing))
        });
        let (run, standing) =
            started.map_err(|error: sim_cortex::ScenarioError| of_scenario(error))?;
        let answer = answers::standing(py, &standing)?;
        answer.set_item("schema", PyBytes::new(py, schema_text().as_bytes()))?;
        answer.set_item("steps", answers::steps(py, &run)?)?;
        self.run = Some(Box::new(run));
        self.away = None;
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

    /// Plays whole turns, given as JSON; the answers come one by one.
    fn advance(slf: &Bound<'_, Self>, turns: PyBackedBytes) -> PyResult<Advance> {
        let turns = slf.py().detach(|| turns_of(&turns)).map_err(of_command)?;
        let mut engine = slf.try_borrow_mut()?;
        engine.run_mut()?;
        let Some(run) = engine.run.take() else {
            return Err(of_command(NOT_STARTED));
        };
        engine.loans += 1;
        engine.away = Some(engine.loans);
        let loan = engine.loans;
        Ok(Advance::begin(slf.clone().unbind(), loan, run, turns))
    }

    /// Plays whole turns, given as JSON, and works out no digest; how many have ended.
    fn play(&mut self, py: Python<'_>, turns: PyBackedBytes) -> PyResult<usize> {
        let run = self.run_mut()?;
        let played = py.detach(|| {
            let turns = turns_of(&turns)?;
            run.play(&turns).map_err(|error| error.to_string())
        });
        played.map_err(of_command)
    }

    /// A whole column as it is now, without a copy.
    fn view(&mut self, universe: u32, table: &str, column: &str) -> PyResult<View> {
        match self.run_mut()?.lend(universe, table, column) {
            Some((spec, values)) => View::new(spec, values),
            None => Err(of_command(format!("no column {universe}/{table}.{column}"))),
        }
    }

    fn tops<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let run = self.run_mut()?;
        let tops = py.detach(|| run.tops());
        Ok(PyBytes::new(py, tops.as_flattened()))
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "they are those of the protocol's call"
    )]
    fn nodes<'py>(
        &mut self,
        py: Python<'py>,
        universe: u32,
        table: &str,
        column: &str,
        level: u32,
        first: u64,
        count: u64,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let run = self.run_mut()?;
        match run.nodes((universe, table, column), level, first, count) {
            Some(nodes) => Ok(PyBytes::new(py, nodes.as_flattened())),
            None => Err(of_command(format!(
                "no {count} nodes of level {level} of {universe}/{table}.{column} from {first} on"
            ))),
        }
    }

    fn changed_rows<'py>(&self, py: Python<'py>) -> PyResult<Vec<Changed<'py>>> {
        let run = self.run()?;
        let tables = py.detach(|| run.changed_rows()).map_err(of_command)?;
        let packed = tables.iter().map(|table| {
            let slots = table.slots.iter().flat_map(|slot| slot.to_le_bytes());
            let columns = table.columns.iter();
            (
                PyBytes::new(py, &slots.collect::<Vec<u8>>()),
                columns.map(|values| PyBytes::new(py, values)).collect(),
            )
        });
        Ok(packed.collect())
    }

    fn sketch<'py>(&self, py: Python<'py>, cells: u32) -> PyResult<Bound<'py, PyBytes>> {
        let run = self.run()?;
        let bytes = py.detach(|| run.sketch(cells)).map_err(of_command)?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// A copy of some values of a column: what tests hold `view` against.
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
        archives: Vec<Archive<Borrowed>>,
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

    /// Slots of the live rows of a table that pass all filters; others run meanwhile.
    #[pyo3(signature = (universe, table, filters=Vec::new(), sort=None, limit=None))]
    fn select<'py>(
        &self,
        py: Python<'py>,
        universe: u32,
        table: &str,
        filters: Vec<(String, Wanted)>,
        sort: Option<(String, bool)>,
        limit: Option<usize>,
    ) -> PyResult<Found<'py>> {
        select(py, self.run()?, (universe, table), filters, sort, limit)
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
    /// Takes the run back from the `Advance` of that loan, unless another run has begun since.
    pub fn give_back(&mut self, loan: u64, run: Option<Run>) {
        if self.away == Some(loan) {
            self.away = None;
            self.run = run;
        }
    }

    fn run(&self) -> PyResult<&campaign::Engine> {
        self.run
            .as_deref()
            .ok_or_else(|| of_command(self.absence()))
    }

    fn run_mut(&mut self) -> PyResult<&mut campaign::Engine> {
        let absence = self.absence();
        self.run.as_deref_mut().ok_or_else(|| of_command(absence))
    }

    fn absence(&self) -> &'static str {
        match self.away {
            Some(_) => AWAY,
            None => NOT_STARTED,
        }
    }
}

const NOT_STARTED: &str = "init comes before any other call";
const AWAY: &str = "whole turns are being played: their answers come before any other call";
