//! What the auditor finds: which rule, how grave, where, in words.
//! Law: RULES.md, Part IV; PROTOCOL.md, section 6 (`audit`). Neither state nor event.

use shared::ids::format_id;
use sim_cortex::{Table, World};

/// How grave a finding is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Severity {
    /// A value or a row is wrong.
    Error,
    /// What must be kept is not: money, or a thing's one place.
    Critical,
}

impl Severity {
    /// The word that the protocol has for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

/// One broken invariant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The invariant's name.
    pub rule: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// The universe's id.
    pub universe: u32,
    /// The row's table and slot; nothing if it is about no row.
    pub row: Option<(&'static str, u32)>,
    /// The row's id as text, or empty.
    pub entity: String,
    /// What is wrong, as RULES.md words it.
    pub message: String,
}

impl Finding {
    /// About a row.
    pub(crate) fn of_row(
        (rule, severity): (&'static str, Severity),
        world: &World,
        table: &dyn Table,
        slot: u32,
        message: String,
    ) -> Self {
        let name = table.spec().name;
        let generation = table.slots().generation(slot).unwrap_or_default();
        Self {
            rule,
            severity,
            universe: world.id,
            row: Some((name, slot)),
            entity: format_id(world.id, name, slot, generation),
            message,
        }
    }
}
