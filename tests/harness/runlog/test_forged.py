"""Logs forged with sound CRCs and seals: refused without a crash and without taking memory."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard
from pcodec import ChunkConfig, standalone

from tests.harness.canonical.examples import SCHEMA, small_state
from tests.harness.runlog.logs import commands_of, digests_of, header_of
from vr_verify.canonical.archive import archive_bytes, encode_archive
from vr_verify.errors import BadLogError
from vr_verify.runlog import chains, container, messages, records, streams
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.writer import RunLogWriter

Forge = Callable[[str, dict[str, Any]], bytes | None]


def forged_log(path: Path, forge: Forge, mode: str = "full") -> Path:
    """Write a log of two turns in which `forge` may replace the data of any message.

    It gets the message's name and fields; everything around is made to fit. `mode` is how the
    states are kept: in `delta` that of turn 1 is a delta of each table.
    """
    plain = messages.serialize

    def replaced(name: str, **fields: Any) -> bytes:
        data = forge(name, fields)
        return plain(name, **fields) if data is None else data

    header = replace(header_of(), snapshots=mode)
    patch = pytest.MonkeyPatch()
    patch.setattr(messages, "serialize", replaced)
    patch.setattr(records, "_read_header", lambda _: None)  # the writer checks what it writes
    try:
        with RunLogWriter(path, header) as log:
            log.write_first(small_state(0), digests_of(header, 0))
            log.write_turn(1, commands_of(1), small_state(1), digests_of(header, 1))
            log.finish()
    finally:
        patch.undo()
    return path


def changed(message: str, turn: int, /, **changes: Any) -> Forge:
    """Change fields of one message of one turn."""
    serialize = messages.serialize

    def forge(name: str, fields: dict[str, Any]) -> bytes | None:
        if name != message or fields.get("turn", fields.get("last_turn", 0)) != turn:
            return None
        return serialize(name, **(fields | changes))

    return forge


def with_bytes(message: str, edit: Callable[[bytes], bytes]) -> Forge:
    """Change the encoded bytes of every message of a name."""
    serialize = messages.serialize

    def forge(name: str, fields: dict[str, Any]) -> bytes | None:
        return edit(serialize(name, **fields)) if name == message else None

    return forge


ARCHIVE = encode_archive(SCHEMA.digest, 5, small_state(1).universes[0].tables[0].columns)
SIZE = archive_bytes(SCHEMA.tables[0], 5)
COLUMNS = small_state(1).universes[0].tables[0].columns
UNIT_STREAMS = b"".join(streams.HEAD.pack(0, len(one)) + bytes(one) for one in COLUMNS)
BOMB = zstandard.compress(bytes(2**26))

AT_OPEN: list[tuple[Forge, str]] = [
    (changed("Turn", 1, turn=2), "expected turn 1, found 2"),
    (changed("Turn", 1, state_digest=bytes(31)), "a state digest of 32 bytes"),
    (changed("Turn", 1, state_digest=b""), "a state digest of 32 bytes"),
    (changed("Turn", 1, state_digest=bytes(32)), "expected the run_chain"),
    (changed("Turn", 1, ledger_digest=bytes(32)), "expected the ledger_chain"),
    (changed("Turn", 1, ledger_chain=b""), "expected the ledger_chain"),
    (changed("Turn", 1, events_chain=bytes(32)), "expected the events_chain"),
    (changed("Turn", 1, universes=[0, 0]), "universe ids in ascending order"),
    (changed("Turn", 1, universes=[1]), "expected 1/unit"),
    (changed("Turn", 1, universes=[]), "a seal message"),
    (changed("Commands", 1, by_step="[[], []]"), "not canonical JSON"),
    (changed("Commands", 1, by_step="[[]]"), "commands of 2 steps"),
    (changed("Commands", 1, by_step="[[1],[]]"), "a list of objects"),
    (changed("Commands", 1, by_step="[[],[]]"), "expected the run_chain"),
    (changed("Commands", 1, turn=0), "commands of turn 1"),
    (changed("Snapshot", 1, rows=2**40), f"at most {2**31} bytes"),
    (changed("Snapshot", 1, rows=600), f"found {SIZE}"),
    (changed("Snapshot", 1, archive_bytes=2**62), f"an archive of {SIZE} bytes"),
    (changed("Snapshot", 1, codec="lz4"), "unknown codec 'lz4'"),
    (changed("Snapshot", 1, codec="zstd", data=BOMB), "found a zstd frame of 67108864"),
    (changed("Snapshot", 1, codec="zstd", data=b"not zstd"), "zstd"),
    (changed("Snapshot", 1, codec="raw", data=b""), f"expected {SIZE} raw bytes"),
    (changed("Snapshot", 1, codec="columns", data=b""), "expected 4 streams"),
    (changed("Snapshot", 1, codec="columns", data=UNIT_STREAMS[:-1]), "a stream within the data"),
    (changed("Snapshot", 1, codec="columns", data=UNIT_STREAMS + b"\0"), "found 1 bytes more"),
    (changed("Snapshot", 1, codec="columns", data=b"\3" + UNIT_STREAMS[1:]), "a method of 0 to 2"),
    (changed("Snapshot", 1, turn=0), "expected 0/unit"),
    (changed("Snapshot", 1, universe=1), "expected 0/unit"),
    (changed("Snapshot", 1, table="place"), "expected 0/unit"),
    (changed("Seal", 1, seal=bytes(32)), "expected the seal"),
    (changed("End", 1, reason="halted"), "expected the end"),
    (changed("End", 1, run_chain=bytes(32)), "expected the end"),
    (changed("Header", 0, format=2), "log format 1"),
    (changed("Header", 0, snapshots="some"), "snapshots of full, delta, sparse"),
    (changed("Header", 0, snapshots=""), "snapshots of full, delta, sparse"),
    (changed("Header", 0, steps=[]), "at least one step"),
    (changed("Header", 0, first_turn=1), "expected first turn 0, found 1"),
    (changed("Header", 0, scenario='{"a":1.5}'), "numbers are integers only"),
    (changed("Header", 0, scenario="[" * 10_000), "nested deeper"),
    (changed("Header", 0, schema="{}"), "the schema: expected"),
    (changed("Header", 0, digests=["ledger"]), "digests: state"),
    (changed("Header", 0, rules_version="r2"), "expected the run_chain"),
    (with_bytes("Turn", lambda data: data + b"\xf8\x01\x01"), "not the one encoding"),
    (with_bytes("Turn", lambda data: data[:-1]), "not a vr_verify.runlog.v1.Turn"),
    (with_bytes("Seal", lambda data: data + data), "not the one encoding"),
    (with_bytes("Snapshot", lambda _: b""), "expected 0/unit"),
]


DELTAS_AT_OPEN: list[tuple[Forge, str]] = [
    (changed("Header", 0, snapshots="full"), "a snapshot message"),
    (changed("Header", 0, snapshots="sparse"), "a snapshot message"),
    (changed("Delta", 1, turn=2), "expected 0/unit"),
    (changed("Delta", 1, universe=1), "expected a table of the state"),
    (changed("Delta", 1, table="place"), "expected columns below 2"),
    (changed("Delta", 1, table="town"), "expected a table of the state"),
    (changed("Delta", 1, rows=4), "expected at least 5 rows, found 4"),
    (changed("Delta", 1, rows=2**40), f"at most {2**31} bytes"),
    (changed("Delta", 1, columns=[4]), "expected columns below 4, found 4"),
    (changed("Delta", 1, columns=[]), "each with a count"),
    (changed("Delta", 1, columns=[], counts=[], data=b""), "expected a table that changed"),
    (changed("Delta", 1, columns=[3, 2], counts=[1, 1]), "expected columns in order"),
    (changed("Delta", 1, columns=[2, 2], counts=[1, 1]), "expected columns in order"),
    (changed("Delta", 1, counts=[5, 5]), "each with a count"),
    (changed("Delta", 1, counts=[0]), "expected counts of 1 to 5"),
    (changed("Delta", 1, counts=[6]), "expected counts of 1 to 5"),
    (changed("Delta", 1, counts=[4]), "expected 48 bytes"),
    (changed("Delta", 1, codec=""), "unknown codec ''"),
    (changed("Delta", 1, codec="raw", data=bytes(61)), "expected 60 raw bytes, found 61"),
    (changed("Delta", 1, codec="zstd", data=BOMB), "found a zstd frame of 67108864"),
    (changed("Delta", 1, codec="columns", data=bytes(18)), "expected 20 raw bytes"),
    (with_bytes("Delta", lambda data: data + data), "not the one encoding"),
]


@pytest.mark.parametrize(
    ("forge", "message", "mode"),
    [(*one, "full") for one in AT_OPEN] + [(*one, "delta") for one in DELTAS_AT_OPEN],
)
def test_a_forged_message_is_refused_when_the_log_is_opened(
    tmp_path: Path, forge: Forge, message: str, mode: str
) -> None:
    RunLog.open(forged_log(tmp_path / "clean.log", lambda *_: None, mode)).close()
    with pytest.raises(BadLogError) as caught:
        RunLog.open(forged_log(tmp_path / "a.log", forge, mode))
    assert message in caught.value.message
    assert len(caught.value.message) < 600


def test_a_broken_seal_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(
        BadLogError, match=r"expected the seal [0-9a-f]{64}, found 0{64}$"
    ) as caught:
        RunLog.open(forged_log(tmp_path / "a.log", changed("Seal", 1, seal=bytes(32))))
    assert caught.value.message.count("expected") == 1
    assert caught.value.offset is not None


def unit_of_turn_one(**changes: Any) -> Forge:
    """Change fields of what turn 1 keeps of the table unit."""
    serialize = messages.serialize

    def forge(name: str, fields: dict[str, Any]) -> bytes | None:
        if name in ("Snapshot", "Delta") and (fields["turn"], fields["table"]) == (1, "unit"):
            return serialize(name, **(fields | changes))
        return None

    return forge


def stream(method: int, data: bytes) -> bytes:
    """Make one stream."""
    return streams.HEAD.pack(method, len(data)) + data


def unit_change(gaps: list[int], changes: list[int]) -> bytes:
    """Make the plain form of a delta of unit.hp."""
    return struct.pack(f"<{len(gaps)}I{len(changes)}q", *gaps, *changes)


def pco(values: list[int], kind: str) -> bytes:
    """Make a pco file of numbers of a type."""
    packed: bytes = standalone.simple_compress(np.array(values, kind), ChunkConfig())
    return packed


def raw(archive: bytes) -> Forge:
    """Let turn 1 keep these bytes as the archive of the table unit."""
    return unit_of_turn_one(codec="raw", data=archive)


def hp_stream(method: int, data: bytes) -> Forge:
    """Let turn 1 keep unit as streams of which that of hp is this one."""
    plain = [bytes(one) for one in COLUMNS]
    parts = [stream(0, one) for one in plain[:2]] + [stream(method, data), stream(0, plain[3])]
    return unit_of_turn_one(codec="columns", data=b"".join(parts))


AT_STATE: list[tuple[Forge, str]] = [
    (raw(bytes(SIZE)), "expected the schema digest"),
    (raw(ARCHIVE[:-1] + b"\1"), "columns"),
    (raw(ARCHIVE.replace(b"\1" * 5, b"\1\1\2\1\1")), "expected bools 0 or 1"),
    (unit_of_turn_one(rows=6), "expected 6 rows, found 5"),
    (hp_stream(2, b""), "damaged pco stream"),
    (hp_stream(2, pco([1, 2, 3, 4, 5], "u8")), "pco"),
    (hp_stream(2, pco([1, 2, 3, 4, 5], "u8")[:-3]), "damaged pco stream"),
    (hp_stream(2, pco([1, 2, 3, 4, 5], "i4")), "pco"),
    (hp_stream(2, pco([1, 2, 3, 4], "i8")), "expected 5 values, found 4"),
    (hp_stream(2, pco([1, 2, 3, 4, 5, 6], "i8")), "expected 5 values, found 5 or more"),
    (hp_stream(1, zstandard.compress(bytes(40))[:-1]), "damaged zstd frame"),
]

DELTAS_AT_STATE: list[tuple[Forge, str]] = [
    (raw(unit_change([0, 0, 0, 0, 0], [1, 1, 0, 1, 1])), "one that stays as it is"),
    (raw(unit_change([0, 0, 0, 0, 1], [1, 1, 1, 1, 1])), "rows below 5, found row 5"),
    (raw(unit_change([2**32 - 1] * 5, [1, 1, 1, 1, 1])), f"found row {5 * 2**32 - 1}"),
    (
        unit_of_turn_one(columns=[1], counts=[1], codec="raw", data=b"\0\0\0\0\1"),
        "expected bools 0 or 1",
    ),
]


@pytest.mark.parametrize(
    ("forge", "message", "mode"),
    [(*one, "full") for one in AT_STATE] + [(*one, "delta") for one in DELTAS_AT_STATE],
)
def test_a_forged_state_is_refused_when_it_is_read(
    tmp_path: Path, forge: Forge, message: str, mode: str
) -> None:
    with RunLog.open(forged_log(tmp_path / "a.log", forge, mode)) as log:
        assert log.state(0) == small_state(0)
        with pytest.raises(BadLogError, match=message) as caught:
            log.state(1)
        assert len(caught.value.message) < 600
        assert log.state(0) == small_state(0), "one bad state does not spoil the others"


CLEAN_TWINS: list[tuple[Forge, str]] = [
    (raw(ARCHIVE), "full"),
    (unit_of_turn_one(codec="columns", data=UNIT_STREAMS), "full"),
    (hp_stream(2, pco([slot * 2**32 - 1 for slot in range(5)], "i8")), "full"),
    (hp_stream(1, zstandard.compress(bytes(COLUMNS[2]))), "full"),
    (raw(unit_change([0] * 5, [-1] * 5)), "delta"),
]


@pytest.mark.parametrize(("forge", "mode"), CLEAN_TWINS)
def test_the_clean_twins_of_forged_states_are_read(tmp_path: Path, forge: Forge, mode: str) -> None:
    with RunLog.open(forged_log(tmp_path / "a.log", forge, mode)) as log:
        assert log.state(1) == small_state(1)


def reframed(forged: bytes) -> bytes:
    """Put records behind a log's opening as its first chunk, sealed and with a sound CRC."""
    body = container.OPENING + forged
    seal = chains.seal_over(chains.NO_SEAL)
    seal.update(body)
    sealed = messages.serialize("Seal", turn=0, seal=seal.digest())
    body += container.message_record("seal", 0, sealed)
    return container.PREFACE + container.chunk_head(0, len(body), zlib.crc32(body)) + body


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"\5",
        b"\5" + b"\xff" * 8 + bytes(22),
        container.message_record("turn", 0, b""),
        container.message_record("header", 0, b""),
        container.message_record("header", 1, b""),
        container.message_record("end", 0, b""),
    ],
)
def test_a_forged_first_chunk_is_refused(tmp_path: Path, forged: bytes) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(reframed(forged))
    with pytest.raises(BadLogError):
        RunLog.open(path)


def test_a_chunk_that_claims_to_be_huge_is_a_cut_and_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(container.PREFACE + container.chunk_head(0, 2**62, 0) + bytes(100))
    with pytest.raises(BadLogError, match="expected a sealed first state"):
        RunLog.open(path)
