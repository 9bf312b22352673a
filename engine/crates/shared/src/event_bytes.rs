//! Events as the bytes of the event stream, written one by one and read back.
//! Law: PROTOCOL.md, section 4. An accelerator: `codec::encode_events` is the rule, and its judge.
//! Knows no kind of event.

use crate::record::{Event, Text};

/// An event whose names are borrowed; see `Event` for what they mean.
#[derive(Clone, Copy, Debug)]
pub struct EventParts<'a> {
    /// The universe's id.
    pub universe: u32,
    /// The step's ordinal in the turn.
    pub step: u32,
    /// The phase's name.
    pub phase: &'a str,
    /// What happened.
    pub kind: &'a str,
    /// The entity's table, or empty.
    pub table: &'a str,
    /// The entity's slot, or `NONE`.
    pub slot: u32,
    /// The entity's generation, or 0.
    pub generation: u32,
    /// The sequence number of the event that brought it about, or `NONE`.
    pub cause: u32,
    /// Names and raw values.
    pub fields: &'a [(&'a str, i64)],
    /// Why; may be empty.
    pub reason: &'a str,
}

/// Appends an event; returns where in `bytes` its cause stands.
pub fn append_event(bytes: &mut Vec<u8>, event: &EventParts) -> usize {
    u32_appended(bytes, event.universe);
    u32_appended(bytes, event.step);
    text_appended(bytes, event.phase);
    text_appended(bytes, event.kind);
    text_appended(bytes, event.table);
    u32_appended(bytes, event.slot);
    u32_appended(bytes, event.generation);
    let cause_at = bytes.len();
    u32_appended(bytes, event.cause);
    u32_appended(bytes, length(event.fields.len()));
    for (name, value) in event.fields {
        text_appended(bytes, name);
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    text_appended(bytes, event.reason);
    cause_at
}

/// Returns the events that were appended to `bytes`; nothing if these are not such bytes.
#[must_use]
pub fn read_events(bytes: &[u8]) -> Option<Vec<Event>> {
    let (mut rest, mut events) = (bytes, Vec::new());
    while !rest.is_empty() {
        events.push(event_read(&mut rest)?);
    }
    Some(events)
}

fn event_read(rest: &mut &[u8]) -> Option<Event> {
    Some(Event {
        universe: u32_read(rest)?,
        step: u32_read(rest)?,
        phase: text_read(rest)?,
        kind: text_read(rest)?,
        table: text_read(rest)?,
        slot: u32_read(rest)?,
        generation: u32_read(rest)?,
        cause: u32_read(rest)?,
        fields: fields_read(rest)?,
        reason: text_read(rest)?,
    })
}

fn fields_read(rest: &mut &[u8]) -> Option<Vec<(Text, i64)>> {
    let count = u32_read(rest)?;
    let field = |_| Some((text_read(rest)?, i64::from_le_bytes(taken(rest)?)));
    (0..count).map(field).collect()
}

fn text_read(rest: &mut &[u8]) -> Option<Text> {
    let length = u32_read(rest)? as usize;
    let (text, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(Text::Owned(std::str::from_utf8(text).ok()?.to_owned()))
}

fn u32_read(rest: &mut &[u8]) -> Option<u32> {
    taken(rest).map(u32::from_le_bytes)
}

fn taken<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*bytes)
}

fn text_appended(bytes: &mut Vec<u8>, text: &str) {
    u32_appended(bytes, length(text.len()));
    bytes.extend_from_slice(text.as_bytes());
}

fn u32_appended(bytes: &mut Vec<u8>, value: u32) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

fn length(count: usize) -> u32 {
    let Ok(count) = u32::try_from(count) else {
        panic!("{count} things do not fit the protocol's u32");
    };
    count
}
