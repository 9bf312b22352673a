"""The MCAP records around the messages, strict profile (FORMAT.md, "Container").

All framing follows from the messages: the writer writes it, the reader builds it and compares.
"""

import struct
import zlib
from array import array
from collections.abc import Iterable, Iterator, MutableSequence, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import (
    Channel,
    ChunkIndex,
    DataEnd,
    Footer,
    Header,
    McapRecord,
    Message,
    Schema,
    Statistics,
    SummaryOffset,
)

from vr_verify.runlog import messages
from vr_verify.runlog.messages import CHANNEL_IDS, CHANNELS, channels

MAGIC: Final = b"\x89MCAP0\r\n"
PROFILE: Final = "vr-verify"
LIBRARY: Final = "vr-verify run log 1"

RECORD_HEAD: Final = struct.Struct("<BQ")
"""Opcode and length of what follows, of any record."""

MESSAGE_HEAD: Final = struct.Struct("<BQHIQQ")
"""Record head, channel id, sequence, log time, publish time."""

CHUNK_HEAD: Final = struct.Struct("<BQQQQIIQ")
"""Record head, start and end time, size, CRC-32, compression (empty text), length of records."""

CHUNK_CRC_AT: Final = 33

_INDEXES_AT_ONCE: Final = 128
"""Chunk indexes in one piece of the closing part, of 73 bytes each."""

_CHUNK_FIELDS_BYTES: Final = CHUNK_HEAD.size - RECORD_HEAD.size


def _bytes_of(records: Sequence[McapRecord]) -> bytes:
    builder: Any = RecordBuilder()  # the package has annotations, but not on every method
    for record in records:
        record.write(builder)
    return bytes(builder.end())


def _schemas(sketched: bool) -> list[McapRecord]:
    described = messages.descriptor_set(sketched)
    return [
        Schema(
            id=CHANNEL_IDS[name],
            name=f"{messages.PACKAGE}.{CHANNELS[name]}",
            encoding="protobuf",
            data=described,
        )
        for name in channels(sketched)
    ]


def _channels(sketched: bool) -> list[McapRecord]:
    ids = {name: CHANNEL_IDS[name] for name in channels(sketched)}
    return [
        Channel(id=at, schema_id=at, topic=name, message_encoding="protobuf", metadata={})
        for name, at in ids.items()
    ]


PREFACE: Final = MAGIC + _bytes_of([Header(profile=PROFILE, library=LIBRARY)])
"""The first bytes of every log."""

OPENING: Final = _bytes_of(_schemas(sketched=False) + _channels(sketched=False))
"""The first records of the first chunk of a log without sketches."""

OPENING_SKETCHED: Final = _bytes_of(_schemas(sketched=True) + _channels(sketched=True))
"""The first records of the first chunk of a log with sketches."""


def message_record(channel: str, turn: int, data: bytes) -> bytes:
    """Return a message's record; its only time is the turn."""
    head = Message(
        channel_id=CHANNEL_IDS[channel], log_time=turn, publish_time=turn, sequence=0, data=data
    )
    return _bytes_of([head])


def message_head(channel: str, turn: int, data_bytes: int) -> bytes:
    """Return the bytes in front of a message's data, as they must be."""
    length = MESSAGE_HEAD.size - RECORD_HEAD.size + data_bytes
    return MESSAGE_HEAD.pack(Opcode.MESSAGE, length, CHANNEL_IDS[channel], 0, turn, turn)


def chunk_head(turn: int, records_bytes: int, crc: int) -> bytes:
    """Return the bytes in front of a chunk's records, as they must be."""
    length = _CHUNK_FIELDS_BYTES + records_bytes
    return CHUNK_HEAD.pack(Opcode.CHUNK, length, turn, turn, records_bytes, crc, 0, records_bytes)


def chunk_records_bytes(length: int) -> int:
    """Return the size of a chunk's records from its record length; negative if impossible."""
    return length - _CHUNK_FIELDS_BYTES


