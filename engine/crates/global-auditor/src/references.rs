//! What a row refers to is there.
//! Law: RULES.md, Part IV. Twin: `global_auditor/references.py`.

use std::collections::BTreeSet;

use shared::ids::NONE;
use sim_cortex::schema::ColumnSpec;
use sim_cortex::{Table, World};

use crate::finding::{Finding, Severity};

/// Returns a finding for each reference of a live slot that is neither a live slot nor a `NONE`
/// that may be.
#[must_use]
pub fn references(world: &World) -> Vec<Finding> {
    let tables = world.tables().into_iter();
    tables.flat_map(|table| of_table(world, table)).collect()
}

fn of_table(world: &World, table: &dyn Table) -> Vec<Finding> {
    let mut findings = Vec::new();
    each_missing(world, table, |slot, column, value, referred| {
        let message = format!("{} = {value}: no live {referred}", column.name);
        let rule = ("references", Severity::Error);
        findings.push(Finding::of_row(rule, world, table, slot, message));
    });
    // Stable: the columns of a slot stay in their order.
    findings.sort_by_key(|finding| finding.row);
    findings
}

/// Returns the slots of a table with a missing reference: other rules skip them.
pub(crate) fn broken(world: &World, table: &dyn Table) -> BTreeSet<u32> {
    let mut slots = BTreeSet::new();
    each_missing(world, table, |slot, _, _, _| {
        slots.insert(slot);
    });
    slots
}

/// Visits each missing reference, column by column.
fn each_missing(
    world: &World,
    table: &dyn Table,
    mut visit: impl FnMut(u32, &ColumnSpec, i64, &str),
) {
    for (column, values) in table.spec().columns.iter().zip(table.columns()) {
        let Some(target) = column.refers.and_then(|name| world.table(name)) else {
            continue;
        };
        for slot in table.slots().live() {
            let raw = values.raw(slot);
            let none = column.optional && raw == i64::from(NONE);
            let live = u32::try_from(raw).is_ok_and(|slot| target.is_alive(slot));
            if !none && !live {
                visit(slot, column, raw, target.spec().name);
            }
        }
    }
}
