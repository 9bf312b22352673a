"""Torn writes: what a loss of power leaves of bytes that were not yet on the disk (FORMAT.md).

A sector that never reached the disk reads as zeros. Only the last write of a durable log can be
torn, so only what lies at the end of a file is ever taken for torn; the rest is damage.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mcap.opcode import Opcode

from vr_verify.runlog.container import (
    CHUNK_CRC_AT,
    MAGIC,
    RECORD_HEAD,
    chunk_head,
    chunk_records_bytes,
)
from vr_verify.runlog.source import PIECE_BYTES, LogSource

SECTOR_BYTES: Final = 512


def head_lost(source: LogSource, offset: int, head: bytes, turns: Sequence[int]) -> bool:
    """Whether the head of a chunk of one of these turns lacks a sector, or its part of one.

    A log that ends as a whole one does had all its chunks on the disk: there it is damage. A head
    often ends in zeros that were never lost, so what is in front of zeros must be sound.
    """
    if source.read(max(0, source.size - len(MAGIC)), len(MAGIC)) == MAGIC:
        return False
    border = _sector_end(offset) - offset
    first, rest = head[:border], head[border:]
    if not any(first):
        return True
    return bool(rest) and not any(rest) and _starts_a_chunk(first, turns)


def _starts_a_chunk(part: bytes, turns: Sequence[int]) -> bool:
    """Whether a head of a chunk may start so; of a length cut in two nothing is asked."""
    if len(part) < RECORD_HEAD.size:
        return part[0] == Opcode.CHUNK
    size = chunk_records_bytes(RECORD_HEAD.unpack_from(part)[1])
    crc = int.from_bytes(part[CHUNK_CRC_AT : CHUNK_CRC_AT + 4], "little")
    return size >= 0 and any(chunk_head(turn, size, crc).startswith(part) for turn in turns)


def records_lost(source: LogSource, start: int, size: int) -> bool:
    """Whether a chunk is the file's last and lacks a whole sector, or the rest of one."""
    if start + size != source.size:
        return False
    offset, end = start, start + size
    while offset < end:
        piece = source.read(offset, min(PIECE_BYTES - offset % SECTOR_BYTES, end - offset))
        if _zero_sector(offset, piece):
            return True
        offset += len(piece)
    return False


def bytes_lost(offset: int, expected: bytes, found: bytes) -> bool:
    """Whether bytes are what was expected there, but for sectors that read as zeros."""
    if len(found) > len(expected):
        return False
    at = 0
    while at < len(found):
        end = min(_sector_end(offset + at) - offset, len(found))
        part = found[at:end]
        if part != expected[at:end] and any(part):
            return False
        at = end
    return True


def whole_sectors(offset: int, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Give the same bytes, which start at an offset, in pieces that end where a sector does."""
    held = b""
    for piece in pieces:
        held += piece
        if whole := max(0, len(held) - (offset + len(held)) % SECTOR_BYTES):
            yield held[:whole]
            offset, held = offset + whole, held[whole:]
    if held:
        yield held


def _sector_end(offset: int) -> int:
    return offset - offset % SECTOR_BYTES + SECTOR_BYTES


def _zero_sector(offset: int, piece: bytes) -> bool:
    """Whether a piece holds all that it has of some sector as zeros."""
    at = 0
    while at < len(piece):
        end = min(_sector_end(offset + at) - offset, len(piece))
        if not any(piece[at:end]):
            return True
        at = end
    return False
