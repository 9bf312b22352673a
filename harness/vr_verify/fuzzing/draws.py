"""Where random decisions come from: a stream of numbers below a bound, seeded or chosen by others.

The seeded stream is BLAKE3 in counter mode: decision k of case i of seed S is the same on every
machine and in every version of Python. It must not know what is decided.
"""

import struct
from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

from blake3 import blake3

Item = TypeVar("Item")

_CONTEXT: Final = "vr-verify 2026-11 fuzz draws v1"
_WORDS: Final = struct.Struct("<64Q")
_BITS: Final = 64
SEED_MAX: Final = 2**_BITS - 1


class Draws(Protocol):
    """A source of decisions."""

    def below(self, bound: int) -> int:
        """Return a number from 0 to `bound` - 1; `bound` is 1 to 2^64."""


class SeededDraws:
    """The decisions that a seed and the numbers of a scope stand for; all of them are u64."""

    def __init__(self, seed: int, *scope: int) -> None:
        material = struct.pack(f"<{1 + len(scope)}Q", seed, *scope)
        self._stream = blake3(material, derive_key_context=_CONTEXT)
        self._words: tuple[int, ...] = ()
        self._next = self._read = 0

    def below(self, bound: int) -> int:
        """Return the next number of the stream, brought below `bound` without rejection."""
        return (self._word() * bound) >> _BITS

    def _word(self) -> int:
        """Return the next u64 of the stream."""
        if self._next == len(self._words):
            block = self._stream.digest(length=_WORDS.size, seek=self._read)
            self._words, self._next = _WORDS.unpack(block), 0
            self._read += _WORDS.size
        self._next += 1
        return self._words[self._next - 1]


def chosen(draws: Draws, items: Sequence[Item]) -> Item:
    """Return one of the items, of which there is at least one."""
    return items[draws.below(len(items))]
