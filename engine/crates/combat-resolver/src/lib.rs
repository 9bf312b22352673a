//! Battles, from initialization to resolution: simultaneous within a round, summed in id order.
//! Twin: `void_reckoning_reference/combat_resolver`. Knows no treaty and no treasury.

pub mod battle;
pub mod damage;
pub mod invasion;
pub mod recharge;
mod round;
