//! Universes and tables of a scenario: shapes, types and ranges of all values.
//! Law: STATE.md. Whether the values make sense together is read in `sense`.

use std::borrow::Cow;

use shared::Json;

use super::reader::{Node, ScenarioError, kind};
use crate::schema::{ColumnSpec, ROWS_MAX, TURN_MAX, TableSpec};
use crate::tables::{RawTable, SCHEMA};
use crate::universes::Universes;
use crate::world::World;

pub(super) fn universes(node: &Node) -> Result<Universes, ScenarioError> {
    let mut fields = node.fields(&["turn", "universes"])?;
    let turn = fields.next().integer(0, i128::from(TURN_MAX))?;
    let mut worlds: Vec<World> = Vec::new();
    for item in fields.next().items(1, ROWS_MAX)? {
        let world = world(&item)?;
        if let Some(last) = worlds.last().filter(|last| last.id >= world.id) {
            let fault = format!("expected more than {}, found {}", last.id, world.id);
            return Err(ScenarioError::new(format!("{}.id", item.path), fault));
        }
        worlds.push(world);
    }
    Ok(Universes { turn, worlds })
}

fn world(node: &Node) -> Result<World, ScenarioError> {
    let mut fields = node.fields(&["id", "tables"])?;
    let id = fields.next().integer(0, u32::MAX.into())?;
    let mut tables = fields.next().fields(&SCHEMA.map(|table| table.name))?;
    let mut world = World {
        id,
        ..World::default()
    };
    for table in world.tables_mut() {
        read_table(&tables.next(), table)?;
    }
    world.rederive();
    Ok(world)
}

fn read_table(node: &Node, table: &mut dyn RawTable) -> Result<(), ScenarioError> {
    let spec: &TableSpec = table.spec();
    let names: Vec<&str> = spec.columns.iter().map(|column| column.name).collect();
    let mut fields = node.fields(&names)?;
    let mut live: Option<Vec<bool>> = None;
    let mut rows: Option<usize> = None;
    for (column, values) in spec.columns.iter().zip(table.columns_mut()) {
        let field = fields.next();
        let raw = raw_values(&field, column, rows, live.as_deref())?;
        if column.name == "alive" {
            live = Some(raw.iter().map(|alive| *alive == 1).collect());
        }
        rows = Some(raw.len());
        let Ok(()) = values.load_raw(&raw) else {
            unreachable!("a column's range lies inside its type");
        };
    }
    Ok(())
}

/// Reads one column: `rows` values if that is known. What stands in dead slots is known once
/// `live` is; `generation` and `alive` come before.
fn raw_values<'a>(
    node: &Node<'a>,
    column: &ColumnSpec,
    rows: Option<usize>,
    live: Option<&[bool]>,
) -> Result<Cow<'a, [i64]>, ScenarioError> {
    let (found, raw) = match node.value {
        Json::Ints(items) => (items.len(), Cow::from(items)),
        Json::Array(items) => (items.len(), items.iter().map_while(as_i64).collect()),
        _ => return node.wrong("a list"),
    };
    if found > ROWS_MAX {
        return node.fault(format!("expected at most {ROWS_MAX} rows, found {found}"));
    }
    if let Some(rows) = rows.filter(|rows| *rows != found) {
        return node.fault(format!("expected {rows} values, found {found}"));
    }
    let dead = |slot| live.and_then(|live| live.get(slot)) == Some(&false);
    let limits = |slot| {
        if dead(slot) {
            (0, 0)
        } else {
            (column.min, column.max)
        }
    };
    let outside = (0..).zip(raw.iter()).position(|(slot, raw)| {
        let (min, max) = limits(slot);
        !(min..=max).contains(raw)
    });
    // Where the integers of i64 end before the list does, the next item is none of them.
    match outside.or_else(|| (raw.len() < found).then_some(raw.len())) {
        Some(slot) => Err(value_error(node, slot, dead(slot), limits(slot))),
        None => Ok(raw),
    }
}

fn as_i64(item: &Json) -> Option<i64> {
    match item {
        Json::Int(value) => i64::try_from(*value).ok(),
        _ => None,
    }
}

fn value_error(node: &Node, slot: usize, dead: bool, (min, max): (i64, i64)) -> ScenarioError {
    let expected = if dead {
        "0 in a dead slot".to_owned()
    } else {
        format!("{min} … {max}")
    };
    let found = match node.value {
        Json::Ints(items) => items.get(slot).map(ToString::to_string),
        Json::Array(items) => items.get(slot).map(kind),
        _ => None,
    };
    let Some(found) = found else {
        unreachable!("a fault is found in a list's item");
    };
    let path = format!("{}[{slot}]", node.path);
    ScenarioError::new(path, format!("expected {expected}, found {found}"))
}
