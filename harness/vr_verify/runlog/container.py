"""The MCAP records around the messages, strict profile (FORMAT.md, "Container").

All framing follows from the messages: the writer writes it, the reader builds it and compares.
"""

import struct
import zlib
from collections.abc import Sequence
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
    """What the closing part is made of, kept while chunks are written or read."""

    offset: int = len(PREFACE)
    data_crc: int = zlib.crc32(PREFACE)
    chunks: list[tuple[int, int, int]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    sketched: bool = False

    def add_chunk(self, turn: int, records_bytes: int) -> None:
        """Count a chunk that starts at `offset`; its bytes come by `add_bytes`."""
        self.chunks.append((turn, self.offset, records_bytes))
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
        message_start_time=tally.chunks[0][0],
        message_end_time=tally.chunks[-1][0],
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


def closing(tally: Tally) -> bytes:
    """Return all bytes after the last chunk: data end, summary, footer, magic."""
    data_end = _bytes_of([DataEnd(data_section_crc=tally.data_crc)])
    start = tally.offset + len(data_end)
    groups: list[tuple[Opcode, list[McapRecord]]] = [
        (Opcode.SCHEMA, _schemas(tally.sketched)),
        (Opcode.CHANNEL, _channels(tally.sketched)),
        (Opcode.STATISTICS, [_statistics(tally)]),
        (Opcode.CHUNK_INDEX, [_chunk_index(*chunk) for chunk in tally.chunks]),
    ]
    summary = b""
    offsets: list[McapRecord] = []
    for opcode, records in groups:
        group = _bytes_of(records)
        offsets.append(
            SummaryOffset(
                group_opcode=opcode, group_start=start + len(summary), group_length=len(group)
            )
        )
        summary += group
    offsets_start = start + len(summary)
    summary += _bytes_of(offsets)
    unsigned = _bytes_of([Footer(start, offsets_start, summary_crc=0)])[:-4]
    crc = zlib.crc32(unsigned, zlib.crc32(summary))
    footer = _bytes_of([Footer(start, offsets_start, summary_crc=crc)])
    return data_end + summary + footer + MAGIC
