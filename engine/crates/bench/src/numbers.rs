//! Inputs of the rows: numbers that no compressor and no branch predictor can guess.
//! Fixed by their seed, so that every run measures the same.

/// Returns `count` numbers of SplitMix64.
pub fn mixed(seed: u64, count: usize) -> Vec<u64> {
    let mut state = seed;
    (0..count)
        .map(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let once = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let twice = (once ^ (once >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            twice ^ (twice >> 31)
        })
        .collect()
}

/// Returns `count` bytes; a multiple of eight.
pub fn mixed_bytes(seed: u64, count: usize) -> Vec<u8> {
    let numbers = mixed(seed, count / 8);
    numbers.into_iter().flat_map(u64::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::mixed;

    /// The first output of SplitMix64 for seed 0; tests/bench holds its own twin against it too.
    #[test]
    fn numbers_are_those_of_splitmix64() {
        assert_eq!(mixed(0, 2).first(), Some(&0xe220_a839_7b1d_cdaf));
    }
}
