//! What a run tells about itself: events, decisions, causal links, changes, and their derived ids.
//! Twin: `void_reckoning_reference/observability`. Never reads or writes state: watching changes
//! nothing.
