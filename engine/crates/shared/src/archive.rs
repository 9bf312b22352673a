//! Snapshots: one rkyv archive per universe and table, columns as blocks of 64 bytes.
//! Law: PROTOCOL.md, section 5. Twin: `shared/archive.py`, which spells the bytes by hand.
//! Does not know schemas (widths are given) and never meets a digest tree: archives are not hashed.

use bytemuck::{Pod, Zeroable, cast_slice};
use rkyv::api::high::{access, to_bytes_in};
use rkyv::bytecheck::CheckBytes;
use rkyv::rancor::{Failure, Panic};
use rkyv::util::AlignedVec;
use rkyv::{Archive, Portable, Serialize};

use crate::digest::Digest;

const BLOCK_BYTES: usize = 64;
const COLUMN_BYTES: usize = size_of::<ArchivedColumnSnapshot>();
const BLOCKS_OFFSET_AT: usize = 8;
const BLOCKS_LENGTH_AT: usize = 12;
const ROOT_BYTES: usize = size_of::<ArchivedTableSnapshot>();
const COLUMNS_OFFSET_AT: usize = 40;
const COLUMNS_LENGTH_AT: usize = 44;
/// Offsets are i32, so nothing may be further apart than this.
const ARCHIVE_BYTES_MAX: usize = 1 << 31;

/// The bytes of an archive, at an address that is a multiple of 64.
pub type ArchiveBytes = AlignedVec<BLOCK_BYTES>;

/// One table of one universe.
#[derive(Archive, Serialize)]
struct TableSnapshot {
    schema_digest: Digest,
    rows: u64,
    columns: Vec<ColumnSnapshot>,
}

/// One column: its payload cut into blocks; `bytes` is the payload's length.
#[derive(Archive, Serialize)]
struct ColumnSnapshot {
    bytes: u64,
    blocks: Vec<Block>,
}

/// Is its own archived form, without a gap, so that rkyv copies a column in one piece.
#[derive(Archive, Clone, Copy, CheckBytes, Pod, Portable, Serialize, Zeroable)]
#[bytecheck(crate = rkyv::bytecheck)]
#[rkyv(as = Block)]
#[repr(C, align(64))]
struct Block([u8; BLOCK_BYTES]);

