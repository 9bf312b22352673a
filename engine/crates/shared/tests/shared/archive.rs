//! Archives against bytes written out by hand from the protocol, and against damage of every kind.

use proptest::prelude::*;
use shared::archive::{decode_archive, encode_archive};

const SCHEMA: [u8; 32] = [0xab; 32];

/// An archive as PROTOCOL.md, section 5, tells it to somebody without rkyv.
fn by_hand(rows: u64, columns: &[Vec<u8>]) -> Vec<u8> {
    let (mut bytes, mut table) = (Vec::new(), Vec::new());
    for column in columns {
        table.push((column.len(), bytes.len(), column.len().div_ceil(64)));
        bytes.extend(column);
        bytes.resize(bytes.len().next_multiple_of(64), 0);
    }
    let columns_at = bytes.len();
    for (length, blocks_at, blocks) in table {
        bytes.extend(u64::try_from(length).unwrap().to_le_bytes());
        bytes.extend(offset(bytes.len(), blocks_at));
        bytes.extend(u32::try_from(blocks).unwrap().to_le_bytes());
    }
    bytes.extend(SCHEMA);
    bytes.extend(rows.to_le_bytes());
    bytes.extend(offset(bytes.len(), columns_at));
    bytes.extend(u32::try_from(columns.len()).unwrap().to_le_bytes());
    bytes
}

fn offset(from: usize, to: usize) -> [u8; 4] {
    (i32::try_from(to).unwrap() - i32::try_from(from).unwrap()).to_le_bytes()
}

fn encoded(rows: u64, columns: &[Vec<u8>]) -> Vec<u8> {
    let payloads: Vec<&[u8]> = columns.iter().map(Vec::as_slice).collect();
    encode_archive(&SCHEMA, rows, &payloads).unwrap().to_vec()
}

/// `rows` values for each width, none of them zero.
fn columns(rows: u64, widths: &[u64]) -> Vec<Vec<u8>> {
    let length = |width: &u64| usize::try_from(rows * width).unwrap();
    widths
        .iter()
        .map(|width| (1..=255).cycle().take(length(width)).collect())
        .collect()
}

#[test]
fn rkyv_writes_the_bytes_of_the_protocol() {
    let shapes: [(u64, &[u64]); 10] = [
        (0, &[]),
        (5, &[]),
        (0, &[1]),
        (0, &[4, 1, 8]),
        (1, &[4]),
        (16, &[4]),
        (17, &[4, 1]),
        (64, &[1, 1, 8]),
        (65, &[255]),
        (1000, &[4, 1, 8, 32]),
    ];
    for (rows, widths) in shapes {
        let columns = columns(rows, widths);
        let archive = encoded(rows, &columns);
        assert_eq!(
            archive,
            by_hand(rows, &columns),
            "{rows} rows of {widths:?}"
        );
        assert_eq!(
            decode_archive(&archive, &SCHEMA, widths),
            Ok((rows, columns))
        );
    }
}

#[test]
fn a_column_of_width_zero_between_others_points_to_the_end_of_what_is_before_it() {
    let columns = [vec![1; 3], vec![], vec![2; 3]];
    let archive = encoded(3, &columns);
    assert_eq!(archive, by_hand(3, &columns));
    // Two blocks; the second column's vector is at 128 + 16 + 8 and points to 64.
    assert_eq!(
        archive[128 + 24..128 + 32],
        [0xa8, 0xff, 0xff, 0xff, 0, 0, 0, 0]
    );
    assert_eq!(
        decode_archive(&archive, &SCHEMA, &[1, 0, 1]),
        Ok((3, columns.to_vec()))
    );
}

