"""A table's snapshot as an rkyv archive, written and read in plain Python (PROTOCOL.md, section 5).

The reader takes one shape only: every byte is accounted for. Archives are never what is hashed.
"""

import struct
from collections.abc import Sequence
from typing import Final, NoReturn

from vr_verify.canonical.packing import BytesLike
from vr_verify.canonical.schema import Schema, Table
from vr_verify.canonical.state import TableData

BLOCK_BYTES: Final = 64
COLUMN: Final = struct.Struct("<QiI")
ROOT: Final = struct.Struct("<32sQiI")
OFFSET_AT_COLUMN: Final = 8
OFFSET_AT_ROOT: Final = 40
BYTES_MAX: Final = 2**31


class ArchiveError(ValueError):
    """An archive is not of the one shape; `offset` in bytes from its start."""

    def __init__(self, offset: int, expected: str, found: str) -> None:
        super().__init__(f"at byte {offset} of the archive: expected {expected}, found {found}")
        self.offset = offset
        self.expected = expected
        self.found = found


def archive_bytes(table: Table, rows: int) -> int:
    """Return the size of the archive of a table with so many rows."""
    blocks = sum(block_count(rows * column.width) for column in table.columns)
    return blocks * BLOCK_BYTES + len(table.columns) * COLUMN.size + ROOT.size


def block_count(payload_bytes: int) -> int:
    """Return how many 64-byte blocks hold a payload."""
    return -(-payload_bytes // BLOCK_BYTES)


def relative(target: int, record: int, field: int) -> int:
    """Return the offset that a pointer field stores: from its own position to the target.

    rkyv gives a vector of no elements the position that its first would have had; `target` is
    that same running position, so empty vectors need no case of their own.
    """
    return target - (record + field)


def encode_archive(schema_digest: bytes, rows: int, columns: Sequence[BytesLike]) -> bytes:
    """Write the columns (payload bytes each) of one table; ValueError above 2 GiB."""
    parts: list[BytesLike] = []
    starts: list[tuple[int, int]] = []
    position = 0
    for payload in columns:
        data = memoryview(payload).cast("B")
        starts.append((position, len(data)))
        padded = block_count(len(data)) * BLOCK_BYTES
        parts += [data, bytes(padded - len(data))]
        position += padded
    first_record = position
    if position + len(columns) * COLUMN.size + ROOT.size > BYTES_MAX:
        raise ValueError("a table's archive is at most 2 GiB")
    for start, size in starts:
        offset = relative(start, position, OFFSET_AT_COLUMN)
        parts.append(COLUMN.pack(size, offset, block_count(size)))
        position += COLUMN.size
    offset = relative(first_record, position, OFFSET_AT_ROOT)
    parts.append(ROOT.pack(schema_digest, rows, offset, len(columns)))
    return b"".join(parts)


def decode_archive(data: BytesLike, schema: Schema, table_index: int) -> TableData:
    """Read the archive of a table of this schema; ArchiveError for any other shape.

    The columns are views of `data`, not copies: the time does not depend on the rows, and `data`
    must not change as long as they live.
    """
    view = memoryview(data).cast("B").toreadonly()
    table = schema.tables[table_index]
    rows, records = _read_root(view, schema.digest, table)
    columns: list[BytesLike] = []
    position = 0
    for at, column in enumerate(table.columns):
        record = records + at * COLUMN.size
        size, offset, blocks = COLUMN.unpack_from(view, record)
        _require(size == rows * column.width, record, f"{rows} x {column.width} bytes", size)
        _require(blocks == block_count(size), record + 12, f"{block_count(size)} blocks", blocks)
        wanted = relative(position, record, OFFSET_AT_COLUMN)
        _require(offset == wanted, record + OFFSET_AT_COLUMN, f"the offset {wanted}", offset)
        end = position + blocks * BLOCK_BYTES
        _require(end <= records, record, f"at most {records} bytes of blocks", end)
        _require_zero(view, position + size, end)
        columns.append(view[position : position + size])
        position = end
    _require(position == records, position, "the column records", f"{records - position} bytes")
    return TableData(rows, tuple(columns))


def _read_root(view: memoryview, schema_digest: bytes, table: Table) -> tuple[int, int]:
    """Check the root; return the row count and the position of the column records."""
    size = len(view)
    least = ROOT.size + len(table.columns) * COLUMN.size
    _require(least <= size <= BYTES_MAX, 0, f"an archive of {least} bytes to 2 GiB", size)
    root = size - ROOT.size
    digest, rows, offset, count = ROOT.unpack_from(view, root)
    if digest != schema_digest:
        _fail(root, f"the schema digest {schema_digest.hex()}", digest.hex())
    _require(count == len(table.columns), root + 44, f"{len(table.columns)} columns", count)
    records: int = root - count * COLUMN.size
    wanted = relative(records, root, OFFSET_AT_ROOT)
    _require(offset == wanted, root + OFFSET_AT_ROOT, f"the offset {wanted}", offset)
    return rows, records


def _require_zero(view: memoryview, start: int, end: int) -> None:
    behind = bytes(view[start:end]).lstrip(b"\0")
    if behind:
        _fail(end - len(behind), "zero padding", str(behind[0]))


def _require(holds: bool, offset: int, expected: str, found: object) -> None:
    if not holds:
        _fail(offset, expected, str(found))


def _fail(offset: int, expected: str, found: str) -> NoReturn:
    raise ArchiveError(offset, expected, found)
