"""A log as a list of parts that a fuzzer may change, and back: all checksums are made anew.

A part is `kind u8 ‖ length u16 ‖ bytes`. Kinds 1 to 7 are messages of that channel, 0 ends a
chunk, 8 is bytes as they are. With 16 added a message stays as it is; else its turn and chains
are made to fit what stands before it.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Any

from mcap.opcode import Opcode

from vr_verify.model.run import Digests
from vr_verify.runlog import chains, container, messages, records
from vr_verify.runlog.position import Position

HEAD = struct.Struct("<BH")
CHUNK_END, RAW, AS_IT_IS = 0, 8, 16
CHANNELS = {at: name for name, at in messages.CHANNEL_IDS.items()}


def split(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Give kind and bytes of each part; the last one may be cut short."""
    at = 0
    while at + HEAD.size <= len(data):
        kind, length = HEAD.unpack_from(data, at)
        at += HEAD.size
        yield kind % 32, data[at : at + length]
        at += length


def dismantle(log: bytes) -> bytes:
    """Return the parts of a sound log."""
    parts: list[bytes] = []
    at = len(container.PREFACE)
    while log[at] == Opcode.CHUNK:
        size = int.from_bytes(log[at + 1 : at + 9], "little")
        end, at = at + 9 + size, at + container.CHUNK_HEAD.size
        while at < end:
            length = 9 + int.from_bytes(log[at + 1 : at + 9], "little")
            record, at = log[at : at + length], at + length
            if record[0] != Opcode.MESSAGE:
                continue
            kind = int.from_bytes(record[9:11], "little")
            data = record[container.MESSAGE_HEAD.size :]
            if CHANNELS[kind] != "seal":
                parts.append(HEAD.pack(kind, len(data)) + data)
        parts.append(HEAD.pack(CHUNK_END, 0))
    return b"".join(parts)


class Assembly:
    """A log that grows part by part, and what its checksums and chains depend on."""

    def __init__(self) -> None:
        self.at = Position()
        self.header: records.LogHeader | None = None
        self.turn = 0
        self.commands = b"[]"
        self.data = bytearray(container.PREFACE)
        self.ended = False
        self._records: list[bytes] = []
        self._channels: list[str] = []

    def add(self, kind: int, data: bytes) -> None:
        """Add one part."""
        channel = CHANNELS.get(kind % AS_IT_IS)
        if kind % AS_IT_IS == CHUNK_END:
            self.end_chunk()
        elif channel is None:
            self._records.append(data)
        else:
            fitted = data if kind >= AS_IT_IS else self._fitted(channel, data)
            self._records.append(container.message_record(channel, self.turn, fitted))
            self._channels.append(channel)
            self.ended = self.ended or channel == "end"

    def end_chunk(self) -> None:
        """Seal the records since the last chunk, and frame them."""
        first = not self.at.tally.chunks
        body = (container.OPENING if first else b"") + b"".join(self._records)
        hasher = chains.seal_over(self.at.seal)
        hasher.update(body)
        self.at.seal = hasher.digest()
        seal = messages.serialize("Seal", turn=self.turn, seal=self.at.seal)
        body += container.message_record("seal", self.turn, seal)
        for channel in [*self._channels, "seal"]:
            self.at.tally.add_message(channel)
        self.at.tally.add_chunk(self.turn, len(body))
        for part in (container.chunk_head(self.turn, len(body), zlib.crc32(body)), body):
            self.at.tally.add_bytes(part)
            self.data += part
        self._records, self._channels = [], []

    def _fitted(self, channel: str, data: bytes) -> bytes:
        """Make a message's turn and chains fit, if it is one."""
        name = messages.CHANNELS[channel]
        try:
            message = messages.parse(name, data)
            changes = self._changes(channel, message, data)
        except (ValueError, UnicodeError):
            return data
        for field, value in changes.items():
            setattr(message, field, value)
        encoded: bytes = message.SerializeToString(deterministic=True)
        return encoded

    def _changes(self, channel: str, message: Any, data: bytes) -> dict[str, Any]:
        """Return the fields that must fit; ValueError where nothing can."""
        if channel == "header":
            self.header = records.parse_header(data)
            self.turn = self.header.first_turn
            self.at.begin(self.header)
            return {}
        if channel == "commands":
            self.turn += 1 if self.turn < 2**64 - 1 else 0
            self.commands = message.by_step.encode()
        if channel == "turn":
            return {"turn": self.turn} | self._chains(message)
        if channel == "end":
            return {"last_turn": self.turn, "run_chain": self.at.run_chain}
        return {"turn": self.turn}

    def _chains(self, message: Any) -> dict[str, bytes]:
        has = self.header.has if self.header else ()
        found = {name: getattr(message, f"{name}_digest") or None for name in records.DIGEST_NAMES}
        self.at.chain(self.turn, self.commands, Digests(**found), records.turn_halt(message))
        return {
            "run_chain": self.at.run_chain,
            "ledger_chain": self.at.ledger_chain if "ledger" in has else b"",
            "events_chain": self.at.events_chain if "events" in has else b"",
        }


def assemble(data: bytes) -> bytes:
    """Return the log of these parts; closed if one of them is an end."""
    assembly = Assembly()
    for kind, part in split(data):
        assembly.add(kind, part)
    if assembly.ended and assembly.at.tally.chunks:
        assembly.data += b"".join(container.closing(assembly.at.tally))
    return bytes(assembly.data)
