//! The whole state: all universes side by side, its digest, its values, its snapshots.
//! Law: PROTOCOL.md, sections 2, 3 and 5. Knows no phase: who changes worlds is not known here.

use std::sync::Arc;

use shared::archive::{ArchiveBytes, ArchiveError, aligned, encode_archive, open_archive};
use shared::digest::{Digest, column_digest, state_digest, table_digest, universe_digest};

use crate::column::{AnyColumn, Packed};
use crate::scenario::ScenarioError;
use crate::schema::{ColumnSpec, TURN_MAX};
use crate::tables::{RawTable, SCHEMA, Table};
use crate::world::World;

/// The state after a turn, or within one.
#[derive(Clone, Debug, Default)]
pub struct Universes {
    /// The last turn that ended.
    pub turn: u64,
    /// In ascending order of ids.
    pub worlds: Vec<World>,
}

/// One table of one universe as an archive.
pub struct TableArchive<B> {
    /// The universe's id.
    pub universe: u32,
    /// The table's name.
    pub table: String,
    /// The archive's bytes.
    pub archive: B,
}

/// Why a state cannot be taken from archives.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RestoreError {
    /// No run may have that turn.
    #[error("turn: expected 0 … {TURN_MAX}, found {turn}")]
    Turn {
        /// The turn asked for.
        turn: u64,
    },
    /// Not one archive for each universe and table in order.
    #[error("archive {ordinal}: expected {expected}, found {found}")]
    Order {
        /// Position in the list.
        ordinal: usize,
        /// Universe and table that come there.
        expected: String,
        /// What comes there.
        found: String,
    },
    /// An archive is none.
    #[error("{universe}/{table}: {source}")]
    Archive {
        /// The universe's id.
        universe: u32,
        /// The table's name.
        table: &'static str,
        /// What is wrong, and where.
        source: ArchiveError,
    },
    /// A value that its type does not have.
    #[error("{universe}/{table}: column {column}, row {row}: no value of its type")]
    Value {
        /// The universe's id.
        universe: u32,
        /// The table's name.
        table: &'static str,
        /// The column's name.
        column: &'static str,
        /// The row.
        row: usize,
    },
    /// More rows than a slot can name, or other factions than the run has steps for.
    #[error("{universe}/{table}: expected {expected} rows, found {found}")]
    Rows {
        /// The universe's id.
        universe: u32,
        /// The table's name.
        table: &'static str,
        /// How many there must be.
        expected: String,
        /// How many there are.
        found: u64,
    },
    /// The rules cannot play on that state.
    #[error(transparent)]
    Unplayable(#[from] ScenarioError),
}

impl Universes {
    /// Returns the state digest, as the state of `turn`, from the values alone: what `Forest`
    /// keeps up to date is held against it.
    #[must_use]
    pub fn digest(&self, schema_digest: &Digest, scenario_digest: &Digest, turn: u64) -> Digest {
        let worlds = self.worlds.iter();
        let universes: Vec<_> = worlds
            .map(|world| (world.id, world_digest(world)))
            .collect();
        state_digest(schema_digest, scenario_digest, turn, &universes)
    }

    /// Returns the world of a universe.
    #[must_use]
    pub fn world(&self, universe: u32) -> Option<&World> {
        self.worlds.iter().find(|world| world.id == universe)
    }

    /// Returns `count` values of a column from row `first` on, packed; nothing if there is no such
    /// universe, table, column or row.
    #[must_use]
    pub fn values(
        &self,
        universe: u32,
        table: &str,
        column: &str,
        first: u64,
        count: u64,
    ) -> Option<&[u8]> {
        let (spec, values) = self.world(universe)?.column(table, column)?;
        let start = first.checked_mul(spec.width)?;
        let end = first.checked_add(count)?.checked_mul(spec.width)?;
        let bytes = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
        values.payload().get(bytes)
    }

    /// Lends a whole column as it is now, with what is declared of it; nothing if there is none.
    #[must_use]
    pub fn lend(
        &mut self,
        universe: u32,
        table: &str,
        column: &str,
    ) -> Option<(&'static ColumnSpec, Arc<dyn Packed>)> {
        let mut worlds = self.worlds.iter_mut();
        let world = worlds.find(|world| world.id == universe)?;
        let mut tables = world.tables_mut().into_iter();
        let table = tables.find(|found| found.spec().name == table)?;
        let specs = table.spec().columns.iter();
        let mut columns = specs.zip(table.columns_mut());
        let (spec, values) = columns.find(|(spec, _)| spec.name == column)?;
        Some((spec, values.lend_packed()))
    }

    /// Begins a turn: what stands now is what `undo_turn` comes back to.
    pub fn begin_turn(&mut self) {
        let tables = self.worlds.iter_mut().flat_map(World::tables_mut);
        for table in tables {
            table.columns_mut().into_iter().for_each(AnyColumn::begin);
        }
    }

    /// Puts back what stood when the turn began.
    pub fn undo_turn(&mut self) {
        let tables = self.worlds.iter_mut().flat_map(World::tables_mut);
        for table in tables {
            table.columns_mut().into_iter().for_each(AnyColumn::undo);
            table.rederive();
        }
    }

