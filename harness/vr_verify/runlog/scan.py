"""Reads a log from its first byte to its last and checks all of it (FORMAT.md).

Nothing is trusted before its CRC and seal; what comes out is where each turn lies. It keeps 37
bytes for each turn, eight more for a keyframe, and holds one record at a time.
"""

from array import array
from collections.abc import MutableSequence
from dataclasses import dataclass, field
from typing import Any, Final

from mcap.opcode import Opcode

from vr_verify.errors import BadLogError
from vr_verify.model.run import Digests, Halt
from vr_verify.runlog import container, messages, records, torn
from vr_verify.runlog.chunk import ChunkReader, chunk_crc
from vr_verify.runlog.closing_part import read_closing
from vr_verify.runlog.keyframes import Distance
from vr_verify.runlog.places import TurnPlace, TurnPlaces, mark_of
from vr_verify.runlog.position import Position
from vr_verify.runlog.records import LogHeader
from vr_verify.runlog.scan_states import StateScan
from vr_verify.runlog.sketches import TurnSketch, parse_sketch
from vr_verify.runlog.source import LogSource

_END: Final = messages.CHANNEL_IDS["end"]


@dataclass(slots=True)
class Scan:
    """What a whole pass over a log found. `cut_at` is where the first incomplete record starts.

    `position` is the one behind the last turn, before an end; `keyframes` are turns, and
    `distance` is that of the last turn from the last of them.
    """

    header: LogHeader
    turns: TurnPlaces
    keyframes: MutableSequence[int]
    distance: Distance
    cut_at: int | None
    position: Position


@dataclass(slots=True)
class _Progress:
    """What is known so far. `at` is the position that was read up to, `before_end` the kept one."""

    at: Position = field(default_factory=Position)
    header: LogHeader | None = None
    turns: TurnPlaces = field(default_factory=TurnPlaces)
    keyframes: MutableSequence[int] = field(default_factory=lambda: array("Q"))
    distance: Distance | None = None
    states: StateScan | None = None
    before_end: Position | None = None
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
    if progress.header is None or progress.distance is None:
        source.fail(source.size, "a sealed first state", "the end of the file")
    return Scan(
        header=progress.header,
        turns=progress.turns,
        keyframes=progress.keyframes,
        distance=progress.distance,
        cut_at=None if complete else progress.at.tally.offset,
        position=progress.before_end or progress.at,
    )


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
        offset = progress.at.tally.offset
        head = source.read(offset, container.CHUNK_HEAD.size)
        size = _sound_head(source, progress, head)
        if size is None or not _read_chunk(source, progress, head, size):
            return False
    return read_closing(source, progress.at.tally)


def _sound_head(source: LogSource, progress: _Progress, head: bytes) -> int | None:
    """Return the size of a chunk's records from its head; None if the file ends with that head."""
    try:
        return _check_head(source, progress, head)
    except BadLogError:
        turns = _turns_to_come(progress)
        if turns and torn.head_lost(source, progress.at.tally.offset, head, turns):
            return None
        raise


def _check_head(source: LogSource, progress: _Progress, head: bytes) -> int | None:
    offset = progress.at.tally.offset
    if head and head[0] != Opcode.CHUNK:
        source.fail(offset, f"a chunk (opcode 0x{Opcode.CHUNK:02x})", f"0x{head[0]:02x}")
    if len(head) < container.CHUNK_HEAD.size:
        return None
    stated = container.CHUNK_HEAD.unpack(head)
    size = container.chunk_records_bytes(stated[1])
    if size < 0:
        source.fail(offset + 1, "the length of a chunk", str(stated[1]))
    turn = _turn_of_chunk(source, progress, stated[2])
    expected = container.chunk_head(turn, size, stated[5])
    source.expect(offset, expected, head, f"the chunk of turn {turn}")
    return size


def _read_chunk(source: LogSource, progress: _Progress, head: bytes, size: int) -> bool:
    """Read one chunk, whose head is sound; False if the file ends within it."""
    offset = progress.at.tally.offset
    stated = container.CHUNK_HEAD.unpack(head)
    turn, crc = stated[2], stated[5]
    start = offset + container.CHUNK_HEAD.size
    if start + size > source.size:
        return False
    tally = progress.at.tally
    data_crc = tally.data_crc
    tally.add_bytes(head)
    found = chunk_crc(source, start, size, tally)
    if found != crc and torn.records_lost(source, start, size):
        tally.data_crc = data_crc
        return False
    if found != crc:
        at = offset + container.CHUNK_CRC_AT
        source.fail(at, f"the CRC 0x{found:08x} of turn {turn}", f"0x{crc:08x}")
    chunk = ChunkReader(source, turn, start, size, progress.at.seal)
    if chunk.next_channel() == _END and progress.turns:
        progress.before_end = progress.at.kept(data_crc)
        _read_end(chunk, progress)
    else:
        _read_turn(chunk, progress, size, crc)
    tally.add_chunk(turn, size)
    return True


