"""States for the naive reader: archives, codecs, streams and deltas, as plain bytes.

Spec: FORMAT.md, "States"; PROTOCOL.md, sections 2 and 5. It must not import the harness.
A table is {"rows": number, "columns": {name: payload}}; a universe is {table name: table}.
"""

import re
import struct
from typing import Any

import blake3
import numpy as np
import zstandard
from pcodec import standalone

from tests.harness.runlog.naive_messages import RefusedError, demand

Table = dict[str, Any]
Universe = dict[str, Table]
WIDTHS = {"bool": 1, "u8": 1, "i8": 1, "u16": 2, "i16": 2, "u32": 4, "i32": 4, "f32": 4}
WIDTHS |= {"u64": 8, "i64": 8, "f64": 8}


def width_of(kind: str) -> int:
    """Return the bytes of one value of a column type."""
    if found := re.fullmatch(r"bytes(\d+)", kind):
        return int(found[1])
    demand(kind in WIDTHS, f"type {kind!r} of a column")
    return WIDTHS[kind]


def check_bools(table: dict[str, Any], now: Table) -> Table:
    """Return the table; refuse a bool that is neither 0 nor 1."""
    for column in table["columns"]:
        plain_bools = column["type"] != "bool" or set(now["columns"][column["name"]]) <= {0, 1}
        demand(plain_bools, f"a bool of column {column['name']} that is neither 0 nor 1")
    return now


