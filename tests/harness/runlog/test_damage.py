"""Damaged logs: a flipped bit is a BadLogError, a cut leaves the sealed turns readable.

Samples only; `test_exhaustive.py` flips every bit and cuts everywhere.
"""

import itertools
import os
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.harness.canonical.examples import small_state
from tests.harness.runlog.logs import HALT, commands_of, digests_of, header_of, write_log
from vr_verify.errors import BadLogError, MissingFileError
from vr_verify.runlog import container
from vr_verify.runlog.reader import RunLog


def bits_not_found(path: Path, bits: Iterable[int]) -> list[int]:
    """Flip one bit after another; return those that did not make a BadLogError."""
    missed = []
    with path.open("r+b", buffering=0) as file:
        for bit in bits:
            byte = os.pread(file.fileno(), 1, bit // 8)[0]
            os.pwrite(file.fileno(), bytes([byte ^ 1 << bit % 8]), bit // 8)
            if not is_bad(path):
                missed.append(bit)
            os.pwrite(file.fileno(), bytes([byte]), bit // 8)
    return missed


def is_bad(path: Path) -> bool:
    """Whether opening says BadLogError; any other exception is a failure of the test."""
    try:
        RunLog.open(path).close()
    except BadLogError:
        return True
    return False


@pytest.mark.parametrize("halted", [False, True])
def test_a_sample_of_single_bit_flips_is_found(tmp_path: Path, halted: bool) -> None:
    path = write_log(tmp_path / "a.log", 2, halted=halted)
    bits = random.Random(20261121).sample(range(path.stat().st_size * 8), 1600)
    assert bits_not_found(path, bits) == []
    assert not is_bad(path), "the log without a flip is sound"


def chunk_ends(data: bytes) -> list[int]:
    """Offsets behind each chunk, read by the record heads alone."""
    offset, ends = len(container.PREFACE), []
    while data[offset] == 6:
        offset += 9 + int.from_bytes(data[offset + 1 : offset + 9], "little")
        ends.append(offset)
    return ends


def check_cuts(path: Path, sizes: Iterable[int]) -> None:
    """Cut a log to each size (in falling order) and read what is left."""
    header, whole = header_of(), path.read_bytes()
    ends = chunk_ends(whole)
    states = [small_state(turn) for turn in range(len(ends) - 1)]
    for size in sizes:
        os.truncate(path, size)
        sealed = [end for end in ends if end <= size]
        if not sealed:
            assert is_bad(path), f"cut at {size}: no state is sealed"
            continue
        with RunLog.open(path) as log:
            assert not log.complete, f"cut at {size}"
            assert len(log.turns) == min(len(sealed), len(states))
            assert log.cut_at == sealed[-1]
            assert log.record(log.turns[-1]).digests == digests_of(header, log.turns[-1])
            if size in (sealed[-1], sealed[-1] + 1):
                assert [log.state(turn) for turn in log.turns] == states[: len(log.turns)]


def test_cuts_leave_the_sealed_turns(tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.log", 2)
    size, last = path.stat().st_size, chunk_ends(path.read_bytes())[-1]
    sizes = {*range(last + 120), *range(size - 120, size), *range(last, size, 37)}
    check_cuts(path, sorted(sizes, reverse=True))


def test_a_turn_dropped_doubled_or_moved_is_found(tmp_path: Path) -> None:
    data = write_log(tmp_path / "a.log", 3).read_bytes()
    ends = chunk_ends(data)
    first, one, two, three, rest = (
        data[: ends[0]],
        *(data[start:end] for start, end in itertools.pairwise(ends[:4])),
        data[ends[3] :],
    )
    assert first + one + two + three + rest == data
    for parts in (
        (first, two, three, rest),
        (first, one, one, two, three, rest),
        (first, two, one, three, rest),
        (first, one, two, rest),
        (one, two, three, rest),
        (first, one, two, three, rest, b"\0"),
        (first, one, two, three, rest, data),
    ):
        (tmp_path / "b.log").write_bytes(b"".join(parts))
        assert is_bad(tmp_path / "b.log")


def test_a_damaged_tail_of_a_cut_log_is_not_taken_for_a_cut(tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.log", 3)
    data = path.read_bytes()
    ends = chunk_ends(data)
    for size in (ends[1] + 500, ends[1] + 50):
        path.write_bytes(data[:size])
        assert not is_bad(path)
        path.write_bytes(data[: ends[1]] + b"\5" + data[ends[1] + 1 : size])
        assert is_bad(path)


def test_bytes_of_another_log_do_not_fit(tmp_path: Path) -> None:
    one = write_log(tmp_path / "a.log", 2).read_bytes()
    two = write_log(tmp_path / "b.log", 2, header_of(has=("state",))).read_bytes()
    mixed = one[: chunk_ends(one)[0]] + two[chunk_ends(two)[0] :]
    (tmp_path / "c.log").write_bytes(mixed)
    assert is_bad(tmp_path / "c.log")


@pytest.mark.parametrize(
    ("data", "expected", "found"),
    [
        (b"", "a run log", "an empty file"),
        (b"turn,hp\n1,2\n", "a run log, which starts with", "turn,hp"),
        (b"\x89PNG\r\n\x1a\n", "a run log, which starts with", "PNG"),
        (container.MAGIC[:5], "a sealed first state", "the end of the file"),
        (container.MAGIC + b"\1" + bytes(90), "a log of profile vr-verify", "0x00"),
        (container.PREFACE, "a sealed first state", "the end of the file"),
        (container.PREFACE + b"\x0f", "a chunk", "0x0f"),
    ],
)
def test_what_is_no_log_says_so(tmp_path: Path, data: bytes, expected: str, found: str) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(data)
    with pytest.raises(BadLogError) as caught:
        RunLog.open(path)
    assert caught.value.expected.startswith(expected)
    assert found in caught.value.found
    assert str(path) in caught.value.message
    assert caught.value.offset is not None


def test_a_missing_log_and_a_directory_are_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no such file"):
        RunLog.open(tmp_path / "none.log")
    with pytest.raises(MissingFileError, match="not a regular file"):
        RunLog.open(tmp_path)


def test_a_log_changed_after_it_was_opened_is_found(tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.log", 2)
    with RunLog.open(path) as log:
        other = write_log(tmp_path / "b.log", 2, halted=True).read_bytes()
        assert log.record(2).halt is None
        path.write_bytes(other)
        with pytest.raises(BadLogError):
            log.record(2)
        with pytest.raises(BadLogError):
            log.state(2)
    assert HALT.step < len(commands_of(2))
