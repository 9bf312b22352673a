"""Randomness: seeded ChaCha streams, addressed by what they are for (RULES.md, `shared/stream`).

A draw depends on its key and its number only, never on what was drawn before. ChaCha as D. J.
Bernstein published it: 64 bits of block counter, 64 bits of stream number (RFC 8439: 32 and 96).
Twin: `engine/crates/shared/src/stream.rs`. Knows no phase and no site by name.
"""

import struct
from collections.abc import Sequence

from blake3 import blake3

from void_reckoning_reference.shared.codec import Packer

KEY_CONTEXT = "void-reckoning 2026-11 stream key v1"
ROUNDS = 8

_U64_END = 1 << 64
_WORD = (1 << 32) - 1
_CONSTANTS = struct.unpack("<4I", b"expand 32-byte k")
_STREAM_NUMBER = 0
_NUMBERS_PER_BLOCK = 8
_BLOCKS_AT_ONCE_MAX = 32


def stream_key(
    seed: int,
    universe: int,
    turn: int,
    phase: str,
    faction: int,
    stream: str,
    scope: Sequence[int],
) -> bytes:
    """Return the 32-byte key of one stream.

    `faction` is NONE outside a faction's step; `scope` holds u64 numbers such as battle and round.
    Texts and the scope carry their lengths, so two different streams never have one material.
    """
    material = Packer().u64(seed).u32(universe).u64(turn).text(phase).u32(faction).text(stream)
    material.u32(len(scope))
    for part in scope:
        material.u64(part)
    return blake3(material.packed(), derive_key_context=KEY_CONTEXT).digest()


def block(key: bytes, counter: int, rounds: int) -> bytes:
    """Return the 64 bytes of block `counter` (u64) of the keystream; rounds are 8, 12 or 20."""
    return struct.pack("<8Q", *_keystream(key, counter, _STREAM_NUMBER, 1, rounds))


def draw_at(key: bytes, index: int) -> int:
    """Return u64 number `index` of the 8-round keystream."""
    return draw_many(key, index, 1)[0]


def draw_many(key: bytes, first: int, count: int) -> list[int]:
    """Return `count` consecutive u64 numbers of the 8-round keystream, from number `first` on.

    Each block is computed once, many of them side by side.
    """
    assert 0 <= first <= first + count <= _U64_END, f"{count} numbers from {first}: no u64"
    numbers: list[int] = []
    counter = first // _NUMBERS_PER_BLOCK
    counter_end = -(-(first + count) // _NUMBERS_PER_BLOCK)
    while counter < counter_end:
        blocks = min(_BLOCKS_AT_ONCE_MAX, counter_end - counter)
        numbers.extend(_keystream(key, counter, _STREAM_NUMBER, blocks, ROUNDS))
        counter += blocks
    skipped = first % _NUMBERS_PER_BLOCK
    return numbers[skipped : skipped + count]


def bounded(draw: int, bound: int) -> int:
    """Return a number of 0 … bound - 1: the high 64 bits of draw · bound. Never by rejection."""
    assert 0 <= draw < _U64_END, f"{draw} is no u64"
    assert 1 <= bound < _U64_END, f"a bound is a u64 of at least 1, not {bound}"
    return (draw * bound) >> 64


def unit_fx(draw: int) -> int:
    """Return a raw fx in [0, 1): the high 32 bits of the draw."""
    assert 0 <= draw < _U64_END, f"{draw} is no u64"
    return draw >> 32


# ChaCha's state is a square of 16 words. Below, an integer carries one row of it, for several
# blocks: the word of column c of block n is in lane c · blocks + n. A lane has 64 bits, of which a
# word uses the low 32. So additions, rotations and exclusive ors act on all columns of all blocks
# at once, and what they push out of a word is masked away.


def _keystream(key: bytes, counter: int, stream_number: int, blocks: int, rounds: int) -> list[int]:
    """Return the keystream of `blocks` blocks from `counter` on, as u64 numbers, eight a block."""
    before = _rows(key, counter, stream_number, blocks)
    after = _mixed(before, blocks, rounds)
    mask = _lanes([_WORD] * (4 * blocks))
    numbers = [0] * (_NUMBERS_PER_BLOCK * blocks)
    for row in range(4):
        words = (before[row] + after[row]) & mask
        # The next column comes above each word: columns 0 and 2 now hold whole numbers.
        pairs = words | (words >> (64 * blocks) << 32)
        lanes = struct.unpack(f"<{4 * blocks}Q", pairs.to_bytes(32 * blocks, "little"))
        numbers[2 * row :: _NUMBERS_PER_BLOCK] = lanes[:blocks]
        numbers[2 * row + 1 :: _NUMBERS_PER_BLOCK] = lanes[2 * blocks : 3 * blocks]
    return numbers


def _rows(key: bytes, counter: int, stream_number: int, blocks: int) -> tuple[int, int, int, int]:
    """Return the state before mixing: constants; key; key; counter and stream number."""
    assert len(key) == 32, f"a key has 32 bytes, not {len(key)}"
    assert 0 <= counter <= counter + blocks <= _U64_END, f"block {counter}: no u64"
    words = struct.unpack("<8I", key)
    counters = range(counter, counter + blocks)
    last_row = [number & _WORD for number in counters]
    last_row += [number >> 32 for number in counters]
    last_row += [stream_number & _WORD] * blocks
    last_row += [stream_number >> 32] * blocks
    return (
        _lanes([word for word in _CONSTANTS for _ in counters]),
        _lanes([word for word in words[:4] for _ in counters]),
        _lanes([word for word in words[4:] for _ in counters]),
        _lanes(last_row),
    )


def _mixed(rows: tuple[int, int, int, int], blocks: int, rounds: int) -> tuple[int, int, int, int]:
    """Return the rows after `rounds` rounds: by turns one on the columns, one on the diagonals."""
    assert rounds in {8, 12, 20}, f"ChaCha has 8, 12 or 20 rounds, not {rounds}"
    mask = _lanes([_WORD] * (4 * blocks))
    one = 64 * blocks
    two = 2 * one
    three = 3 * one
    all_columns = (1 << (4 * one)) - 1
    a, b, c, d = rows
    for _ in range(rounds // 2):
        a, b, c, d = _quarter_rounds(a, b, c, d, mask)
        # Each diagonal becomes a column.
        b = (b >> one | b << three) & all_columns
        c = (c >> two | c << two) & all_columns
        d = (d >> three | d << one) & all_columns
        a, b, c, d = _quarter_rounds(a, b, c, d, mask)
        b = (b >> three | b << one) & all_columns
        c = (c >> two | c << two) & all_columns
        d = (d >> one | d << three) & all_columns
    return a, b, c, d


def _quarter_rounds(a: int, b: int, c: int, d: int, mask: int) -> tuple[int, int, int, int]:
    """Return the rows after a quarter round on each column; here the reference spends its time."""
    a = (a + b) & mask
    d ^= a
    d = (d << 16 | d >> 16) & mask
    c = (c + d) & mask
    b ^= c
    b = (b << 12 | b >> 20) & mask
    a = (a + b) & mask
    d ^= a
    d = (d << 8 | d >> 24) & mask
    c = (c + d) & mask
    b ^= c
    b = (b << 7 | b >> 25) & mask
    return a, b, c, d


def _lanes(words: Sequence[int]) -> int:
    """Return the integer that carries these words, the first in the lowest lane."""
    return int.from_bytes(struct.pack(f"<{len(words)}Q", *words), "little")