def padded(size: int) -> int:
    """Round up to whole blocks of 64 bytes."""
    return -(-size // 64) * 64


def archive_bytes(table: dict[str, Any], rows: int) -> int:
    """Return the size of the archive that so many rows demand."""
    columns = table["columns"]
    return sum(padded(rows * width_of(c["type"])) + 16 for c in columns) + 48


def read_snapshot(schema: bytes, table: dict[str, Any], message: dict[str, Any]) -> Table:
    """Decode a snapshot of a table of the schema."""
    rows, columns, data = message["rows"], table["columns"], message["data"]
    size = archive_bytes(table, rows)
    if message["codec"] == "columns":
        payloads = {}
        for column in columns:
            width = width_of(column["type"])
            signed = column["type"].startswith("i")
            payloads[column["name"]], data = take_stream(data, rows, width, signed)
        demand(data == b"", "bytes behind the last stream of a snapshot")
        return {"rows": rows, "columns": payloads}
    return {"rows": rows, "columns": read_archive(schema, table, rows, plain(message, data, size))}


def plain(message: dict[str, Any], data: bytes, size: int) -> bytes:
    """Undo the codecs raw and zstd, for data that must have a known size."""
    demand(message["codec"] in ("raw", "zstd"), f"codec {message['codec']!r}")
    if message["codec"] == "zstd":
        return unpack_zstd(data, size)
    demand(len(data) == size, f"{len(data)} bytes where {size} must be")
    return data


def read_archive(schema: bytes, table: dict[str, Any], rows: int, data: bytes) -> dict[str, bytes]:
    """Take an archive apart; everything but the payloads follows from them, so build it again."""
    payloads, heads, at = {}, b"", 0
    columns = table["columns"]
    heads_at = len(data) - 48 - 16 * len(columns)
    for ordinal, column in enumerate(columns):
        size = rows * width_of(column["type"])
        payloads[column["name"]] = data[at : at + size]
        demand(not any(data[at + size : at + padded(size)]), "the padding of a block is not zero")
        offset_at = heads_at + 16 * ordinal + 8
        heads += struct.pack("<QiI", size, at - offset_at, padded(size) // 64)
        at += padded(size)
    root_offset = heads_at - (len(data) - 8)
    root = blake3.blake3(schema).digest() + struct.pack("<QiI", rows, root_offset, len(columns))
    demand(data[at:] == heads + root, "an archive of another shape")
    return payloads


def unpack_zstd(data: bytes, size: int) -> bytes:
    """Decode one zstd frame that states the size, has no dictionary and nothing behind it."""
    try:
        head = zstandard.get_frame_parameters(data)
        demand(data[:4] == b"\x28\xb5\x2f\xfd", "no zstd frame")
        demand(head.content_size == size, f"a frame of {head.content_size} bytes, not {size}")
        demand(head.dict_id == 0, "a zstd dictionary")
        one = zstandard.ZstdDecompressor(max_window_size=2**31).decompressobj()
        payload = one.decompress(data)
    except zstandard.ZstdError as error:
        raise RefusedError(f"zstd: {error}") from error
    demand(one.eof and one.unused_data == b"", "not one whole zstd frame")
    demand(len(payload) == size, f"a frame of {len(payload)} bytes, not {size}")
    return payload


def unpack_pco(data: bytes, count: int, width: int, signed: bool) -> bytes:
    """Decode one standalone pco file of so many numbers of one type."""
    demand(width in (1, 2, 4, 8) and count >= 1, f"pco for {count} numbers of {width} bytes")
    kind = np.dtype(f"{'i' if signed else 'u'}{width}")
    room = np.zeros(count, kind)
    try:
        numbers = standalone.simple_decompress(data)
        progress = standalone.simple_decompress_into(data, room)
    except (RuntimeError, TypeError) as error:
        raise RefusedError(f"pco: {error}") from error
    demand(numbers is not None and numbers.dtype == kind, f"pco of other numbers than {kind}")
    demand(progress.finished and len(numbers) == count, f"{len(numbers)} numbers, not {count}")
    return room.astype(kind.newbyteorder("<")).tobytes()


def take_stream(data: bytes, count: int, width: int, signed: bool) -> tuple[bytes, bytes]:
    """Decode the stream that the data begin with; return its payload and what is behind it."""
    demand(len(data) >= 9, "a stream without its head")
    method, length = struct.unpack_from("<BQ", data)
    demand(length <= len(data) - 9, "a stream longer than its data")
    inside, behind = data[9 : 9 + length], data[9 + length :]
    demand(method in (0, 1, 2), f"method {method} of a stream")
    if method == 2:
        return unpack_pco(inside, count, width, signed), behind
    payload = unpack_zstd(inside, count * width) if method == 1 else inside
    demand(len(payload) == count * width, f"a stream of {len(payload)} bytes")
    return payload, behind


def apply_delta(table: dict[str, Any], before: Table, message: dict[str, Any]) -> Table:
    """Return the table after a delta."""
    rows, counts = message["rows"], message["counts"]
    ordinals, data = message["columns"], message["data"]
    demand(rows >= before["rows"], "a delta with fewer rows")
    demand(bool(ordinals) or rows > before["rows"], "a delta that changes nothing")
    demand(ordinals == sorted(set(ordinals)), "columns out of order")
    demand(all(ordinal < len(table["columns"]) for ordinal in ordinals), "a column too many")
    demand(len(counts) == len(ordinals), "counts for other columns")
    demand(all(1 <= count <= rows for count in counts), "a count out of range")
    columns = {
        column["name"]: before["columns"][column["name"]]
        + bytes((rows - before["rows"]) * width_of(column["type"]))
        for column in table["columns"]
    }
    if message["codec"] != "columns":
        widths = [width_of(table["columns"][ordinal]["type"]) for ordinal in ordinals]
        size = sum(count * (4 + width) for count, width in zip(counts, widths, strict=True))
        data = plain(message, data, size)
    for ordinal, count in zip(ordinals, counts, strict=True):
        column = table["columns"][ordinal]
        width = width_of(column["type"])
        if message["codec"] == "columns":
            gaps, data = take_stream(data, count, 4, False)
            changes, data = take_stream(data, count, width, True)
        else:
            gaps, changes = data[: 4 * count], data[4 * count : (4 + width) * count]
            data = data[(4 + width) * count :]
        columns[column["name"]] = change_rows(columns[column["name"]], width, gaps, changes)
    demand(data == b"", "bytes behind the last stream of a delta")
    return {"rows": rows, "columns": columns}


def change_rows(payload: bytes, width: int, gaps: bytes, changes: bytes) -> bytes:
    """Change rows of a column: add for widths of a number, exclusive or for others."""
    changed, row = bytearray(payload), 0
    for place, (gap,) in enumerate(struct.iter_unpack("<I", gaps)):
        row += gap
        at, change = row * width, changes[place * width : (place + 1) * width]
        demand(at + width <= len(payload), "a changed row behind the last one")
        demand(any(change), "a change of zero")
        old = int.from_bytes(payload[at : at + width], "little")
        number = int.from_bytes(change, "little")
        new = (old + number) % 2 ** (8 * width) if width in (1, 2, 4, 8) else old ^ number
        changed[at : at + width] = new.to_bytes(width, "little")
        row += 1
    return bytes(changed)
