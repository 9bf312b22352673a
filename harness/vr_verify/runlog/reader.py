"""An open run log: its header, any turn's record, any turn's state, without an engine (FORMAT.md).

Opening checks the whole file; what is read later is compared with what was checked.
"""

from pathlib import Path
from types import TracebackType
from typing import Self

from vr_verify.canonical.archive import decode_archive
from vr_verify.canonical.state import State, TableData, Universe, check_state
from vr_verify.errors import UsageError
from vr_verify.runlog import messages, records
from vr_verify.runlog.chunk import ChunkReader, chunk_crc
from vr_verify.runlog.codec import decompress
from vr_verify.runlog.records import LogHeader, TurnRecord
from vr_verify.runlog.scan import TurnPlace, scan
from vr_verify.runlog.source import LogSource

__all__ = ["LogHeader", "RunLog", "TurnRecord"]


class RunLog:
    """A checked log. `complete` is False for one cut in mid-write; `turns` are the sealed ones.

    `cut_at` is the offset of the first byte that no seal vouches for, None for a complete log.
    A turn that halted is in `turns` but has no state: `halted` tells whether the last one did.
    """

    def __init__(self, source: LogSource) -> None:
        self._source = source
        found = scan(source)
        self.header: LogHeader = found.header
        self.cut_at: int | None = found.cut_at
        self.complete: bool = found.cut_at is None
        self._places = found.turns
        first = self.header.first_turn
        self.turns = range(first, first + len(found.turns))
        self.halted: bool = found.turns[-1].halted
        self.states = self.turns[:-1] if self.halted else self.turns

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open and check a log: MissingFileError, BadLogError, IoFailed."""
        source = LogSource(Path(path))
        try:
            return cls(source)
        except BaseException:
            source.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def record(self, turn: int) -> TurnRecord:
        """Return a turn without its state; UsageError for a turn that the log does not hold."""
        place = self._place(turn)
        chunk = self._chunk(turn)
        commands = self._commands(chunk)
        with chunk.blame():
            message = messages.parse("Turn", chunk.take("turn"))
            if message.run_chain != place.run_chain:
                raise ValueError("expected the turn that was checked, found another")
            first = turn == self.header.first_turn
            by_step = () if first else records.parse_commands(commands, self.header, place.halted)
            return TurnRecord(
                turn=turn,
                commands_by_step=by_step,
                digests=records.turn_digests(message, self.header),
                halt=records.turn_halt(message),
                run_chain=place.run_chain,
                ledger_chain=message.ledger_chain or None,
                events_chain=message.events_chain or None,
                seal=place.seal,
            )

    def state(self, turn: int) -> State:
        """Decode the state at a turn's end; UsageError for a turn that has none."""
        place = self._place(turn)
        if turn not in self.states:
            last = f"the last state is that of turn {turn - 1}"
            raise UsageError(f"turn {turn} halted and was undone: {last}")
        crc = chunk_crc(self._source, place.start, place.size, None)
        if crc != place.crc:
            self._source.fail(place.start, "the turn that was checked", "another")
        chunk = self._chunk(turn)
        self._commands(chunk)
        universes = messages.parse("Turn", chunk.take("turn")).universes
        made = tuple(Universe(at, self._tables(chunk)) for at in universes)
        state = State(turn, made)
        with chunk.blame():
            check_state(self.header.schema, state)
        return state

    def _tables(self, chunk: ChunkReader) -> tuple[TableData, ...]:
        """Decode the snapshots of one universe, which come next."""
        tables: list[TableData] = []
        for at in range(len(self.header.schema.tables)):
            with chunk.blame():
                message = messages.parse("Snapshot", chunk.take("snapshot"))
                archive = decompress(message.codec, message.data, message.archive_bytes)
                table = decode_archive(archive, self.header.schema, at)
                if table.rows != message.rows:
                    raise ValueError(f"expected {message.rows} rows, found {table.rows}")
            tables.append(table)
        return tuple(tables)

    def _place(self, turn: int) -> TurnPlace:
        if turn not in self.turns:
            held = f"{self.turns[0]} to {self.turns[-1]}"
            raise UsageError(f"no turn {turn} in the log, which holds turns {held}")
        return self._places[turn - self.turns[0]]

    def _chunk(self, turn: int) -> ChunkReader:
        place = self._place(turn)
        return ChunkReader(self._source, turn, place.start, place.size, b"")

    def _commands(self, chunk: ChunkReader) -> bytes:
        """Take what stands in front of a Turn message; return the commands' text."""
        if chunk.turn == self.header.first_turn:
            chunk.take_opening()
            chunk.take("header")
            return b"[]"
        with chunk.blame():
            return records.parse_commands_message(chunk.take("commands"), chunk.turn)
