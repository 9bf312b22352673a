"""A second reader of run logs: FORMAT.md as a program. It reads the whole file and trusts nothing.

Spec: FORMAT.md. Written from it alone; it must not import the harness, so that what the real
reader gets wrong is not wrong here as well. Messages and states have files beside it.
"""

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import blake3

from tests.harness.runlog import naive_messages as pb
from tests.harness.runlog.naive_framing import (
    CHANNELS,
    HEAD_BYTES,
    MAGIC,
    ChunkPlace,
    chunk_head,
    closing_part,
    prelude,
    record,
    sectors,
    text,
    zero_sector,
)
from tests.harness.runlog.naive_messages import canonical, demand, parse
from tests.harness.runlog.naive_states import (
    Universe,
    apply_delta,
    archive_bytes,
    check_bools,
    read_snapshot,
)

GIB = 2**30


@dataclass
class Turn:
    """One turn: its messages as dicts, its commands, and where its chunk stands."""

    turn: int
    commands: Any
    record: dict[str, Any]
    state: dict[int, Universe] | None
    sketch: dict[str, Any] | None
    seal: bytes
    at: int
    size: int


@dataclass
class Log:
    """All that a log holds; a state is {universe id: {table: rows and columns}}."""

    header: dict[str, Any] = field(default_factory=dict)
    schema: dict[str, Any] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    end: dict[str, Any] | None = None
    cut_at: int | None = None
    chains: dict[str, bytes] = field(default_factory=dict)
    counts: list[int] = field(default_factory=lambda: [0] * 8)
    chunks: list[ChunkPlace] = field(default_factory=list)
    sketched: bool = False


def derive(context: str, material: bytes) -> bytes:
    """Hash as PROTOCOL.md's H."""
    return blake3.blake3(material, derive_key_context=context).digest()


def read(path: Path) -> Log:
    """Read a log whole, with every state.

    Raises RefusedError for all that is neither a log nor a cut one.
    """
    data = path.read_bytes()
    preface = MAGIC + record(1, text("vr-verify") + text("vr-verify run log 1"))
    demand(data.startswith(preface), "no run log")
    log, at, seal = Log(), len(preface), bytes(32)
    while log.end is None:
        size = chunk_size(log, data, at)
        if size is None:
            demand(bool(log.turns), "no sealed first state")
            log.cut_at = at
            return log
        seal = read_chunk(log, data, at, size, seal)
        at += size
    read_closing(log, data, at)
    return log


def chunk_size(log: Log, data: bytes, at: int) -> int | None:
    """Return the bytes of the chunk at an offset, or None where the log is cut before it."""
    head = data[at : at + HEAD_BYTES]
    if not head or (len(head) < HEAD_BYTES and head[0] == 6):
        return None
    turn, size, crc = head_fields(head)
    # Near 2^64 the size of the records leaves no room for the record length, which holds more.
    fits = len(head) == HEAD_BYTES and size < 2**64 - 40
    if not (fits and turn in next_turns(log, turn) and head == chunk_head(turn, size, crc)):
        demand(torn_head(log, data, at, head), f"no sound head of a chunk at {at}")
        return None
    start, end = at + HEAD_BYTES, at + HEAD_BYTES + size
    if end > len(data):
        return None
    if zlib.crc32(data[start:end]) != crc:
        lost = end == len(data) and zero_sector(data, start, end)
        demand(lost, f"a wrong CRC of the chunk at {at}")
        return None
    return HEAD_BYTES + size


def torn_head(log: Log, data: bytes, at: int, head: bytes) -> bool:
    """Whether a head lacks its part of a sector, and the part in front of that is sound."""
    first, *rest = sectors(data, at, at + len(head))
    if data.endswith(MAGIC) or not log.turns:
        return False
    if not any(first) or not rest or any(rest[0]):
        return not any(first)
    if len(first) < 9:
        return first[0] == 6
    size, crc = int.from_bytes(first[1:9], "little") - 40, int.from_bytes(first[33:37], "little")
    turns = next_turns(log, 0)
    return size >= 0 and any(chunk_head(turn, size, crc).startswith(first) for turn in turns)


