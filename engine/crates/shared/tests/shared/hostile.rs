//! What somebody made to do harm: archives whose pointers and counts lie, texts that are no JSON.
//! Nothing of it may panic, and what is taken must be what would be written.

use proptest::prelude::*;
use shared::DEPTH_MAX;
use shared::archive::{decode_archive, encode_archive};
use shared::codec::{decode_json, encode_json};

const SCHEMA: [u8; 32] = [0xab; 32];
const ROWS: u64 = 32;
const WIDTHS: [u64; 3] = [4, 4, 1];
/// Five blocks, then three records of 16 bytes, then the root.
const RECORDS_AT: usize = 320;
const ROOT_AT: usize = RECORDS_AT + 3 * 16;
/// Where the four pointers stand; each is followed by its length.
const POINTERS: [usize; 4] = [
    RECORDS_AT + 8,
    RECORDS_AT + 24,
    RECORDS_AT + 40,
    ROOT_AT + 40,
];
/// Where the four counts of 64 bits stand.
const COUNTS: [usize; 4] = [RECORDS_AT, RECORDS_AT + 16, RECORDS_AT + 32, ROOT_AT + 32];

fn clean() -> Vec<u8> {
    let columns: [&[u8]; 3] = [&[1; 128], &[2; 128], &[3; 32]];
    encode_archive(&SCHEMA, ROWS, &columns).unwrap().to_vec()
}

fn put(archive: &mut [u8], at: usize, bytes: &[u8]) {
    archive[at..at + bytes.len()].copy_from_slice(bytes);
}

/// Lets the pointer at `field` point to `target`.
fn point(archive: &mut [u8], field: usize, target: i64) {
    let offset = i32::try_from(target - i64::try_from(field).unwrap()).unwrap();
    put(archive, field, &offset.to_le_bytes());
}

fn taken(archive: &[u8]) -> bool {
    decode_archive(archive, &SCHEMA, &WIDTHS).is_ok()
}

#[test]
fn the_places_are_those_of_the_archive() {
    let mut same = clean();
    assert_eq!(same.len(), ROOT_AT + 48);
    point(&mut same, POINTERS[0], 0);
    point(&mut same, POINTERS[1], 128);
    point(&mut same, POINTERS[2], 256);
    point(&mut same, POINTERS[3], i64::try_from(RECORDS_AT).unwrap());
    assert_eq!(same, clean());
    assert!(taken(&same));
}

/// Overlapping, cyclic (a vector that holds its own pointer), before, behind and far away.
#[test]
fn every_pointer_that_is_not_the_one_is_refused() {
    for field in POINTERS {
        for target in -128..600 {
            let mut planted = clean();
            point(&mut planted, field, target);
            assert_eq!(taken(&planted), planted == clean(), "{field} to {target}");
        }
        for offset in [i32::MIN, i32::MIN + 1, -1, 0, 1, i32::MAX - 1, i32::MAX] {
            let mut planted = clean();
            put(&mut planted, field, &offset.to_le_bytes());
            assert!(!taken(&planted), "{field} by {offset}");
        }
    }
}

#[test]
fn two_columns_that_point_at_one_another_are_refused() {
    let mut crossed = clean();
    point(&mut crossed, POINTERS[0], 128);
    point(&mut crossed, POINTERS[1], 0);
    assert!(!taken(&crossed));
}

#[test]
fn a_giant_count_is_refused_without_memory() {
    for at in COUNTS {
        for value in [
            0,
            1,
            31,
            33,
            u64::from(u32::MAX),
            1 << 62,
            1 << 63,
            u64::MAX,
        ] {
            let mut planted = clean();
            put(&mut planted, at, &value.to_le_bytes());
            assert!(!taken(&planted), "{value} at {at}");
        }
    }
    for field in POINTERS {
        for length in [0, 1, 4, 5, 1 << 31, u32::MAX] {
            let mut planted = clean();
            put(&mut planted, field + 4, &length.to_le_bytes());
            assert_eq!(taken(&planted), planted == clean(), "{length} at {field}");
        }
    }
    assert!(decode_archive(&clean(), &SCHEMA, &[u64::MAX, 4, 1]).is_err());
}

proptest! {
    #[test]
    fn noise_before_a_sound_root_is_refused_or_is_values(
        noise in prop::collection::vec((0_usize..ROOT_AT + 48, any::<u8>()), 1..12),
    ) {
        let mut planted = clean();
        noise.iter().for_each(|(place, with)| planted[*place] = *with);
        put(&mut planted, ROOT_AT, &SCHEMA);
        if let Ok((rows, columns)) = decode_archive(&planted, &SCHEMA, &WIDTHS) {
            let payloads: Vec<&[u8]> = columns.iter().map(Vec::as_slice).collect();
            let again = encode_archive(&SCHEMA, rows, &payloads).unwrap();
            prop_assert_eq!(again.as_slice(), &planted);
        }
    }

    #[test]
    fn pointers_and_counts_of_any_value_are_refused(
        fields in prop::array::uniform4(any::<[u8; 8]>()),
        counts in prop::array::uniform4(any::<u64>()),
        chosen: u8,
    ) {
        let mut planted = clean();
        for (ordinal, (field, count)) in fields.iter().zip(counts).enumerate() {
            if chosen >> ordinal & 1 == 1 {
                put(&mut planted, POINTERS[ordinal], field);
            }
            if chosen >> (ordinal + 4) & 1 == 1 {
                put(&mut planted, COUNTS[ordinal], &count.to_le_bytes());
            }
        }
        prop_assert_eq!(taken(&planted), planted == clean());
    }

    #[test]
    fn any_bytes_as_json_are_canonical_or_refused(
        data in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        if let Ok(read) = decode_json(&data) {
            prop_assert_eq!(encode_json(&read).into_bytes(), data);
        }
    }

    #[test]
    fn nesting_is_bounded_and_never_recursed_into(depth in 0_usize..3000, object: bool) {
        let (open, close) = if object { ("{\"a\":", "}") } else { ("[", "]") };
        let text = [open.repeat(depth), "0".to_owned(), close.repeat(depth)].concat();
        prop_assert_eq!(decode_json(text.as_bytes()).is_ok(), depth <= DEPTH_MAX);
        prop_assert!(depth == 0 || decode_json(open.repeat(depth).as_bytes()).is_err());
    }
}
