"""Reads a log from its first byte to its last and checks all of it (FORMAT.md).

Nothing is trusted before its CRC and seal; what comes out is where each turn lies. It keeps some
hundred bytes for each turn and holds one record at a time.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from mcap.opcode import Opcode

from vr_verify.canonical.archive import BYTES_MAX, archive_bytes
from vr_verify.model.run import Digests, Halt
from vr_verify.runlog import chains, codec, container, messages, records
from vr_verify.runlog.chunk import ChunkReader, chunk_crc
from vr_verify.runlog.records import LogHeader
from vr_verify.runlog.source import LogSource

STATE_BYTES_MAX: Final = 2**32
"""Decoded bytes of one state: more is refused before anything is decoded."""

_END_CHANNEL: Final = messages.CHANNEL_IDS["end"]


@dataclass(slots=True)
class TurnPlace:
    """Where a turn's records lie and what they were when they were checked."""

    start: int
    size: int
    crc: int
    halted: bool
    run_chain: bytes
    seal: bytes


@dataclass(slots=True)
class Scan:
    """What a whole pass over a log found. `cut_at` is where the first incomplete record starts."""

    header: LogHeader
    turns: list[TurnPlace]
    cut_at: int | None


@dataclass(slots=True)
class _Progress:
    """What is known so far; the chains' values are those after the last turn."""

    tally: container.Tally = field(default_factory=container.Tally)
    header: LogHeader | None = None
    header_offset: int = 0
    turns: list[TurnPlace] = field(default_factory=list)
    seal: bytes = chains.NO_SEAL
    run_chain: bytes = b""
    ledger_chain: bytes = b""
    events_chain: bytes = b""
    ended: bool = False

    @property
    def last_turn(self) -> int:
        """The last sealed turn, once there is one."""
        assert self.header is not None, "the header comes with the first turn"
        return self.header.first_turn + len(self.turns) - 1


def scan(source: LogSource) -> Scan:
    """Check a whole log; BadLogError for any damage but a cut after a sealed turn."""
    progress = _Progress()
    complete = _check_preface(source) and _read_chunks(source, progress)
    if progress.header is None:
        source.fail(source.size, "a sealed first state", "the end of the file")
    cut_at = None if complete else progress.tally.offset
    return Scan(progress.header, progress.turns, cut_at)


def _check_preface(source: LogSource) -> bool:
    """Check the first bytes; False for a file that ends within them."""
    expected = container.PREFACE
    found = source.read(0, len(expected))
    if not found:
        source.fail(0, "a run log", "an empty file")
    magic = container.MAGIC
    if found[: len(magic)] != magic[: len(found)]:
        source.fail(0, f"a run log, which starts with {magic!r}", repr(found[: len(magic)]))
    source.expect(0, expected[: len(found)], found, f"a log of profile {container.PROFILE}")
    return len(found) == len(expected)


def _read_chunks(source: LogSource, progress: _Progress) -> bool:
    """Read chunk after chunk and the closing part; False if the log was cut."""
    while not progress.ended:
        offset = progress.tally.offset
        head = source.read(offset, container.CHUNK_HEAD.size)
        if head and head[0] != Opcode.CHUNK:
            source.fail(offset, f"a chunk (opcode 0x{Opcode.CHUNK:02x})", f"0x{head[0]:02x}")
        if len(head) < container.CHUNK_HEAD.size:
            return False
        length = container.RECORD_HEAD.unpack_from(head)[1]
        size = container.chunk_records_bytes(length)
        if size < 0:
            source.fail(offset + 1, "the length of a chunk", str(length))
        if not _read_chunk(source, progress, head, size):
            return False
    offset = progress.tally.offset
    expected = container.closing(progress.tally)
    found = source.read(offset, len(expected) + 1)
    source.expect(offset, expected[: len(found)], found, "data end, summary and footer")
    return len(found) == len(expected)


def _read_chunk(source: LogSource, progress: _Progress, head: bytes, size: int) -> bool:
    """Read one chunk, whose turn is known; False if the file ends within it."""
    offset = progress.tally.offset
    stated = container.CHUNK_HEAD.unpack(head)
    turn = _turn_of_chunk(source, progress, stated[2])
    crc: int = stated[5]
    source.expect(offset, container.chunk_head(turn, size, crc), head, f"the chunk of turn {turn}")
    start = offset + container.CHUNK_HEAD.size
    if start + size > source.size:
        return False
    progress.tally.add_bytes(head)
    found = chunk_crc(source, start, size, progress.tally)
    if found != crc:
        at = offset + container.CHUNK_CRC_AT
        source.fail(at, f"the CRC 0x{found:08x} of turn {turn}", f"0x{crc:08x}")
    chunk = ChunkReader(source, turn, start, size, progress.seal)
    if chunk.next_channel() == _END_CHANNEL and progress.turns:
        _read_end(chunk, progress)
    else:
        _read_turn(chunk, progress, size, crc)
    progress.tally.add_chunk(turn, size)
    return True


def _turn_of_chunk(source: LogSource, progress: _Progress, stated: int) -> int:
    """Give the turn that a chunk must be of: the next one, or the last one again for the end."""
    if progress.header is None:
        return stated
    last = progress.last_turn
    allowed = [last] if progress.turns[-1].halted else [last, last + 1]
    if stated not in allowed:
        at = progress.tally.offset + container.RECORD_HEAD.size
        source.fail(at, " or ".join(f"turn {turn}" for turn in allowed), str(stated))
    return stated


