//! Canonical JSON, and the encodings of the draw ledger and the event stream.
//! Law: PROTOCOL.md, sections 1 and 4. Twin: `shared/codec.py`. Does not know what is encoded for.

use crate::json::{Json, JsonError};
use crate::material::Material;
use crate::record::{Event, LedgerEntry};

/// Returns the one canonical text of a value. Precondition: nesting of at most 64,
/// integers from −2^63 to 2^64 − 1.
#[must_use]
pub fn encode_json(value: &Json) -> String {
    let mut text = String::new();
    value.write(&mut text, 0);
    text
}

/// Returns the value that a canonical text stands for.
///
/// # Errors
/// The first byte that canonical JSON would not have there: also where other JSON might.
pub fn decode_json(data: &[u8]) -> Result<Json, JsonError> {
    Json::read(data)
}

/// Returns the ledger of a turn as bytes; sorts, sums and drops zeros itself, so entries may come
/// in any order. Precondition: a phase ordinal of a step always comes with the same phase name.
#[must_use]
pub fn encode_ledger(entries: &[LedgerEntry]) -> Vec<u8> {
    let mut places: Vec<&LedgerEntry> = entries.iter().filter(|entry| entry.count > 0).collect();
    places.sort_unstable_by(|left, right| ledger_key(left).cmp(&ledger_key(right)));
    let sums = places.chunk_by(|left, right| ledger_key(left) == ledger_key(right));
    let mut ledger = Material::default().count_u64(sums.clone().count());
    for (entry, count) in sums.filter_map(|same| {
        let count = same.iter().map(|entry| entry.count).sum();
        same.first().map(|entry| (entry, count))
    }) {
        ledger = ledger
            .u32(entry.universe)
            .u32(entry.step)
            .text(&entry.phase)
            .text(&entry.stream)
            .count_u32(entry.scope.len());
        let scope = entry.scope.iter();
        ledger = scope.fold(ledger, |material, &part| material.u64(part));
        ledger = ledger.text(&entry.site).u64(count);
    }
    ledger.bytes()
}

/// What orders ledger entries, and tells one place from another.
fn ledger_key(entry: &LedgerEntry) -> impl Ord + '_ {
    let place = (entry.universe, entry.step, entry.phase_ordinal);
    (
        place,
        &entry.stream,
        &entry.scope,
        &entry.site,
        &entry.phase,
    )
}

/// Returns the event stream of a turn as bytes, in the order given.
#[must_use]
pub fn encode_events(events: &[Event]) -> Vec<u8> {
    let start = Material::default().count_u64(events.len());
    events.iter().fold(start, event_appended).bytes()
}

fn event_appended(material: Material, event: &Event) -> Material {
    let place = material
        .u32(event.universe)
        .u32(event.step)
        .text(&event.phase);
    let entity = place.text(&event.kind).text(&event.table).u32(event.slot);
    let cause = entity
        .u32(event.generation)
        .u32(event.cause)
        .count_u32(event.fields.len());
    let fields = event.fields.iter();
    fields
        .fold(cause, |part, (name, value)| part.text(name).i64(*value))
        .text(&event.reason)
}
