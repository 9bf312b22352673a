//! Questions to a table: which live rows pass all filters, in which order, how many at once.
//! Law: RULES.md asks none; faces of the engine do. Reads only, and knows no table's meaning.

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
    fn passes(&self, raw: i64) -> bool {
        match self {
            Self::Exact(value) => raw == *value,
            Self::Range(min, max) => (*min..=*max).contains(&raw),
            Self::In(values) => values.contains(&raw),
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
    let passes = |slot: &u32| {
        filters
            .iter()
            .all(|(column, f)| f.passes(column.raw(*slot)))
    };
    let mut slots: Vec<u32> = table.slots().live().filter(passes).collect();
    if let Some((name, descending)) = &query.sort {
        let values = column(table, name)?;
        // In i128 every i64 has an opposite.
        let sign = if *descending { -1 } else { 1 };
        slots.sort_by_key(|slot| sign * i128::from(values.raw(*slot)));
    }
    let total = slots.len();
    slots.truncate(query.limit.unwrap_or(total));
    let has_more = slots.len() < total;
    Ok(Selection {
        slots,
        total,
        has_more,
    })
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
