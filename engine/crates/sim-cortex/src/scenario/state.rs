//! Universes and tables of a scenario: shapes, types and ranges of all values.
//! Law: STATE.md. Whether the values make sense together is read in `sense`.

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
fn raw_values(
    node: &Node,
    column: &ColumnSpec,
    rows: Option<usize>,
    live: Option<&[bool]>,
) -> Result<Vec<i64>, ScenarioError> {
    let Json::Array(items) = node.value else {
        return node.wrong("a list");
    };
    if items.len() > ROWS_MAX {
        return node.fault(format!(
            "expected at most {ROWS_MAX} rows, found {}",
            items.len()
        ));
    }
    if let Some(rows) = rows.filter(|rows| *rows != items.len()) {
        return node.fault(format!("expected {rows} values, found {}", items.len()));
    }
    let mut raw = Vec::with_capacity(items.len());
    for (slot, item) in items.iter().enumerate() {
        let dead = live.is_some_and(|live| live.get(slot) == Some(&false));
        let (min, max) = if dead {
            (0, 0)
        } else {
            (column.min, column.max)
        };
        match item {
            Json::Int(value) if (min.into()..=max.into()).contains(value) => {
                raw.extend(i64::try_from(*value));
            }
            _ => return Err(value_error(node, slot, item, dead, (min, max))),
        }
    }
    Ok(raw)
}

fn value_error(
    node: &Node,
    slot: usize,
    found: &Json,
    dead: bool,
    (min, max): (i64, i64),
) -> ScenarioError {
    let expected = if dead {
        "0 in a dead slot".to_owned()
    } else {
        format!("{min} … {max}")
    };
    let path = format!("{}[{slot}]", node.path);
    ScenarioError::new(path, format!("expected {expected}, found {}", kind(found)))
}
