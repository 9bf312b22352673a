//! Streams against published ChaCha vectors, a plain ChaCha of this file, and keys built by hand.

use proptest::prelude::*;
use shared::fx::{Fx, ONE};
use shared::ids::NONE;
use shared::stream::{
    KEY_CONTEXT, ROUNDS, block, bounded, draw_at, draw_many, stream_key, unit_fx,
};

/// (source, key, block counter, rounds, keystream block). Only vectors with a zero nonce can be
/// said here: with it, the layouts of RFC 8439 (32 + 96 bits) and of djb (64 + 64) are one.
const VECTORS: [(&str, &str, u64, u32, &str); 15] = [
    ("RFC 8439, A.1, 1", ZERO, 0, 20, ZERO_20_0),
    ("RFC 8439, A.1, 2", ZERO, 1, 20, ZERO_20_1),
    (
        "RFC 8439, A.1, 3",
        "0000000000000000000000000000000000000000000000000000000000000001",
        1,
        20,
        "3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a\
         8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0",
    ),
    (
        "RFC 8439, A.1, 4",
        "00ff000000000000000000000000000000000000000000000000000000000000",
        2,
        20,
        "72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca\
         13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096",
    ),
    (
        "draft-strombergson-chacha-test-vectors-01, TC1, 8 rounds",
        ZERO,
        0,
        8,
        "3e00ef2f895f40d67f5bb8e81f09a5a12c840ec3ce9a7f3b181be188ef711a1e\
         984ce172b9216f419f445367456d5619314a42a3da86b001387bfdb80e0cfe42",
    ),
    (
        "TC1, 8 rounds, second block",
        ZERO,
        1,
        8,
        "d2aefa0deaa5c151bf0adb6c01f2a5adc0fd581259f9a2aadcf20f8fd566a26b\
         5032ec38bbc5da98ee0c6f568b872a65a08abf251deb21bb4b56e5d8821e68aa",
    ),
    (
        "TC1, 12 rounds",
        ZERO,
        0,
        12,
        "9bf49a6a0755f953811fce125f2683d50429c3bb49e074147e0089a52eae155f\
         0564f879d27ae3c02ce82834acfa8c793a629f2ca0de6919610be82f411326be",
    ),
    (
        "TC1, 12 rounds, second block",
        ZERO,
        1,
        12,
        "0bd58841203e74fe86fc71338ce0173dc628ebb719bdcbcc151585214cc089b4\
         42258dcda14cf111c602b8971b8cc843e91e46ca905151c02744a6b017e69316",
    ),
    (
        "TC2, 8 rounds",
        ONE_BIT,
        0,
        8,
        "cf5ee9a0494aa9613e05d5ed725b804b12f4a465ee635acc3a311de8740489ea\
         289d04f43c7518db56eb4433e498a1238cd8464d3763ddbb9222ee3bd8fae3c8",
    ),
    (
        "TC2, 8 rounds, second block",
        ONE_BIT,
        1,
        8,
        "b4355a7d93dd8867089ee643558b95754efa2bd1a8a1e2d75bcdb32015542638\
         291941feb49965587c4fdfe219cf0ec132a6cd4dc067392e67982fe53278c0b4",
    ),
    (
        "TC2, 12 rounds",
        ONE_BIT,
        0,
        12,
        "12056e595d56b0f6eef090f0cd25a20949248c2790525d0f930218ff0b4ddd10\
         a6002239d9a454e29e107a7d06fefdfef0210feba044f9f29b1772c960dc29c0",
    ),
    (
        "TC2, 12 rounds, second block",
        ONE_BIT,
        1,
        12,
        "0c7366c5cbc604240e665eb02a69372a7af979b26fbb78092ac7c4b88029a7c8\
         54513bc217bbfc7d90432e308eba15afc65aeb48ef100d5601e6afba257117a9",
    ),
    (
        "TC2, 20 rounds",
        ONE_BIT,
        0,
        20,
        "c5d30a7ce1ec119378c84f487d775a8542f13ece238a9455e8229e888de85bbd\
         29eb63d0a17a5b999b52da22be4023eb07620a54f6fa6ad8737b71eb0464dac0",
    ),
    (
        "TC2, 20 rounds, second block",
        ONE_BIT,
        1,
        20,
        "10f656e6d1fd55053e50c4875c9930a33f6d0263bd14dfd6ab8c70521c19338b\
         2308b95cf8d0bb7d202d2102780ea3528f1cb48560f76b20f382b942500fceac",
    ),
    (
        "djb's reference: the last block of the 64-bit counter, 8 rounds",
        ZERO,
        u64::MAX,
        8,
        "df8a0bceca2fbb111f29978fa9a64407c68ced975ff55a24707265d0687e6aef\
         b3597eac46e4b0a79b3a49c8b0f1775ac3edd7eb6a6d9bcb38f276517a79e014",
    ),
];
const ZERO: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const ONE_BIT: &str = "0100000000000000000000000000000000000000000000000000000000000000";
const ZERO_20_0: &str = "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7\
                         da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586";
const ZERO_20_1: &str = "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed\
                         29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f";

