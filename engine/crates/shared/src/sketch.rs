//! The sketch of a turn: an invertible Bloom lookup table of its changed rows. Never decoded here.
//! Law: PROTOCOL.md, section 4.1. Twin: `shared/sketch.py`. Knows no schema and no world: it is
//! given names, slots and packed little-endian columns of the changed rows alone.

use std::slice::ChunksExactMut;

use crate::batch::{BatchKey, keyed_many};
use crate::digest::{Digest, keyed};
use crate::isa::Isa;
use crate::material::Material;

/// Cells of a sketch unless others are asked for.
pub const CELLS_DEFAULT: u32 = 96;
/// Most cells that a sketch may have.
pub const CELLS_MAX: u32 = 3 << 16;

const ROW_CONTEXT: &str = "vr-verify 2026-11 sketch row v1";
const BLOCK_BYTES: usize = 64;
const TWO_BLOCKS: usize = 2 * BLOCK_BYTES;
/// Universe id and slot, in front of a row's values.
const HEAD_BYTES: usize = 8;
/// Rows that are gathered before they are hashed: as many as stay in the first cache.
const BATCH_ROWS: usize = 64;
const PLACE_BITS: u32 = 21;
/// Universes and tables are named by 16 bits each.
const ORDINALS: usize = 1 << 16;

/// The changed rows of one table.
#[derive(Clone, Copy, Debug)]
pub struct ChangedTable<'a> {
    /// The table's name.
    pub name: &'a str,
    /// Slots of the changed rows, ascending.
    pub slots: &'a [u32],
    /// Width of a value in bytes and the changed rows' values, packed, for each column in order.
    pub columns: &'a [(usize, &'a [u8])],
}

/// The changed rows of one universe: every table in schema order, also where no row has changed.
#[derive(Clone, Copy, Debug)]
pub struct ChangedUniverse<'a> {
    /// The universe's id.
    pub id: u32,
    /// Its tables.
    pub tables: &'a [ChangedTable<'a>],
}

/// What cannot be sketched.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SketchError {
    /// A number of cells that no sketch has.
    #[error("expected a multiple of 3 from 3 to {CELLS_MAX} cells, found {0}")]
    Cells(u32),
    /// More universes or tables than a name can tell apart.
    #[error("expected at most {ORDINALS} universes and tables, found {0}")]
    Ordinals(usize),
}

/// Returns the sketch of a turn's changed rows as bytes, 4 + 18 for each cell.
///
/// # Errors
/// `SketchError` for cells or ordinals that a sketch cannot have.
///
/// # Panics
/// If a column does not hold one value for each slot, which is a bug of the caller.
pub fn sketch(isa: Isa, universes: &[ChangedUniverse], cells: u32) -> Result<Vec<u8>, SketchError> {
    let mut building = Cells::new(cells)?;
    for (universe, place) in universes.iter().zip(names(universes.len(), 48)?) {
        for (table, name) in universe
            .tables
            .iter()
            .zip(names(universe.tables.len(), 32)?)
        {
            add_table(isa, &mut building, universe.id, table, place | name);
        }
    }
    Ok(building.bytes())
}

/// The parts of names that a list of so many gives, in order.
fn names(count: usize, shift: u32) -> Result<impl Iterator<Item = u64>, SketchError> {
    if count > ORDINALS {
        return Err(SketchError::Ordinals(count));
    }
    Ok((0_u64..).map(move |ordinal| ordinal << shift))
}

/// Hashes the rows of a table, a batch at a time, and counts each in its cells.
fn add_table(isa: Isa, cells: &mut Cells, universe: u32, table: &ChangedTable, first_name: u64) {
    if table.slots.is_empty() {
        return;
    }
    let key = Material::default().text(table.name).derived(ROW_CONTEXT);
    let mut rows = Rows::new(universe, table);
    for slots in table.slots.chunks(BATCH_ROWS) {
        rows.gather(slots);
        rows.hash(isa, &key);
        for (slot, digest) in slots.iter().zip(&rows.digests) {
            let [a, b, c, d, e, f, g, h, ..] = *digest;
            let digest = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
            cells.add(first_name | u64::from(*slot), digest);
        }
    }
}

/// A batch of rows as they are hashed: universe, slot, values, zeros up to whole blocks.
struct Rows<'a> {
    universe: u32,
    /// Width of a value and the values of the rows that are still to come.
    columns: Vec<(usize, &'a [u8])>,
    row_bytes: usize,
    bytes: Vec<u8>,
    /// Those of the rows that were hashed last, in order.
    digests: Vec<Digest>,
}

impl<'a> Rows<'a> {
    fn new(universe: u32, table: &ChangedTable<'a>) -> Self {
        let rows = table.slots.len();
        for (width, values) in table.columns {
            let found = values.len();
            assert!(
                found == rows * width,
                "{}: {found} bytes in {rows} rows",
                table.name
            );
        }
        let width = table.columns.iter().map(|(width, _)| width).sum::<usize>();
        Self {
            universe,
            columns: table.columns.to_vec(),
            row_bytes: (HEAD_BYTES + width).next_multiple_of(BLOCK_BYTES),
            bytes: Vec::new(),
            digests: Vec::new(),
        }
    }