def head_fields(head: bytes) -> tuple[int, int, int]:
    """Return turn, size and CRC-32 that a chunk's head states; zeros for one cut in two."""
    at = ((9, 17), (41, 49), (33, 37))
    turn, size, crc = (int.from_bytes(head[start:end], "little") for start, end in at)
    return turn, size, crc


def next_turns(log: Log, stated: int) -> list[int]:
    """Return the turns that the next chunk may be of: the last one's for the end, or the next."""
    if not log.turns:
        return [stated]
    last = log.turns[-1]
    return [last.turn] if last.record["halt"] else [last.turn, last.turn + 1]


def read_chunk(log: Log, data: bytes, at: int, size: int, seal: bytes) -> bytes:
    """Read one chunk into the log; return its seal."""
    records = data[at + HEAD_BYTES : at + size]
    turn = struct.unpack_from("<Q", data, at + 9)[0]
    if not log.turns:
        log.sketched = records.startswith(b"".join(prelude(sketched=True)))
    opening = b"" if log.turns else b"".join(prelude(log.sketched))
    demand(records.startswith(opening), "other schemas or channels")
    messages = split(records, len(opening), turn)
    names = [name for name, _, _ in messages]
    demand(names[-1:] == ["seal"] and names.count("seal") == 1, "a chunk must end in its seal")
    _, sealed, seal_at = messages.pop()
    seal = derive("vr-verify 2026-11 log seal v1", seal + records[:seal_at])
    demand(sealed == {"turn": turn, "seal": seal}, "a wrong seal")
    log.chunks.append((turn, at, size))
    for name in names:
        log.counts[CHANNELS.index(name)] += 1
    if log.turns and names == ["end", "seal"]:
        read_end(log, turn, messages[0][1])
    else:
        read_turn(log, turn, [(name, body) for name, body, _ in messages], seal)
        log.turns[-1].at, log.turns[-1].size = at, size
    return seal


def split(records: bytes, at: int, turn: int) -> list[tuple[str, dict[str, Any], int]]:
    """Cut the records of a chunk into messages: channel, message, offset of its record."""
    found = []
    while at < len(records):
        demand(len(records) - at >= 31, "a record without its head")
        opcode, size, channel = struct.unpack_from("<BQH", records, at)
        demand(22 <= size <= len(records) - at - 9, "a record longer than its chunk")
        demand(1 <= channel <= 8, f"channel {channel}")
        head = struct.pack("<BQHIQQ", 5, size, channel, 0, turn, turn)
        demand(records[at : at + 31] == head, f"the head of a message (record {opcode})")
        name = CHANNELS[channel - 1]
        found.append((name, pb.decode(name.capitalize(), records[at + 31 : at + 9 + size]), at))
        at += 9 + size
    return found


def read_header(log: Log, turn: int, header: dict[str, Any]) -> None:
    """Check the header and set where the chains start."""
    demand(header["format"] == 1 and header["first_turn"] == turn, "a header of other format, turn")
    parse(header["scenario"], 256 * 2**20)
    schema = parse(header["schema"], 16 * 2**20)
    facts = [fact["what"] for fact in header["environment"]]
    demand(facts == sorted(set(facts)), "environment out of order")
    known = ["state", "ledger", "events"]
    has = header["digests"]
    demand(has == [name for name in known if name in has] and "state" in has, "digests")
    demand(len(header["steps"]) > 0, "no steps")
    demand(header["snapshots"] in ("full", "delta", "sparse"), "snapshots")
    cells = header["sketch_cells"]
    demand(log.sketched == (cells > 0), "sketches that are not declared")
    demand(cells == 0 or (cells % 3 == 0 and cells <= 3 * 2**16), "cells of no sketch")
    schema_digest = blake3.blake3(header["schema"].encode()).digest()
    scenario_digest = blake3.blake3(header["scenario"].encode()).digest()
    material = schema_digest + scenario_digest + text(header["rules_version"])
    start = derive("vr-verify 2026-11 run chain start v1", material)
    log.chains = dict.fromkeys(("run", "ledger", "events"), start)
    log.header, log.schema = header, schema


