//! The built-in mind of any faction without a brain: options, a scoring matrix, a choice.
//! Twin: `void_reckoning_reference/decision`. Writes commands, never state.
