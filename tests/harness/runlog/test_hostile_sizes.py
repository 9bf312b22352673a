"""Logs that ask for memory or time: bombs, giant counts, deep nesting; CRCs and seals are right.

Each is read whole in a process that may take EXTRA_BYTES beyond a read of a sound log, within
TIME_LIMIT_S; what it is refused for is named.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard
from pcodec import ChunkConfig, standalone

from tests.harness.canonical.examples import SCHEMA, column, schema_of, small_state, state_of
from tests.harness.runlog import damage
from tests.harness.runlog.forge import Forge, altered, deltas, keyframe
from tests.harness.runlog.limited import limited
from tests.harness.runlog.logs import header_of
from vr_verify.canonical.archive import archive_bytes, encode_archive
from vr_verify.runlog import messages, streams
from vr_verify.runlog.records import header_message
from vr_verify.runlog.snapshots import Stored

EXTRA_BYTES = 192 * 2**20
TIME_LIMIT_S = 20
HEADER = header_of()
ROWS = 5
ARCHIVE = encode_archive(SCHEMA.digest, ROWS, small_state(1).universes[0].tables[0].columns)
GIB_OF_ZEROS = zstandard.ZstdCompressor(level=1).compress(bytes(2**28))

Submit = Callable[..., Future[Any]]


@pytest.fixture(scope="module")
def submit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Submit]:
    """A process of limited memory that reads logs."""
    warm = damage.write_log_of_all_kinds(tmp_path_factory.mktemp("warm") / "a.log")
    with limited(warm, extra_bytes=EXTRA_BYTES) as submit:
        yield submit


def refused(submit: Submit, forge: Forge, path: Path) -> str:
    """Read a forged log in the limited process; give what it was refused for."""
    message: str = submit(damage.verdict, str(forge.write(path))).result(timeout=TIME_LIMIT_S)
    assert len(message) < 600
    return message


def with_claim(frame: bytes, size: int) -> bytes:
    """Let a zstd frame claim another content size, in eight bytes."""
    described = zstandard.get_frame_parameters(frame)
    head = zstandard.frame_header_size(frame)
    checksum = 4 if described.has_checksum else 0
    window = bytes([17 << 3])  # 128 MiB, the most that a decoder takes unasked
    return frame[:4] + bytes([0xC0 | checksum]) + window + struct.pack("<Q", size) + frame[head:]


def with_window(frame: bytes, exponent: int, size: int) -> bytes:
    """Let a zstd frame demand a window of 2^(10 + exponent) bytes."""
    claimed = with_claim(frame, size)
    return claimed[:5] + bytes([exponent << 3]) + claimed[6:]


def unclaimed(data: bytes) -> bytes:
    """Make a zstd frame that does not state its content size."""
    return zstandard.ZstdCompressor(write_content_size=False).compress(data)


FRAME = streams.compress_frame(ARCHIVE)
SNAPSHOT_BOMBS: dict[str, tuple[bytes, str]] = {
    "claims more": (GIB_OF_ZEROS, "a zstd frame of 268435456"),
    "holds more than it claims": (with_claim(GIB_OF_ZEROS, len(ARCHIVE)), "zstd frame"),
    "holds less than it claims": (with_claim(unclaimed(b""), len(ARCHIVE)), "zstd frame"),
    "claims 2^62": (with_claim(FRAME, 2**62), f"a zstd frame of {2**62}"),
    "claims 2^64 - 1": (with_claim(FRAME, 2**64 - 1), "zstd frame"),
    "claims nothing": (unclaimed(ARCHIVE), "a zstd frame of -1"),
    "window of 2^41": (with_window(FRAME, 31, len(ARCHIVE)), "zstd frame"),
    "frame in a frame": (streams.compress_frame(FRAME), f"a zstd frame of {len(FRAME)}"),
    "two frames": (FRAME + FRAME, "zstd frame"),
    "bytes behind the frame": (FRAME + b"\0", "zstd frame"),
    "skippable frame first": (b"\x50\x2a\x4d\x18\4\0\0\0abcd" + FRAME, "a zstd frame of 0"),
    "skippable frame behind": (FRAME + b"\x50\x2a\x4d\x18\4\0\0\0abcd", "zstd frame"),
    "half a frame": (FRAME[:-3], "zstd frame"),
    "head only": (FRAME[:9], "zstd"),
    "no byte": (b"", "zstd"),
}


def snapshot_log(codec: str, data: bytes) -> Forge:
    """A log whose turn 1 is a keyframe with these stored bytes for the units."""
    return (
        Forge()
        .first()
        .turn(1, altered(keyframe(small_state(1), HEADER), 0, codec=codec, data=data))
    )


def test_the_clean_twins_are_sound(submit: Submit, tmp_path: Path) -> None:
    assert refused(submit, snapshot_log("zstd", FRAME), tmp_path / "a.log") == ""
    assert refused(submit, snapshot_log("raw", ARCHIVE), tmp_path / "b.log") == ""
    assert refused(submit, snapshot_log("columns", columns_of([])), tmp_path / "c.log") == ""
    whole = with_claim(FRAME, len(ARCHIVE))
    assert refused(submit, snapshot_log("zstd", whole), tmp_path / "d.log") == ""
    window = with_window(FRAME, 21, len(ARCHIVE))  # 2 GiB, of which no byte is taken
    assert refused(submit, snapshot_log("zstd", window), tmp_path / "e.log") == ""


@pytest.mark.parametrize("bomb", SNAPSHOT_BOMBS)
def test_a_zstd_bomb_in_a_snapshot(bomb: str, submit: Submit, tmp_path: Path) -> None:
    data, message = SNAPSHOT_BOMBS[bomb]
    assert message in refused(submit, snapshot_log("zstd", data), tmp_path / "a.log")


def columns_of(replaced: Sequence[tuple[int, int, bytes]]) -> bytes:
    """The unit's columns as raw streams, some replaced: (ordinal, method, stored bytes)."""
    listed = [(0, bytes(payload)) for payload in small_state(1).universes[0].tables[0].columns]
    for at, method, stored in replaced:
        listed[at] = (method, stored)
    return b"".join(streams.HEAD.pack(method, len(data)) + data for method, data in listed)