def read_turn(log: Log, turn: int, messages: list[tuple[str, dict[str, Any]]], seal: bytes) -> None:
    """Check a turn's messages, chains and state."""
    first = not log.turns
    demand(first or not log.turns[-1].record["halt"], "a turn after a halt")
    demand(first or turn == log.turns[-1].turn + 1, "a turn missing or twice")
    demand(
        [name for name, _ in messages[:2]] == ["header" if first else "commands", "turn"], "order"
    )
    (_, opening), (_, now), *stored = messages
    demand(now["turn"] == turn, "a Turn message of another turn")
    by_step = "[]"
    if first:
        read_header(log, turn, opening)
        demand(now["halt"] is None, "a halt in the first turn")
    else:
        demand(opening["turn"] == turn, "commands of another turn")
        by_step = opening["by_step"]
        check_commands(log, by_step, now["halt"] is not None)
    check_chains(log, by_step, now)
    sketch = read_sketch(log, now, stored)
    state = None if now["halt"] else read_state(log, now, stored)
    demand(sketch is None or state is None or sketch["rows"] == rows_of(state), "rows of a sketch")
    demand(sketch is None or state is None or sketch["universes"] == list(state), "its universes")
    demand(now["halt"] is None or not (stored or now["universes"]), "a state after a halt")
    log.turns.append(Turn(turn, parse(by_step, 64 * 2**20), now, state, sketch, seal, 0, 0))


def read_sketch(log: Log, now: dict[str, Any], stored: list[Any]) -> dict[str, Any] | None:
    """Take the sketch from in front of a turn's state and check its form."""
    if not log.sketched or now["halt"]:
        return None
    demand([name for name, _ in stored[:1]] == ["sketch"], "no sketch")
    _, sketch = stored.pop(0)
    cells, ids, tables = log.header["sketch_cells"], sketch["universes"], log.schema["tables"]
    demand(sketch["turn"] == now["turn"], "a sketch of another turn")
    demand(ids == sorted(set(ids)), "universes of a sketch out of order")
    demand(len(sketch["rows"]) == len(ids) * len(tables), "too few or too many rows of a sketch")
    data = sketch["data"]
    demand(len(data) == 4 + 18 * cells and data[:4] == struct.pack("<I", cells), "other cells")
    return sketch


def rows_of(state: dict[int, Universe]) -> list[int]:
    """List the row counts of all tables in canonical order."""
    return [table["rows"] for universe in state.values() for table in universe.values()]


def check_commands(log: Log, by_step: str, halted: bool) -> None:
    """Check that there is a list of objects for each step, or for the first ones before a halt."""
    lists, steps = parse(by_step, 64 * 2**20), len(log.header["steps"])
    demand(isinstance(lists, list), "commands that are no list")
    demand(len(lists) == steps or (halted and len(lists) < steps), "commands of other steps")
    for one in lists:
        plain = isinstance(one, list) and all(isinstance(command, dict) for command in one)
        demand(plain, "a step's commands are no list of objects")


def check_chains(log: Log, by_step: str, now: dict[str, Any]) -> None:
    """Check which digests a turn has, and compute its chains."""
    turn, halt, has = struct.pack("<Q", now["turn"]), now["halt"], log.header["digests"]
    for name in ("state", "ledger", "events"):
        size = 32 if name in has and not halt else 0
        demand(len(now[f"{name}_digest"]) == size, f"a {name} digest of other size")
    commands, state = by_step.encode(), now["state_digest"]
    material = log.chains["run"] + turn + struct.pack("<Q", len(commands)) + commands
    material += b"\1" + state if state else b"\0"
    if halt:
        told = canonical(halt)
        material += b"\1" + struct.pack("<Q", len(told)) + told
    else:
        material += b"\0"
    log.chains["run"] = derive("vr-verify 2026-11 run chain turn v1", material)
    for name in ("ledger", "events"):
        if digest := now[f"{name}_digest"]:
            context = f"vr-verify 2026-11 {name} chain v1"
            log.chains[name] = derive(context, log.chains[name] + turn + digest)
    for name, chain in log.chains.items():
        expected = chain if name == "run" or name in has else b""
        demand(now[f"{name}_chain"] == expected, f"a wrong {name} chain")


