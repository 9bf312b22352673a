//! Rows about bytes: hashing and archiving a state of 64 MB, against copying it.
//! Law of what is measured: PROTOCOL.md, sections 3 and 5.

use std::error::Error;

use shared::archive::{ArchiveBytes, ArchiveError, encode_archive, encode_into, open_archive};

use super::Made;
use crate::clock::timed;
use crate::numbers::mixed_bytes;
use crate::pair::{Both, Sample};

const STATE_BYTES: usize = 64_000_000;
const ROWS: u64 = 1_000_000;
const FEW_ROWS: u64 = 1_000;
const OPENINGS: usize = 10_000;
const COLUMN_BYTES: usize = 8_000_000;
/// Rows of one column of 10 KB, and how often a sample archives it.
const SMALL_ROWS: u64 = 1_250;
const SMALL_TIMES: usize = 10_000;
/// What a sample of copies comes to at least.
const COPIED_BYTES: usize = 16_000_000;
const SCHEMA: [u8; 32] = [7; 32];

/// One-shot BLAKE3 against a copy.
pub fn blake3_one_shot(_: &[Vec<u8>]) -> Made {
    let data = mixed_bytes(1, STATE_BYTES);
    let mut copy = data.clone();
    let source = data.clone();
    Ok(Box::new(Both(
        move || Ok(timed(|| blake3::hash(&data))),
        move || copied(&source, &mut copy),
    )))
}

/// A keyframe of eight columns of a million rows, uncompressed, into memory that is kept, against
/// a copy of them.
pub fn keyframe(_: &[Vec<u8>]) -> Made {
    let columns: Vec<_> = (0..8).map(|seed| mixed_bytes(seed, COLUMN_BYTES)).collect();
    let source = columns.concat();
    let mut copy = source.clone();
    let mut archive = ArchiveBytes::new();
    Ok(Box::new(Both(
        move || {
            let payloads: Vec<&[u8]> = columns.iter().map(Vec::as_slice).collect();
            let mut done = Ok(());
            let time = timed(|| done = encode_into(&mut archive, &SCHEMA, ROWS, &payloads));
            done?;
            Ok(time)
        },
        move || copied(&source, &mut copy),
    )))
}

/// Opening a keyframe of a million rows, validated, against opening one of a thousand.
pub fn open_million(_: &[Vec<u8>]) -> Made {
    let (large, small) = (archive_of(ROWS)?, archive_of(FEW_ROWS)?);
    Ok(Box::new(Both(
        move || opened(&large),
        move || opened(&small),
    )))
}

fn archive_of(rows: u64) -> Result<ArchiveBytes, Box<dyn Error>> {
    let columns: Result<Vec<_>, _> = (0..8)
        .map(|seed| usize::try_from(rows * 8).map(|bytes| mixed_bytes(seed, bytes)))
        .collect();
    let columns = columns?;
    let payloads: Vec<&[u8]> = columns.iter().map(Vec::as_slice).collect();
    let mut archive = ArchiveBytes::new();
    encode_into(&mut archive, &SCHEMA, rows, &payloads)?;
    Ok(archive)
}

fn opened(archive: &[u8]) -> Sample {
    let widths = [8; 8];
    let mut done = Ok(());
    let time = timed(|| {
        for _ in 0..OPENINGS {
            match open_archive(std::hint::black_box(archive), &SCHEMA, &widths) {
                Ok(view) => _ = std::hint::black_box(view),
                Err(error) => done = Err(error),
            }
        }
    });
    done?;
    Ok(time)
}

/// Small archives, of 10 KB each, against copies of them.
pub fn keyframe_10kb(_: &[Vec<u8>]) -> Made {
    let column = mixed_bytes(3, 10_000);
    let source = column.clone();
    let mut copy = column.clone();
    let archived = move || {
        for _ in 0..SMALL_TIMES {
            std::hint::black_box(encode_archive(&SCHEMA, SMALL_ROWS, &[&column])?);
        }
        Ok::<(), ArchiveError>(())
    };
    Ok(Box::new(Both(
        move || {
            let mut done = Ok(());
            let time = timed(|| done = archived());
            done?;
            Ok(time)
        },
        move || {
            Ok(timed(|| {
                for _ in 0..SMALL_TIMES {
                    std::hint::black_box(&mut copy).copy_from_slice(&source);
                }
            }))
        },
    )))
}

/// Copies one slice over another of the same length, and again until the clock can tell; returns
/// the nanoseconds of one copy: memcpy.
pub fn copied(source: &[u8], copy: &mut [u8]) -> Sample {
    let times = (COPIED_BYTES / source.len().max(1)).max(1);
    let time = timed(|| {
        for _ in 0..times {
            std::hint::black_box(&mut *copy).copy_from_slice(std::hint::black_box(source));
        }
    });
    Ok(time / u64::try_from(times)?)
}
