"""How the harness reads a state that an engine stands in: whole, by tree, by changed rows.

Spec: PROTOCOL.md, sections 3, 5 and 6.2. It trusts nothing it is told, and never plays.
"""

from collections.abc import Sequence
from pathlib import Path

from vr_verify.canonical import archive, sketch
from vr_verify.canonical.changed_rows import Changes, read_changes, row_bytes
from vr_verify.canonical.schema import Schema
from vr_verify.canonical.state import State, TableData, Universe, check_state
from vr_verify.canonical.tree import DIGEST_BYTES
from vr_verify.engines import answers, columns
from vr_verify.engines.conversation import Conversation
from vr_verify.engines.registry import BuildSpec
from vr_verify.model.limits import Limits
from vr_verify.model.run import TableRows


class StateReading(Conversation):
    """A started engine as far as its state is read; `turn` and `rows` say where it stands."""

    def __init__(
        self, spec: BuildSpec, limits: Limits | None = None, directory: Path | None = None
    ) -> None:
        self.schema = Schema(tables=(), text=b"", digest=b"")
        self.turn = 0
        self.rows: tuple[TableRows, ...] = ()
        super().__init__(spec, limits, directory)

    def values(self, universe: int, table: str, column: str, first: int, count: int) -> bytes:
        """Read `count` packed values of one column from slot `first` on."""
        args = {"universe": universe, "table": table, "column": column}
        args |= {"first": str(first), "count": str(count)}
        answer = self._ask("values", args, answers.Bulk)
        widths = {(t.name, c.name): c.width for t in self.schema.tables for c in t.columns}
        return self._bulk("values", answer, count * widths[table, column])

    def state(self) -> State:
        """Read the whole present state, as a snapshot where the engine can give one."""
        call = next((name for name in ("snapshot", "columns") if self.can(name)), "values")
        state = self._snapshot() if call == "snapshot" else self._values_of_all()
        self._checked(call, lambda: check_state(self.schema, state))
        return state

    def tops(self) -> list[bytes]:
        """Read the top of each column's digest tree, in canonical order; needs `tree`."""
        count = len(columns.places(self.schema, self.rows))
        data = self._exactly("tops", self._ask("tops", {}, answers.Bulk), count * DIGEST_BYTES)
        return [data[at : at + DIGEST_BYTES] for at in range(0, len(data), DIGEST_BYTES)]

    def nodes(
        self, universe: int, table: str, column: str, level: int, first: int, count: int
    ) -> bytes:
        """Read `count` digests of a level of a column's tree from node `first` on; needs `tree`."""
        args = {"universe": universe, "table": table, "column": column, "level": level}
        args |= {"first": str(first), "count": str(count)}
        return self._exactly("nodes", self._ask("nodes", args, answers.Bulk), count * DIGEST_BYTES)

    def changed_rows(self) -> Changes:
        """Read the rows that the turn which has just ended has changed; needs `changed_rows`."""
        answer = self._ask("changed_rows", {}, answers.Changed)
        most = sum(
            count * row_bytes(table)
            for one in self.rows
            for table, count in zip(self.schema.tables, one.rows, strict=True)
        )
        data = self._bulk("changed_rows", answer.values, min(most, archive.BYTES_MAX))

        def cut() -> Changes:
            counts = [answers.wide(table.rows, "rows") for table in answer.tables]
            return read_changes(self.schema, self.turn, self.rows, counts, data)

        return self._checked("changed_rows", cut)

    def sketch(self, cells: int) -> bytes:
        """Read the sketch of the turn that has just ended; needs `sketch`."""
        size = sketch.sketch_bytes(cells)
        data = self._exactly("sketch", self._ask("sketch", {"cells": cells}, answers.Bulk), size)
        self._checked("sketch", lambda: sketch.decode_sketch(data, cells))
        return data

    def _exactly(self, call: str, bulk: answers.Bulk, size: int) -> bytes:
        """Read a bulk whose length is known."""
        data = self._bulk(call, bulk, size)
        if len(data) != size:
            raise self._broken(call, f"expected {size} bytes, found {len(data)}")
        return data

    def _snapshot(self) -> State:
        """Read the state as archives, which must be those of every table in canonical order."""
        answer = self._ask("snapshot", {}, answers.Snapshot)
        turn = self._checked("snapshot", lambda: answers.wide(answer.turn, "turn"))
        wanted = [(rows.universe, table.name) for rows in self.rows for table in self.schema.tables]
        found = [(item.universe, item.table) for item in answer.archives]
        if (turn, found) != (self.turn, wanted):
            expected = f"turn {self.turn}, archives {wanted}"
            raise self._broken("snapshot", f"expected {expected}; found turn {turn}, {found}")
        listed = iter(answer.archives)
        universes = []
        for rows in self.rows:
            tables = tuple(self._decoded(next(listed), i) for i in range(len(self.schema.tables)))
            if (counts := tuple(table.rows for table in tables)) != rows.rows:
                place = f"the rows {rows.rows} in universe {rows.universe}"
                raise self._broken("snapshot", f"expected {place}, found {counts}")
            universes.append(Universe(rows.universe, tables))
        return State(turn, tuple(universes))

    def _decoded(self, item: answers.ArchiveBulk, table_index: int) -> TableData:
        bulk = answers.Bulk(item.file, item.offset, item.bytes)
        data = self._bulk("snapshot", bulk)
        return self._checked(
            "snapshot", lambda: archive.decode_archive(data, self.schema, table_index)
        )

    def _values_of_all(self) -> State:
        """Read the state by its columns: all at once where the engine can, else one by one."""
        listed = columns.places(self.schema, self.rows)
        if self.can("columns") and columns.fit_one_bulk(listed):
            payloads = self._all_columns(listed)
        else:
            payloads = [self._column(place) for place in listed]
        return columns.state_of(self.turn, self.schema, self.rows, payloads)

    def _all_columns(self, listed: Sequence[columns.Place]) -> list[bytes]:
        answer = self._ask("columns", {}, answers.Columns)
        data = self._bulk("columns", answer.values)

        def cut() -> list[bytes]:
            lengths = [answers.wide(length, "length") for length in answer.lengths]
            return columns.cut(data, lengths, listed)

        return self._checked("columns", cut)

    def _column(self, place: columns.Place) -> bytes:
        data = self.values(place.universe, place.table, place.column.name, 0, place.rows)
        return self._checked("values", lambda: place.whole(data))