fn key_of(hex: &str) -> [u8; 32] {
    let byte = |at: usize| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap();
    std::array::from_fn(byte)
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn published_blocks_come_out() {
    for (source, key, counter, rounds, expected) in VECTORS {
        assert_eq!(
            hex_of(&block(&key_of(key), counter, rounds)),
            expected,
            "{source}"
        );
    }
}

/// The cipher as its paper writes it, word by word.
fn plain_block(key: &[u8; 32], counter: u64, rounds: u32) -> [u8; 64] {
    let word = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap());
    let mut start = [0_u32; 16];
    start[..4].copy_from_slice(&[0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574]);
    (0..8).for_each(|at| start[4 + at] = word(&key[4 * at..4 * at + 4]));
    (0..2).for_each(|at| start[12 + at] = word(&counter.to_le_bytes()[4 * at..4 * at + 4]));
    let mut state = start;
    for _ in 0..rounds / 2 {
        (0..4).for_each(|c| quarter(&mut state, [c, 4 + c, 8 + c, 12 + c]));
        (0..4).for_each(|c| {
            quarter(
                &mut state,
                [c, 4 + (c + 1) % 4, 8 + (c + 2) % 4, 12 + (c + 3) % 4],
            );
        });
    }
    let sums = state
        .iter()
        .zip(start)
        .flat_map(|(a, b)| a.wrapping_add(b).to_le_bytes());
    sums.collect::<Vec<_>>().try_into().unwrap()
}

fn quarter(state: &mut [u32; 16], [a, b, c, d]: [usize; 4]) {
    for (left, right, turned, by) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
        state[left] = state[left].wrapping_add(state[right]);
        state[turned] = (state[turned] ^ state[left]).rotate_left(by);
    }
}

proptest! {
    #[test]
    fn blocks_are_those_of_the_plain_cipher(
        key: [u8; 32],
        counter in prop_oneof![any::<u64>(), 0_u64..9, 0xffff_fffe_u64..0x1_0000_0002],
        rounds in prop::sample::select(vec![8_u32, 12, 20]),
    ) {
        prop_assert_eq!(block(&key, counter, rounds), plain_block(&key, counter, rounds));
    }

    #[test]
    fn draws_are_numbered_places_of_the_keystream(
        key: [u8; 32],
        first in prop_oneof![0_u64..40, any::<u64>().prop_map(|n| n - n / 64)],
        count in 0_usize..80,
    ) {
        let draws = draw_many(&key, first, count);
        prop_assert_eq!(draws.len(), count);
        for (index, draw) in (first..).zip(draws) {
            let place = usize::try_from(index % 8).unwrap() * 8;
            let bytes = plain_block(&key, index / 8, ROUNDS);
            prop_assert_eq!(&draw.to_le_bytes()[..], &bytes[place..place + 8]);
            prop_assert_eq!(draw, draw_at(&key, index));
        }
    }

    #[test]
    fn bounded_numbers_are_below_their_bound(draw: u64, bound in 1..=u64::MAX) {
        let exact = u128::from(draw) * u128::from(bound) / (1 << 64);
        prop_assert_eq!(u128::from(bounded(draw, bound)), exact);
        prop_assert!(bounded(draw, bound) < bound);
        prop_assert!((Fx(0)..ONE).contains(&unit_fx(draw)));
    }
}

#[test]
fn the_ends_of_the_ranges_are_reached() {
    assert_eq!((bounded(0, 6), bounded(u64::MAX, 6)), (0, 5));
    assert_eq!(
        (bounded(u64::MAX, 1), bounded(u64::MAX, u64::MAX)),
        (0, u64::MAX - 1)
    );
    assert_eq!((unit_fx(0), unit_fx(u64::MAX)), (Fx(0), Fx(ONE.0 - 1)));
    assert_eq!(unit_fx(1 << 63), Fx(1 << 31));
}

#[test]
fn a_key_is_derived_from_the_bytes_of_its_place() {
    let mut material = Vec::new();
    material.extend(7_u64.to_le_bytes());
    material.extend(1_u32.to_le_bytes());
    material.extend(42_u64.to_le_bytes());
    material.extend(*b"\x06\0\0\0combat");
    material.extend([0xff; 4]);
    material.extend(*b"\x03\0\0\0hit");
    material.extend(2_u32.to_le_bytes());
    material.extend([5_u64.to_le_bytes(), u64::MAX.to_le_bytes()].as_flattened());
    let expected = blake3::derive_key("void-reckoning 2026-11 stream key v1", &material);
    assert_eq!(
        stream_key(7, 1, 42, "combat", NONE, "hit", &[5, u64::MAX]),
        expected
    );
    assert_eq!(KEY_CONTEXT, "void-reckoning 2026-11 stream key v1");
}

#[test]
fn every_part_of_a_place_changes_the_key() {
    let keys = [
        stream_key(1, 0, 0, "a", 0, "b", &[]),
        stream_key(0, 1, 0, "a", 0, "b", &[]),
        stream_key(0, 0, 1, "a", 0, "b", &[]),
        stream_key(0, 0, 0, "a", 1, "b", &[]),
        stream_key(0, 0, 0, "ab", 0, "", &[]),
        stream_key(0, 0, 0, "", 0, "ab", &[]),
        stream_key(0, 0, 0, "a", 0, "b", &[0]),
        stream_key(0, 0, 0, "a", 0, "b", &[0, 0]),
        stream_key(0, 0, 0, "a", 0, "b", &[]),
    ];
    assert_eq!(
        keys.iter().collect::<std::collections::BTreeSet<_>>().len(),
        keys.len()
    );
}

#[test]
#[should_panic(expected = "8, 12 or 20")]
fn another_count_of_rounds_is_a_bug() {
    let _ = block(&[0; 32], 0, 10);
}

#[test]
#[should_panic(expected = "below 0")]
fn a_bound_of_zero_is_a_bug() {
    let _ = bounded(1, 0);
}
