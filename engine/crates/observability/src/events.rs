//! The event stream of one turn: what happened, in the order of its making.
//! Law: PROTOCOL.md, section 4; RULES.md, Part II. An event's id is derived from its place:
//! (universe, turn, sequence number), never random and never a time.

use shared::Event;
use shared::digest::{Digest, events_digest};
use shared::event_bytes::{EventParts, append_event, read_events};
use shared::ids::NONE;

/// Events of a turn; the position of one is its sequence number. Kept as the bytes that the
/// protocol has for them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EventLog {
    count: u32,
    bytes: Vec<u8>,
    /// Where causes stand that are events.
    causes: Vec<usize>,
}

impl EventLog {
    /// Returns a log without events.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends an event and returns its sequence number, by which later ones can name it as cause.
    /// Precondition: its own cause is an earlier event of this turn, or `NONE`.
    pub fn append(&mut self, event: Event) -> u32 {
        let fields: Vec<(&str, i64)> = event
            .fields
            .iter()
            .map(|(name, value)| (name.as_ref(), *value))
            .collect();
        self.append_parts(&EventParts {
            universe: event.universe,
            step: event.step,
            phase: &event.phase,
            kind: &event.kind,
            table: &event.table,
            slot: event.slot,
            generation: event.generation,
            cause: event.cause,
            fields: &fields,
            reason: &event.reason,
        })
    }

    /// Appends an event as `append` does.
    pub fn append_parts(&mut self, event: &EventParts) -> u32 {
        let (sequence, cause) = (self.count, event.cause);
        assert!(
            cause == NONE || cause < sequence,
            "event {sequence} is caused by {cause}"
        );
        self.grow(1);
        let cause_at = append_event(&mut self.bytes, event);
        if cause != NONE {
            self.causes.push(cause_at);
        }
        sequence
    }

    /// Appends all events of another log: one that a thread of its own has filled. Their causes
    /// are among themselves.
    pub fn absorb(&mut self, other: &Self) {
        let (first, start) = (self.count, self.bytes.len());
        self.grow(other.count);
        self.bytes.extend_from_slice(&other.bytes);
        for cause_at in other.causes.iter().map(|at| start + at) {
            let place = self.bytes.get_mut(cause_at..);
            let Some(cause) = place.and_then(<[u8]>::first_chunk_mut) else {
                unreachable!("a cause stands where it was written");
            };
            *cause = (u32::from_le_bytes(*cause) + first).to_le_bytes();
            self.causes.push(cause_at);
        }
    }

    /// Forgets all: a turn begins, or is undone.
    pub fn clear(&mut self) {
        self.count = 0;
        self.bytes.clear();
        self.causes.clear();
    }

    /// Returns the events of the turn so far, by sequence number.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        let Some(events) = read_events(&self.bytes) else {
            unreachable!("only events are appended");
        };
        events
    }

    /// Returns the turn's event stream as the protocol writes it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let count = u64::from(self.count).to_le_bytes();
        [count.as_slice(), &self.bytes].concat()
    }

    /// Returns the event digest of `turn`.
    #[must_use]
    pub fn digest(&self, turn: u64) -> Digest {
        events_digest(turn, &self.encode())
    }

    fn grow(&mut self, by: u32) {
        match self.count.checked_add(by) {
            Some(count) if count != NONE => self.count = count,
            _ => panic!("a turn has more events than sequence numbers"),
        }
    }
}
