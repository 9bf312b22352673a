"""Writes a run log, one sealed chunk after each turn (FORMAT.md).

Append-only and straight to its path: a kill at any byte loses at most the turn being written.
"""

import zlib
from collections.abc import Sequence
from copy import copy
from pathlib import Path

from vr_verify.canonical.changed_rows import Changes
from vr_verify.canonical.state import State, check_state
from vr_verify.model.closing import Closing
from vr_verify.model.run import Command, Digests, Halt
from vr_verify.runlog import chains, container, messages
from vr_verify.runlog.kept_states import ChangedState, KeptStates
from vr_verify.runlog.keyframes import Distance
from vr_verify.runlog.position import Position
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.records import DIGEST_NAMES, LogHeader, commands_text, header_message
from vr_verify.runlog.sink import LogSink
from vr_verify.runlog.sketches import TurnSketch, sketch_message
from vr_verify.runlog.snapshots import Stored
from vr_verify.runlog.standing import StandingState


class RunLogWriter(Closing):
    """A log being written. Left without `finish`, it stays a log that was cut: readable, open.

    `durable` waits after each turn until the bytes are on the disk. Errors of the disk are
    IoFailed; what only a bug could cause is an AssertionError or a ValueError.
    """

    def __init__(
        self,
        path: Path | str,
        begun: LogHeader | RunLog,
        durable: bool = False,
    ) -> None:
        """Start a log with this header, or go on behind the last turn of this log at `path`.

        What follows that turn is dropped.
        """
        self.path = Path(path)
        if isinstance(begun, RunLog):
            self._go_on(begun, durable)
        else:
            self._start(begun, durable)

    def _start(self, header: LogHeader, durable: bool) -> None:
        self.header, self._header_data = header, header_message(header)
        self._at = Position()
        self._at.begin(header)
        self._last_turn: int | None = None
        self._halted = False
        self._kept = KeptStates(header.schema, Distance(header.snapshots), None)
        self._sink = LogSink(self.path, durable)
        self._sink.append(container.PREFACE)

    def _go_on(self, log: RunLog, durable: bool) -> None:
        # The header was written; to write a large scenario again takes tenths of a second.
        self.header, self._header_data = log.header, b""
        self._at = log.position
        self._last_turn, self._halted = log.turns[-1], log.halted
        differs = self.header.snapshots == "delta" and not self._halted
        last = log.state(self._last_turn) if differs else None
        self._kept = KeptStates(self.header.schema, log.distance(), last)
        self._sink = LogSink(self.path, durable, keep_bytes=self._at.tally.offset)

    @property
    def run_chain(self) -> bytes:
        """The chain over all that was written so far."""
        return self._at.run_chain

    @property
    def standing(self) -> StandingState | None:
        """What changed rows have led to; None if the last state was given whole."""
        return self._kept.standing

    def write_first(
        self, state: State, digests: Digests, sketched: TurnSketch | None = None
    ) -> None:
        """Write the header and the first state, which no command led to."""
        assert self._last_turn is None, "the first state is written once"
        assert state.turn == self.header.first_turn, "the first state is the first turn's"
        opening = ("header", self._header_data)
        self._write_turn(state.turn, opening, b"[]", state, digests, None, sketched)

    def write_turn(
        self,
        turn: int,
        commands_by_step: Sequence[Sequence[Command]],
        state: State | ChangedState | None,
        digests: Digests,
        halt: Halt | None = None,
        sketched: TurnSketch | None = None,
    ) -> None:
        """Write a turn: its commands and its state, or its commands and the halt that undid it.

        A sparse log takes no state where `wants_state` says so; only a log of deltas takes a state
        by its changed rows. A log with sketches has one of each turn that did not halt.
        """
        assert self._last_turn is not None, "the first state comes first"
        assert turn == self._last_turn + 1, "turns are written in order, without a gap"
        assert not self._halted, "nothing comes after a halt"
        steps = len(self.header.steps)
        assert len(commands_by_step) == steps or (halt and len(commands_by_step) < steps)
        text = commands_text(commands_by_step)
        data = messages.serialize("Commands", turn=turn, by_step=text.decode())
        self._write_turn(turn, ("commands", data), text, state, digests, halt, sketched)

    def wants_state(self) -> bool:
        """Whether the next turn is written with its state; always, but for a sparse log."""
        return self.header.snapshots != "sparse" or self._kept.distance.due()

    def wants_whole(self, changes: Changes) -> bool:
        """Whether a log of deltas takes the next turn, which changed these rows, whole as well."""
        return self._kept.wants_whole(changes)

    def stateless_ahead(self, turns_max: int) -> int:
        """How many of the next turns are written without a state, as far as `turns_max`."""
        if self.wants_state():
            return 0
        distance, turns = copy(self._kept.distance), 0
        while turns < turns_max and not distance.due():
            distance.at_turn(distance.keyframe)
            turns += 1
        return turns

    def finish(self) -> None:
        """Write the end and close; without it a log counts as cut."""
        turn = self._last_turn
        assert turn is not None, "a log holds at least the first state"
        data = messages.serialize(
            "End",
            reason="halted" if self._halted else "complete",
            last_turn=turn,
            run_chain=self.run_chain,
        )
        self._write_chunk(turn, [("end", data)])
        for piece in container.closing(self._at.tally):
            self._sink.append(piece)
        self._sink.settle()
        self.close()

    def close(self) -> None:
        """Close the file as it stands."""
        self._sink.close()

    def _write_turn(
        self,
        turn: int,
        opening: Stored,
        commands: bytes,
        state: State | ChangedState | None,
        digests: Digests,
        halt: Halt | None,
        sketched: TurnSketch | None,
    ) -> None:
        """Write one turn's chunk; `opening` is the message in front of the Turn message."""
        assert state is None or halt is None, "a halt undoes the state"
        if state is None and halt is None:
            assert not self.wants_state(), "a turn has a state, a halt, or needs none"
        for name in DIGEST_NAMES:
            wanted = halt is None and name in self.header.has
            assert (getattr(digests, name) is not None) == wanted, f"{name} digest as declared"
        if state is not None:
            assert state.turn == turn, "the state is that of the turn"
        if isinstance(state, State):
            check_state(self.header.schema, state)
        universes = _universes(state)
        self._at.chain(turn, commands, digests, halt)
        stored = [opening, ("turn", self._turn_message(turn, universes, digests, halt))]
        wanted = halt is None and self.header.sketch_cells > 0
        assert (sketched is not None) == wanted, "a sketch as declared"
        if sketched is not None:
            stored.append(("sketch", sketch_message(turn, sketched)))
        if state is not None and (universes or self._keeps_empty_states()):
            stored += self._kept.store(state)
        elif halt is None:
            self._kept.distance.at_turn(self._kept.distance.keyframe)
        self._write_chunk(turn, stored)
        self._last_turn, self._halted = turn, halt is not None

    def _keeps_empty_states(self) -> bool:
        """Whether a state without universes is told from none: not in turns of a sparse log."""
        return self._last_turn is None or self.header.snapshots != "sparse"

    def _turn_message(
        self, turn: int, universes: Sequence[int], digests: Digests, halt: Halt | None
    ) -> bytes:
        has = self.header.has
        return messages.serialize(
            "Turn",
            turn=turn,
            universes=universes,
            state_digest=digests.state or b"",
            ledger_digest=digests.ledger or b"",
            events_digest=digests.events or b"",
            halt=None if halt is None else halt.as_json(),
            run_chain=self.run_chain,
            ledger_chain=self._at.ledger_chain if "ledger" in has else b"",
            events_chain=self._at.events_chain if "events" in has else b"",
        )

    def _write_chunk(self, turn: int, stored: list[Stored]) -> None:
        """Seal the messages and append them as one chunk; the first one opens with the schemas."""
        records: list[bytes] = []
        if self._last_turn is None:
            sketched = self.header.sketch_cells > 0
            records.append(container.OPENING_SKETCHED if sketched else container.OPENING)
        records += [container.message_record(channel, turn, data) for channel, data in stored]
        hasher = chains.seal_over(self._at.seal)
        for record in records:
            hasher.update(record)
        self._at.seal = hasher.digest()
        seal = messages.serialize("Seal", turn=turn, seal=self._at.seal)
        body = b"".join([*records, container.message_record("seal", turn, seal)])
        for channel in [*(channel for channel, _ in stored), "seal"]:
            self._at.tally.add_message(channel)
        self._at.tally.add_chunk(turn, len(body))
        for part in (container.chunk_head(turn, len(body), zlib.crc32(body)), body):
            self._at.tally.add_bytes(part)
            self._sink.append(part)
        self._sink.settle()


def _universes(state: State | ChangedState | None) -> list[int]:
    """Return the ids of a state's universes."""
    if state is None:
        return []
    universes = state.universes if isinstance(state, State) else state.changes.universes
    return [universe.id for universe in universes]