def pco(values: Any) -> bytes:
    """One standalone pco file."""
    return bytes(standalone.simple_compress(values, ChunkConfig(compression_level=8)))


HP = np.frombuffer(small_state(1).universes[0].tables[0].columns[2], "<i8")
MILLIONS = pco(np.arange(2**24, dtype="<i8"))
STREAM_BOMBS: dict[str, tuple[bytes, str]] = {
    "pco of 2^24 numbers": (columns_of([(2, 2, MILLIONS)]), "expected 5 values"),
    "pco of too few": (columns_of([(2, 2, pco(HP[:4]))]), "expected 5 values"),
    "pco of another type": (columns_of([(2, 2, pco(HP.astype("<i4")))]), "pco stream"),
    "pco of no bytes": (columns_of([(2, 2, b"")]), "pco stream"),
    "pco cut": (columns_of([(2, 2, pco(HP)[:-4])]), "pco stream"),
    "pco for bools": (columns_of([(1, 2, pco(HP))]), "pco"),
    "zstd of 2^28": (columns_of([(2, 1, GIB_OF_ZEROS)]), "a zstd frame of 268435456"),
    "zstd that holds more": (columns_of([(2, 1, with_claim(GIB_OF_ZEROS, 40))]), "zstd frame"),
    "unknown method": (columns_of([(2, 9, b"")]), "a method of 0 to 2"),
    "raw of another size": (columns_of([(2, 0, bytes(41))]), "expected 40 raw bytes"),
    "a length of 2^64 - 1": (columns_of([])[:1] + b"\xff" * 8, "a stream within the data"),
    "a stream too few": (columns_of([])[: -(20 + 9)], "expected 4 streams"),
    "a stream too many": (columns_of([]) + streams.HEAD.pack(0, 0), "9 bytes more"),
    "no streams": (b"", "expected 4 streams"),
}


@pytest.mark.parametrize("bomb", STREAM_BOMBS)
def test_a_bomb_in_a_stream(bomb: str, submit: Submit, tmp_path: Path) -> None:
    data, message = STREAM_BOMBS[bomb]
    assert message in refused(submit, snapshot_log("columns", data), tmp_path / "a.log")


@pytest.mark.parametrize("place", range(16))
@pytest.mark.parametrize("with_byte", [0x00, 0x7F, 0xFF])
def test_pco_heads_that_lie(place: int, with_byte: int, submit: Submit, tmp_path: Path) -> None:
    """Whatever the first bytes of a pco file say, memory is that of the numbers wanted."""
    stored = bytearray(pco(HP))
    stored[place] = with_byte
    forge = snapshot_log("columns", columns_of([(2, 2, bytes(stored))]))
    message = refused(submit, forge, tmp_path / "a.log")
    assert message == "" or "bad log" in message


