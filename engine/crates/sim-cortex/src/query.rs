//! Questions to a table: which live rows pass all filters, in which order, how many at once.
//! RULES.md asks none: whoever looks at a state from outside does, as over the bridge. The harness'
//! `canonical/query.py` is held against it.
//! Reads only, and knows no table's meaning.

use std::collections::BTreeSet;

use crate::column::AnyColumn;
use crate::tables::Table;

/// What a row's raw value in a column must be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Filter {
    /// This value.
    Exact(i64),
    /// At least the first and at most the second.
    Range(i64, i64),
    /// One of these.
    In(BTreeSet<i64>),
}

/// Which rows are asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Columns and what must stand in them; all must pass.
    pub filters: Vec<(String, Filter)>,
    /// A column, and whether its greatest value comes first. Equal rows stay in slot order.
    pub sort: Option<(String, bool)>,
    /// Rows to be given at most; nothing: all.
    pub limit: Option<usize>,
}

/// The answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Selection {
    /// Slots of the rows given, in the order asked for.
    pub slots: Vec<u32>,
    /// Number of rows that pass.
    pub total: usize,
    /// Whether there are more than were given.
    pub has_more: bool,
}

/// A query names a column that the table does not have.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{table}: no column {column:?}")]
pub struct UnknownColumn {
    table: &'static str,
    column: String,
}

impl Filter {
    /// Takes the rows out of `passing` whose value does not pass.
    fn apply(&self, values: &dyn AnyColumn, passing: &mut [bool]) {
        match self {
            Self::Exact(value) => values.keep_within(passing, *value, *value),
            Self::Range(min, max) => values.keep_within(passing, *min, *max),
            Self::In(wanted) => values.keep(passing, &|raw| wanted.contains(&raw)),
        }
    }
}

/// Returns the live rows of a table that pass all filters.
///
/// # Errors
/// A filter or the sort names no column of the table.
pub fn select(table: &dyn Table, query: &Query) -> Result<Selection, UnknownColumn> {
    let filters = query.filters.iter();
    let filters: Result<Vec<_>, _> = filters
        .map(|(name, filter)| column(table, name).map(|values| (values, filter)))
        .collect();
    let filters = filters?;
    let mut passing = table.slots().alive.as_slice().to_vec();
    for (values, filter) in filters {
        filter.apply(values, &mut passing);
    }
    let passing = (0_u32..).zip(passing).filter(|(_, passes)| *passes);
    let slots: Vec<u32> = passing.map(|(slot, _)| slot).collect();
    let (total, limit) = (slots.len(), query.limit.unwrap_or(slots.len()));
    let slots = match &query.sort {
        Some((name, descending)) => first(column(table, name)?, slots, *descending, limit),
        None => slots.into_iter().take(limit).collect(),
    };
    let has_more = slots.len() < total;
    Ok(Selection {
        slots,
        total,
        has_more,
    })
}

/// The first slots by value, then by slot; no more of them are sorted than are asked for.
fn first(values: &dyn AnyColumn, slots: Vec<u32>, descending: bool, limit: usize) -> Vec<u32> {
    let raws = values.raws(&slots);
    // The complement turns the order round, and every i64 has one.
    let keys = raws
        .into_iter()
        .map(|raw| if descending { !raw } else { raw });
    let mut keyed: Vec<(i64, u32)> = keys.zip(slots).collect();
    if limit < keyed.len() {
        keyed.select_nth_unstable(limit);
        keyed.truncate(limit);
    }
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, slot)| slot).collect()
}

fn column<'a>(table: &'a dyn Table, name: &str) -> Result<&'a dyn AnyColumn, UnknownColumn> {
    let spec = table.spec();
    let mut columns = spec.columns.iter().zip(table.columns());
    let found = columns.find(|(column, _)| column.name == name);
    found
        .map(|(_, values)| values)
        .ok_or_else(|| UnknownColumn {
            table: spec.name,
            column: name.to_owned(),
        })
}
