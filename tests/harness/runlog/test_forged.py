"""Logs forged with sound CRCs and seals: refused without a crash and without taking memory."""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.harness.canonical.examples import SCHEMA, small_state
from tests.harness.runlog.logs import commands_of, digests_of, header_of
from vr_verify.canonical.archive import archive_bytes, encode_archive
from vr_verify.errors import BadLogError
from vr_verify.runlog import chains, container, messages, records
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.writer import RunLogWriter

Forge = Callable[[str, dict[str, Any]], bytes | None]


def forged_log(path: Path, forge: Forge) -> Path:
    """Write a log of two turns in which `forge` may replace the data of any message.

    It gets the message's name and fields; everything around is made to fit.
    """
    plain = messages.serialize

    def replaced(name: str, **fields: Any) -> bytes:
        data = forge(name, fields)
        return plain(name, **fields) if data is None else data

    header = header_of()
    patch = pytest.MonkeyPatch()
    patch.setattr(messages, "serialize", replaced)
    patch.setattr(records, "parse_header", lambda _: None)  # the writer checks what it writes
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
    (changed("Snapshot", 1, rows=2**40), "at most 2 GiB"),
    (changed("Snapshot", 1, rows=600), f"found {SIZE}"),
    (changed("Snapshot", 1, archive_bytes=2**62), f"expected {SIZE} bytes"),
    (changed("Snapshot", 1, codec="lz4"), "unknown codec 'lz4'"),
    (changed("Snapshot", 1, codec="zstd", data=BOMB), "found zstd of 67108864"),
    (changed("Snapshot", 1, codec="zstd", data=b"not zstd"), "zstd"),
    (changed("Snapshot", 1, codec="raw", data=b""), f"an archive of {SIZE} bytes"),
    (changed("Snapshot", 1, table="place"), "expected 0/unit"),
    (changed("Seal", 1, seal=bytes(32)), "expected the seal"),
    (changed("End", 1, reason="halted"), "expected the end"),
    (changed("End", 1, run_chain=bytes(32)), "expected the end"),
    (changed("Header", 0, format=2), "log format 1"),
    (changed("Header", 0, snapshots="delta"), "snapshots 'full'"),
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


@pytest.mark.parametrize(("forge", "message"), AT_OPEN)
def test_a_forged_message_is_refused_when_the_log_is_opened(
    tmp_path: Path, forge: Forge, message: str
) -> None:
    RunLog.open(forged_log(tmp_path / "clean.log", lambda *_: None)).close()
    with pytest.raises(BadLogError) as caught:
        RunLog.open(forged_log(tmp_path / "a.log", forge))
    assert message in caught.value.message
    assert len(caught.value.message) < 600


def test_a_broken_seal_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(
        BadLogError, match=r"expected the seal [0-9a-f]{64}, found 0{64}$"
    ) as caught:
        RunLog.open(forged_log(tmp_path / "a.log", changed("Seal", 1, seal=bytes(32))))
    assert caught.value.message.count("expected") == 1
    assert caught.value.offset is not None


AT_STATE: list[tuple[bytes, str]] = [
    (bytes(SIZE), "expected the schema digest"),
    (ARCHIVE[:-1] + b"\1", "columns"),
    (ARCHIVE.replace(b"\1" * 5, b"\1\1\2\1\1"), "expected bools 0 or 1"),
]


@pytest.mark.parametrize(("archive", "message"), AT_STATE)
def test_a_forged_archive_is_refused_when_its_state_is_read(
    tmp_path: Path, archive: bytes, message: str
) -> None:
    def forge(name: str, fields: dict[str, Any]) -> bytes | None:
        if name == "Snapshot" and fields["turn"] == 1 and fields["table"] == "unit":
            return plain(name, **(fields | {"codec": "raw", "data": archive}))
        return None

    plain = messages.serialize
    with RunLog.open(forged_log(tmp_path / "a.log", forge)) as log:
        assert log.state(0) == small_state(0)
        with pytest.raises(BadLogError, match=message):
            log.state(1)


def test_a_forged_row_count_is_refused_when_its_state_is_read(tmp_path: Path) -> None:
    with RunLog.open(forged_log(tmp_path / "a.log", changed("Snapshot", 1, rows=6))) as log:
        assert log.state(0) == small_state(0)
        with pytest.raises(BadLogError, match="expected 6 rows, found 5"):
            log.state(1)


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
