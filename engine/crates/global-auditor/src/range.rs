//! Values are in their columns' ranges, and dead slots hold nothing.
//! Law: RULES.md, Part IV. Twin: `global_auditor/range.py`.

use sim_cortex::column::AnyColumn;
use sim_cortex::schema::ColumnSpec;
use sim_cortex::{Table, World};

use crate::finding::{Finding, Severity};

/// `generation` and `alive` are what makes a slot live or dead: every value of theirs is right.
const LIFE_COLUMNS: usize = 2;

/// Returns a finding for each value of a live slot out of range, and each one but zero in a dead
/// slot. A missing reference is a number like any other here.
#[must_use]
pub fn range(world: &World) -> Vec<Finding> {
    let tables = world.tables().into_iter();
    tables.flat_map(|table| of_table(world, table)).collect()
}

fn of_table(world: &World, table: &dyn Table) -> Vec<Finding> {
    let columns = table.spec().columns.iter().zip(table.columns());
    let columns: Vec<_> = columns.skip(LIFE_COLUMNS).collect();
    let mut findings = Vec::new();
    for slot in 0..table.rows() {
        let alive = table.is_alive(slot);
        let faults = columns
            .iter()
            .filter_map(|column| fault(*column, slot, alive));
        let rule = ("range", Severity::Error);
        findings.extend(faults.map(|message| Finding::of_row(rule, world, table, slot, message)));
    }
    findings
}

fn fault(
    (column, values): (&ColumnSpec, &dyn AnyColumn),
    slot: u32,
    alive: bool,
) -> Option<String> {
    let (name, raw) = (column.name, values.raw(slot));
    let (min, max) = (column.min, column.max);
    if !alive {
        return (raw != 0).then(|| format!("{name} = {raw} in a dead slot"));
    }
    let outside = raw < min || raw > max;
    outside.then(|| format!("{name} = {raw}, expected {min} … {max}"))
}
