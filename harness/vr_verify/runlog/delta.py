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
        width = table.columns[column].width
        listed += [Shape(count, GAP_WIDTH, differences=True), Shape(count, width, True, True)]
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
    found, every = list[ColumnDelta](), np.arange(after.rows)
    for at, column in enumerate(table.columns):
        old = words(before.columns[at], column.width, after.rows)
        new = words(after.columns[at], column.width, after.rows)
        change = column_delta(at, every, old, new)
        if change is not None:
            found.append(change)
    if not found and before.rows == after.rows:
        return None
    return TableDelta(after.rows, tuple(found))


def column_delta(at: int, slots: Any, old: Any, new: Any) -> ColumnDelta | None:
    """Return what changed in column `at`; `old` and `new` are its words in these slots, ascending.

    None if nothing did.
    """
    differ = old != new
    picked = np.flatnonzero(differ.any(axis=1) if differ.ndim == 2 else differ)
    if not len(picked):
        return None
    places = slots[picked]
    gaps = np.empty(len(places), "<u4")
    gaps[0] = places[0]
    np.subtract(places[1:], places[:-1] + 1, out=gaps[1:], casting="unsafe")
    changes = new[picked] ^ old[picked] if differ.ndim == 2 else new[picked] - old[picked]
    return ColumnDelta(at, len(picked), gaps.tobytes(), changes.tobytes())


def words(payload: BytesLike, width: int, rows: int) -> Any:
    """Return a payload, with zeros for rows beyond it, as words of a width or as rows of bytes."""
    view = memoryview(payload).cast("B")
    if len(view) < rows * width:
        view = memoryview(bytes(view).ljust(rows * width, b"\0"))
    if width in _WORD_WIDTHS:
        return np.frombuffer(view, f"<u{width}")
    return np.frombuffer(view, "u1").reshape(rows, width)
