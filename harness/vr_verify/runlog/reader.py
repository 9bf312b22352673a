"""An open run log: its header, any turn's record, any turn's state, without an engine (FORMAT.md).

Opening checks the whole file; what is read later is compared with what was checked.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from vr_verify.canonical.state import State, TableData, Universe, check_state
from vr_verify.errors import UsageError
from vr_verify.model.closing import Closing
from vr_verify.runlog import messages, records, snapshots
from vr_verify.runlog.chains import SEAL_BYTES
from vr_verify.runlog.chunk import ChunkReader, chunk_crc
from vr_verify.runlog.keyframes import Distance
from vr_verify.runlog.places import TurnPlace, mark_of
from vr_verify.runlog.records import LogHeader, TurnRecord
from vr_verify.runlog.scan import scan
from vr_verify.runlog.sketches import TurnSketch, parse_sketch
from vr_verify.runlog.source import LogSource
from vr_verify.runlog.standing import StandingState

__all__ = ["LogHeader", "RunLog", "TurnRecord"]


class RunLog(Closing):
    """A checked log. `complete` is False for one cut in mid-write; `turns` are the sealed ones.

    `cut_at` is the offset of the first byte that no seal vouches for, None for a complete log.
    A turn that halted is in `turns` but has no state: `halted` tells whether the last one did.
    `states` are the turns whose state can be read, all of them but in sparse logs; `keyframes`
    those whose state stands by itself. The state read last is kept, for the next one's sake.
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
        self.position = found.position
        self.keyframes: Sequence[int] = found.keyframes
        self._distance = found.distance
        self.states: Sequence[int] = self.turns[:-1] if self.halted else self.turns
        if self.header.snapshots == "sparse":
            self.states = self.keyframes
        self._latest: State | None = None

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open and check a log: MissingFileError, BadLogError, IoFailed."""
        source = LogSource(Path(path))
        try:
            return cls(source)
        except BaseException:
            source.close()
            raise

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
            seal = self._source.read(place.start + place.size - SEAL_BYTES, SEAL_BYTES)
            if mark_of(message.run_chain, seal) != place.mark:
                raise ValueError("expected the turn that was checked, found another")
            first = turn == self.header.first_turn
            by_step = () if first else records.parse_commands(commands, self.header, place.halted)
            return TurnRecord(
                turn=turn,
                commands_by_step=by_step,
                digests=records.turn_digests(message, self.header),
                halt=records.turn_halt(message),
                run_chain=message.run_chain,
                ledger_chain=message.ledger_chain or None,
                events_chain=message.events_chain or None,
                seal=seal,
            )

    def sketch(self, turn: int) -> TurnSketch | None:
        """Return the sketch of a turn; None after a halt and in a log without sketches."""
        if not self.header.sketch_cells or self._place(turn).halted:
            return None
        chunk, _ = self._checked_turn(turn)
        with chunk.blame():
            return parse_sketch(chunk.take("sketch"), turn, self.header)

    def kept(self, turn: int) -> str:
        """Return how a turn's state is kept: "keyframe", "delta" or "none"."""
        return self._place(turn).kept

    def state(self, turn: int) -> State:
        """Decode the state at a turn's end; UsageError for a turn that has none."""
        place = self._place(turn)
        if place.halted:
            last = f"the last state is that of turn {turn - 1}"
            raise UsageError(f"turn {turn} halted and was undone: {last}")
        if self.state_before(turn) != turn:
            near = f"the nearest before it is that of turn {self.state_before(turn)}"
            way = f"replay with --turns {turn}:{turn} computes it"
            raise UsageError(f"the log is sparse and has no state of turn {turn}; {near}; {way}")
        start, state = self.keyframes[bisect_right(self.keyframes, turn) - 1], self._latest
        if state is None or not start <= state.turn <= turn:
            state = self._keyframe(start)
        if state.turn < turn:
            # What was handed out stays as it is: columns are copied once, not at each turn.
            standing = StandingState(self.header.schema, state)
            for at in range(state.turn + 1, turn + 1):
                self._advance(standing, at)
            state = standing.state(turn)
        self._latest = state
        return state

    def state_before(self, turn: int) -> int:
        """Return the last turn up to this one whose state can be read."""
        if self.header.snapshots != "sparse":
            return min(turn, self.states[-1])
        return self.keyframes[bisect_right(self.keyframes, turn) - 1]

    def distance(self) -> Distance:
        """Return how far the last turn is from its keyframe."""
        return replace(self._distance)

    def _keyframe(self, turn: int) -> State:
        """Decode a keyframe."""
        chunk, universes = self._checked(turn)
        state = State(turn, tuple(Universe(at, self._tables(chunk)) for at in universes))
        with chunk.blame():
            check_state(self.header.schema, state)
        return state

    def _advance(self, standing: StandingState, turn: int) -> None:
        """Apply the deltas of a turn to the state before it."""
        chunk, _ = self._checked(turn)
        delta_channel = messages.CHANNEL_IDS["delta"]
        places = {table.name: at for at, table in enumerate(self.header.schema.tables)}
        while chunk.next_channel() == delta_channel:
            with chunk.blame():
                message = messages.parse("Delta", chunk.take("delta"))
                table = standing.tables[message.universe][places[message.table]]
                table.apply(snapshots.read_delta(message, table.table, table.rows))

    def _checked(self, turn: int) -> tuple[ChunkReader, list[int]]:
        """Check a turn's bytes again, and return the records of its state."""
        chunk, universes = self._checked_turn(turn)
        if self.header.sketch_cells:
            chunk.take("sketch")
        return chunk, universes

    def _checked_turn(self, turn: int) -> tuple[ChunkReader, list[int]]:
        """Check a turn's bytes again, and return its records behind the Turn message."""
        place = self._place(turn)
        if chunk_crc(self._source, place.start, place.size, None) != place.crc:
            self._source.fail(place.start, "the turn that was checked", "another")
        chunk = self._chunk(turn)
        self._commands(chunk)
        return chunk, list(messages.parse("Turn", chunk.take("turn")).universes)

    def _tables(self, chunk: ChunkReader) -> tuple[TableData, ...]:
        """Decode the snapshots of one universe, which come next."""
        tables: list[TableData] = []
        for at in range(len(self.header.schema.tables)):
            with chunk.blame():
                message = messages.parse("Snapshot", chunk.take("snapshot"))
                tables.append(snapshots.read_snapshot(message, self.header.schema, at))
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