def _turn_of_chunk(source: LogSource, progress: _Progress, stated: int) -> int:
    """Give the turn that a chunk must be of: the next one, or the last one again for the end."""
    allowed = _turns_to_come(progress)
    if allowed and stated not in allowed:
        at = progress.at.tally.offset + container.RECORD_HEAD.size
        source.fail(at, " or ".join(f"turn {turn}" for turn in allowed), str(stated))
    return stated


def _turns_to_come(progress: _Progress) -> list[int]:
    """Return the turns that the next chunk may be of; none, that is any, for the first one."""
    if not progress.turns:
        return []
    last = progress.last_turn
    return [last] if progress.turns[-1].halted else [last, last + 1]


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
        progress.at.tally.add_message("commands")
    with chunk.blame():
        message = messages.parse("Turn", chunk.take("turn"))
        digests, halt = _check_turn(chunk.turn, message, header)
        if progress.turns:
            records.parse_commands(commands, header, halt is not None)
        elif halt is not None:
            raise ValueError("expected a first state, found a halt")
        progress.at.chain(chunk.turn, commands, digests, halt)
        _check_chains(message, header, progress.at)
    progress.at.tally.add_message("turn")
    states = progress.states = progress.states or StateScan(header)
    universes = list(message.universes)
    sketched = _read_sketch(chunk, header, halt, progress.at)
    kept, stored_bytes = states.read(chunk, universes, halt, progress.at.tally)
    if sketched is not None and kept != "none":
        with chunk.blame():
            states.check_rows(sketched.rows)
    _read_seal(chunk, progress)
    place = TurnPlace(
        start=start,
        size=size,
        crc=crc,
        halted=halt is not None,
        mark=mark_of(progress.at.run_chain, progress.at.seal),
        kept=kept,
    )
    distance = progress.distance = progress.distance or Distance(header.snapshots)
    if kept == "keyframe":
        progress.keyframes.append(chunk.turn)
        distance.at_keyframe(stored_bytes, states.rows)
    elif halt is None:
        distance.at_turn(stored_bytes if kept == "delta" else states.rows)
    progress.header = header
    progress.turns.append(place)


def _read_sketch(
    chunk: ChunkReader, header: LogHeader, halt: Halt | None, at: Position
) -> TurnSketch | None:
    """Check the sketch behind a Turn message, where the header says that there are any."""
    if not header.sketch_cells or halt is not None:
        return None
    with chunk.blame():
        sketched = parse_sketch(chunk.take("sketch"), chunk.turn, header)
    at.tally.add_message("sketch")
    return sketched


def _read_header(chunk: ChunkReader, progress: _Progress) -> LogHeader:
    """Read schemas, channels and header; start the chains."""
    sketched = chunk.take_opening()
    with chunk.blame():
        header = records.parse_header(chunk.take("header"))
        if sketched != bool(header.sketch_cells):
            declared = "with" if sketched else "without"
            raise ValueError(f"expected a log {declared} sketches, found {header.sketch_cells}")
        if header.first_turn != chunk.turn:
            raise ValueError(f"expected first turn {chunk.turn}, found {header.first_turn}")
    progress.at.tally.add_message("header")
    progress.at.begin(header)
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


def _check_chains(message: Any, header: LogHeader, at: Position) -> None:
    """Compare the chains; those of ledger and events are there if their digests are."""
    _require_chain("run_chain", at.run_chain, message.run_chain)
    for name, chain in (("ledger", at.ledger_chain), ("events", at.events_chain)):
        expected = chain if name in header.has else b""
        _require_chain(f"{name}_chain", expected, getattr(message, f"{name}_chain"))


def _require_chain(name: str, expected: bytes, found: bytes) -> None:
    if found != expected:
        raise ValueError(f"expected the {name} {expected.hex()!r}, found {found.hex()!r:.80}")


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
    progress.at.tally.add_message("seal")
    progress.at.seal = expected


def _read_end(chunk: ChunkReader, progress: _Progress) -> None:
    """Read the chunk that closes a log."""
    with chunk.blame():
        message = messages.parse("End", chunk.take("end"))
        reason = "halted" if progress.turns[-1].halted else "complete"
        wanted = (reason, progress.last_turn, progress.at.run_chain)
        found = (message.reason, message.last_turn, message.run_chain)
        if found != wanted or chunk.turn != progress.last_turn:
            raise ValueError(f"expected the end {wanted[:2]}, found {found[:2]!r:.80}")
    progress.at.tally.add_message("end")
    _read_seal(chunk, progress)
    progress.ended = True
