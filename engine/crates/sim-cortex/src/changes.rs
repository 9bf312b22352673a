//! Which rows a turn has changed, and what they hold now.
//! Law: PROTOCOL.md, section 4.1 ("changed"), section 6.2 (`changed_rows`). Told from what stood
//! in the written leaves when the turn began; reads nothing else of the columns.

use shared::isa::Isa;
use shared::sketch::{ChangedTable, ChangedUniverse, SketchError, sketch};

use crate::schema::TableSpec;
use crate::tables::{SCHEMA, Table};
use crate::universes::Universes;
use crate::world::World;

/// The changed rows of one table.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ChangedRows {
    /// Their slots, ascending.
    pub slots: Vec<u32>,
    /// The values of these rows, packed, by column in schema order.
    pub columns: Vec<Vec<u8>>,
}

impl Universes {
    /// Returns the rows that the last turn has changed, by table in canonical order. None have
    /// after a start, a restore, or a turn that was undone.
    #[must_use]
    pub fn changed_rows(&self) -> Vec<ChangedRows> {
        let tables = self.worlds.iter().flat_map(World::tables);
        tables.map(changed_rows).collect()
    }

    /// Returns the sketch of the rows that the last turn has changed.
    ///
    /// # Errors
    /// No sketch has so many cells.
    pub fn sketch(&self, isa: Isa, cells: u32) -> Result<Vec<u8>, SketchError> {
        let changed = self.changed_rows();
        let columns: Vec<_> = changed
            .iter()
            .zip(SCHEMA.iter().cycle())
            .map(sized)
            .collect();
        let tables: Vec<ChangedTable> = changed
            .iter()
            .zip(SCHEMA.iter().cycle())
            .zip(&columns)
            .map(|((rows, spec), columns)| ChangedTable {
                name: spec.name,
                slots: &rows.slots,
                columns,
            })
            .collect();
        let worlds = self.worlds.iter().zip(tables.chunks(SCHEMA.len()));
        let universes = worlds.map(|(world, tables)| ChangedUniverse {
            id: world.id,
            tables,
        });
        sketch(isa, &universes.collect::<Vec<_>>(), cells)
    }
}

/// A table's columns with the width of their values in bytes.
fn sized<'a>((rows, spec): (&'a ChangedRows, &TableSpec)) -> Vec<(usize, &'a [u8])> {
    let widths = spec.columns.iter().map(|column| column.bytes());
    widths.zip(rows.columns.iter().map(Vec::as_slice)).collect()
}

fn changed_rows(table: &dyn Table) -> ChangedRows {
    let columns = table.columns();
    let mut changed = vec![false; table.rows() as usize];
    for column in &columns {
        column.mark_changed(&mut changed);
    }
    let rows = (0_u32..).zip(&changed);
    let slots: Vec<u32> = rows
        .filter(|(_, changed)| **changed)
        .map(|(slot, _)| slot)
        .collect();
    let gathered = columns.iter().map(|column| column.gather(&slots));
    ChangedRows {
        columns: gathered.collect(),
        slots,
    }
}
