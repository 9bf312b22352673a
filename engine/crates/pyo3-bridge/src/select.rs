//! Questions to a table of the present state: which live rows pass all filters.
//! Law: `sim_cortex::query`. Decides nothing: words and numbers in, packed slots out.

use std::collections::BTreeSet;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use sim_cortex::World;
use sim_cortex::query::{Filter, Query, select as find};

use crate::errors::of_command;

/// What a raw value must be: a number, a pair of ends, or a set.
#[derive(FromPyObject)]
pub enum Wanted {
    /// This value.
    Exact(i64),
    /// At least the first and at most the second.
    Range(i64, i64),
    /// One of these.
    In(BTreeSet<i64>),
}

/// Packed slots, the number of rows that pass, and whether there are more than were given.
pub type Found<'py> = (Bound<'py, PyBytes>, usize, bool);

/// Returns the live rows that pass, as little-endian u32 in the order asked for.
pub fn select<'py>(
    py: Python<'py>,
    run: &campaign::Engine,
    place: (u32, &str),
    filters: Vec<(String, Wanted)>,
    sort: Option<(String, bool)>,
    limit: Option<usize>,
) -> PyResult<Found<'py>> {
    let (universe, name) = place;
    let tables = run.state().world(universe).map(World::tables);
    let mut tables = tables.into_iter().flatten();
    let Some(table) = tables.find(|table| table.spec().name == name) else {
        return Err(of_command(format!("no table {universe}/{name}")));
    };
    let query = Query {
        filters: filters.into_iter().map(read).collect(),
        sort,
        limit,
    };
    let found = py.detach(|| find(table, &query)).map_err(of_command)?;
    let slots = bytemuck::cast_slice(&found.slots);
    Ok((PyBytes::new(py, slots), found.total, found.has_more))
}

fn read((column, wanted): (String, Wanted)) -> (String, Filter) {
    let filter = match wanted {
        Wanted::Exact(value) => Filter::Exact(value),
        Wanted::Range(min, max) => Filter::Range(min, max),
        Wanted::In(values) => Filter::In(values),
    };
    (column, filter)
}
