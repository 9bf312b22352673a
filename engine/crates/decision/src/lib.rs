//! The built-in mind of any faction without a brain, and the commands of those that have one.
//! Twin: `void_reckoning_reference/decision`. Sets destinations and places builds, nothing more.

mod command;
pub mod mind;
pub mod orders;
mod sense;