proptest! {
    #[test]
    fn any_table_comes_back(
        rows in 0_u64..200,
        widths in prop::collection::vec(1_u64..40, 0..6),
        fill: u8,
    ) {
        let mut columns = columns(rows, &widths);
        columns.iter_mut().flatten().for_each(|byte| *byte ^= fill);
        let archive = encoded(rows, &columns);
        prop_assert_eq!(&archive, &by_hand(rows, &columns));
        prop_assert_eq!(decode_archive(&archive, &SCHEMA, &widths), Ok((rows, columns)));
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(data in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(decode_archive(&data, &SCHEMA, &[4]).is_err());
    }

    #[test]
    fn noise_in_the_pointers_is_refused(
        noise in prop::collection::vec((0_usize..96, any::<u8>()), 1..8),
    ) {
        let clean = encoded(20, &columns(20, &[4, 1, 8]));
        let mut planted = clean.clone();
        let tail = clean.len() - 96;
        noise.iter().for_each(|(place, with)| planted[tail + place] = *with);
        let read = decode_archive(&planted, &SCHEMA, &[4, 1, 8]);
        prop_assert_eq!(read.is_ok(), planted == clean);
    }
}

/// Only values may change and still be an archive: then they are other values.
#[test]
fn every_damaged_byte_is_refused_or_is_another_value() {
    let (rows, widths) = (20, [4, 1, 8]);
    let clean = columns(rows, &widths);
    let archive = encoded(rows, &clean);
    let value =
        |place: usize| place < 80 || (128..148).contains(&place) || (192..352).contains(&place);
    for place in 0..archive.len() {
        for by in 1..=255 {
            let mut planted = archive.clone();
            planted[place] ^= by;
            match decode_archive(&planted, &SCHEMA, &widths) {
                Ok((found, columns)) => {
                    assert!(value(place), "byte {place} ^ {by} is not seen");
                    assert!(found == rows && columns != clean);
                }
                Err(error) => assert!(!value(place), "byte {place} ^ {by}: {error}"),
            }
        }
    }
    assert_eq!(
        decode_archive(&archive, &SCHEMA, &widths),
        Ok((rows, clean))
    );
}

#[test]
fn every_cut_and_every_appendix_is_refused() {
    let archive = encoded(20, &columns(20, &[4, 1]));
    for length in 0..archive.len() {
        assert!(
            decode_archive(&archive[..length], &SCHEMA, &[4, 1]).is_err(),
            "{length} bytes"
        );
        assert!(
            decode_archive(&archive[length + 1..], &SCHEMA, &[4, 1]).is_err(),
            "from {length}"
        );
    }
    for more in 1..200 {
        let longer = [archive.as_slice(), &vec![0; more]].concat();
        let shifted = [vec![0; more].as_slice(), &archive].concat();
        assert!(decode_archive(&longer, &SCHEMA, &[4, 1]).is_err());
        assert!(decode_archive(&shifted, &SCHEMA, &[4, 1]).is_err());
    }
}

/// Each is safe for rkyv; the reader of this project takes one shape only.
#[test]
fn other_archives_that_rkyv_would_take_are_refused_by_place() {
    let two = encoded(16, &[vec![1; 64], vec![1; 64]]);
    let mut gap = [vec![0; 64].as_slice(), &two].concat();
    assert_eq!(refused_at(&gap, &[4, 4]), 64 + 128 + 8);
    // Without a column that could show the gap, the list of columns does.
    let none = encoded(0, &[]);
    gap = [vec![0; 64].as_slice(), &none].concat();
    assert_eq!(refused_at(&gap, &[]), 64 + 40);
    // A gap before the root, which points over it.
    let root = two.len() - 48;
    gap = [&two[..root], &[0; 16], &two[root..]].concat();
    gap[root + 16 + 40..root + 16 + 44].copy_from_slice(&offset(root + 16 + 40, 128));
    assert_eq!(refused_at(&gap, &[4, 4]), root + 16);
    let unpadded = [none.as_slice(), &[0; 4]].concat();
    assert_eq!(refused_at(&unpadded, &[]), 4);
    assert_eq!(refused_at(&two, &[4, 8]), 128 + 16);
    assert_eq!(refused_at(&two, &[4]), 160 + 44);
    assert_eq!(refused_at(&two, &[4, u64::MAX]), 128 + 16);
    let padded = encoded(1, &[vec![1; 3]]);
    let mut planted = padded.clone();
    planted[63] = 1;
    assert_eq!(refused_at(&planted, &[3]), 63);
    assert!(decode_archive(&padded, &SCHEMA, &[3]).is_ok());
}

fn refused_at(data: &[u8], widths: &[u64]) -> usize {
    decode_archive(data, &SCHEMA, widths).unwrap_err().offset
}

#[test]
fn another_schema_is_refused() {
    let archive = encoded(1, &[vec![1; 4]]);
    let error = decode_archive(&archive, &[0; 32], &[4]).unwrap_err();
    let message = "archive offset 80: expected the schema digest that was asked for, found another";
    assert_eq!(error.to_string(), message);
}

#[test]
fn an_archive_is_read_at_any_address() {
    let columns = columns(20, &[4, 1]);
    let archive = encoded(20, &columns);
    for shift in 0..64 {
        let moved = [vec![0xff; shift].as_slice(), &archive].concat();
        let read = decode_archive(&moved[shift..], &SCHEMA, &[4, 1]);
        assert_eq!(read, Ok((20, columns.clone())));
    }
}

#[test]
fn an_archive_that_offsets_cannot_span_is_refused() {
    let payload = vec![0; 1 << 20];
    let columns = vec![payload.as_slice(); 1 << 11];
    assert_eq!(
        encode_archive(&SCHEMA, 1, &columns).unwrap_err().offset,
        1 << 31
    );
}

#[test]
#[should_panic(expected = "5 bytes for 2 rows")]
fn a_payload_that_is_no_column_is_a_bug() {
    let _ = encode_archive(&SCHEMA, 2, &[&[0; 5]]);
}
