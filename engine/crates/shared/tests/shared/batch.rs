//! Batched digests against the public function of blake3, on every instruction set there is.

use proptest::prelude::*;
use shared::batch::{BatchKey, keyed_many};
use shared::isa::Isa;

/// Counts around every number of lanes, whole and in part.
const COUNTS: std::ops::Range<usize> = 0..40;

fn bytes(length: usize) -> Vec<u8> {
    (1..=251).cycle().take(length).collect()
}

/// Compares `count` inputs, cut from `bytes` at `stride`, with one call each.
fn compare<const N: usize>(key: [u8; 32], bytes: &[u8], stride: usize, count: usize) {
    let cut = |place: usize| bytes[place * stride..].first_chunk::<N>().unwrap();
    let inputs: Vec<&[u8; N]> = (0..count).map(cut).collect();
    let expected: Vec<[u8; 32]> = inputs
        .iter()
        .map(|input| *blake3::keyed_hash(&key, *input).as_bytes())
        .collect();
    for isa in [Isa::Portable, Isa::Sse41, Isa::Avx2, Isa::Avx512] {
        let mut digests = vec![[0xee; 32]; count];
        keyed_many(isa, &BatchKey::new(&key), &inputs, &mut digests);
        assert_eq!(digests, expected, "{count} inputs of {N} bytes, {isa:?}");
    }
}

#[test]
fn every_count_and_length_is_what_blake3_says() {
    let bytes = bytes(40 * 1024);
    for count in COUNTS {
        compare::<64>([1; 32], &bytes, 64, count);
        compare::<128>([2; 32], &bytes, 128, count);
        compare::<256>([3; 32], &bytes, 256, count);
        compare::<512>([4; 32], &bytes, 512, count);
        compare::<1024>([5; 32], &bytes, 1024, count);
    }
}

#[test]
fn inputs_may_stand_anywhere_and_overlap() {
    let bytes = bytes(4096);
    for shift in 1..64 {
        compare::<64>([7; 32], &bytes[shift..], 65, 33);
        compare::<256>([7; 32], &bytes[shift..], 1, 33);
    }
}

proptest! {
    #[test]
    fn any_bytes_under_any_key(
        key: [u8; 32],
        bytes in prop::collection::vec(any::<u8>(), 512..4096),
    ) {
        compare::<256>(key, &bytes, 256, bytes.len() / 256);
        compare::<512>(key, &bytes, 512, bytes.len() / 512);
    }
}

#[test]
#[should_panic(expected = "1 inputs, 2 digests")]
fn another_number_of_digests_is_a_bug() {
    let key = BatchKey::new(&[0; 32]);
    keyed_many(Isa::best(), &key, &[&[0; 64]], &mut [[0; 32]; 2]);
}
