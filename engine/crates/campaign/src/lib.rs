//! The turn: the ordered list of steps and phases, and nothing else.
//! Twin: `void_reckoning_reference/campaign`. Decides no rule; calls the rooms in their order.

pub mod ahead;
pub mod answer;
pub mod cleanup;
pub mod engine;
pub mod options;
pub mod schedule;
pub mod victory;

pub use ahead::Ahead;
pub use answer::{Halt, Standing, StepError, Stepped};
pub use engine::Engine;
pub use options::Options;
