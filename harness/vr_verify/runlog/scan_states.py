"""What each turn keeps of its state, checked without decoding it (FORMAT.md, "States").

Its cost goes by the messages of a turn, not by the tables of the schema.
"""

from collections.abc import Sequence
from typing import Any, Final

from vr_verify.canonical.archive import archive_bytes
from vr_verify.canonical.state import STATE_BYTES_MAX
from vr_verify.model.run import Halt, TableRows
from vr_verify.runlog import messages, snapshots
from vr_verify.runlog.chunk import ChunkReader
from vr_verify.runlog.container import Tally
from vr_verify.runlog.records import LogHeader

_SNAPSHOT: Final = messages.CHANNEL_IDS["snapshot"]
_DELTA: Final = messages.CHANNEL_IDS["delta"]


class StateScan:
    """The sizes of the last state that was kept: `rows` in all, and those of each table."""

    def __init__(self, header: LogHeader) -> None:
        self._mode = header.snapshots
        self._tables = header.schema.tables
        self._ordinals = {table.name: at for at, table in enumerate(self._tables)}
        self._universes: list[int] | None = None
        self._places: dict[int, int] = {}
        self._table_rows: list[int] = []
        self._bytes = 0
        self.rows = 0

    def read(
        self, chunk: ChunkReader, universes: list[int], halt: Halt | None, tally: Tally
    ) -> tuple[str, int]:
        """Check the messages behind a Turn message; return how it is kept and its stored bytes."""
        if halt is not None:
            return "none", 0
        first = self._universes is None
        if self._mode == "sparse" and not first and not universes:
            return "none", 0
        follows = universes == self._universes
        if self._mode == "delta" and follows and chunk.next_channel() != _SNAPSHOT:
            return "delta", self._deltas(chunk, tally)
        return "keyframe", self._keyframe(chunk, universes, tally)

    def check_rows(self, rows: Sequence[TableRows]) -> None:
        """Check that row counts are those of the state that was kept last."""
        ids = [one.universe for one in rows]
        counts = [count for one in rows for count in one.rows]
        if ids != self._universes or counts != self._table_rows:
            raise ValueError("expected a sketch with the row counts of its state, found others")

    def _keyframe(self, chunk: ChunkReader, universes: list[int], tally: Tally) -> int:
        """Check that each table of each universe has a snapshot of the size that it must have."""
        self._universes = universes
        self._places = {universe: at for at, universe in enumerate(universes)}
        self._table_rows, self._bytes, self.rows = [], 0, 0
        stored_bytes = 0
        for universe in universes:
            for table in self._tables:
                with chunk.blame():
                    message = messages.parse("Snapshot", chunk.take("snapshot"))
                    snapshots.check_snapshot(message, chunk.turn, universe, table)
                    self._table_rows.append(message.rows)
                    self._grow(message.rows, archive_bytes(table, message.rows))
                stored_bytes += len(message.data)
                tally.add_message("snapshot")
        return stored_bytes

    def _deltas(self, chunk: ChunkReader, tally: Tally) -> int:
        """Check the deltas of a turn: tables in order, each at most once."""
        stored_bytes, last = 0, -1
        while chunk.next_channel() == _DELTA:
            with chunk.blame():
                message = messages.parse("Delta", chunk.take("delta"))
                place, ordinal = self._place(message)
                if place <= last:
                    found = f"{message.universe}/{message.table}"
                    raise ValueError(f"expected a table after the last one, found {found:.80}")
                table, before = self._tables[ordinal], self._table_rows[place]
                snapshots.check_delta(message, chunk.turn, message.universe, table, before)
                self._resize(place, ordinal, message.rows)
                last = place
            stored_bytes += len(message.data)
            tally.add_message("delta")
        return stored_bytes

    def _place(self, message: Any) -> tuple[int, int]:
        """Return the place of a delta's table in the state, and its ordinal in the schema."""
        universe, ordinal = self._places.get(message.universe), self._ordinals.get(message.table)
        if universe is None or ordinal is None:
            found = f"{message.universe}/{message.table}"
            raise ValueError(f"expected a table of the state, found {found:.80}")
        return universe * len(self._tables) + ordinal, ordinal

    def _resize(self, place: int, ordinal: int, rows: int) -> None:
        """Note a table's rows, which have changed."""
        table, before = self._tables[ordinal], self._table_rows[place]
        self._table_rows[place] = rows
        self._grow(rows - before, archive_bytes(table, rows) - archive_bytes(table, before))

    def _grow(self, rows: int, size: int) -> None:
        """Refuse a state that would take too much memory when it is decoded."""
        self.rows += rows
        self._bytes += size
        if self._bytes > STATE_BYTES_MAX:
            wanted = f"a state of at most {STATE_BYTES_MAX} bytes"
            raise ValueError(f"expected {wanted}, found {self._bytes}")
