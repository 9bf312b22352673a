"""A state in motion: tables that deltas, or changed rows, are written into as turns go by.

Spec: FORMAT.md, "Snapshots". A column is copied when it is first written to, and not again, so
what was handed in stays as it was. It must not know messages or files.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from vr_verify.canonical.changed_rows import ChangedRows, Changes
from vr_verify.canonical.packing import BytesLike
from vr_verify.canonical.schema import Schema, Table
from vr_verify.canonical.state import State, TableData, Universe
from vr_verify.runlog.delta import ColumnDelta, TableDelta, column_delta, words


class StandingTable:
    """One table. `rows` is how many it has now; they never become fewer."""

    def __init__(self, table: Table, data: TableData) -> None:
        self.table, self.rows = table, data.rows
        self._given = list(data.columns)
        # Own columns may be longer than the table: a table that grows does so again and again.
        self._own: dict[int, Any] = {}

    def apply(self, delta: TableDelta) -> None:
        """Go on to the table after a delta; ValueError for one that does not fit."""
        self.rows = delta.rows
        for change in delta.columns:
            self._apply(self._writable(change.column), change)

    def take(self, changed: ChangedRows) -> TableDelta | None:
        """Go on to the table with these rows changed; return that as a delta, None for no change.

        Rows that are named and are as they were do no harm.
        """
        grown = changed.rows > self.rows
        self.rows = changed.rows
        slots = np.frombuffer(changed.slots, "<u4").astype("i8")
        found: list[ColumnDelta] = []
        for at, column in enumerate(self.table.columns) if len(slots) else ():
            values = words(changed.columns[at], column.width, len(slots))
            before = self._before(at, slots)
            change = column_delta(at, slots, before, values)
            if change is not None:
                found.append(change)
                self._writable(at)[slots] = values
        return TableDelta(changed.rows, tuple(found)) if found or grown else None

    def payload(self, at: int) -> BytesLike:
        """Return a column as it stands; it changes with the table."""
        if at in self._own:
            own: memoryview = self._writable(at)[: self.rows].data
            return (own.cast("B") if own.nbytes else memoryview(b"")).toreadonly()
        payload, size = self._given[at], self.rows * self.table.columns[at].width
        if memoryview(payload).nbytes < size:
            self._given[at] = payload = bytes(payload).ljust(size, b"\0")
        return payload

    def data(self) -> TableData:
        """Return the table as it stands."""
        return TableData(self.rows, tuple(self.payload(at) for at in range(len(self._given))))

    def _before(self, at: int, slots: Any) -> Any:
        """Return what stands in these slots, zeros in new ones."""
        own = self._own.get(at)
        if own is not None and len(own) >= self.rows:
            return own[slots]
        return words(self.payload(at), self.table.columns[at].width, self.rows)[slots]

    def _writable(self, at: int) -> Any:
        """Return a column as words of its own that has all rows."""
        column, width = self._own.get(at), self.table.columns[at].width
        if column is None:
            self._own[at] = words(self.payload(at), width, self.rows).copy()
            self._given[at] = b""
        elif len(column) < self.rows:
            longer = np.zeros((self.rows + self.rows // 8, *column.shape[1:]), column.dtype)
            longer[: len(column)] = column
            self._own[at] = longer
        return self._own[at]

    def _apply(self, values: Any, change: ColumnDelta) -> None:
        column = self.table.columns[change.column]
        places = np.cumsum(np.frombuffer(change.gaps, "<u4").astype("<u8") + np.uint64(1))
        if places[-1] > self.rows:
            raise ValueError(f"expected changed rows below {self.rows}, found row {places[-1] - 1}")
        changes = words(change.changes, column.width, change.count)
        if not (changes.any(axis=1) if changes.ndim == 2 else changes).all():
            raise ValueError("expected changed rows only, found one that stays as it is")
        places -= np.uint64(1)
        if changes.ndim == 2:
            values[places] ^= changes
        else:
            values[places] += changes
        if column.type == "bool" and values[places].max() > 1:
            raise ValueError(f"{self.table.name}.{column.name}: expected bools 0 or 1")


class StandingState:
    """A whole state in motion, from one turn to the next: universes stay, no table shrinks."""

    def __init__(self, schema: Schema, state: State) -> None:
        self.schema, self.turn = schema, state.turn
        self.tables = {
            universe.id: [
                StandingTable(*pair) for pair in zip(schema.tables, universe.tables, strict=True)
            ]
            for universe in state.universes
        }

    def reaches(self, changes: Changes) -> bool:
        """Whether changed rows can lead to the state that they are of."""
        if [one.id for one in changes.universes] != list(self.tables):
            return False
        return all(old.rows <= new.rows for _, old, new in self._pairs(changes))

    def take(self, changes: Changes) -> Iterator[tuple[int, Table, TableDelta]]:
        """Go on to the next turn; give each table that changed: universe, table, delta."""
        assert self.reaches(changes), "changed rows lead from the one state to the other"
        self.turn = changes.turn
        for universe, table, changed in self._pairs(changes):
            if (delta := table.take(changed)) is not None:
                yield universe, table.table, delta

    def state(self, turn: int) -> State:
        """Return the state as it stands, as that of a turn; it changes with this one."""
        universes = (
            Universe(at, tuple(table.data() for table in tables))
            for at, tables in self.tables.items()
        )
        return State(turn, tuple(universes))

    def differs_from(self, state: State) -> str | None:
        """Name the first column in which a state of the schema is another, None if it is none."""
        if [universe.id for universe in state.universes] != list(self.tables):
            return "the universes"
        for universe in state.universes:
            for own, data in zip(self.tables[universe.id], universe.tables, strict=True):
                place = f"{universe.id}/{own.table.name}"
                if own.rows != data.rows:
                    return f"the rows of {place}"
                for at, column in enumerate(own.table.columns):
                    sides = (own.payload(at), data.columns[at])
                    one, other = (words(side, column.width, own.rows) for side in sides)
                    if not np.array_equal(one, other):
                        return f"{place}.{column.name}"
        return None

    def _pairs(self, changes: Changes) -> Iterator[tuple[int, StandingTable, ChangedRows]]:
        for universe in changes.universes:
            for pair in zip(self.tables[universe.id], universe.tables, strict=True):
                yield universe.id, *pair
