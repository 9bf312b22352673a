"""Writes a run log, one sealed chunk after each turn (FORMAT.md).

Append-only and straight to its path: a kill at any byte loses at most the turn being written.
"""

import os
import zlib
from collections.abc import Sequence
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from vr_verify.canonical.archive import encode_archive
from vr_verify.canonical.state import State, check_state
from vr_verify.errors import IoFailed, MissingFileError
from vr_verify.model.run import Command, Digests, Halt
from vr_verify.runlog import chains, codec, container, messages
from vr_verify.runlog.records import DIGEST_NAMES, LogHeader, commands_text, header_message

Stored = tuple[str, bytes]
"""A message on its way into a chunk: its channel and its data."""


class RunLogWriter:
    """A log being written. Left without `finish`, it stays a log that was cut: readable, open.

    `durable` waits after each turn until the bytes are on the disk. Errors of the disk are
    IoFailed; what only a bug could cause is an AssertionError or a ValueError.
    """

    def __init__(self, path: Path | str, header: LogHeader, durable: bool = False) -> None:
        self.path = Path(path)
        self.header = header
        self._durable = durable
        self._tally = container.Tally()
        self._seal = chains.NO_SEAL
        start = chains.chain_start(
            header.schema.digest, header.scenario_digest, header.rules_version
        )
        self.run_chain = self._ledger_chain = self._events_chain = start
        self._last_turn: int | None = None
        self._halted = False
        self._header_data = header_message(header)
        self._file = self._create()
        self._append(container.PREFACE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def write_first(self, state: State, digests: Digests) -> None:
        """Write the header and the first state, which no command led to."""
        assert self._last_turn is None, "the first state is written once"
        assert state.turn == self.header.first_turn, "the first state is the first turn's"
        self._write_turn(state.turn, ("header", self._header_data), b"[]", state, digests, None)

    def write_turn(
        self,
        turn: int,
        commands_by_step: Sequence[Sequence[Command]],
        state: State | None,
        digests: Digests,
        halt: Halt | None = None,
    ) -> None:
        """Write a turn: its commands and its state, or its commands and the halt that undid it."""
        assert self._last_turn is not None, "the first state comes first"
        assert turn == self._last_turn + 1, "turns are written in order, without a gap"
        assert not self._halted, "nothing comes after a halt"
        steps = len(self.header.steps)
        assert len(commands_by_step) == steps or (halt and len(commands_by_step) < steps)
        text = commands_text(commands_by_step)
        data = messages.serialize("Commands", turn=turn, by_step=text.decode())
        self._write_turn(turn, ("commands", data), text, state, digests, halt)

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
        self._append(container.closing(self._tally))
        self.close()

    def close(self) -> None:
        """Close the file as it stands."""
        self._file.close()

    def _write_turn(
        self,
        turn: int,
        opening: Stored,
        commands: bytes,
        state: State | None,
        digests: Digests,
        halt: Halt | None,
    ) -> None:
        """Write one turn's chunk; `opening` is the message in front of the Turn message."""
        assert (state is None) == (halt is not None), "a turn has a state or a halt"
        for name in DIGEST_NAMES:
            wanted = halt is None and name in self.header.has
            assert (getattr(digests, name) is not None) == wanted, f"{name} digest as declared"
        if state is not None:
            assert state.turn == turn, "the state is that of the turn"
            check_state(self.header.schema, state)
        self._advance_chains(turn, commands, digests, halt)
        stored = [opening, ("turn", self._turn_message(turn, state, digests, halt))]
        if state is not None:
            stored += self._snapshots(state)
        self._write_chunk(turn, stored)
        self._last_turn, self._halted = turn, halt is not None

    def _advance_chains(
        self, turn: int, commands: bytes, digests: Digests, halt: Halt | None
    ) -> None:
        self.run_chain = chains.run_chain(self.run_chain, turn, commands, digests.state, halt)
        self._ledger_chain = chains.ledger_chain(self._ledger_chain, turn, digests.ledger)
        self._events_chain = chains.events_chain(self._events_chain, turn, digests.events)

    def _turn_message(
        self, turn: int, state: State | None, digests: Digests, halt: Halt | None
    ) -> bytes:
        has = self.header.has
        return messages.serialize(
            "Turn",
            turn=turn,
            universes=[] if state is None else [universe.id for universe in state.universes],
            state_digest=digests.state or b"",
            ledger_digest=digests.ledger or b"",
            events_digest=digests.events or b"",
            halt=None if halt is None else halt.as_json(),
            run_chain=self.run_chain,
            ledger_chain=self._ledger_chain if "ledger" in has else b"",
            events_chain=self._events_chain if "events" in has else b"",
        )

    def _snapshots(self, state: State) -> list[Stored]:
        """Return a message for each table of each universe, in canonical order."""
        schema, stored = self.header.schema, []
        for universe in state.universes:
            for table, data in zip(schema.tables, universe.tables, strict=True):
                archive = encode_archive(schema.digest, data.rows, data.columns)
                codec_id, compressed = codec.compress(archive)
                message = messages.serialize(
                    "Snapshot",
                    turn=state.turn,
                    universe=universe.id,
                    table=table.name,
                    rows=data.rows,
                    codec=codec_id,
                    archive_bytes=len(archive),
                    data=compressed,
                )
                stored.append(("snapshot", message))
        return stored

    def _write_chunk(self, turn: int, stored: list[Stored]) -> None:
        """Seal the messages and append them as one chunk; the first one opens with the schemas."""
        records = [container.OPENING] if self._last_turn is None else []
        records += [container.message_record(channel, turn, data) for channel, data in stored]
        hasher = chains.seal_over(self._seal)
        for record in records:
            hasher.update(record)
        self._seal = hasher.digest()
        seal = messages.serialize("Seal", turn=turn, seal=self._seal)
        body = b"".join([*records, container.message_record("seal", turn, seal)])
        for channel in [*(channel for channel, _ in stored), "seal"]:
            self._tally.add_message(channel)
        self._tally.add_chunk(turn, len(body))
        for part in (container.chunk_head(turn, len(body), zlib.crc32(body)), body):
            self._tally.add_bytes(part)
            self._append(part)
        if self._durable:
            self._synchronise()

    def _create(self) -> FileIO:
        try:
            return FileIO(self.path, "wb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise MissingFileError(
                f"{self.path}: cannot write a log here: {error.strerror}"
            ) from error
        except OSError as error:
            raise IoFailed(f"{self.path}: cannot write a log here: {error.strerror}") from error

    def _append(self, data: bytes) -> None:
        """Write all of `data`, unbuffered: when this returns, a kill of us cannot undo it."""
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError as error:
            self._file.close()
            raise IoFailed(f"{self.path}: cannot write the log: {error.strerror}") from error

    def _synchronise(self) -> None:
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise IoFailed(f"{self.path}: cannot write the log: {error.strerror}") from error
