"""Archives whose pointers lie: cyclic, overlapping, crossed, outside; and counts that are giant.

Spec: PROTOCOL.md, section 5. Time and memory are those of the bytes that are there.
"""

import struct
import time
import tracemalloc

import pytest

from tests.harness.canonical.examples import column, schema_of
from vr_verify.canonical.archive import (
    COLUMN,
    OFFSET_AT_COLUMN,
    OFFSET_AT_ROOT,
    ROOT,
    ArchiveError,
    decode_archive,
    encode_archive,
)

SCHEMA = schema_of(t=[column("a", "u32"), column("b", "u32"), column("c", "u8")])
ROWS = 32
COLUMNS = [b"\1" * 128, b"\2" * 128, b"\3" * 32]
ARCHIVE = encode_archive(SCHEMA.digest, ROWS, COLUMNS)
ROOT_AT = len(ARCHIVE) - ROOT.size
RECORDS_AT = ROOT_AT - 3 * COLUMN.size
PEAK_BYTES_MAX = 64 * 1024


def blocks_at(place: int, target: int, length: int | None = None) -> bytes:
    """Let the blocks of one column lie elsewhere."""
    record = RECORDS_AT + place * COLUMN.size
    data = bytearray(ARCHIVE)
    struct.pack_into("<i", data, record + OFFSET_AT_COLUMN, target - record - OFFSET_AT_COLUMN)
    if length is not None:
        struct.pack_into("<I", data, record + OFFSET_AT_COLUMN + 4, length)
    return bytes(data)


def records_at(target: int, count: int = 3) -> bytes:
    """Let the column records lie elsewhere, or be more."""
    data = bytearray(ARCHIVE)
    offset = target - ROOT_AT - OFFSET_AT_ROOT
    struct.pack_into("<iI", data, ROOT_AT + OFFSET_AT_ROOT, offset, count)
    return bytes(data)


def sizes_of(rows: int, sizes: list[int]) -> bytes:
    """Let root and column records say other counts."""
    data = bytearray(ARCHIVE)
    struct.pack_into("<Q", data, ROOT_AT + 32, rows)
    for at, size in enumerate(sizes):
        struct.pack_into("<Q", data, RECORDS_AT + at * COLUMN.size, size)
    return bytes(data)


def crossed() -> bytes:
    """Two columns of one length that point at one another's blocks."""
    data = bytearray(blocks_at(0, 128))
    data[RECORDS_AT + COLUMN.size :] = blocks_at(1, 0)[RECORDS_AT + COLUMN.size :]
    return bytes(data)


HOSTILE: dict[str, bytes] = {
    "two columns on the same blocks": blocks_at(1, 0),
    "two columns that overlap by half": blocks_at(1, 64),
    "two columns that are crossed": crossed(),
    "blocks that are the records": blocks_at(2, RECORDS_AT),
    "blocks that are their own pointer": blocks_at(2, RECORDS_AT + 2 * COLUMN.size + 8),
    "blocks that are the root": blocks_at(0, ROOT_AT),
    "blocks before the archive": blocks_at(0, -64),
    "blocks behind the archive": blocks_at(0, len(ARCHIVE)),
    "blocks as far as can be": blocks_at(0, RECORDS_AT + OFFSET_AT_COLUMN + 2**31 - 1),
    "blocks as far back as can be": blocks_at(0, RECORDS_AT + OFFSET_AT_COLUMN - 2**31),
    "blocks at an odd place": blocks_at(1, 129),
    "2^32 - 1 blocks": blocks_at(0, 0, 2**32 - 1),
    "no blocks": blocks_at(0, 0, 0),
    "one block more": blocks_at(2, 256, 2),
    "records that are the root": records_at(ROOT_AT),
    "records that are their own pointer": records_at(ROOT_AT + OFFSET_AT_ROOT),
    "records that are blocks": records_at(0),
    "records before the archive": records_at(-16),
    "records at an odd place": records_at(RECORDS_AT + 1),
    "2^32 - 1 records": records_at(RECORDS_AT, 2**32 - 1),
    "no records": records_at(RECORDS_AT, 0),
    "2^63 rows": sizes_of(2**63, [128, 128, 32]),
    "2^62 rows of 2^64 bytes": sizes_of(2**62, [0, 0, 2**62]),
    "2^64 - 1 bytes": sizes_of(ROWS, [2**64 - 1, 128, 32]),
    "a row less": sizes_of(ROWS - 1, [124, 124, 31]),
    "an archive in an archive": ARCHIVE + ARCHIVE,
    "a root alone": ARCHIVE[ROOT_AT:],
}


def test_the_clean_twin_is_an_archive() -> None:
    assert list(decode_archive(ARCHIVE, SCHEMA, 0).columns) == COLUMNS
    assert blocks_at(1, 128) == ARCHIVE == records_at(RECORDS_AT) == sizes_of(ROWS, [128, 128, 32])


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_pointer_or_count_that_lies_is_refused_in_bounded_memory(hostile: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveError) as caught:
            decode_archive(HOSTILE[hostile], SCHEMA, 0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert 0 <= caught.value.offset <= len(HOSTILE[hostile])
    assert len(str(caught.value)) < 300
    assert peak < PEAK_BYTES_MAX


def test_many_columns_of_no_rows_take_time_by_their_number() -> None:
    schema = schema_of(t=[column(f"c{at}", "u8") for at in range(20_000)])
    archive = encode_archive(schema.digest, 0, [b""] * 20_000)
    started = time.monotonic()
    assert decode_archive(archive, schema, 0).rows == 0
    assert time.monotonic() - started < 5