    /// Returns each table of each universe as an archive, in canonical order.
    ///
    /// # Errors
    /// A table is too large for an archive.
    pub fn snapshot(
        &self,
        schema_digest: &Digest,
    ) -> Result<Vec<TableArchive<ArchiveBytes>>, ArchiveError> {
        let worlds = self.worlds.iter();
        let tables = worlds.flat_map(|world| world.tables().map(|table| (world.id, table)));
        let archived = tables.map(|(universe, table)| {
            let columns = table.columns();
            let payloads: Vec<&[u8]> = columns.iter().map(|column| column.payload()).collect();
            let archive = encode_archive(schema_digest, u64::from(table.rows()), &payloads)?;
            let table = table.spec().name.to_owned();
            Ok(TableArchive {
                universe,
                table,
                archive,
            })
        });
        archived.collect()
    }

    /// Returns the state of `turn` that archives hold: one of each table of each universe that
    /// this state has, in canonical order. Values are taken as they are: whether the rules can
    /// play with them is for `check_restored` to say.
    ///
    /// # Errors
    /// The archives are not those of such a state.
    pub fn restored<B: AsRef<[u8]>>(
        &self,
        schema_digest: &Digest,
        turn: u64,
        archives: &[TableArchive<B>],
    ) -> Result<Self, RestoreError> {
        if turn > TURN_MAX {
            return Err(RestoreError::Turn { turn });
        }
        check_order(&self.worlds, archives)?;
        let mut worlds = Vec::with_capacity(self.worlds.len());
        for (old, parts) in self.worlds.iter().zip(archives.chunks(SCHEMA.len())) {
            let mut world = World {
                id: old.id,
                ..World::default()
            };
            for (table, part) in world.tables_mut().into_iter().zip(parts) {
                load(table, schema_digest, part.universe, part.archive.as_ref())?;
            }
            check_factions(old, &world)?;
            world.rederive();
            worlds.push(world);
        }
        Ok(Self { turn, worlds })
    }
}

fn world_digest(world: &World) -> Digest {
    let tables = world.tables();
    let digests: Vec<Digest> = tables.iter().map(|table| digest_of(*table)).collect();
    universe_digest(world.id, &digests)
}

fn digest_of(table: &dyn Table) -> Digest {
    let (spec, rows) = (table.spec(), u64::from(table.rows()));
    let columns = table.columns();
    let named = columns.iter().zip(spec.columns);
    let digests: Vec<Digest> = named
        .map(|(values, column)| column_digest(spec.name, column.name, rows, values.payload()))
        .collect();
    table_digest(spec.name, rows, &digests)
}

fn check_order<B>(worlds: &[World], archives: &[TableArchive<B>]) -> Result<(), RestoreError> {
    let places = worlds.iter().flat_map(|world| {
        SCHEMA
            .iter()
            .map(|table| format!("{}/{}", world.id, table.name))
    });
    let mut expected = places.map(Some).chain([None]);
    let given = archives
        .iter()
        .map(|part| format!("{}/{}", part.universe, part.table));
    for (ordinal, found) in given.map(Some).chain([None]).enumerate() {
        let place = expected.next().flatten();
        if place != found {
            let text = |place: Option<String>| place.unwrap_or_else(|| "the end".to_owned());
            return Err(RestoreError::Order {
                ordinal,
                expected: text(place),
                found: text(found),
            });
        }
    }
    Ok(())
}

fn load(
    table: &mut dyn RawTable,
    schema_digest: &Digest,
    universe: u32,
    archive: &[u8],
) -> Result<(), RestoreError> {
    let spec = table.spec();
    let mut moved = ArchiveBytes::new();
    let opened = open_archive(aligned(archive, &mut moved), schema_digest, &spec.widths());
    let view = opened.map_err(|source| RestoreError::Archive {
        universe,
        table: spec.name,
        source,
    })?;
    if u32::try_from(view.rows).is_err() {
        return Err(rows_error(
            universe,
            spec.name,
            "fewer than 2^32",
            view.rows,
        ));
    }
    let columns = table.columns_mut().into_iter().zip(spec.columns);
    for ((values, column), payload) in columns.zip(view.columns) {
        values.load(payload).map_err(|row| RestoreError::Value {
            universe,
            table: spec.name,
            column: column.name,
            row,
        })?;
    }
    Ok(())
}

/// Steps are fixed by the factions of the first state.
fn check_factions(old: &World, new: &World) -> Result<(), RestoreError> {
    let (expected, found) = (old.faction.rows(), new.faction.rows());
    if expected == found {
        return Ok(());
    }
    let expected = expected.to_string();
    Err(rows_error(old.id, "faction", &expected, u64::from(found)))
}

fn rows_error(universe: u32, table: &'static str, expected: &str, found: u64) -> RestoreError {
    RestoreError::Rows {
        universe,
        table,
        expected: expected.to_owned(),
        found,
    }
}
