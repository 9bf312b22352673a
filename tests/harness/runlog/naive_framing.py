"""The MCAP framing of a run log, made by hand for the naive reader; and sectors of a file.

Spec: FORMAT.md, "Container"; the MCAP specification. It must not import the harness.
"""

import struct
import zlib
from functools import cache
from itertools import pairwise

from tests.harness.runlog import naive_messages as pb

MAGIC = b"\x89MCAP0\r\n"
CHANNELS = ("header", "commands", "turn", "snapshot", "delta", "seal", "end", "sketch")
OF_SKETCHES = ("sketch", "Sketch", "sketch_cells")
HEAD_BYTES = 9 + 40
SECTOR_BYTES = 512
ChunkPlace = tuple[int, int, int]
"""Turn, offset and bytes of a chunk."""


def text(value: str) -> bytes:
    """Encode a text with its length."""
    return struct.pack("<I", len(value.encode())) + value.encode()


def record(opcode: int, body: bytes) -> bytes:
    """Make an MCAP record."""
    return struct.pack("<BQ", opcode, len(body)) + body


def descriptor_set(sketched: bool) -> bytes:
    """Make the descriptor set of the messages of a log, with sketches or without."""
    kinds = {"uint64": 4, "string": 9, "bytes": 12, "uint32": 13}

    def part(at: int, data: bytes) -> bytes:
        return pb.varint(at << 3 | 2) + pb.varint(len(data)) + data

    def number(at: int, value: int) -> bytes:
        return pb.varint(at << 3) + pb.varint(value)

    file = part(1, b"vr_verify/runlog.proto") + part(2, b"vr_verify.runlog.v1")
    left_out = () if sketched else OF_SKETCHES
    for name, fields in pb.MESSAGES.items():
        if name in left_out:
            continue
        body = part(1, name.encode())
        for many, kind, called, at in fields:
            if called in left_out:
                continue
            one = part(1, called.encode()) + number(3, at) + number(4, 3 if many else 1)
            one += number(5, kinds.get(kind, 11))
            if kind not in kinds:
                one += part(6, f".vr_verify.runlog.v1.{kind}".encode())
            body += part(2, one)
        file += part(4, body)
    return part(1, file + part(12, b"proto3"))


@cache
def prelude(sketched: bool) -> tuple[bytes, bytes]:
    """Make the schema records and the channel records that open first chunk and summary."""
    schemas = channels = b""
    for at, name in enumerate(CHANNELS if sketched else CHANNELS[:-1], 1):
        schema = text(f"vr_verify.runlog.v1.{name.capitalize()}") + text("protobuf")
        data = descriptor_set(sketched)
        schema += struct.pack("<I", len(data)) + data
        schemas += record(3, struct.pack("<H", at) + schema)
        channel = text(name) + text("protobuf") + struct.pack("<I", 0)
        channels += record(4, struct.pack("<HH", at, at) + channel)
    return schemas, channels


def chunk_head(turn: int, size: int, crc: int) -> bytes:
    """Make what stands before the records of a chunk."""
    head = struct.pack("<BQQQQI", 6, 40 + size, turn, turn, size, crc)
    return head + text("") + struct.pack("<Q", size)


def closing_part(
    before: bytes, chunks: list[ChunkPlace], counts: list[int], sketched: bool
) -> bytes:
    """Make all that must stand behind the last chunk.

    `counts` are the messages of each channel.
    """
    data_end = record(15, struct.pack("<I", zlib.crc32(before)))
    start = len(before) + len(data_end)
    schemas, channels = prelude(sketched)
    offset, summary, offsets = start, b"", b""
    for opcode, group in (
        (3, schemas),
        (4, channels),
        (11, statistics(chunks, counts, len(CHANNELS) if sketched else len(CHANNELS) - 1)),
        (8, b"".join(chunk_index(*chunk) for chunk in chunks)),
    ):
        summary += group
        offsets += record(14, struct.pack("<BQQ", opcode, offset, len(group)))
        offset += len(group)
    summary += offsets
    footer = struct.pack("<BQQQ", 2, 20, start, offset)
    return data_end + summary + footer + struct.pack("<I", zlib.crc32(summary + footer)) + MAGIC


def statistics(chunks: list[ChunkPlace], counts: list[int], channels: int) -> bytes:
    """Make the Statistics record."""
    counted = [(at, count) for at, count in enumerate(counts, 1) if count]
    by_channel = b"".join(struct.pack("<HQ", *one) for one in counted)
    first, last = chunks[0][0], chunks[-1][0]
    totals = (sum(counts), channels, channels, 0, 0, len(chunks), first, last)
    return record(11, struct.pack("<QHIIIIQQI", *totals, len(by_channel)) + by_channel)


def chunk_index(turn: int, at: int, size: int) -> bytes:
    """Make the Chunk Index record of a chunk."""
    head = struct.pack("<QQQQIQ", turn, turn, at, size, 0, 0)
    return record(8, head + text("") + struct.pack("<QQ", size - HEAD_BYTES, size - HEAD_BYTES))


def zero_sector(data: bytes, start: int, end: int) -> bool:
    """Whether one sector of the file, or what this range has of it, is of zeros only."""
    return any(not any(part) for part in sectors(data, start, end))


def sectors(data: bytes, start: int, end: int) -> list[bytes]:
    """Cut a range of the file where the sectors meet."""
    inner = range(start - start % SECTOR_BYTES + SECTOR_BYTES, end, SECTOR_BYTES)
    edges = [start, *inner, end] if start < end else []
    return [data[one:two] for one, two in pairwise(edges)]