/// Why bytes are not the archive that was expected.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("archive offset {offset}: expected {expected}, found {found}")]
pub struct ArchiveError {
    /// Position in the archive of the field that is wrong.
    pub offset: usize,
    /// What a valid archive has there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// Returns the archive of a table of `rows` slots from its columns' packed payloads.
/// Precondition: each payload is a whole number of bytes per row.
///
/// # Errors
/// The archive would be larger than 2 GiB, rkyv's limit at a pointer width of 32.
pub fn encode_archive(
    schema_digest: &Digest,
    rows: u64,
    columns: &[&[u8]],
) -> Result<ArchiveBytes, ArchiveError> {
    let size = archive_bytes(columns)?;
    let snapshot = TableSnapshot {
        schema_digest: *schema_digest,
        rows,
        columns: columns
            .iter()
            .map(|payload| column_snapshot(rows, payload))
            .collect(),
    };
    let Ok(archive) = to_bytes_in::<_, Panic>(&snapshot, ArchiveBytes::with_capacity(size));
    assert!(archive.len() == size, "rkyv's layout is not the protocol's");
    Ok(archive)
}

/// Returns (rows, payload of each column) of an archive whose columns have `widths` bytes a row.
///
/// # Errors
/// Anything but the one archive of this schema digest, these widths and some values.
pub fn decode_archive(
    data: &[u8],
    schema_digest: &Digest,
    widths: &[u64],
) -> Result<(u64, Vec<Vec<u8>>), ArchiveError> {
    if data.as_ptr().addr() % BLOCK_BYTES == 0 {
        return decode_aligned(data, schema_digest, widths);
    }
    let mut aligned = ArchiveBytes::with_capacity(data.len());
    aligned.extend_from_slice(data);
    decode_aligned(&aligned, schema_digest, widths)
}

fn archive_bytes(columns: &[&[u8]]) -> Result<usize, ArchiveError> {
    let blocks = columns.iter().try_fold(0_usize, |sum, payload| {
        sum.checked_add(payload.len().checked_next_multiple_of(BLOCK_BYTES)?)
    });
    let table = columns.len().checked_mul(COLUMN_BYTES);
    let size = blocks
        .zip(table)
        .and_then(|(a, b)| a.checked_add(b)?.checked_add(ROOT_BYTES));
    let fits = size.filter(|&size| size <= ARCHIVE_BYTES_MAX);
    fits.ok_or_else(|| error(ARCHIVE_BYTES_MAX, "the archive's end", "more bytes"))
}

fn column_snapshot(rows: u64, payload: &[u8]) -> ColumnSnapshot {
    let Ok(bytes) = u64::try_from(payload.len()) else {
        unreachable!("the size was checked");
    };
    let whole = bytes.checked_rem(rows).map_or(bytes == 0, |rest| rest == 0);
    assert!(whole, "encode_archive: {bytes} bytes for {rows} rows");
    ColumnSnapshot {
        bytes,
        blocks: payload.chunks(BLOCK_BYTES).map(block).collect(),
    }
}

fn block(piece: &[u8]) -> Block {
    let mut bytes = [0; BLOCK_BYTES];
    bytes
        .iter_mut()
        .zip(piece)
        .for_each(|(to, from)| *to = *from);
    Block(bytes)
}

/// rkyv proves that offsets, lengths and alignments are safe; the rest proves that they are ours.
/// rkyv's own messages hold addresses, so they are not passed on.
fn decode_aligned(
    data: &[u8],
    schema_digest: &Digest,
    widths: &[u64],
) -> Result<(u64, Vec<Vec<u8>>), ArchiveError> {
    let end = data.len().saturating_sub(ROOT_BYTES);
    let root = access::<ArchivedTableSnapshot, Failure>(data)
        .map_err(|_| error(end, "a root that points into the archive", "another"))?;
    let offset_of = |address: usize| address.wrapping_sub(data.as_ptr().addr());
    if root.schema_digest != *schema_digest {
        return Err(error(
            end,
            "the schema digest that was asked for",
            "another",
        ));
    }
    check(
        end + COLUMNS_LENGTH_AT,
        "columns",
        widths.len(),
        root.columns.len(),
    )?;
    let columns_at = offset_of(root.columns.as_ptr().addr());
    let (rows, mut cursor, mut payloads) = (root.rows.to_native(), 0, Vec::new());
    for (ordinal, (column, width)) in root.columns.iter().zip(widths).enumerate() {
        let column_at = columns_at + ordinal * COLUMN_BYTES;
        let blocks_at = offset_of(column.blocks.as_ptr().addr());
        check(column_at + BLOCKS_OFFSET_AT, "blocks at", cursor, blocks_at)?;
        payloads.push(payload(
            column,
            rows.checked_mul(*width),
            column_at,
            cursor,
        )?);
        cursor += column.blocks.len() * BLOCK_BYTES;
    }
    check(end + COLUMNS_OFFSET_AT, "columns at", cursor, columns_at)?;
    // This is also where rkyv found it: nothing before it has an odd size.
    check(
        end,
        "the root at",
        cursor + widths.len() * COLUMN_BYTES,
        end,
    )?;
    Ok((rows, payloads))
}

/// Returns one column's payload, whose length must be `bytes` and whose blocks are at `blocks_at`.
fn payload(
    column: &ArchivedColumnSnapshot,
    bytes: Option<u64>,
    column_at: usize,
    blocks_at: usize,
) -> Result<Vec<u8>, ArchiveError> {
    let found = column.bytes.to_native();
    let length = bytes
        .filter(|&bytes| bytes == found)
        .and_then(|b| usize::try_from(b).ok());
    let Some(length) = length else {
        return Err(error(column_at, "rows × width bytes", &found.to_string()));
    };
    let blocks = length.div_ceil(BLOCK_BYTES);
    check(
        column_at + BLOCKS_LENGTH_AT,
        "blocks",
        blocks,
        column.blocks.len(),
    )?;
    let (payload, padding) = cast_slice(column.blocks.as_slice()).split_at(length);
    if let Some(place) = padding.iter().position(|&byte| byte != 0) {
        return Err(error(
            blocks_at + length + place,
            "padding of zeros",
            "another byte",
        ));
    }
    Ok(payload.to_vec())
}

fn check(offset: usize, what: &str, expected: usize, found: usize) -> Result<(), ArchiveError> {
    if expected == found {
        return Ok(());
    }
    Err(error(
        offset,
        &format!("{what} {expected}"),
        &found.to_string(),
    ))
}

fn error(offset: usize, expected: &str, found: &str) -> ArchiveError {
    ArchiveError {
        offset,
        expected: expected.to_owned(),
        found: found.to_owned(),
    }
}
