//! Randomness: every draw is a numbered place in a ChaCha keystream whose key says what it is for.
//! Law: RULES.md, shared/stream. Twin: `shared/stream.py`. Knows no rule and no site; has no
//! state, so that no draw depends on the order of work.

use rand_chacha::{ChaCha8Rng, ChaCha12Rng, ChaCha20Rng};
use rand_core::{Rng, SeedableRng};

use crate::fx::{Fx, narrow};
use crate::material::Material;

/// The key of one stream.
pub type Key = [u8; 32];

/// One block of a keystream.
pub type Block = [u8; 64];

/// The BLAKE3 context that binds keys to this project and this version of the rules.
pub const KEY_CONTEXT: &str = "void-reckoning 2026-11 stream key v1";

/// Rounds of the draws' keystream.
pub const ROUNDS: u32 = 8;

const BLOCK_WORDS: u128 = 16;

/// What the material of a key takes, unless names are long.
const KEY_MATERIAL_BYTES: usize = 128;

/// Returns the 32-byte key of one stream. `faction` is `ids::NONE` outside a faction's step;
/// `scope` narrows the stream further (a battle, a round).
#[must_use]
pub fn stream_key(
    seed: u64,
    universe: u32,
    turn: u64,
    phase: &str,
    faction: u32,
    stream: &str,
    scope: &[u64],
) -> Key {
    let place = Material::of_capacity(KEY_MATERIAL_BYTES)
        .u64(seed)
        .u32(universe)
        .u64(turn)
        .text(phase);
    let named = place.u32(faction).text(stream).count_u32(scope.len());
    scope
        .iter()
        .fold(named, |material, &part| material.u64(part))
        .derived(KEY_CONTEXT)
}

/// Returns the 64 bytes of keystream block `counter`. Precondition: `rounds` is 8, 12 or 20.
#[must_use]
pub fn block(key: &Key, counter: u64, rounds: u32) -> Block {
    let position = u128::from(counter) * BLOCK_WORDS;
    let mut bytes = [0; 64];
    match rounds {
        8 => {
            let mut keystream = ChaCha8Rng::from_seed(*key);
            keystream.set_word_pos(position);
            keystream.fill_bytes(&mut bytes);
        }
        12 => {
            let mut keystream = ChaCha12Rng::from_seed(*key);
            keystream.set_word_pos(position);
            keystream.fill_bytes(&mut bytes);
        }
        20 => {
            let mut keystream = ChaCha20Rng::from_seed(*key);
            keystream.set_word_pos(position);
            keystream.fill_bytes(&mut bytes);
        }
        other => panic!("block: ChaCha has 8, 12 or 20 rounds here, not {other}"),
    }
    bytes
}

/// Returns u64 number `index` of the 8-round keystream.
#[must_use]
pub fn draw_at(key: &Key, index: u64) -> u64 {
    keystream_from(key, index).next_u64()
}

/// Returns `count` consecutive numbers of the 8-round keystream, from number `first` on.
#[must_use]
pub fn draw_many(key: &Key, first: u64, count: usize) -> Vec<u64> {
    let mut keystream = keystream_from(key, first);
    let mut draws = vec![0; count];
    // The keystream's bytes in order are its numbers, little-endian.
    keystream.fill_bytes(bytemuck::cast_slice_mut(&mut draws));
    draws
        .iter_mut()
        .for_each(|draw| *draw = u64::from_le(*draw));
    draws
}

/// Returns a number from 0 to bound − 1: the high half of draw · bound. Precondition: bound ≥ 1.
#[must_use]
pub fn bounded(draw: u64, bound: u64) -> u64 {
    assert!(bound >= 1, "bounded: no number is below 0");
    let Ok(high) = u64::try_from((u128::from(draw) * u128::from(bound)) >> 64) else {
        unreachable!("the high half of a 128-bit number has 64 bits");
    };
    high
}

/// Returns an fx number in [0, 1): the draw's high half as fraction.
#[must_use]
pub fn unit_fx(draw: u64) -> Fx {
    Fx(narrow(i128::from(draw >> 32)))
}

/// A u64 is two of the generator's words.
fn keystream_from(key: &Key, index: u64) -> ChaCha8Rng {
    let mut keystream = ChaCha8Rng::from_seed(*key);
    keystream.set_word_pos(u128::from(index) * 2);
    keystream
}
