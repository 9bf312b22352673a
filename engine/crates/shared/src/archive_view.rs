//! Opens archives where they stand: validated whole, columns lent and not copied.
//! Law: PROTOCOL.md, section 5. Does not know schemas (widths are given). The time it takes does not
//! grow with the rows, only with the columns.

use bytemuck::{Pod, Zeroable, cast_slice};
use rkyv::api::high::access;
use rkyv::bytecheck::CheckBytes;
use rkyv::rancor::Failure;
use rkyv::{Archive, Portable};

use crate::archive::{
    ArchiveBytes, ArchiveError, BLOCK_BYTES, BLOCKS_OFFSET_AT, COLUMN_BYTES, COLUMNS_OFFSET_AT,
    ROOT_BYTES,
};
use crate::digest::Digest;

const BLOCKS_LENGTH_AT: usize = 12;
const COLUMNS_LENGTH_AT: usize = 44;

/// One table of one universe.
#[derive(Archive)]
#[allow(dead_code, reason = "only its archived form is read")]
struct TableSnapshot {
    schema_digest: Digest,
    rows: u64,
    columns: Vec<ColumnSnapshot>,
}

/// One column: its payload cut into blocks; `bytes` is the payload's length.
#[derive(Archive)]
#[allow(dead_code, reason = "only its archived form is read")]
struct ColumnSnapshot {
    bytes: u64,
    blocks: Vec<Block>,
}

/// Is its own archived form, without a gap.
#[derive(Archive, Clone, Copy, CheckBytes, Pod, Portable, Zeroable)]
#[bytecheck(crate = rkyv::bytecheck)]
#[rkyv(as = Block)]
#[repr(C, align(64))]
struct Block([u8; BLOCK_BYTES]);

const _: () = assert!(
    size_of::<ArchivedColumnSnapshot>() == COLUMN_BYTES
        && size_of::<ArchivedTableSnapshot>() == ROOT_BYTES
);

/// One table's rows and columns, in an archive that has been checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ArchiveView<'a> {
    /// Slots of the table.
    pub rows: u64,
    /// Packed payload of each column, without padding.
    pub columns: Vec<&'a [u8]>,
}

/// Returns `data` where it stands, or its copy in `moved` if its address is no multiple of 64.
#[must_use]
pub fn aligned<'a>(data: &'a [u8], moved: &'a mut ArchiveBytes) -> &'a [u8] {
    if data.as_ptr().addr().is_multiple_of(BLOCK_BYTES) {
        return data;
    }
    moved.clear();
    moved.extend_from_slice(data);
    moved
}

/// Returns the table in an archive whose columns have `widths` bytes a row. Precondition: the
/// address of `data` is a multiple of 64, as `aligned` makes it.
///
/// rkyv proves that offsets, lengths and alignments are safe; the rest proves that they are ours.
/// rkyv's own messages hold addresses, so they are not passed on.
///
/// # Errors
/// Anything but the one archive of this schema digest, these widths and some values.
pub fn open_archive<'a>(
    data: &'a [u8],
    schema_digest: &Digest,
    widths: &[u64],
) -> Result<ArchiveView<'a>, ArchiveError> {
    let start = data.as_ptr().addr();
    assert!(
        start.is_multiple_of(BLOCK_BYTES),
        "open_archive: at {start}"
    );
    let end = data.len().saturating_sub(ROOT_BYTES);
    let root = access::<ArchivedTableSnapshot, Failure>(data)
        .map_err(|_| ArchiveError::new(end, "a root that points into the archive", "another"))?;
    let offset_of = |address: usize| address.wrapping_sub(start);
    if root.schema_digest != *schema_digest {
        let expected = "the schema digest that was asked for";
        return Err(ArchiveError::new(end, expected, "another"));
    }
    let found = root.columns.len();
    check(end + COLUMNS_LENGTH_AT, "columns", widths.len(), found)?;
    let columns_at = offset_of(root.columns.as_ptr().addr());
    let (rows, mut cursor, mut columns) = (root.rows.to_native(), 0, Vec::new());
    for (ordinal, (column, width)) in root.columns.iter().zip(widths).enumerate() {
        let column_at = columns_at + ordinal * COLUMN_BYTES;
        let blocks_at = offset_of(column.blocks.as_ptr().addr());
        check(column_at + BLOCKS_OFFSET_AT, "blocks at", cursor, blocks_at)?;
        let bytes = rows.checked_mul(*width);
        columns.push(payload(column, bytes, column_at, cursor)?);
        cursor += column.blocks.len() * BLOCK_BYTES;
    }
    check(end + COLUMNS_OFFSET_AT, "columns at", cursor, columns_at)?;
    // This is also where rkyv found it: nothing before it has an odd size.
    let root_at = cursor + widths.len() * COLUMN_BYTES;
    check(end, "the root at", root_at, end)?;
    Ok(ArchiveView { rows, columns })
}

/// Returns one column's payload, whose length must be `bytes` and whose blocks are at `blocks_at`.
fn payload(
    column: &ArchivedColumnSnapshot,
    bytes: Option<u64>,
    column_at: usize,
    blocks_at: usize,
) -> Result<&[u8], ArchiveError> {
    let found = column.bytes.to_native();
    let length = bytes
        .filter(|&bytes| bytes == found)
        .and_then(|b| usize::try_from(b).ok());
    let Some(length) = length else {
        let expected = "rows × width bytes";
        return Err(ArchiveError::new(column_at, expected, &found.to_string()));
    };
    let (blocks, found) = (length.div_ceil(BLOCK_BYTES), column.blocks.len());
    check(column_at + BLOCKS_LENGTH_AT, "blocks", blocks, found)?;
    let (payload, padding) = cast_slice(column.blocks.as_slice()).split_at(length);
    if let Some(place) = padding.iter().position(|&byte| byte != 0) {
        let offset = blocks_at + length + place;
        return Err(ArchiveError::new(
            offset,
            "padding of zeros",
            "another byte",
        ));
    }
    Ok(payload)
}

fn check(offset: usize, what: &str, expected: usize, found: usize) -> Result<(), ArchiveError> {
    if expected == found {
        return Ok(());
    }
    let expected = format!("{what} {expected}");
    Err(ArchiveError::new(offset, &expected, &found.to_string()))
}
