//! What a run tells about itself: events and their causes, draws that rules prescribe, rules fired.
//! Law: RULES.md, Part II. Twin: `void_reckoning_reference/observability`. Never reads or writes
//! state: watching changes nothing.

pub mod coverage;
pub mod events;
pub mod ledger;

pub use coverage::Coverage;
pub use events::EventLog;
pub use ledger::Ledger;
