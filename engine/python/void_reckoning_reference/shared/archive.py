"""Snapshots of one table as archives, byte for byte as rkyv 0.8 lays them out.

Law: PROTOCOL.md, section 5. Blocks of all columns, then 16 bytes a column, then a root of 48.
Twin: `engine/crates/shared/src/archive.rs`. Knows no schema but the widths that it is given.
"""

import struct
from collections.abc import Sequence

_BLOCK_BYTES = 64
_COLUMN = struct.Struct("<QiI")
_ROOT = struct.Struct("<32sQiI")
# Where the two vectors keep their offset; an offset counts from its own position.
_COLUMN_OFFSET_AT = 8
_ROOT_OFFSET_AT = 40
# An i32 offset reaches back from the root to the first block, and no further.
_ARCHIVE_BYTES_MAX = 1 << 31


class ArchiveError(ValueError):
    """Bytes are no archive of the expected table; names the offset, the expected and the found."""


def encode_archive(schema_digest: bytes, rows: int, columns: Sequence[bytes]) -> bytes:
    """Return the archive of one table; `columns` holds each column's payload bytes.

    ArchiveError if it would grow beyond the 2 GiB that 32-bit offsets reach.
    """
    assert len(schema_digest) == 32, f"a digest has 32 bytes, not {len(schema_digest)}"
    blocks_bytes = sum(_padded_bytes(len(payload)) for payload in columns)
    archive_bytes = blocks_bytes + _COLUMN.size * len(columns) + _ROOT.size
    if archive_bytes > _ARCHIVE_BYTES_MAX:
        raise ArchiveError(f"an archive of {archive_bytes} bytes; 2^31 at most")
    pieces = []
    descriptions = []
    block_at = 0
    column_at = blocks_bytes
    for payload in columns:
        padded_bytes = _padded_bytes(len(payload))
        pieces.append(payload.ljust(padded_bytes, b"\0"))
        offset = block_at - (column_at + _COLUMN_OFFSET_AT)
        descriptions.append(_COLUMN.pack(len(payload), offset, padded_bytes // _BLOCK_BYTES))
        block_at += padded_bytes
        column_at += _COLUMN.size
    root_at = column_at
    root = _ROOT.pack(schema_digest, rows, blocks_bytes - (root_at + _ROOT_OFFSET_AT), len(columns))
    return b"".join([*pieces, *descriptions, root])


def decode_archive(
    data: bytes, schema_digest: bytes, widths: Sequence[int]
) -> tuple[int, list[bytes]]:
    """Return (rows, payload of each column) of an archive; `widths` are bytes a row by column.

    ArchiveError for any bytes that `encode_archive` would not write for this schema digest.
    """
    assert all(width >= 1 for width in widths), f"a column without width: {widths}"
    root_at = len(data) - _ROOT.size
    columns_at = root_at - _COLUMN.size * len(widths)
    if columns_at < 0 or len(data) > _ARCHIVE_BYTES_MAX:
        least = len(data) - columns_at
        raise ArchiveError(f"offset 0: expected {least} to 2^31 bytes, found {len(data)}")
    digest, rows, columns_offset, columns_count = _ROOT.unpack_from(data, root_at)
    _expect(root_at, "schema digest", schema_digest.hex(), digest.hex())
    expected = columns_at - (root_at + _ROOT_OFFSET_AT)
    _expect(root_at + _ROOT_OFFSET_AT, "offset of the columns", expected, columns_offset)
    _expect(root_at + _ROOT_OFFSET_AT + 4, "number of columns", len(widths), columns_count)
    columns = []
    block_at = 0
    for position, width in enumerate(widths):
        column_at = columns_at + _COLUMN.size * position
        payload = _payload(data, column_at, block_at, columns_at, rows * width)
        columns.append(payload)
        block_at += _padded_bytes(len(payload))
    _expect(block_at, "end of the blocks", columns_at, block_at)
    return rows, columns


def _payload(
    data: bytes, column_at: int, block_at: int, columns_at: int, payload_bytes: int
) -> bytes:
    """Return the payload of the column described at `column_at`, whose blocks are at `block_at`."""
    found_bytes, offset, blocks = _COLUMN.unpack_from(data, column_at)
    _expect(column_at, "payload bytes", payload_bytes, found_bytes)
    offset_at = column_at + _COLUMN_OFFSET_AT
    _expect(offset_at, "offset of the blocks", block_at - offset_at, offset)
    padded_bytes = _padded_bytes(payload_bytes)
    _expect(offset_at + 4, "number of blocks", padded_bytes // _BLOCK_BYTES, blocks)
    if padded_bytes > columns_at - block_at:
        raise ArchiveError(
            f"offset {block_at}: expected {padded_bytes} bytes of blocks, "
            f"found {columns_at - block_at}"
        )
    payload_end = block_at + payload_bytes
    for padding_at in range(payload_end, block_at + padded_bytes):
        _expect(padding_at, "padding", 0, data[padding_at])
    return bytes(data[block_at:payload_end])


def _padded_bytes(payload_bytes: int) -> int:
    return -(-payload_bytes // _BLOCK_BYTES) * _BLOCK_BYTES


def _expect(at: int, what: str, expected: int | str, found: int | str) -> None:
    if expected != found:
        raise ArchiveError(f"offset {at}: {what}: expected {expected}, found {found}")
