"""The rows that changed between two states of one schema (PROTOCOL.md, section 4.1).

Found by comparing payloads piece by piece, so that what stayed the same costs a comparison of
bytes. It must not know what the rows are wanted for.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Final

from vr_verify.canonical.changed_rows import ChangedRows, Changes, UniverseChanges
from vr_verify.canonical.packing import BytesLike
from vr_verify.canonical.schema import Schema, Table
from vr_verify.canonical.state import State, TableData

_PIECE_ROWS: Final = 512
"""Rows that are compared at once; a piece that differs is halved until rows stand alone."""


def changes_between(schema: Schema, before: State, after: State) -> Changes:
    """Return the rows of `after` that are new or have another value than in `before`.

    Rows and universes that are no more are not told: only rows of `after` can have changed.
    """
    known = {universe.id: universe.tables for universe in before.universes}
    nothing = tuple(TableData(0, (b"",) * len(table.columns)) for table in schema.tables)
    universes = []
    for universe in after.universes:
        pairs = zip(known.get(universe.id, nothing), universe.tables, strict=True)
        tables = zip(schema.tables, pairs, strict=True)
        changed = tuple(_table_changes(table, old, new) for table, (old, new) in tables)
        universes.append(UniverseChanges(universe.id, changed))
    return Changes(after.turn, tuple(universes))


def _table_changes(table: Table, old: TableData, new: TableData) -> ChangedRows:
    common = min(old.rows, new.rows)
    found: set[int] = set(range(common, new.rows))
    for column, left, right in zip(table.columns, old.columns, new.columns, strict=True):
        found.update(_differing(left, right, common, column.width))
    slots = sorted(found)
    columns = tuple(
        _gathered(payload, slots, column.width)
        for column, payload in zip(table.columns, new.columns, strict=True)
    )
    return ChangedRows(new.rows, len(slots), struct.pack(f"<{len(slots)}I", *slots), columns)


def _differing(left: BytesLike, right: BytesLike, rows: int, width: int) -> Iterator[int]:
    """Give the slots below `rows` whose values differ, ascending."""
    mine, theirs = memoryview(left).cast("B"), memoryview(right).cast("B")
    pieces = [(at, min(at + _PIECE_ROWS, rows)) for at in range(0, rows, _PIECE_ROWS)]
    pieces.reverse()
    while pieces:
        first, last = pieces.pop()
        span = slice(first * width, last * width)
        if bytes(mine[span]) == bytes(theirs[span]):
            continue
        if last - first == 1:
            yield first
        else:
            middle = (first + last) // 2
            pieces += [(middle, last), (first, middle)]


def _gathered(payload: BytesLike, slots: Sequence[int], width: int) -> bytes:
    view = memoryview(payload).cast("B")
    return b"".join(view[slot * width : (slot + 1) * width] for slot in slots)
