//! The engine's answers as the dicts that Python expects.
//! Law: PROTOCOL.md, sections 6 and 7.1. Wide numbers are plain integers, digests hex text.

use campaign::{Halt, Standing, Stepped};
use global_auditor::{Audit, Finding};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use shared::digest::Digest;

/// A dict of an answer.
pub type Answer<'py> = PyResult<Bound<'py, PyDict>>;

/// Where a run stands: turn, rows, digests.
pub fn standing<'py>(py: Python<'py>, standing: &Standing) -> Answer<'py> {
    let answer = PyDict::new(py);
    answer.set_item("turn", standing.turn)?;
    answer.set_item("universes", universes(py, &standing.rows)?)?;
    set_digests(&answer, standing)?;
    Ok(answer)
}

/// How a step went; phase digests only if they were asked for and the step was not undone.
pub fn stepped<'py>(py: Python<'py>, stepped: &Stepped, phases: bool) -> Answer<'py> {
    let answer = PyDict::new(py);
    answer.set_item("step", stepped.step)?;
    answer.set_item("turn", stepped.turn)?;
    answer.set_item("universes", universes(py, &stepped.rows)?)?;
    answer.set_item("turn_ended", stepped.ended.is_some())?;
    let halted = stepped.halt.as_ref().map(|found| halt(py, found));
    answer.set_item("halt", halted.transpose()?)?;
    if let Some(standing) = &stepped.ended {
        set_digests(&answer, standing)?;
    }
    if phases && stepped.halt.is_none() {
        let digests: Vec<String> = stepped.phase_digests.iter().map(hex).collect();
        answer.set_item("phase_digests", digests)?;
    }
    Ok(answer)
}

/// What an audit has seen and found.
pub fn audit<'py>(py: Python<'py>, audit: &Audit) -> Answer<'py> {
    let findings: PyResult<Vec<_>> = audit.findings.iter().map(|f| finding(py, f)).collect();
    let answer = PyDict::new(py);
    answer.set_item("entities", audit.entities)?;
    answer.set_item("invariants", audit.invariants)?;
    answer.set_item("findings", findings?)?;
    Ok(answer)
}

/// The turn's steps and their phases.
pub fn steps<'py>(py: Python<'py>, engine: &campaign::Engine) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for (name, phases) in engine.steps() {
        let step = PyDict::new(py);
        step.set_item("name", name)?;
        step.set_item("phases", phases)?;
        list.append(step)?;
    }
    Ok(list)
}

fn universes<'py>(py: Python<'py>, worlds: &[(u32, Vec<u32>)]) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for (id, rows) in worlds {
        let universe = PyDict::new(py);
        universe.set_item("id", id)?;
        universe.set_item("rows", rows)?;
        list.append(universe)?;
    }
    Ok(list)
}

fn set_digests(answer: &Bound<'_, PyDict>, standing: &Standing) -> PyResult<()> {
    answer.set_item("state_digest", hex(&standing.state_digest))?;
    answer.set_item("ledger_digest", hex(&standing.ledger_digest))?;
    answer.set_item("events_digest", hex(&standing.events_digest))
}

fn halt<'py>(py: Python<'py>, halt: &Halt) -> Answer<'py> {
    let answer = PyDict::new(py);
    answer.set_item("error", halt.error)?;
    answer.set_item("step", halt.step)?;
    answer.set_item("phase", halt.phase)?;
    answer.set_item("universe", halt.universe)?;
    answer.set_item("table", halt.table)?;
    answer.set_item("slot", halt.slot)?;
    answer.set_item("column", halt.column)?;
    Ok(answer)
}

fn finding<'py>(py: Python<'py>, finding: &Finding) -> Answer<'py> {
    let answer = PyDict::new(py);
    answer.set_item("rule", finding.rule)?;
    answer.set_item("severity", finding.severity.name())?;
    answer.set_item("universe", finding.universe)?;
    answer.set_item("entity", &finding.entity)?;
    answer.set_item("message", &finding.message)?;
    Ok(answer)
}

fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
