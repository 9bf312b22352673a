"""One chunk read record by record, each of exactly the framing that its message demands.

One record is held at a time. It must not know the order of messages; `scan.py` does.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from vr_verify.runlog import chains, container
from vr_verify.runlog.source import PIECE_BYTES, LogSource


def chunk_crc(source: LogSource, start: int, size: int, tally: container.Tally | None) -> int:
    """Return the CRC-32 of a chunk's records; the tally takes the bytes as well."""
    crc, offset, end = 0, start, start + size
    while offset < end:
        piece = source.read(offset, min(PIECE_BYTES, end - offset))
        if not piece:
            source.fail(offset, f"{end - offset} more bytes", "a file that became shorter")
        crc = zlib.crc32(piece, crc)
        if tally is not None:
            tally.add_bytes(piece)
        offset += len(piece)
    return crc


class ChunkReader:
    """The records of a chunk, taken in order; `seal` hashes them all but the last."""

    def __init__(self, source: LogSource, turn: int, start: int, size: int, seal: bytes) -> None:
        self.source = source
        self.turn = turn
        self.offset = start
        self._end = start + size
        self.hasher = chains.seal_over(seal)

    def take_opening(self) -> bool:
        """Take the schemas and channels of a log's first chunk; return whether of sketches too."""
        expected = container.OPENING_SKETCHED
        found = self.source.read(self.offset, min(len(expected), self._end - self.offset))
        if not (sketched := found == expected):
            expected = container.OPENING
            found = found[: len(expected)]
        self.source.expect(self.offset, expected, found, "schemas and channels")
        self.hasher.update(found)
        self.offset += len(found)
        return sketched

    def next_channel(self) -> int:
        """Return the channel id of the next message without taking it; 0 at the chunk's end."""
        if self.offset == self._end:
            return 0
        at = container.RECORD_HEAD.size
        return int.from_bytes(self.source.read(self.offset + at, 2), "little")

    def take(self, channel: str, sealed: bool = True) -> bytes:
        """Take the next message, which must be of this channel, and return its data."""
        size = container.MESSAGE_HEAD.size
        head = self.source.read(self.offset, min(size, self._end - self.offset))
        if len(head) < size:
            self.source.fail(self.offset, f"a {channel} message", f"{len(head)} bytes of its chunk")
        length = container.RECORD_HEAD.unpack_from(head)[1]
        data_bytes = length + container.RECORD_HEAD.size - size
        left = self._end - self.offset - size
        if not 0 <= data_bytes <= left:
            shown = f"a length of at most {left} bytes"
            self.source.fail(self.offset + 1, shown, str(length))
        expected = container.message_head(channel, self.turn, data_bytes)
        self.source.expect(self.offset, expected, head, f"a {channel} message")
        data = self.source.read(self.offset + size, data_bytes)
        if sealed:
            self.hasher.update(head)
            self.hasher.update(data)
        self.offset += size + len(data)
        return data

    def take_end(self) -> None:
        """Check that no record is left."""
        if self.offset != self._end:
            left = self._end - self.offset
            self.source.fail(self.offset, "the end of the chunk", f"{left} more bytes")

    @contextmanager
    def blame(self) -> Iterator[None]:
        """Tell a ValueError within as a bad log, at the message that is read next."""
        offset = self.offset
        try:
            yield
        except ValueError as error:
            self.source.fail(offset, f"a sound message of turn {self.turn}", f"a fault: {error}")