def delta_log(**changes: Any) -> Forge:
    """A log whose turn 1 has a changed delta of the units: column hp, five rows, raw."""
    return Forge().first().turn(1, altered(deltas(1, HEADER), 0, **changes))


GAPS, MINUS_ONES = bytes(4 * ROWS), b"\xff" * (8 * ROWS)
FAR = struct.pack("<5I", 0, 0, 0, 0, 2**32 - 1)
DELTA_BOMBS: dict[str, tuple[dict[str, Any], str]] = {
    "rows of 2^63": ({"rows": 2**63}, "a table of at most"),
    "rows of 2^64 - 1": ({"rows": 2**64 - 1}, "a table of at most"),
    "rows of 2^26": ({"rows": 2**26}, ""),
    "counts of 2^63": ({"counts": [2**63]}, "counts of 1 to 5"),
    "counts of none": ({"counts": [0]}, "counts of 1 to 5"),
    "counts beyond rows": ({"counts": [6]}, "counts of 1 to 5"),
    "more counts than columns": ({"counts": [5, 5]}, "columns in order"),
    "an unknown column": ({"columns": [4]}, "columns below 4"),
    "column 2^32 - 1": ({"columns": [2**32 - 1]}, "columns below 4"),
    "a column twice": ({"columns": [2, 2], "counts": [5, 5]}, "columns in order"),
    "columns falling": ({"columns": [2, 1], "counts": [5, 5]}, "columns in order"),
    "10^6 columns": ({"columns": range(10**6), "counts": [1] * 10**6}, "columns below 4"),
    "a row beyond": ({"data": FAR + MINUS_ONES}, "changed rows below 5"),
    "a change of nothing": ({"data": GAPS + bytes(8 * ROWS)}, "one that stays as it is"),
    "zstd that claims more": ({"codec": "zstd", "data": GIB_OF_ZEROS}, "frame of 268435456"),
    "zstd that holds more": ({"codec": "zstd", "data": with_claim(GIB_OF_ZEROS, 60)}, "zstd"),
    "no bytes": ({"data": b""}, "expected 60 raw bytes"),
}


def test_the_clean_delta_is_sound(submit: Submit, tmp_path: Path) -> None:
    stored = altered(deltas(1, HEADER), 0, codec="raw", data=GAPS + MINUS_ONES)
    message = messages.parse("Delta", stored[0][1])
    assert (list(message.columns), list(message.counts)) == ([2], [ROWS])
    assert refused(submit, Forge().first().turn(1, stored), tmp_path / "a.log") == ""


@pytest.mark.parametrize("bomb", DELTA_BOMBS)
def test_a_bomb_in_a_delta(bomb: str, submit: Submit, tmp_path: Path) -> None:
    changes, message = DELTA_BOMBS[bomb]
    found = refused(submit, delta_log(**({"codec": "raw"} | changes)), tmp_path / "a.log")
    assert "bad log" in found
    assert message in found


SNAPSHOT_COUNTS: dict[str, tuple[dict[str, Any], str]] = {
    "rows of 2^63": ({"rows": 2**63}, "a table of at most"),
    "rows of 2^64 - 1": ({"rows": 2**64 - 1}, "a table of at most"),
    "a size of 2^63": ({"archive_bytes": 2**63}, f"{len(ARCHIVE)} bytes"),
    "universe 2^32 - 1": ({"universe": 2**32 - 1}, "expected 0/unit"),
    "a long name": ({"table": "x" * 10**6}, "expected 0/unit"),
    "a long codec": ({"codec": "x" * 10**6}, "unknown codec"),
}


@pytest.mark.parametrize("count", SNAPSHOT_COUNTS)
def test_a_giant_count_in_a_snapshot(count: str, submit: Submit, tmp_path: Path) -> None:
    changes, message = SNAPSHOT_COUNTS[count]
    forge = Forge().first().turn(1, altered(keyframe(small_state(1), HEADER), 0, **changes))
    assert message in refused(submit, forge, tmp_path / "a.log")


