//! Money and goods: integers, conserved; every change is a transaction with a source and a sink.
//! Twin: `void_reckoning_reference/economy`.

pub mod accounts;
pub mod production;
pub mod upkeep;
