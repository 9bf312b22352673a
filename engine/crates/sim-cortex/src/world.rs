//! The world of one universe: its tables, and what is derived from lanes, which never change.
//! Law: STATE.md. Reads and writes columns; decides no rule.

use std::sync::Arc;

use shared::fx::Fx;

use crate::column::AnyColumn;
use crate::derived::Derived;
use crate::muster::Muster;
use crate::schema::{ColumnSpec, ROWS_MAX};
use crate::tables::{
    Accounts, Builds, Campaigns, Factions, Fleets, Lanes, Planets, RawTable, Systems, Table, Units,
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
    /// Lane weights and connected parts. Derived: not state.
    pub topology: Arc<Topology>,
    /// Who has which units and stands where, as of the last `Muster::of`. Derived: not state.
    pub muster: Arc<Muster>,
    /// What `pathfinding` keeps of routes; nobody else reads it. Derived: not state.
    pub routes: Derived,
}

/// A value of a live slot that is outside its column's range.
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
    /// The fit units in id order (RULES.md, Part III): alive, and hp > 0.
    pub fn fit_units(&self) -> impl Iterator<Item = u32> + '_ {
        let live = self.unit.slots().live();
        live.filter(|&unit| self.unit.hp[unit] > Fx(0))
    }

    /// All tables in schema order.
    #[must_use]
    pub fn tables(&self) -> [&dyn Table; 9] {
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

    /// All tables in schema order, to be written as they stand. Then `rederive` is called.
    #[must_use]
    pub fn tables_mut(&mut self) -> [&mut dyn RawTable; 9] {
        [
            &mut self.campaign,
            &mut self.faction,
            &mut self.account,
            &mut self.system,
            &mut self.lane,
            &mut self.planet,
            &mut self.build,
            &mut self.fleet,
            &mut self.unit,
        ]
    }

    /// Returns the table of a name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&dyn Table> {
        let mut tables = self.tables().into_iter();
        tables.find(|table| table.spec().name == name)
    }

    /// Returns one column and what is declared of it.
    #[must_use]
    pub fn column(&self, table: &str, column: &str) -> Option<(&ColumnSpec, &dyn AnyColumn)> {
        let table = self.table(table)?;
        let specs = table.spec().columns.iter();
        specs
            .zip(table.columns())
            .find(|(spec, _)| spec.name == column)
    }

    /// Row counts of all tables in schema order.
    #[must_use]
    pub fn rows(&self) -> Vec<u32> {
        self.tables().iter().map(|table| table.rows()).collect()
    }

    /// Works out again what is derived: columns have been written from outside.
    pub fn rederive(&mut self) {
        for table in self.tables_mut() {
            table.rederive();
        }
        self.topology = Arc::new(Topology::of(&self.lane));
        self.routes = Derived::default();
    }

    /// Returns the first value out of range, by (table, slot, column) in schema order, of live
    /// slots in the columns of `written`: (table, columns), all columns if none is named.
    #[must_use]
    pub fn out_of_range(&self, written: &[(&str, &[&str])]) -> Option<OutOfRange> {
        self.tables().into_iter().find_map(|table| {
            let mut tables = written.iter();
            let (_, names) = tables.find(|(name, _)| *name == table.spec().name)?;
            first_out_of_range(table, names)
        })
    }
}

fn first_out_of_range(table: &dyn Table, names: &[&str]) -> Option<OutOfRange> {
    let live = table.slots().alive.as_slice();
    let surplus = surplus_row(table);
    let columns = table.spec().columns.iter().zip(table.columns());
    let written = columns.filter(|(spec, _)| names.is_empty() || names.contains(&spec.name));
    let outside = written.filter_map(|(column, values)| {
        let (slot, raw) = values.outside(live, column.min, column.max)?;
        let table = table.spec().name;
        Some(OutOfRange {
            table,
            slot,
            column,
            raw,
        })
    });
    // Of equal slots the first column stays, and `alive` comes before what a rule writes.
    surplus
        .into_iter()
        .chain(outside)
        .reduce(|first, next| if next.slot < first.slot { next } else { first })
}

/// A table that has outgrown the greatest row count is out of range at its first surplus slot.
fn surplus_row(table: &dyn Table) -> Option<OutOfRange> {
    let column = table.spec().columns.get(1)?;
    let slot = u32::try_from(ROWS_MAX)
        .ok()
        .filter(|most| table.rows() > *most)?;
    Some(OutOfRange {
        table: table.spec().name,
        slot,
        column,
        raw: 1,
    })
}
