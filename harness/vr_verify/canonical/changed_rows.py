"""The rows that a turn has changed: for each table their slots and their new values.

Spec: PROTOCOL.md, sections 4.1 and 6.2 (`changed_rows`). It must not ask an engine.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import lt
from typing import Final

from vr_verify.canonical.packing import BytesLike
from vr_verify.canonical.schema import Schema, Table
from vr_verify.model.run import TableRows

SLOT_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class ChangedRows:
    """Of one table of `rows` slots now: `count` slots, ascending, packed as u32, and their values.

    `columns` are in schema order, each with `count` packed values.
    """

    rows: int
    count: int
    slots: BytesLike
    columns: tuple[BytesLike, ...]


@dataclass(frozen=True, slots=True)
class UniverseChanges:
    """Of one universe: its tables in schema order."""

    id: int
    tables: tuple[ChangedRows, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What `turn` has changed since the end of the turn before."""

    turn: int
    universes: tuple[UniverseChanges, ...]


def row_bytes(table: Table) -> int:
    """Return what a changed row takes in a bulk: its slot and one value of each column."""
    return SLOT_BYTES + sum(column.width for column in table.columns)


def read_changes(
    schema: Schema, turn: int, rows: Sequence[TableRows], counts: Sequence[int], data: BytesLike
) -> Changes:
    """Cut a bulk into the changed rows of each table; ValueError for anything but exactly them.

    `rows` are the row counts after the turn, `counts` how many of each table have changed.
    """
    tables = len(schema.tables)
    if len(counts) != len(rows) * tables:
        raise ValueError(f"expected {len(rows) * tables} tables, found {len(counts)}")
    widths = [row_bytes(table) for table in schema.tables] * len(rows)
    size = sum(count * width for count, width in zip(counts, widths, strict=True))
    view = memoryview(data).cast("B")
    if size != len(view):
        raise ValueError(f"expected changed rows of {size} bytes, found {len(view)}")
    tables_read = _tables(schema, rows, counts, view)
    universes = (
        UniverseChanges(one.universe, tuple(next(tables_read) for _ in schema.tables))
        for one in rows
    )
    return Changes(turn, tuple(universes))


def _tables(
    schema: Schema, rows: Sequence[TableRows], counts: Sequence[int], view: memoryview
) -> Iterator[ChangedRows]:
    at, counted = 0, iter(counts)
    for universe in rows:
        for table, present in zip(schema.tables, universe.rows, strict=True):
            count = next(counted)
            size = count * row_bytes(table)
            place = f"{universe.universe}/{table.name}"
            yield _table(place, table, present, count, view[at : at + size])
            at += size


def _table(place: str, table: Table, rows: int, count: int, view: memoryview) -> ChangedRows:
    slots = view[: count * SLOT_BYTES]
    numbers = struct.unpack(f"<{count}I", slots)
    if not all(map(lt, numbers, numbers[1:])) or (numbers and numbers[-1] >= rows):
        raise ValueError(f"{place}: expected ascending slots below {rows}, found others")
    at, columns = count * SLOT_BYTES, list[BytesLike]()
    for column in table.columns:
        columns.append(view[at : at + count * column.width])
        if column.type == "bool" and bytes(columns[-1]).strip(b"\0\1"):
            raise ValueError(f"{place}.{column.name}: expected bools 0 or 1")
        at += count * column.width
    return ChangedRows(rows, count, slots, tuple(columns))
