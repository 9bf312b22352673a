//! The event stream of one turn: what happened, in the order of its making.
//! Law: PROTOCOL.md, section 4; RULES.md, Part II. An event's id is derived from its place:
//! (universe, turn, sequence number), never random and never a time.

use shared::Event;
use shared::codec::encode_events;
use shared::digest::{Digest, events_digest};
use shared::ids::NONE;

/// Events of a turn; the position of one is its sequence number.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EventLog {
    events: Vec<Event>,
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
        let sequence = match u32::try_from(self.events.len()) {
            Ok(sequence) if sequence != NONE => sequence,
            _ => panic!("a turn has more events than sequence numbers"),
        };
        let cause = event.cause;
        assert!(
            cause == NONE || cause < sequence,
            "event {sequence} is caused by {cause}"
        );
        self.events.push(event);
        sequence
    }

    /// Forgets all: a turn begins, or is undone.
    pub fn clear(&mut self) {
        self.events.clear();
    }

    /// Returns the events of the turn so far, by sequence number.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Returns the turn's event stream as the protocol writes it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode_events(&self.events)
    }

    /// Returns the event digest of `turn`.
    #[must_use]
    pub fn digest(&self, turn: u64) -> Digest {
        events_digest(turn, &self.encode())
    }
}
