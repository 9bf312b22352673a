"""Where the turns of a checked log lie, packed: all that an open log keeps of each (FORMAT.md).

It must not know what the records say; `scan.py` fills it, `reader.py` asks it.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, overload

from blake3 import blake3

KEPT: Final = ("none", "keyframe", "delta")
"""How the state of a turn is kept: "none" after a halt and in sparse logs."""

_PLACE: Final = struct.Struct("<QQI8sB")
"""Start and size of a turn's records, their CRC-32, the mark, and how it is kept or halted."""

_HALTED: Final = 0x80


@dataclass(frozen=True, slots=True)
class TurnPlace:
    """Where a turn's records lie and what they were when they were checked.

    `mark` is that of its chain and seal; `kept` is one of `KEPT`.
    """

    start: int
    size: int
    crc: int
    mark: bytes
    kept: str
    halted: bool


def mark_of(run_chain: bytes, seal: bytes) -> bytes:
    """Return the eight bytes by which a turn is known again without reading all its records.

    They are there to notice a file that was exchanged or written over while it was open, which 64
    bits miss once in 2^64 times. Who forges that can as well leave chain and seal as they are.
    """
    return blake3(run_chain + seal).digest(length=8)


class TurnPlaces(Sequence[TurnPlace]):
    """The places of turns in their order, `_PLACE.size` bytes each; made anew when asked for."""

    def __init__(self) -> None:
        self._data = bytearray()

    def append(self, place: TurnPlace) -> None:
        """Add the next turn's place."""
        how = KEPT.index(place.kept) | (_HALTED if place.halted else 0)
        self._data += _PLACE.pack(place.start, place.size, place.crc, place.mark, how)

    def __len__(self) -> int:
        """Return the number of turns."""
        return len(self._data) // _PLACE.size

    @overload
    def __getitem__(self, at: int) -> TurnPlace: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[TurnPlace]: ...

    def __getitem__(self, at: int | slice) -> TurnPlace | Sequence[TurnPlace]:
        """Return the place of a turn, or those of some turns; IndexError beyond the last."""
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        one = range(len(self))[at]
        start, size, crc, mark, how = _PLACE.unpack_from(self._data, one * _PLACE.size)
        return TurnPlace(start, size, crc, mark, KEPT[how & ~_HALTED], bool(how & _HALTED))
