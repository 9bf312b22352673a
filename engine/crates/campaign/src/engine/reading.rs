//! Reading a run's state: trees, changed rows, lent columns.
//! Law: PROTOCOL.md, section 6.2 (`tree`, `changed_rows`). Changes nothing that an answer shows.

use std::sync::Arc;

use pathfinding::Router;
use shared::digest::Digest;
use sim_cortex::Table;
use sim_cortex::changes::ChangedRows;
use sim_cortex::column::Packed;
use sim_cortex::schema::ColumnSpec;

use crate::answer::StepError;
use crate::engine::{Engine, Mode};

impl Engine {
    /// Returns the tops of all columns of the present state, in canonical order.
    #[must_use]
    pub fn tops(&mut self) -> Vec<Digest> {
        self.update_forest();
        self.forest.tops().collect()
    }

    /// Returns `count` digests of one level of the tree of the column (universe, table, column),
    /// from node `first` on; nothing if there are no such ones.
    #[must_use]
    pub fn nodes(
        &mut self,
        column: (u32, &str, &str),
        level: u32,
        first: u64,
        count: u64,
    ) -> Option<&[Digest]> {
        self.update_forest();
        self.forest.nodes(column, level, first, count)
    }

    /// Returns the rows that the turn which has just ended has changed, by table in canonical
    /// order; none after a start or a restore.
    ///
    /// # Errors
    /// A turn is running, or the run has ended.
    pub fn changed_rows(&self) -> Result<Vec<ChangedRows>, StepError> {
        self.check_at_turn_end()?;
        Ok(self.state.changed_rows())
    }

    /// Returns the sketch of the turn that has just ended; of no rows after a start or a restore.
    ///
    /// # Errors
    /// A turn is running, or the run has ended; or no sketch has so many cells.
    pub fn sketch(&self, cells: u32) -> Result<Vec<u8>, StepError> {
        self.check_at_turn_end()?;
        let sketched = self.state.sketch(self.options.isa, cells);
        sketched.map_err(StepError::Sketch)
    }

    /// Lends a whole column as it is now; nothing if there is none of this name.
    #[must_use]
    pub fn lend(
        &mut self,
        universe: u32,
        table: &str,
        column: &str,
    ) -> Option<(&'static ColumnSpec, Arc<dyn Packed>)> {
        self.state.lend(universe, table, column)
    }

    /// Returns for each (from, to) of systems of a universe the next system on the way, `NONE` if
    /// there is none; nothing if there is no such universe or system. Changes no state.
    #[must_use]
    pub fn routes(&mut self, universe: u32, requests: &[[u32; 2]]) -> Option<Vec<u32>> {
        let mut worlds = self.state.worlds.iter_mut();
        let world = worlds.find(|world| world.id == universe)?;
        let systems = world.system.rows();
        if requests.as_flattened().iter().any(|slot| *slot >= systems) {
            return None;
        }
        let router = Router::of(world);
        let requests: Vec<_> = requests.iter().map(|&[from, to]| (from, to)).collect();
        Some(self.on_threads(|_| router.next_hops(&requests)))
    }

    /// The first step of a turn is next.
    pub(super) fn check_at_turn_end(&self) -> Result<(), StepError> {
        match self.mode {
            Mode::Ready(0) => Ok(()),
            Mode::Ready(_) => Err(StepError::InTurn),
            Mode::Stopped => Err(StepError::Stopped),
            Mode::Halted => Err(StepError::Halted),
        }
    }
}
