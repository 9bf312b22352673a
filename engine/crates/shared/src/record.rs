//! What a run tells about itself, as plain records: one draw count, one event.
//! Law: PROTOCOL.md, section 4. `codec` encodes them, `observability` collects them.

use std::borrow::Cow;

/// A name or a reason: nearly always a constant of the rules, so nearly never a copy.
pub type Text = Cow<'static, str>;

/// How many draws a rule prescribes at one site, in one phase and scope.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LedgerEntry {
    /// The universe's id.
    pub universe: u32,
    /// The step's ordinal in the turn.
    pub step: u32,
    /// The phase's ordinal in its step; it orders entries and is not encoded.
    pub phase_ordinal: u32,
    /// The phase's name.
    pub phase: Text,
    /// The stream's name.
    pub stream: Text,
    /// What narrows the stream (a battle, a round); may be empty.
    pub scope: Vec<u64>,
    /// The site's name.
    pub site: Text,
    /// Draws; entries that differ in nothing else are summed.
    pub count: u64,
}

/// Something that happened in a turn; its place in the turn's stream is its sequence number.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// The universe's id.
    pub universe: u32,
    /// The step's ordinal in the turn.
    pub step: u32,
    /// The phase's name.
    pub phase: Text,
    /// What happened.
    pub kind: Text,
    /// The table of the entity that it is about, or empty.
    pub table: Text,
    /// The entity's slot, or `NONE`.
    pub slot: u32,
    /// The entity's generation, or 0.
    pub generation: u32,
    /// The sequence number of the event of this turn that brought it about, or `NONE`.
    pub cause: u32,
    /// Names and raw values, in the order that the rule states.
    pub fields: Vec<(Text, i64)>,
    /// Why, as the rule words it; may be empty.
    pub reason: Text,
}