def _read_turn(chunk: ChunkReader, progress: _Progress, size: int, crc: int) -> None:
    """Read the chunk of a turn, the first one with the header."""
    start = chunk.offset
    header = progress.header
    commands = b"[]"
    if header is None:
        header = _read_header(chunk, progress)
    elif chunk.turn == progress.last_turn:
        chunk.source.fail(start, f"turn {chunk.turn + 1} or the end", f"turn {chunk.turn} again")
    else:
        with chunk.blame():
            commands = records.parse_commands_message(chunk.take("commands"), chunk.turn)
        progress.tally.add_message("commands")
    with chunk.blame():
        message = messages.parse("Turn", chunk.take("turn"))
        digests, halt = _check_turn(chunk.turn, message, header)
        if progress.turns:
            records.parse_commands(commands, header, halt is not None)
        elif halt is not None:
            raise ValueError("expected a first state, found a halt")
        _check_run_chain(message, commands, digests, halt, progress)
        _check_stream_chains(message, digests, header, progress)
    progress.tally.add_message("turn")
    _read_snapshots(chunk, header, list(message.universes), progress.tally)
    _read_seal(chunk, progress)
    halted = halt is not None
    place = TurnPlace(start, size, crc, halted, progress.run_chain, progress.seal)
    progress.header = header
    progress.turns.append(place)


def _read_header(chunk: ChunkReader, progress: _Progress) -> LogHeader:
    """Read schemas, channels and header; start the chains."""
    chunk.take_opening()
    with chunk.blame():
        header = records.parse_header(chunk.take("header"))
        if header.first_turn != chunk.turn:
            raise ValueError(f"expected first turn {chunk.turn}, found {header.first_turn}")
    progress.tally.add_message("header")
    start = chains.chain_start(header.schema.digest, header.scenario_digest, header.rules_version)
    progress.run_chain = progress.ledger_chain = progress.events_chain = start
    return header


def _check_turn(turn: int, message: Any, header: LogHeader) -> tuple[Digests, Halt | None]:
    """Check a Turn message by itself; ValueError says what is wrong."""
    if message.turn != turn:
        raise ValueError(f"expected turn {turn}, found {message.turn}")
    ids = list(message.universes)
    if ids != sorted(set(ids)):
        raise ValueError(f"expected universe ids in ascending order, found {ids!r:.80}")
    halt = records.turn_halt(message)
    if halt is not None and ids:
        raise ValueError("expected no universes after a halt")
    return records.turn_digests(message, header), halt


def _check_run_chain(
    message: Any, commands: bytes, digests: Digests, halt: Halt | None, progress: _Progress
) -> None:
    """Compute the run's chain anew and compare."""
    turn: int = message.turn
    progress.run_chain = chains.run_chain(progress.run_chain, turn, commands, digests.state, halt)
    _require_chain("run_chain", progress.run_chain, message.run_chain)


def _check_stream_chains(
    message: Any, digests: Digests, header: LogHeader, progress: _Progress
) -> None:
    """Compute the chains of ledger and events anew; they are there if their digests are."""
    turn: int = message.turn
    progress.ledger_chain = chains.ledger_chain(progress.ledger_chain, turn, digests.ledger)
    progress.events_chain = chains.events_chain(progress.events_chain, turn, digests.events)
    for name, chain in (("ledger", progress.ledger_chain), ("events", progress.events_chain)):
        expected = chain if name in header.has else b""
        _require_chain(f"{name}_chain", expected, getattr(message, f"{name}_chain"))


def _require_chain(name: str, expected: bytes, found: bytes) -> None:
    if found != expected:
        raise ValueError(f"expected the {name} {expected.hex()!r}, found {found.hex()!r:.80}")


def _read_snapshots(
    chunk: ChunkReader, header: LogHeader, universes: list[int], tally: container.Tally
) -> None:
    """Check that a snapshot of each table of each universe is there, of the size it must have."""
    total = 0
    for universe in universes:
        for table in header.schema.tables:
            with chunk.blame():
                message = messages.parse("Snapshot", chunk.take("snapshot"))
                found = (message.turn, message.universe, message.table)
                if found != (chunk.turn, universe, table.name):
                    raise ValueError(f"expected {universe}/{table.name}, found {found!r:.80}")
                size = archive_bytes(table, message.rows)
                total += size
                if size > BYTES_MAX or total > STATE_BYTES_MAX:
                    raise ValueError(f"expected at most 2 GiB, 4 GiB a state, found {size}")
                if message.archive_bytes != size:
                    raise ValueError(f"expected {size} bytes, found {message.archive_bytes}")
                codec.check_size(message.codec, message.data, size)
            tally.add_message("snapshot")


def _read_seal(chunk: ChunkReader, progress: _Progress) -> None:
    """Check the seal that ends every chunk."""
    expected, offset = chunk.hasher.digest(), chunk.offset
    with chunk.blame():
        message = messages.parse("Seal", chunk.take("seal", sealed=False))
        if message.turn != chunk.turn:
            raise ValueError(f"expected turn {chunk.turn}, found {message.turn}")
    if message.seal != expected:
        found = bytes(message.seal).hex()
        chunk.source.fail(offset, f"the seal {expected.hex()}", f"{found or 'no bytes':.80}")
    chunk.take_end()
    progress.tally.add_message("seal")
    progress.seal = expected


def _read_end(chunk: ChunkReader, progress: _Progress) -> None:
    """Read the chunk that closes a log."""
    place = progress.turns[-1]
    with chunk.blame():
        message = messages.parse("End", chunk.take("end"))
        wanted = ("halted" if place.halted else "complete", progress.last_turn, place.run_chain)
        found = (message.reason, message.last_turn, message.run_chain)
        if found != wanted or chunk.turn != progress.last_turn:
            raise ValueError(f"expected the end {wanted[:2]}, found {found[:2]!r:.80}")
    progress.tally.add_message("end")
    _read_seal(chunk, progress)
    progress.ended = True
