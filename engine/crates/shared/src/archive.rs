//! Snapshots: one rkyv archive per universe and table, columns as blocks of 64 bytes.
//! Law: PROTOCOL.md, section 5. Twin: `shared/archive.py`. The fast forms beside it write into a
//! buffer that is kept, and lend columns where they stand. Never meets a digest tree.

use rkyv::util::AlignedVec;

pub use crate::archive_view::{ArchiveView, aligned, open_archive};
pub use crate::archive_write::encode_into;
use crate::digest::Digest;

pub(crate) const BLOCK_BYTES: usize = 64;
pub(crate) const COLUMN_BYTES: usize = 16;
pub(crate) const BLOCKS_OFFSET_AT: usize = 8;
pub(crate) const ROOT_BYTES: usize = 48;
pub(crate) const COLUMNS_OFFSET_AT: usize = 40;

/// The bytes of an archive, at an address that is a multiple of 64.
pub type ArchiveBytes = AlignedVec<BLOCK_BYTES>;

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

impl ArchiveError {
    pub(crate) fn new(offset: usize, expected: &str, found: &str) -> Self {
        Self {
            offset,
            expected: expected.to_owned(),
            found: found.to_owned(),
        }
    }
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
    let mut archive = ArchiveBytes::new();
    encode_into(&mut archive, schema_digest, rows, columns)?;
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
    let mut moved = ArchiveBytes::new();
    let view = open_archive(aligned(data, &mut moved), schema_digest, widths)?;
    let payloads = view.columns.iter().map(|payload| payload.to_vec());
    Ok((view.rows, payloads.collect()))
}
