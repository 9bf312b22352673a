"""Keyframes and deltas as messages, and back (FORMAT.md, "Snapshots").

Checking comes before decoding: sizes that are claimed must be those that schema and rows demand.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from vr_verify.canonical.archive import BYTES_MAX, archive_bytes, decode_archive, encode_archive
from vr_verify.canonical.packing import BytesLike
from vr_verify.canonical.schema import Schema, Table
from vr_verify.canonical.state import State, TableData
from vr_verify.runlog import codec, delta, messages, streams
from vr_verify.runlog.delta import TableDelta
from vr_verify.runlog.streams import Shape

Stored = tuple[str, bytes]
"""A message on its way into a chunk: its channel and its data."""


def table_shapes(table: Table, rows: int) -> list[Shape]:
    """Return the shapes of a table's columns as streams."""
    columns = table.columns
    return [Shape(rows, column.width, column.type.startswith("i")) for column in columns]


def keyframe_messages(schema: Schema, state: State) -> tuple[list[Stored], int]:
    """Write a message for each table of each universe; also return their stored bytes."""
    listed, stored_bytes = list[Stored](), 0
    for universe in state.universes:
        for table, data in zip(schema.tables, universe.tables, strict=True):
            archive = encode_archive(schema.digest, data.rows, data.columns)
            parts = list(zip(table_shapes(table, data.rows), data.columns, strict=True))
            codec_id, stored = codec.compress(archive, parts)
            message = messages.serialize(
                "Snapshot",
                turn=state.turn,
                universe=universe.id,
                table=table.name,
                rows=data.rows,
                codec=codec_id,
                archive_bytes=len(archive),
                data=stored,
            )
            listed.append(("snapshot", message))
            stored_bytes += len(stored)
    return listed, stored_bytes


def delta_messages(schema: Schema, before: State, after: State) -> tuple[list[Stored], int]:
    """Write a message for each table that changed; also return their stored bytes."""
    assert delta.reachable(before, after), "deltas lead from the one state to the other"
    universes = zip(before.universes, after.universes, strict=True)
    changes = (
        (new.id, table, delta.table_delta(table, left, right))
        for old, new in universes
        for table, left, right in zip(schema.tables, old.tables, new.tables, strict=True)
    )
    return joined(
        delta_message(after.turn, universe, table, change)
        for universe, table, change in changes
        if change is not None
    )


def joined(written: Iterable[tuple[Stored, int]]) -> tuple[list[Stored], int]:
    """Collect messages, and sum up their stored bytes."""
    listed = list(written)
    return [stored for stored, _ in listed], sum(size for _, size in listed)


def delta_message(turn: int, universe: int, table: Table, change: TableDelta) -> tuple[Stored, int]:
    """Write the message of one table; also return its stored bytes."""
    parts = delta.parts(table, change)
    codec_id, stored = codec.compress(_joined(parts), parts)
    message = messages.serialize(
        "Delta",
        turn=turn,
        universe=universe,
        table=table.name,
        rows=change.rows,
        columns=[one.column for one in change.columns],
        counts=[one.count for one in change.columns],
        codec=codec_id,
        data=stored,
    )
    return ("delta", message), len(stored)


def check_snapshot(message: Any, turn: int, universe: int, table: Table) -> None:
    """Check a Snapshot message without decoding it; ValueError says what is wrong."""
    _check_place(message, turn, universe, table)
    size = check_rows(table, message.rows)
    if message.archive_bytes != size:
        raise ValueError(f"expected an archive of {size} bytes, found {message.archive_bytes}")
    codec.check_size(message.codec, message.data, size, table_shapes(table, message.rows))


def check_delta(message: Any, turn: int, universe: int, table: Table, rows_before: int) -> None:
    """Check a Delta message without decoding it; ValueError says what is wrong."""
    _check_place(message, turn, universe, table)
    check_rows(table, message.rows)
    columns, counts = list(message.columns), list(message.counts)
    if message.rows < rows_before:
        raise ValueError(f"expected at least {rows_before} rows, found {message.rows}")
    if columns != sorted(set(columns)) or len(columns) != len(counts):
        raise ValueError(f"expected columns in order, each with a count, found {columns!r:.80}")
    if columns and columns[-1] >= len(table.columns):
        raise ValueError(f"expected columns below {len(table.columns)}, found {columns[-1]}")
    if not all(1 <= count <= message.rows for count in counts):
        raise ValueError(f"expected counts of 1 to {message.rows}, found {counts!r:.80}")
    if not columns and message.rows == rows_before:
        raise ValueError("expected a table that changed, found one that did not")
    described = delta.shapes(table, columns, counts)
    size = sum(shape.size for shape in described)
    codec.check_size(message.codec, message.data, size, described)


def check_rows(table: Table, rows: int) -> int:
    """Return the archive size of so many rows; ValueError above 2 GiB."""
    size = archive_bytes(table, rows)
    if size > BYTES_MAX:
        raise ValueError(f"expected a table of at most {BYTES_MAX} bytes, found {size}")
    return size


def read_snapshot(message: Any, schema: Schema, table_index: int) -> TableData:
    """Decode a checked Snapshot message."""
    table = schema.tables[table_index]
    check_snapshot(message, message.turn, message.universe, table)
    if message.codec == "columns":
        columns: Sequence[BytesLike]
        columns = streams.decode(message.data, table_shapes(table, message.rows))
        return TableData(message.rows, tuple(columns))
    whole = codec.decompress_whole(message.codec, message.data, message.archive_bytes)
    data = decode_archive(whole, schema, table_index)
    if data.rows != message.rows:
        raise ValueError(f"expected {message.rows} rows, found {data.rows}")
    return data


def read_delta(message: Any, table: Table, rows_before: int) -> TableDelta:
    """Decode a Delta message about a table that had so many rows."""
    check_delta(message, message.turn, message.universe, table, rows_before)
    described = delta.shapes(table, message.columns, message.counts)
    if message.codec == "columns":
        payloads = streams.decode(message.data, described)
    else:
        size = sum(shape.size for shape in described)
        whole = codec.decompress_whole(message.codec, message.data, size)
        payloads = delta.split(whole, described)
    return delta.from_parts(message.rows, message.columns, message.counts, payloads)


def _check_place(message: Any, turn: int, universe: int, table: Table) -> None:
    found = (message.turn, message.universe, message.table)
    if found != (turn, universe, table.name):
        raise ValueError(f"expected {universe}/{table.name}, found {found!r:.80}")


def _joined(parts: Sequence[tuple[Shape, BytesLike]]) -> bytes:
    return b"".join(bytes(payload) for _, payload in parts)
