"""Forges logs: any records in any order, with sound CRCs, seals, chains and closing parts.

For a log that says what no writer of ours would say. It must not check anything itself.
"""

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from tests.harness.canonical.examples import small_state
from tests.harness.runlog.logs import header_of
from vr_verify.canonical.state import State
from vr_verify.model.run import Digests, Halt
from vr_verify.runlog import chains, container, messages, snapshots
from vr_verify.runlog.position import Position
from vr_verify.runlog.records import LogHeader, header_message
from vr_verify.runlog.snapshots import Stored

NO_COMMANDS = b"[[],[]]"


class Forge:
    """A log as bytes that grow; every method appends and gives itself back."""

    def __init__(self, header: LogHeader | None = None) -> None:
        self.header = header_of() if header is None else header
        self.at = Position()
        self.at.begin(self.header)
        self.data = bytearray(container.PREFACE)

    def chunk(self, turn: int, stored: Sequence[Stored], opening: bool = False) -> Self:
        """Append a chunk of these messages and its seal."""
        records = [container.OPENING] if opening else []
        records += [container.message_record(channel, turn, data) for channel, data in stored]
        return self.raw_chunk(turn, b"".join(records), [channel for channel, _ in stored])

    def raw_chunk(self, turn: int, records: bytes, channels: Sequence[str] = ()) -> Self:
        """Append a chunk of these bytes and its seal."""
        hasher = chains.seal_over(self.at.seal)
        hasher.update(records)
        self.at.seal = hasher.digest()
        seal = messages.serialize("Seal", turn=turn, seal=self.at.seal)
        body = records + container.message_record("seal", turn, seal)
        for channel in [*channels, "seal"]:
            self.at.tally.add_message(channel)
        self.at.tally.add_chunk(turn, len(body))
        for part in (container.chunk_head(turn, len(body), zlib.crc32(body)), body):
            self.at.tally.add_bytes(part)
            self.data += part
        return self

    def first(
        self,
        state: Sequence[Stored] | None = None,
        header: bytes | None = None,
        universes: Sequence[int] = (0,),
    ) -> Self:
        """Append the first chunk: header, turn, and a state (that of the examples)."""
        turn = self.header.first_turn
        told = header_message(self.header) if header is None else header
        kept = keyframe(small_state(turn), self.header) if state is None else state
        message = self.turn_message(
            turn, b"[]", any_digests(self.header, turn), universes=universes
        )
        return self.chunk(turn, [("header", told), ("turn", message), *kept], opening=True)

    def turn(
        self,
        turn: int,
        state: Sequence[Stored] = (),
        commands: bytes = NO_COMMANDS,
        halt: Halt | None = None,
        universes: Sequence[int] = (0,),
    ) -> Self:
        """Append the chunk of a turn that keeps so much of its state."""
        digests = any_digests(self.header, turn) if halt is None else Digests()
        said = messages.serialize("Commands", turn=turn, by_step=commands.decode())
        message = self.turn_message(turn, commands, digests, halt, universes)
        return self.chunk(turn, [("commands", said), ("turn", message), *state])

    def turn_message(
        self,
        turn: int,
        commands: bytes,
        digests: Digests,
        halt: Halt | None = None,
        universes: Sequence[int] = (0,),
    ) -> bytes:
        """Move the chains on, and return the Turn message that says so."""
        self.at.chain(turn, commands, digests, halt)
        has = self.header.has
        return messages.serialize(
            "Turn",
            turn=turn,
            universes=universes if halt is None else (),
            state_digest=digests.state or b"",
            ledger_digest=digests.ledger or b"",
            events_digest=digests.events or b"",
            halt=None if halt is None else halt.as_json(),
            run_chain=self.at.run_chain,
            ledger_chain=self.at.ledger_chain if "ledger" in has else b"",
            events_chain=self.at.events_chain if "events" in has else b"",
        )

    def end(self, turn: int, reason: str = "complete") -> Self:
        """Append the chunk of the end."""
        told = {"reason": reason, "last_turn": turn, "run_chain": self.at.run_chain}
        return self.chunk(turn, [("end", messages.serialize("End", **told))])

    def closing(self) -> Self:
        """Append data end, summary, footer and magic, as they must be here."""
        self.data += b"".join(container.closing(self.at.tally))
        return self

    def write(self, path: Path) -> Path:
        """Write the bytes to a file."""
        path.write_bytes(self.data)
        return path


def any_digests(header: LogHeader, turn: int) -> Digests:
    """Make digests of a turn, which are those of no state; a reader takes them as they are."""
    return Digests(**{name: bytes([turn % 256]) * 32 for name in header.has})


def keyframe(state: State, header: LogHeader) -> list[Stored]:
    """Return the snapshots of a state."""
    return snapshots.keyframe_messages(header.schema, state)[0]


def deltas(turn: int, header: LogHeader) -> list[Stored]:
    """Return the deltas that lead to a turn of the examples."""
    return snapshots.delta_messages(header.schema, small_state(turn - 1), small_state(turn))[0]


def altered(stored: Sequence[Stored], place: int, **changes: Any) -> list[Stored]:
    """Return messages of which one has other fields; its chain of one encoding is kept."""
    channel, data = stored[place]
    name = messages.CHANNELS[channel]
    message = messages.parse(name, data)
    fields = {field: getattr(message, field) for field, _ in messages.FIELDS[name]}
    made = messages.serialize(name, **(fields | changes))
    return [*stored[:place], (channel, made), *stored[place + 1 :]]
