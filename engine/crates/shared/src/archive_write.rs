//! Writes archives by hand, into a buffer that is kept: each payload is copied once.
//! Law: PROTOCOL.md, section 5. rkyv's own bytes are the judge: tests/shared/archive.rs compares.

use crate::archive::{
    ArchiveBytes, ArchiveError, BLOCK_BYTES, BLOCKS_OFFSET_AT, COLUMN_BYTES, COLUMNS_OFFSET_AT,
    ROOT_BYTES,
};
use crate::digest::Digest;

/// Offsets are i32, so nothing may be further apart than this.
const ARCHIVE_BYTES_MAX: usize = 1 << 31;

/// As `encode_archive`, into a buffer whose memory is used again and whose content is replaced.
///
/// # Errors
/// The archive would be larger than 2 GiB; the buffer is then as it was.
pub fn encode_into(
    archive: &mut ArchiveBytes,
    schema_digest: &Digest,
    rows: u64,
    columns: &[&[u8]],
) -> Result<(), ArchiveError> {
    let size = archive_bytes(columns)?;
    archive.clear();
    archive.reserve(size);
    for payload in columns {
        check_rows(rows, payload);
        archive.extend_from_slice(payload);
        pad(archive);
    }
    let columns_at = archive.len();
    let mut blocks_at = 0;
    for payload in columns {
        archive.extend_from_slice(&count_u64(payload.len()).to_le_bytes());
        put_vector(archive, blocks_at, payload.len().div_ceil(BLOCK_BYTES));
        blocks_at += payload.len().next_multiple_of(BLOCK_BYTES);
    }
    archive.extend_from_slice(schema_digest);
    archive.extend_from_slice(&rows.to_le_bytes());
    put_vector(archive, columns_at, columns.len());
    assert!(archive.len() == size, "an archive of another size");
    Ok(())
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
    fits.ok_or_else(|| ArchiveError::new(ARCHIVE_BYTES_MAX, "the archive's end", "more bytes"))
}

fn check_rows(rows: u64, payload: &[u8]) {
    let bytes = count_u64(payload.len());
    let whole = bytes.checked_rem(rows).map_or(bytes == 0, |rest| rest == 0);
    assert!(whole, "encode_archive: {bytes} bytes for {rows} rows");
}

fn pad(archive: &mut ArchiveBytes) {
    let padded = archive.len().next_multiple_of(BLOCK_BYTES);
    archive.resize(padded, 0);
}

/// Appends an archived vector: how far its first element is from here, and how many there are.
fn put_vector(archive: &mut ArchiveBytes, elements_at: usize, count: usize) {
    let here = archive.len();
    let (Ok(back), Ok(count)) = (i32::try_from(here - elements_at), u32::try_from(count)) else {
        unreachable!("the size was checked");
    };
    archive.extend_from_slice(&back.wrapping_neg().to_le_bytes());
    archive.extend_from_slice(&count.to_le_bytes());
}

fn count_u64(count: usize) -> u64 {
    let Ok(count) = u64::try_from(count) else {
        unreachable!("no memory has 2^64 bytes");
    };
    count
}

const _: () = assert!(BLOCKS_OFFSET_AT + 8 == COLUMN_BYTES && COLUMNS_OFFSET_AT + 8 == ROOT_BYTES);
