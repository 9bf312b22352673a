"""Plain seeded mutation: the fallback where no coverage-guided fuzzer is installed.

A case is made from the seeds and its number alone, so a finding can be made again.
"""

import random
from collections.abc import Callable, Sequence

INTERESTING = (0, 1, 2, 127, 128, 255, 2**15, 2**16 - 1, 2**31 - 1, 2**32 - 1, 2**63, 2**64 - 1)
CHANGES_MAX = 4
GROWTH_BYTES_MAX = 64


def _flip(data: bytearray, draw: random.Random) -> None:
    at = draw.randrange(len(data))
    data[at] ^= 1 << draw.randrange(8)


def _byte(data: bytearray, draw: random.Random) -> None:
    data[draw.randrange(len(data))] = draw.randrange(256)


def _number(data: bytearray, draw: random.Random) -> None:
    width = draw.choice((1, 2, 4, 8))
    value = draw.choice(INTERESTING) % 256**width
    at = draw.randrange(len(data))
    data[at : at + width] = value.to_bytes(width, "little")


def _drop(data: bytearray, draw: random.Random) -> None:
    at = draw.randrange(len(data))
    del data[at : at + draw.randrange(1, GROWTH_BYTES_MAX)]


def _cut(data: bytearray, draw: random.Random) -> None:
    del data[draw.randrange(len(data)) :]


def _repeat(data: bytearray, draw: random.Random) -> None:
    at = draw.randrange(len(data))
    part = data[at : at + draw.randrange(1, GROWTH_BYTES_MAX)]
    place = draw.randrange(len(data) + 1)
    data[place:place] = part


def _noise(data: bytearray, draw: random.Random) -> None:
    at = draw.randrange(len(data) + 1)
    data[at:at] = draw.randbytes(draw.randrange(1, 8))


CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip, _flip, _byte, _byte, _number, _drop, _cut, _repeat, _noise
)  # fmt: skip


def mutated(seeds: Sequence[bytes], number: int, bytes_max: int) -> bytes:
    """Return the case of this number: a seed with one to CHANGES_MAX changes, or two joined."""
    draw = random.Random(number)
    data = bytearray(draw.choice(seeds))
    if draw.randrange(8) == 0:
        other = draw.choice(seeds)
        data[draw.randrange(len(data) + 1) :] = other[draw.randrange(len(other) + 1) :]
    for _ in range(draw.randint(1, CHANGES_MAX)):
        if data:
            draw.choice(CHANGES)(data, draw)
    return bytes(data[:bytes_max])
