//! The world, and only the world: columns by archetype, slots, queries, versions, snapshots.
//! No twin, on purpose: the reference keeps plain dicts in id order. Knows no rule of any room.

pub mod changes;
pub mod column;
pub mod derived;
pub mod forest;
pub mod index;
pub mod leaves;
pub mod muster;
pub mod notes;
pub mod presence;
pub mod query;
mod ranges;
pub mod rules;
pub mod scenario;
pub mod schema;
pub mod shards;
pub mod slot_set;
pub mod slots;
pub mod tables;
mod tally;
pub mod topology;
pub mod turn;
pub mod universes;
pub mod value;
pub mod world;

pub use column::{Column, Reader};
pub use forest::Forest;
pub use index::IndexVec;
pub use leaves::LeafSet;
pub use muster::Muster;
pub use notes::{Notes, Place};
pub use rules::{Design, FactionMind, PlanetClass, RuleData, Rules};
pub use scenario::ScenarioError;
pub use slot_set::SlotSet;
pub use tables::Table;
pub use turn::{Entity, Turn};
pub use universes::Universes;
pub use value::Value;
pub use world::World;