def read_state(log: Log, now: dict[str, Any], stored: list[Any]) -> dict[int, Universe] | None:
    """Make the state of a turn of its keyframe, or of its deltas and the state before."""
    ids, mode = now["universes"], log.header["snapshots"]
    demand(ids == sorted(set(ids)), "universes out of order")
    for _, message in stored:
        demand(message["turn"] == now["turn"], "a table of another turn")
    names = {name for name, _ in stored}
    before = log.turns[-1] if log.turns else None
    if before and mode == "sparse" and not ids:
        demand(not stored, "a table in a turn without a state")
        return None
    if before and mode == "delta" and ids == before.record["universes"] and "snapshot" not in names:
        demand(names <= {"delta"}, "a record that is no delta")
        return read_deltas(log, before.state or {}, [message for _, message in stored])
    demand(names <= {"snapshot"}, "a record that is no snapshot")
    return read_keyframe(log, ids, [message for _, message in stored])


def read_keyframe(log: Log, ids: list[int], stored: list[Any]) -> dict[int, Universe]:
    """Decode the snapshots of all tables."""
    places = [(at, table) for at in ids for table in log.schema["tables"]]
    found = [(message["universe"], message["table"]) for message in stored]
    demand(found == [(at, table["name"]) for at, table in places], "snapshots of other tables")
    sizes = [archive_bytes(t, m["rows"]) for (_, t), m in zip(places, stored, strict=True)]
    demand(sizes == [message["archive_bytes"] for message in stored], "archive_bytes")
    demand(all(size <= 2 * GIB for size in sizes) and sum(sizes) <= 4 * GIB, "too large a state")
    state: dict[int, Universe] = {at: {} for at in ids}
    schema = log.header["schema"].encode()
    for (at, table), message in zip(places, stored, strict=True):
        state[at][table["name"]] = check_bools(table, read_snapshot(schema, table, message))
    return state


def read_deltas(log: Log, before: dict[int, Universe], stored: list[Any]) -> dict[int, Universe]:
    """Apply a turn's deltas to the state before it."""
    names = [table["name"] for table in log.schema["tables"]]
    state = {at: dict(universe) for at, universe in before.items()}
    for message in stored:
        demand(message["universe"] in state and message["table"] in names, "a delta of no table")
    places = [(message["universe"], names.index(message["table"])) for message in stored]
    demand(places == sorted(set(places)), "deltas out of order")
    rows = {(at, name): table["rows"] for at, own in state.items() for name, table in own.items()}
    rows |= {(message["universe"], message["table"]): message["rows"] for message in stored}
    tables = dict(zip(names, log.schema["tables"], strict=True))
    sizes = [archive_bytes(tables[name], count) for (_, name), count in rows.items()]
    demand(all(size <= 2 * GIB for size in sizes) and sum(sizes) <= 4 * GIB, "too large a state")
    for message in stored:
        at, name = message["universe"], message["table"]
        table = apply_delta(tables[name], state[at][name], message)
        state[at][name] = check_bools(tables[name], table)
    return state


def read_end(log: Log, turn: int, end: dict[str, Any]) -> None:
    """Check the end against the last turn."""
    last = log.turns[-1].record
    reason = "halted" if last["halt"] else "complete"
    expected = {"reason": reason, "last_turn": turn, "run_chain": last["run_chain"]}
    demand(turn == last["turn"] and end == expected, "an end of another run")
    log.end = end


def read_closing(log: Log, data: bytes, at: int) -> None:
    """Check the closing part, or find that the log is cut or torn in it."""
    closing = closing_part(data[:at], log.chunks, log.counts, log.sketched)
    demand(len(data) <= at + len(closing), "bytes behind the end")
    if data[at:] == closing:
        return
    expected = data[:at] + closing
    for found, wanted in zip(
        sectors(data, at, len(data)), sectors(expected, at, len(data)), strict=True
    ):
        demand(found == wanted or not any(found), "a wrong closing part")
    log.cut_at = at
