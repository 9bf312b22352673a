//! The world of one universe: its tables, and what is derived from lanes, which never change.
//! Law: STATE.md. Reads and writes columns; decides no rule.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::schema::ColumnSpec;
use crate::tables::{
    Accounts, Builds, Campaigns, Factions, Fleets, Lanes, Planets, RawTable, SCHEMA, Systems,
    Table, Units,
};
use crate::topology::Topology;

/// One universe.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The universe's id.
    pub id: u32,
    /// The outcome.
    pub campaign: Campaigns,
    /// The factions.
    pub faction: Factions,
    /// The accounts.
    pub account: Accounts,
    /// The systems.
    pub system: Systems,
    /// The lanes.
    pub lane: Lanes,
    /// The planets.
    pub planet: Planets,
    /// The builds.
    pub build: Builds,
    /// The fleets.
    pub fleet: Fleets,
    /// The units.
    pub unit: Units,
    /// Derived from lanes: not state.
    pub topology: Arc<Topology>,
    /// Distances of all systems to a target, by target; filled and read by `pathfinding` only.
    /// Derived from lanes: not state, and empty after a restore.
    pub routes: BTreeMap<u32, Arc<Vec<u32>>>,
}

/// A value outside its column's range.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OutOfRange {
    /// The table's name.
    pub table: &'static str,
    /// The row.
    pub slot: u32,
    /// The column as declared.
    pub column: &'static ColumnSpec,
    /// The value.
    pub raw: i64,
}

impl World {
    /// All tables in schema order.
    #[must_use]
    pub fn tables(&self) -> [&dyn DynTable; 9] {
        [
            &self.campaign,
            &self.faction,
            &self.account,
            &self.system,
            &self.lane,
            &self.planet,
            &self.build,
            &self.fleet,
            &self.unit,
        ]
    }
}
