"""Row deltas: what changed in a table from one turn to the next, column by column (FORMAT.md).

Pure: payloads in, payloads out. It must not know messages or files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Final

import numpy as np

from vr_verify.canonical.packing import BytesLike
from vr_verify.canonical.schema import Table
from vr_verify.canonical.state import State, TableData
from vr_verify.runlog.streams import Shape

GAP_WIDTH: Final = 4
_WORD_WIDTHS: Final = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class ColumnDelta:
    """The changed rows of one column. `gaps`: u32 each, unchanged rows skipped in front of it.

    `changes`: for widths 1, 2, 4, 8 the difference, wrapping; for others the exclusive or.
    """

    column: int
    count: int
    gaps: BytesLike
    changes: BytesLike


@dataclass(frozen=True, slots=True)
class TableDelta:
    """A table of so many rows now, and its changed columns in order; new rows were zero before."""

    rows: int
    columns: tuple[ColumnDelta, ...]


def shapes(table: Table, columns: Sequence[int], counts: Sequence[int]) -> list[Shape]:
    """Return the shapes of a delta's streams: gaps and changes of each changed column."""
    listed: list[Shape] = []
    for column, count in zip(columns, counts, strict=True):
        listed += [Shape(count, GAP_WIDTH), Shape(count, table.columns[column].width, signed=True)]
    return listed


def parts(table: Table, delta: TableDelta) -> list[tuple[Shape, BytesLike]]:
    """Return the streams of a delta."""
    columns = [one.column for one in delta.columns]
    payloads = [part for one in delta.columns for part in (one.gaps, one.changes)]
    described = shapes(table, columns, [one.count for one in delta.columns])
    return list(zip(described, payloads, strict=True))


def from_parts(
    rows: int, columns: Sequence[int], counts: Sequence[int], payloads: Sequence[BytesLike]
) -> TableDelta:
    """Put a delta together from its streams."""
    pairs = zip(columns, counts, payloads[::2], payloads[1::2], strict=True)
    return TableDelta(rows, tuple(ColumnDelta(*one) for one in pairs))


def split(whole: bytes, described: Sequence[Shape]) -> list[BytesLike]:
    """Cut the plain form, streams one behind the other, into streams."""
    edges = accumulate((shape.size for shape in described), initial=0)
    return [whole[start:end] for start, end in pairwise(edges)]


def reachable(before: State, after: State) -> bool:
    """Whether deltas can lead from one state to the next: same universes, no table shrinks."""
    if [u.id for u in before.universes] != [u.id for u in after.universes]:
        return False
    pairs = zip(before.universes, after.universes, strict=True)
    tables = ((x, y) for old, new in pairs for x, y in zip(old.tables, new.tables, strict=True))
    return all(x.rows <= y.rows for x, y in tables)


def table_delta(table: Table, before: TableData, after: TableData) -> TableDelta | None:
    """Return what changed in a table that did not shrink; None if nothing did."""
    assert before.rows <= after.rows, "the row count never shrinks"
    found: list[ColumnDelta] = []
    for at, column in enumerate(table.columns):
        old = _words(before.columns[at], column.width, after.rows)
        new = _words(after.columns[at], column.width, after.rows)
        differ = old != new
        rows = np.flatnonzero(differ.any(axis=1) if differ.ndim == 2 else differ)
        if not len(rows):
            continue
        gaps = np.diff(rows, prepend=-1) - 1
        changes = new[rows] ^ old[rows] if differ.ndim == 2 else new[rows] - old[rows]
        found.append(ColumnDelta(at, len(rows), gaps.astype("<u4").tobytes(), changes.tobytes()))
    if not found and before.rows == after.rows:
        return None
    return TableDelta(after.rows, tuple(found))


def apply(table: Table, before: TableData, delta: TableDelta) -> TableData:
    """Return the table after a delta; ValueError for one that does not fit."""
    columns: list[BytesLike] = []
    changed = {one.column: one for one in delta.columns}
    for at, column in enumerate(table.columns):
        payload = before.columns[at]
        if at in changed:
            payload = _applied(payload, column.width, delta.rows, changed[at])
        elif delta.rows > before.rows:
            payload = bytes(payload).ljust(delta.rows * column.width, b"\0")
        columns.append(payload)
    return TableData(delta.rows, tuple(columns))


def _applied(payload: BytesLike, width: int, rows: int, delta: ColumnDelta) -> bytes:
    values = _words(payload, width, rows).copy()
    places = np.cumsum(np.frombuffer(delta.gaps, "<u4").astype("<u8") + np.uint64(1))
    if places[-1] > rows:
        raise ValueError(f"expected changed rows below {rows}, found row {places[-1] - 1}")
    changes = _words(delta.changes, width, delta.count)
    if not (changes.any(axis=1) if changes.ndim == 2 else changes).all():
        raise ValueError("expected changed rows only, found one that stays as it is")
    places -= np.uint64(1)
    if changes.ndim == 2:
        values[places] ^= changes
    else:
        values[places] += changes
    applied: bytes = values.tobytes()
    return applied


def _words(payload: BytesLike, width: int, rows: int) -> Any:
    """Return a payload, with zeros for rows beyond it, as words of a width or as rows of bytes."""
    view = memoryview(payload).cast("B")
    if len(view) < rows * width:
        view = memoryview(bytes(view).ljust(rows * width, b"\0"))
    if width in _WORD_WIDTHS:
        return np.frombuffer(view, f"<u{width}")
    return np.frombuffer(view, "u1").reshape(rows, width)
