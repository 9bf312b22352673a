//! The digest tree against a recomputation that is written from the protocol, top down.

use std::collections::BTreeSet;

use proptest::prelude::*;
use shared::digest::{
    column_digest, events_digest, ledger_digest, state_digest, table_digest, universe_digest,
};

fn text(value: &str) -> Vec<u8> {
    [
        &u32::try_from(value.len()).unwrap().to_le_bytes(),
        value.as_bytes(),
    ]
    .concat()
}

fn key(table: &str, column: &str, level: u32) -> [u8; 32] {
    let material = [text(table), text(column), level.to_le_bytes().to_vec()].concat();
    blake3::derive_key("vr-verify 2026-11 column node v1", &material)
}

/// Node `index` of `level`, or nothing if it would be over no leaf.
fn node(table: &str, column: &str, level: u32, index: usize, payload: &[u8]) -> Option<[u8; 32]> {
    let material = if level == 0 {
        let mut piece = payload
            .get(index * 256..)?
            .iter()
            .copied()
            .take(256)
            .collect::<Vec<_>>();
        if piece.is_empty() {
            return None;
        }
        piece.resize(256, 0);
        piece
    } else {
        let below = |child| node(table, column, level - 1, 16 * index + child, payload);
        (0..16).filter_map(below).collect::<Vec<_>>().concat()
    };
    (!material.is_empty())
        .then(|| *blake3::keyed_hash(&key(table, column, level), &material).as_bytes())
}

fn naive_column(table: &str, column: &str, rows: u64, payload: &[u8]) -> [u8; 32] {
    let leaves = payload.len().div_ceil(256);
    let height = (0_u32..)
        .find(|&level| 16_usize.pow(level) >= leaves.max(1))
        .unwrap();
    let top = node(table, column, height, 0, payload).unwrap_or([0; 32]);
    let bytes = u64::try_from(payload.len()).unwrap();
    let counts = [rows.to_le_bytes(), bytes.to_le_bytes()].concat();
    let material = [text(table), text(column), counts, top.to_vec()].concat();
    blake3::derive_key("vr-verify 2026-11 column v1", &material)
}

fn payload_of(length: usize) -> Vec<u8> {
    (1..=251).cycle().take(length).collect()
}

#[test]
fn columns_of_every_shape_of_tree_are_those_of_the_protocol() {
    let lengths = [
        0, 1, 255, 256, 257, 511, 512, 4095, 4096, 4097, 65_535, 65_536, 65_537, 70_000,
    ];
    for length in lengths {
        let payload = payload_of(length);
        let rows = u64::try_from(length).unwrap();
        let expected = naive_column("unit", "hp", rows, &payload);
        assert_eq!(
            column_digest("unit", "hp", rows, &payload),
            expected,
            "{length} bytes"
        );
    }
}

proptest! {
    #[test]
    fn any_column_is_that_of_the_protocol(
        table in "[a-z_]{0,9}", column in "[a-z_]{0,9}", rows: u64,
        payload in prop::collection::vec(any::<u8>(), 0..9000),
    ) {
        let expected = naive_column(&table, &column, rows, &payload);
        prop_assert_eq!(column_digest(&table, &column, rows, &payload), expected);
    }

    #[test]
    fn any_changed_byte_changes_the_column(
        length in 1_usize..9000,
        place: prop::sample::Index,
        by in 1_u8..,
    ) {
        let clean = payload_of(length);
        let mut planted = clean.clone();
        planted[place.index(length)] ^= by;
        let digest = column_digest("t", "c", 1, &clean);
        prop_assert_ne!(digest, column_digest("t", "c", 1, &planted));
        prop_assert_eq!(digest, column_digest("t", "c", 1, &payload_of(length)));
    }
}

#[test]
fn swaps_drops_and_zeros_at_the_end_are_seen() {
    let clean = payload_of(1024);
    let swapped = [&clean[256..512], &clean[..256], &clean[512..]].concat();
    let longer = [clean.as_slice(), &[0]].concat();
    let digests = [
        column_digest("t", "c", 4, &clean),
        column_digest("t", "c", 4, &swapped),
        column_digest("t", "c", 4, &clean[..768]),
        column_digest("t", "c", 4, &longer),
        column_digest("t", "c", 5, &clean),
        column_digest("tc", "", 4, &clean),
        column_digest("", "tc", 4, &clean),
        column_digest("t", "c", 4, &[0; 256]),
        column_digest("t", "c", 4, &[0; 255]),
        column_digest("t", "c", 4, &[]),
    ];
    assert_eq!(digests.iter().collect::<BTreeSet<_>>().len(), digests.len());
}

#[test]
fn the_nodes_above_columns_are_those_of_the_protocol() {
    let (a, b) = ([1; 32], [2; 32]);
    let counts = [9_u64.to_le_bytes().to_vec(), 2_u32.to_le_bytes().to_vec()].concat();
    let table = [text("unit"), counts, a.to_vec(), b.to_vec()].concat();
    let expected = blake3::derive_key("vr-verify 2026-11 table v1", &table);
    assert_eq!(table_digest("unit", 9, &[a, b]), expected);

    let counts = [3_u32.to_le_bytes(), 2_u32.to_le_bytes()].concat();
    let universe = [counts, a.to_vec(), b.to_vec()].concat();
    let expected = blake3::derive_key("vr-verify 2026-11 universe v1", &universe);
    assert_eq!(universe_digest(3, &[a, b]), expected);

    let mut state = [[7; 32], [8; 32]].concat();
    state.extend(42_u64.to_le_bytes());
    state.extend(2_u32.to_le_bytes());
    state.extend(3_u32.to_le_bytes());
    state.extend(a);
    state.extend(5_u32.to_le_bytes());
    state.extend(b);
    let expected = blake3::derive_key("vr-verify 2026-11 state v1", &state);
    assert_eq!(
        state_digest(&[7; 32], &[8; 32], 42, &[(3, a), (5, b)]),
        expected
    );
}

#[test]
fn ledger_and_events_are_bound_to_their_turn_and_kind() {
    let material = [42_u64.to_le_bytes().as_slice(), b"bytes"].concat();
    let ledger = blake3::derive_key("vr-verify 2026-11 ledger v1", &material);
    let events = blake3::derive_key("vr-verify 2026-11 events v1", &material);
    assert_eq!(ledger_digest(42, b"bytes"), ledger);
    assert_eq!(events_digest(42, b"bytes"), events);
    assert_ne!(ledger, events);
    assert_ne!(ledger, ledger_digest(43, b"bytes"));
}

#[test]
#[should_panic(expected = "do not ascend")]
fn universes_out_of_order_are_a_bug() {
    let _ = state_digest(&[0; 32], &[0; 32], 0, &[(1, [0; 32]), (1, [0; 32])]);
}
