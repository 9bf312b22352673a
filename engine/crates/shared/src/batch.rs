//! Many keyed BLAKE3 digests of inputs of one length at once, across the lanes of a vector.
//! An accelerator of `blake3::keyed_hash`, through a function that blake3 hides: the version is
//! pinned, and tests/shared/batch.rs holds it against the public one. Knows no tree.

use blake3::IncrementCounter;
use blake3::platform::{Platform, words_from_le_bytes_32};

use crate::digest::Digest;
use crate::isa::Isa;

const BLOCK_BYTES: usize = 64;
const CHUNK_BYTES: usize = 1024;
// Flags of the BLAKE3 paper, section 2.2: an input of at most a chunk is root and chunk at once.
const CHUNK_START: u8 = 1;
const CHUNK_END: u8 = 1 << 1;
const ROOT: u8 = 1 << 3;
const KEYED_HASH: u8 = 1 << 4;

/// A key of 32 bytes, as the kernels take it.
#[derive(Clone, Debug)]
pub struct BatchKey([u32; 8]);

impl BatchKey {
    /// Returns the key of these bytes.
    #[must_use]
    pub fn new(key: &Digest) -> Self {
        Self(words_from_le_bytes_32(key))
    }
}

/// Writes the keyed digest of each input to the same place of `digests`. N is a multiple of 64, at
/// most 1024. Precondition: as many digests as inputs. A set that this machine does not have is
/// replaced by a plainer one.
pub fn keyed_many<const N: usize>(
    isa: Isa,
    key: &BatchKey,
    inputs: &[&[u8; N]],
    digests: &mut [Digest],
) {
    const {
        assert!(N > 0 && N <= CHUNK_BYTES && N.is_multiple_of(BLOCK_BYTES));
    }
    assert!(
        inputs.len() == digests.len(),
        "keyed_many: {} inputs, {} digests",
        inputs.len(),
        digests.len()
    );
    platform(isa).hash_many(
        inputs,
        &key.0,
        0,
        IncrementCounter::No,
        KEYED_HASH,
        CHUNK_START,
        CHUNK_END | ROOT,
        digests.as_flattened_mut(),
    );
}

/// blake3's own constructors look whether the machine has what they name.
#[cfg(target_arch = "x86_64")]
fn platform(isa: Isa) -> Platform {
    let found = match isa {
        Isa::Portable => None,
        Isa::Sse41 => Platform::sse41(),
        Isa::Avx2 => Platform::avx2(),
        // Not `avx512()`, which a blake3 built by an old C compiler does not have.
        Isa::Avx512 => Some(Platform::detect()),
    };
    found.unwrap_or(Platform::Portable)
}

/// NEON is part of every aarch64, so it is blake3's plainest there.
#[cfg(not(target_arch = "x86_64"))]
fn platform(_: Isa) -> Platform {
    Platform::detect()
}
