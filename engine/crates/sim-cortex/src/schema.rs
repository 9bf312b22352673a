//! The schema: what the columns are called, and what may stand in them.
//! Law: STATE.md; PROTOCOL.md, section 2. The columns themselves are spelled in `tables`.

use std::collections::BTreeMap;

use shared::Json;
use shared::codec::encode_json;
use shared::digest::Digest;

use crate::tables::SCHEMA;

/// Rows that a table may have.
pub const ROWS_MAX: usize = 1 << 20;
/// The last turn that a run may have.
pub const TURN_MAX: u64 = 1_000_000_000;

/// One column as the schema declares it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ColumnSpec {
    /// The column's name.
    pub name: &'static str,
    /// The protocol's name of the type.
    pub type_name: &'static str,
    /// Bytes of one value.
    pub width: u64,
    /// Raw steps in one unit.
    pub scale: i64,
    /// The unit's name.
    pub unit: &'static str,
    /// The least raw value that a live slot may have.
    pub min: i64,
    /// The greatest raw value that a live slot may have.
    pub max: i64,
    /// The table whose slots the values are.
    pub refers: Option<&'static str>,
    /// Whether `NONE` may stand for a slot.
    pub optional: bool,
}

/// One table as the schema declares it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TableSpec {
    /// The table's name.
    pub name: &'static str,
    /// All columns, `generation` and `alive` first.
    pub columns: &'static [ColumnSpec],
}

impl ColumnSpec {
    /// Bytes of one value, as a length in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let Ok(bytes) = usize::try_from(self.width) else {
            unreachable!("a value has a few bytes");
        };
        bytes
    }
}

impl TableSpec {
    /// Bytes of one value of each column.
    #[must_use]
    pub fn widths(&self) -> Vec<u64> {
        self.columns.iter().map(|column| column.width).collect()
    }
}

/// Returns the schema as canonical JSON.
#[must_use]
pub fn schema_text() -> String {
    let tables = SCHEMA.iter().map(table_json).collect();
    encode_json(&object([
        ("format", text("vr-schema/1")),
        ("tables", Json::Array(tables)),
    ]))
}

/// Returns the digest of the schema's text.
#[must_use]
pub fn schema_digest() -> Digest {
    *blake3::hash(schema_text().as_bytes()).as_bytes()
}

fn table_json(table: &TableSpec) -> Json {
    let columns = table.columns.iter().map(column_json).collect();
    object([
        ("columns", Json::Array(columns)),
        ("entity", Json::Bool(true)),
        ("name", text(table.name)),
    ])
}

fn column_json(column: &ColumnSpec) -> Json {
    let decimal = |value: i64| Json::String(value.to_string());
    let always = [
        ("max", decimal(column.max)),
        ("min", decimal(column.min)),
        ("name", text(column.name)),
        ("scale", decimal(column.scale)),
        ("type", text(column.type_name)),
        ("unit", text(column.unit)),
    ];
    let refers = column.refers.map(|table| ("refers", text(table)));
    object(always.into_iter().chain(refers))
}

fn object<'a>(entries: impl IntoIterator<Item = (&'a str, Json)>) -> Json {
    let entries = entries.into_iter();
    let owned = entries.map(|(key, value)| (key.to_owned(), value));
    Json::Object(owned.collect::<BTreeMap<String, Json>>())
}

fn text(value: &str) -> Json {
    Json::String(value.to_owned())
}
