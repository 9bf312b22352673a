//! Archives written by hand against rkyv's own serialisation of the protocol's types, and lent
//! columns against copied ones.

use proptest::prelude::*;
use rkyv::rancor::Panic;
use rkyv::{Archive, Portable, Serialize};
use shared::archive::{
    ArchiveBytes, ArchiveView, aligned, decode_archive, encode_archive, encode_into, open_archive,
};

const SCHEMA: [u8; 32] = [0xab; 32];

/// The types of PROTOCOL.md, section 5, for rkyv to lay out.
#[derive(Archive, Serialize)]
struct TableSnapshot {
    schema_digest: [u8; 32],
    rows: u64,
    columns: Vec<ColumnSnapshot>,
}

#[derive(Archive, Serialize)]
struct ColumnSnapshot {
    bytes: u64,
    blocks: Vec<Block>,
}

#[derive(Archive, Clone, Copy, Portable, Serialize)]
#[rkyv(as = Block)]
#[repr(C, align(64))]
struct Block([u8; 64]);

fn by_rkyv(rows: u64, columns: &[Vec<u8>]) -> Vec<u8> {
    let block = |piece: &[u8]| {
        let mut bytes = [0; 64];
        bytes[..piece.len()].copy_from_slice(piece);
        Block(bytes)
    };
    let column = |payload: &Vec<u8>| ColumnSnapshot {
        bytes: u64::try_from(payload.len()).unwrap(),
        blocks: payload.chunks(64).map(block).collect(),
    };
    let snapshot = TableSnapshot {
        schema_digest: SCHEMA,
        rows,
        columns: columns.iter().map(column).collect(),
    };
    let buffer = ArchiveBytes::new();
    let Ok(bytes) = rkyv::api::high::to_bytes_in::<_, Panic>(&snapshot, buffer);
    bytes.to_vec()
}

fn columns() -> impl Strategy<Value = (u64, Vec<u64>, Vec<Vec<u8>>)> {
    let shape = (0_u64..200, prop::collection::vec(1_u64..40, 0..6));
    shape.prop_flat_map(|(rows, widths)| {
        let column = |width: &u64| {
            let length = usize::try_from(rows * width).unwrap();
            prop::collection::vec(any::<u8>(), length..=length)
        };
        let columns: Vec<_> = widths.iter().map(column).collect();
        (Just(rows), Just(widths), columns)
    })
}

proptest! {
    #[test]
    fn the_bytes_are_those_of_rkyv((rows, _, columns) in columns()) {
        let payloads: Vec<&[u8]> = columns.iter().map(Vec::as_slice).collect();
        let written = encode_archive(&SCHEMA, rows, &payloads).unwrap();
        prop_assert_eq!(written.as_slice(), by_rkyv(rows, &columns));
    }

    #[test]
    fn a_kept_buffer_holds_nothing_of_what_it_held(
        (old_rows, _, old) in columns(),
        (rows, widths, columns) in columns(),
    ) {
        let mut buffer = ArchiveBytes::new();
        for (rows, columns) in [(old_rows, &old), (rows, &columns)] {
            let payloads: Vec<&[u8]> = columns.iter().map(Vec::as_slice).collect();
            encode_into(&mut buffer, &SCHEMA, rows, &payloads).unwrap();
            prop_assert_eq!(buffer.as_slice(), by_rkyv(rows, columns));
        }
        let view = open_archive(&buffer, &SCHEMA, &widths).unwrap();
        let columns = columns.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(view, ArchiveView { rows, columns });
    }
}

#[test]
fn an_opened_archive_lends_its_columns_where_they_stand() {
    let archive = encode_archive(&SCHEMA, 65, &[&[1; 65], &[2; 260]]).unwrap();
    let mut unused = ArchiveBytes::new();
    let view = open_archive(aligned(&archive, &mut unused), &SCHEMA, &[1, 4]).unwrap();
    let starts: Vec<_> = view.columns.iter().map(|column| column.as_ptr()).collect();
    assert_eq!(starts, [archive[0..].as_ptr(), archive[128..].as_ptr()]);
    assert!(unused.is_empty());
    let shifted = [&[0], archive.as_slice()].concat();
    let place = (0..=1).find(|start| !shifted[*start..].as_ptr().addr().is_multiple_of(64));
    let data = &shifted[place.unwrap()..];
    let mut moved = ArchiveBytes::new();
    assert_eq!(aligned(data, &mut moved), data);
    assert_eq!(moved.as_slice(), data);
}

#[test]
fn an_archive_that_is_too_large_leaves_the_buffer_as_it_was() {
    let mut buffer = encode_archive(&SCHEMA, 1, &[&[7]]).unwrap();
    let before = buffer.to_vec();
    let payload = vec![0; 1 << 20];
    let columns = vec![payload.as_slice(); 1 << 11];
    assert!(encode_into(&mut buffer, &SCHEMA, 1, &columns).is_err());
    assert_eq!(buffer.as_slice(), before);
    assert!(decode_archive(&buffer, &SCHEMA, &[1]).is_ok());
}

#[test]
#[should_panic(expected = "open_archive: at")]
fn an_archive_opened_between_blocks_is_a_bug() {
    let archive = encode_archive(&SCHEMA, 1, &[&[7; 64]]).unwrap();
    let _ = open_archive(&archive[8..], &SCHEMA, &[64]);
}
