//! The digest tree over canonical values, and the digests of ledger and events.
//! Law: PROTOCOL.md, sections 3 and 4. Twin: `shared/digest.py`. Knows no schema and no world:
//! it is given names, counts and packed little-endian columns.

use crate::material::Material;

pub(crate) const LEAF_BYTES: usize = 256;
pub(crate) const FAN_OUT: usize = 16;
const NODE_CONTEXT: &str = "vr-verify 2026-11 column node v1";
const COLUMN_CONTEXT: &str = "vr-verify 2026-11 column v1";
const TABLE_CONTEXT: &str = "vr-verify 2026-11 table v1";
const UNIVERSE_CONTEXT: &str = "vr-verify 2026-11 universe v1";
const STATE_CONTEXT: &str = "vr-verify 2026-11 state v1";
const LEDGER_CONTEXT: &str = "vr-verify 2026-11 ledger v1";
const EVENTS_CONTEXT: &str = "vr-verify 2026-11 events v1";

/// A BLAKE3 digest.
pub type Digest = [u8; 32];

/// Returns the digest of one column of `rows` values, packed in `payload`.
#[must_use]
pub fn column_digest(table: &str, column: &str, rows: u64, payload: &[u8]) -> Digest {
    let top = top(table, column, payload);
    column_of_top(table, column, rows, payload.len(), &top)
}

/// Returns the digest of one table of `rows` slots from its columns' digests, in schema order.
#[must_use]
pub fn table_digest(table: &str, rows: u64, columns: &[Digest]) -> Digest {
    let named = Material::default()
        .text(table)
        .u64(rows)
        .count_u32(columns.len());
    named.raw(columns.as_flattened()).derived(TABLE_CONTEXT)
}

/// Returns the digest of one universe from its tables' digests, in schema order.
#[must_use]
pub fn universe_digest(id: u32, tables: &[Digest]) -> Digest {
    let named = Material::default().u32(id).count_u32(tables.len());
    named.raw(tables.as_flattened()).derived(UNIVERSE_CONTEXT)
}

/// Returns the digest of a whole state from (id, digest) of its universes.
/// Precondition: ids strictly ascend.
#[must_use]
pub fn state_digest(
    schema_digest: &Digest,
    scenario_digest: &Digest,
    turn: u64,
    universes: &[(u32, Digest)],
) -> Digest {
    assert!(
        universes.is_sorted_by(|a, b| a.0 < b.0),
        "state_digest: ids do not ascend"
    );
    let run = Material::default().raw(schema_digest).raw(scenario_digest);
    let start = run.u64(turn).count_u32(universes.len());
    let add = |material: Material, (id, digest): &(u32, Digest)| material.u32(*id).raw(digest);
    universes.iter().fold(start, add).derived(STATE_CONTEXT)
}

/// Returns the digest of a turn's ledger as `codec::encode_ledger` gives it.
#[must_use]
pub fn ledger_digest(turn: u64, ledger: &[u8]) -> Digest {
    Material::default()
        .u64(turn)
        .raw(ledger)
        .derived(LEDGER_CONTEXT)
}

/// Returns the digest of a turn's events as `codec::encode_events` gives them.
#[must_use]
pub fn events_digest(turn: u64, events: &[u8]) -> Digest {
    Material::default()
        .u64(turn)
        .raw(events)
        .derived(EVENTS_CONTEXT)
}

/// Returns the digest of a column of `bytes` payload bytes from the top of its tree.
pub(crate) fn column_of_top(
    table: &str,
    column: &str,
    rows: u64,
    bytes: usize,
    top: &Digest,
) -> Digest {
    let named = Material::default().text(table).text(column).u64(rows);
    named.count_u64(bytes).raw(top).derived(COLUMN_CONTEXT)
}

/// The tree's top: 32 zero bytes for a column of no bytes.
fn top(table: &str, column: &str, payload: &[u8]) -> Digest {
    let mut digests = leaves(&node_key(table, column, 0), payload);
    let mut level = 1;
    while digests.len() > 1 {
        let key = node_key(table, column, level);
        let node = |group: &[Digest]| keyed(&key, group.as_flattened());
        digests = digests.chunks(FAN_OUT).map(node).collect();
        level += 1;
    }
    digests.pop().unwrap_or_default()
}

fn leaves(key: &Digest, payload: &[u8]) -> Vec<Digest> {
    let leaf = |piece: &[u8]| {
        let mut padded = [0; LEAF_BYTES];
        padded
            .iter_mut()
            .zip(piece)
            .for_each(|(to, from)| *to = *from);
        keyed(key, &padded)
    };
    payload.chunks(LEAF_BYTES).map(leaf).collect()
}

pub(crate) fn node_key(table: &str, column: &str, level: u32) -> Digest {
    Material::default()
        .text(table)
        .text(column)
        .u32(level)
        .derived(NODE_CONTEXT)
}

pub(crate) fn keyed(key: &Digest, bytes: &[u8]) -> Digest {
    *blake3::keyed_hash(key, bytes).as_bytes()
}
