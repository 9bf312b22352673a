//! Ranges after a phase, looked at where columns have been written since they were last checked.
//! Law: RULES.md, Part III ("Ranges"). The whole check, `World::out_of_range`, is its judge: what
//! was in range and has not been written still is.

use crate::column::{AnyColumn, Reader};
use crate::leaves::{LEAF_BYTES, LeafSet};
use crate::schema::{ColumnSpec, ROWS_MAX};
use crate::tables::RawTable;
use crate::world::{OutOfRange, World};

impl World {
    /// Returns the first value out of range, as `out_of_range` does. Precondition: when these
    /// columns were checked last they were in range, dead slots holding zeros.
    #[must_use]
    pub fn newly_out_of_range(&mut self, written: &[(&str, &[&str])]) -> Option<OutOfRange> {
        let mut is_suspect = false;
        for table in self.tables_mut() {
            let name = table.spec().name;
            if let Some((_, columns)) = written.iter().find(|(table, _)| *table == name) {
                is_suspect |= may_be_outside(table, columns);
            }
        }
        // A stray value in a dead slot is a reason to ask, and no answer.
        is_suspect.then(|| self.out_of_range(written)).flatten()
    }
}

/// Tells whether a column of `names` (none: all) has been written with a value out of its range,
/// or the table may have outgrown its rows.
fn may_be_outside(table: &mut dyn RawTable, names: &[&str]) -> bool {
    let mut is_suspect = table.rows() as usize > ROWS_MAX;
    let specs = table.spec().columns.iter();
    for (spec, column) in specs.zip(table.columns_mut()) {
        if names.is_empty() || names.contains(&spec.name) {
            let touched = column.take_touched(Reader::Range);
            is_suspect |= has_strays(spec, column, &touched);
        }
    }
    is_suspect
}

fn has_strays(spec: &ColumnSpec, column: &dyn AnyColumn, touched: &LeafSet) -> bool {
    // A slot that comes to life holds zeros that nobody may have written.
    let zero_is_outside = spec.min > 0 || spec.max < 0;
    if zero_is_outside {
        return true;
    }
    let Ok(width) = usize::try_from(spec.width) else {
        unreachable!("no type of a column is that wide");
    };
    let rows = LEAF_BYTES / width;
    let mut runs = touched.runs();
    runs.any(|run| column.strays(run.start * rows..run.end * rows, spec.min, spec.max))
}