    /// Puts the next rows in place of the last ones, column by column.
    fn gather(&mut self, slots: &[u32]) {
        let row_bytes = self.row_bytes;
        // The padding is written once: every batch has the same layout.
        self.bytes.resize(slots.len() * row_bytes, 0);
        for (row, slot) in self.bytes.chunks_exact_mut(row_bytes).zip(slots) {
            if let Some(head) = row.first_chunk_mut::<HEAD_BYTES>() {
                *head = (u64::from(*slot) << 32 | u64::from(self.universe)).to_le_bytes();
            }
        }
        let mut at = HEAD_BYTES;
        for (width, values) in &mut self.columns {
            let (now, later) = values.split_at(slots.len() * *width);
            *values = later;
            let rows = self.bytes.chunks_exact_mut(row_bytes);
            match *width {
                1 => scatter::<1>(rows, at, now),
                4 => scatter::<4>(rows, at, now),
                8 => scatter::<8>(rows, at, now),
                width => scatter_any(rows, at, now, width),
            }
            at += *width;
        }
    }

    /// Hashes the rows; those of one or two blocks across the lanes of a vector.
    fn hash(&mut self, isa: Isa, key: &Digest) {
        let rows = self.bytes.chunks_exact(self.row_bytes);
        self.digests.clear();
        self.digests.resize(rows.len(), Digest::default());
        match self.row_bytes {
            BLOCK_BYTES => hash_all::<BLOCK_BYTES>(isa, key, &self.bytes, &mut self.digests),
            TWO_BLOCKS => hash_all::<TWO_BLOCKS>(isa, key, &self.bytes, &mut self.digests),
            _ => {
                let places = self.digests.iter_mut().zip(rows);
                places.for_each(|(digest, row)| *digest = keyed(key, row));
            }
        }
    }
}

fn hash_all<const N: usize>(isa: Isa, key: &Digest, rows: &[u8], digests: &mut [Digest]) {
    let (rows, _) = rows.as_chunks::<N>();
    keyed_many(
        isa,
        &BatchKey::new(key),
        &rows.iter().collect::<Vec<_>>(),
        digests,
    );
}

/// Writes a column's values into rows, each at `at`; the width is known, so each is one move.
fn scatter<const WIDTH: usize>(rows: ChunksExactMut<u8>, at: usize, values: &[u8]) {
    for (row, value) in rows.zip(values.chunks_exact(WIDTH)) {
        let place = row.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<WIDTH>);
        if let (Some(place), Some(value)) = (place, value.first_chunk::<WIDTH>()) {
            *place = *value;
        }
    }
}

/// As `scatter`, for any width but 0.
fn scatter_any(rows: ChunksExactMut<u8>, at: usize, values: &[u8], width: usize) {
    for (row, value) in rows.zip(values.chunks_exact(width)) {
        for (place, byte) in row.iter_mut().skip(at).zip(value) {
            *place = *byte;
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Cell {
    count: u16,
    mark: u64,
    digest: u64,
}

/// A sketch under construction: its cells by thirds.
struct Cells(Vec<Cell>);

impl Cells {
    fn new(cells: u32) -> Result<Self, SketchError> {
        if !(3..=CELLS_MAX).contains(&cells) || !cells.is_multiple_of(3) {
            return Err(SketchError::Cells(cells));
        }
        Ok(Self(vec![Cell::default(); cells as usize]))
    }

    /// Counts a row in its cell of each third.
    fn add(&mut self, name: u64, digest: u64) {
        let mark = mix(name ^ digest);
        let third = self.0.len() / 3;
        for (window, cells) in (0..3).zip(self.0.chunks_exact_mut(third)) {
            let place = (digest >> (PLACE_BITS * window)) % (1 << PLACE_BITS);
            let Ok(at) = usize::try_from((place * cells.len() as u64) >> PLACE_BITS) else {
                unreachable!("a place is below 2^16");
            };
            if let Some(cell) = cells.get_mut(at) {
                cell.count = cell.count.wrapping_add(1);
                cell.mark ^= mark;
                cell.digest ^= digest;
            }
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let cells = &self.0;
        let counts = cells.iter().flat_map(|cell| cell.count.to_le_bytes());
        let marks = cells.iter().flat_map(|cell| cell.mark.to_le_bytes());
        let digests = cells.iter().flat_map(|cell| cell.digest.to_le_bytes());
        let head = Material::default().count_u32(cells.len()).bytes();
        head.into_iter()
            .chain(counts)
            .chain(marks)
            .chain(digests)
            .collect()
    }
}

/// Scrambles a name, one to one: the finalizer of SplitMix64 (Steele, Lea, Flood 2014).
fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