def test_rows_that_fit_but_are_not_there_cost_nothing_to_open(
    submit: Submit, tmp_path: Path
) -> None:
    """Two GiB of units by the delta's word: opened without memory, refused when it is read."""
    rows = 2**31 // 20
    size = archive_bytes(SCHEMA.tables[0], rows)
    assert size < 2**31
    data = zstandard.ZstdCompressor().compress(b"")
    bomb = with_claim(data, size)
    told = altered(
        keyframe(small_state(1), HEADER), 0, rows=rows, archive_bytes=size, codec="zstd", data=bomb
    )
    forge = Forge().first().turn(1, told)
    path = str(forge.write(tmp_path / "a.log"))
    assert submit(damage.turns_of, path).result(timeout=TIME_LIMIT_S) == 2


def nested(depth: int) -> str:
    """Lists within one another."""
    return "[" * depth + "]" * depth


HEADERS: dict[str, tuple[dict[str, Any], str]] = {
    "a deep scenario": ({"scenario": nested(100_000)}, "nested deeper than 64"),
    "a deep scenario of objects": ({"scenario": '{"a":' * 100_000}, "nested deeper than 64"),
    "a deep schema": ({"schema": nested(100_000)}, "nested deeper than 64"),
    "a long integer": ({"scenario": "9" * 10**6}, "integers are from"),
    "an open text": ({"scenario": '"' + "\\" * 10**6}, "not JSON"),
    "10^6 keys": ({"scenario": "{" + '"a":1,' * 10**6 + '"a":1}'}, "stands twice"),
    "10^4 facts": ({"environment": [{"what": "a"}] * 10**4}, "in order"),
    "10^4 digests": ({"digests": ["state"] * 10**4}, "digests: state"),
    "10^6 facts": ({"environment": [{"what": "a"}] * 10**6}, "1048576 bytes beside"),
    "10^6 phases": ({"steps": [{"phases": [""] * 10**6}]}, "1048576 bytes beside"),
    "10^7 steps": ({"steps": [{}] * 10**7}, "1048576 bytes beside"),
    "10^7 lists": ({"scenario": "[" + "[]," * 10**7 + "[]]"}, "1048576 opening brackets"),
    "no steps": ({"steps": []}, "at least one step"),
}


def header_with(**changes: Any) -> bytes:
    """The header's message with other fields."""
    stored: list[Stored] = [("header", header_message(HEADER))]
    return altered(stored, 0, **changes)[0][1]


@pytest.mark.parametrize("hostile", HEADERS)
def test_a_hostile_header(hostile: str, submit: Submit, tmp_path: Path) -> None:
    changes, message = HEADERS[hostile]
    forge = Forge().first(header=header_with(**changes))
    assert message in refused(submit, forge, tmp_path / "a.log")


COMMANDS: dict[str, tuple[bytes, str]] = {
    "deep": (nested(100_000).encode(), "nested deeper than 64"),
    "deep in a command": (b'[[{"a":' + nested(100_000).encode() + b"}],[]]", "nested deeper"),
    "10^6 steps": (b"[" + b"[]," * 10**6 + b"[]]", "commands of 2 steps"),
    "10^7 commands": (b"[[" + b"{}," * 10**7 + b"{}],[]]", "1048576 opening brackets"),
    "not JSON": (b"[" * 10 + b"\0", "not JSON"),
}


@pytest.mark.parametrize("hostile", COMMANDS)
def test_hostile_commands(hostile: str, submit: Submit, tmp_path: Path) -> None:
    text, message = COMMANDS[hostile]
    forge = Forge().first().turn(1, deltas(1, HEADER), commands=text)
    assert message in refused(submit, forge, tmp_path / "a.log")


def test_a_million_universes_that_are_not_there(submit: Submit, tmp_path: Path) -> None:
    forge = Forge().first().turn(1, universes=range(10**6))
    assert "expected" in refused(submit, forge, tmp_path / "a.log")


def test_many_tables_take_time_by_their_number(submit: Submit, tmp_path: Path) -> None:
    """Checking sizes once for each table must not cost the square of the tables."""
    schema = schema_of(**{f"t{at}": [column("a", "u8")] for at in range(3000)})
    header = replace(HEADER, schema=schema)
    state = state_of(schema, 0, [[b""] for _ in schema.tables])
    forge = Forge(header).first(keyframe(state, header))
    assert refused(submit, forge, tmp_path / "a.log") == ""
