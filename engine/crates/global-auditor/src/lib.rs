//! Invariants over the whole world, called after a turn.
//! Twin: `void_reckoning_reference/global_auditor`. Reads only; leaves no trace in state or events.