@dataclass(slots=True)
class Tally:
    """What the closing part is made of, kept while chunks are written or read.

    `chunks` are the sizes of their records. Chunks lie one behind the other, each of the turn
    behind the one before; only that of the end is of the last turn again.
    """

    offset: int = len(PREFACE)
    data_crc: int = zlib.crc32(PREFACE)
    chunks: MutableSequence[int] = field(default_factory=lambda: array("Q"))
    first_turn: int = 0
    last_turn: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    sketched: bool = False

    def add_chunk(self, turn: int, records_bytes: int) -> None:
        """Count a chunk that starts at `offset`; its bytes come by `add_bytes`."""
        if not self.chunks:
            self.first_turn = turn
        self.last_turn = turn
        self.chunks.append(records_bytes)
        self.offset += CHUNK_HEAD.size + records_bytes

    def add_bytes(self, data: bytes | memoryview) -> None:
        """Take stored bytes into the CRC of the data section."""
        self.data_crc = zlib.crc32(data, self.data_crc)

    def add_message(self, channel: str) -> None:
        """Count a message."""
        self.counts[channel] = self.counts.get(channel, 0) + 1


def _statistics(tally: Tally) -> McapRecord:
    counts = {CHANNEL_IDS[name]: tally.counts[name] for name in CHANNELS if name in tally.counts}
    return Statistics(
        attachment_count=0,
        channel_count=len(channels(tally.sketched)),
        channel_message_counts=counts,
        chunk_count=len(tally.chunks),
        message_count=sum(counts.values()),
        message_start_time=tally.first_turn,
        message_end_time=tally.last_turn,
        metadata_count=0,
        schema_count=len(channels(tally.sketched)),
    )


def _chunk_index(turn: int, offset: int, records_bytes: int) -> McapRecord:
    return ChunkIndex(
        message_start_time=turn,
        message_end_time=turn,
        chunk_start_offset=offset,
        chunk_length=CHUNK_HEAD.size + records_bytes,
        message_index_offsets={},
        message_index_length=0,
        compression="",
        compressed_size=records_bytes,
        uncompressed_size=records_bytes,
    )


def _chunk_indexes(tally: Tally) -> Iterator[bytes]:
    """Give the chunk indexes, some at a time."""
    offset = len(PREFACE)
    for first in range(0, len(tally.chunks), _INDEXES_AT_ONCE):
        records: list[McapRecord] = []
        for at, size in enumerate(tally.chunks[first : first + _INDEXES_AT_ONCE], first):
            turn = min(tally.first_turn + at, tally.last_turn)
            records.append(_chunk_index(turn, offset, size))
            offset += CHUNK_HEAD.size + size
        yield _bytes_of(records)


def closing(tally: Tally) -> Iterator[bytes]:
    """Give all bytes after the last chunk: data end, summary, footer, magic.

    They come in pieces of bounded size, since there is a chunk index for every turn.
    """
    data_end = _bytes_of([DataEnd(data_section_crc=tally.data_crc)])
    yield data_end
    start = at = tally.offset + len(data_end)
    groups: list[tuple[Opcode, Iterable[bytes]]] = [
        (Opcode.SCHEMA, [_bytes_of(_schemas(tally.sketched))]),
        (Opcode.CHANNEL, [_bytes_of(_channels(tally.sketched))]),
        (Opcode.STATISTICS, [_bytes_of([_statistics(tally)])]),
        (Opcode.CHUNK_INDEX, _chunk_indexes(tally)),
    ]
    crc = 0
    offsets: list[McapRecord] = []
    for opcode, pieces in groups:
        group_start = at
        for piece in pieces:
            crc = zlib.crc32(piece, crc)
            at += len(piece)
            yield piece
        offsets.append(SummaryOffset(opcode, group_start, group_length=at - group_start))
    told = _bytes_of(offsets)
    unsigned = _bytes_of([Footer(start, at, summary_crc=0)])[:-4]
    crc = zlib.crc32(unsigned, zlib.crc32(told, crc))
    yield told + _bytes_of([Footer(start, at, summary_crc=crc)]) + MAGIC
