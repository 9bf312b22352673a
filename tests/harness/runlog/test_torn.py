"""Torn logs: sectors of zeros at the end of a file are a cut; all else that is wrong is damage.

Each clause of FORMAT.md, rule 6, has a torn log and a twin in which the same place is damaged.
"""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from tests.harness.canonical.examples import SCHEMA, state_of
from tests.harness.runlog import naive
from tests.harness.runlog.logs import header_of
from tests.harness.runlog.naive_messages import RefusedError
from tests.harness.runlog.runs import write_run
from tests.harness.runlog.test_damage import chunk_ends
from vr_verify.canonical.state import State
from vr_verify.errors import BadLogError
from vr_verify.runlog.container import CHUNK_HEAD, MAGIC
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.torn import SECTOR_BYTES, bytes_lost

TURNS = 4


def noise(turn: int) -> State:
    """Make a state that no codec makes smaller, so that its chunk is of some sectors."""
    random, rows = Random(turn), 99
    unit = [random.randbytes(4 * rows), b"\1" * rows, random.randbytes(8 * rows), bytes(4 * rows)]
    return state_of(SCHEMA, turn, [unit, [random.randbytes(3 * rows), random.randbytes(rows)]])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A log whose chunks are of several sectors each."""
    path = tmp_path_factory.mktemp("torn") / "a.log"
    header = replace(header_of(has=("state",)), snapshots="full")
    write_run(path, header, [noise(turn) for turn in range(TURNS + 1)])
    data = path.read_bytes()
    ends = chunk_ends(data)
    assert all(end - start > 3 * SECTOR_BYTES for start, end in pairwise(ends[:-1]))
    return data


def read(path: Path, data: bytes) -> int | None:
    """Return how many turns a cut log holds; None if it is bad. Both readers must say the same."""
    path.write_bytes(data)
    found = ours(path)
    try:
        other = naive.read(path)
    except RefusedError:
        assert found is None
    else:
        assert (found, other.cut_at is None) == (len(other.turns), False)
    return found


def ours(path: Path) -> int | None:
    """Return how many turns our reader finds in a cut log; None if it is bad."""
    try:
        with RunLog.open(path) as log:
            assert not log.complete
            for turn in log.turns:
                assert log.state(turn) == noise(turn)
            return len(log.turns)
    except BadLogError:
        return None


def zeroed(data: bytes, start: int, end: int) -> bytes:
    """Return the data with zeros in a range."""
    assert any(data[start:end]), "zeros where there are zeros are no fault"
    return data[:start] + bytes(end - start) + data[end:]


def flipped(data: bytes, at: int) -> bytes:
    """Return the data with one bit flipped."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def up(offset: int) -> int:
    """Return where the next sector starts."""
    return offset - offset % SECTOR_BYTES + SECTOR_BYTES


def bounded_sectors(data: bytes) -> list[int]:
    """Return the sectors whose first and last byte are not zero."""
    starts = range(0, len(data) - SECTOR_BYTES, SECTOR_BYTES)
    return [at for at in starts if data[at] and data[at + SECTOR_BYTES - 1]]


def test_a_last_chunk_that_lacks_a_sector_is_torn(whole: bytes, tmp_path: Path) -> None:
    ends = chunk_ends(whole)
    data, start = whole[: ends[2]], ends[1] + CHUNK_HEAD.size
    assert read(tmp_path / "a.log", data) == 3
    for sector in range(up(start), ends[2] - SECTOR_BYTES, SECTOR_BYTES):
        torn = zeroed(data, sector, sector + SECTOR_BYTES)
        assert read(tmp_path / "a.log", torn) == 2
        assert read(tmp_path / "a.log", flipped(torn, ends[0] + 90)) is None, "an older chunk"
    last = ends[2] - ends[2] % SECTOR_BYTES
    assert read(tmp_path / "a.log", zeroed(data, last, ends[2])) == 2, "the part of one"
    assert read(tmp_path / "a.log", zeroed(data, start, up(start))) == 2, "the part of the first"


def test_fewer_zeros_than_a_sector_are_damage(whole: bytes, tmp_path: Path) -> None:
    ends = chunk_ends(whole)
    data, start = whole[: ends[2]], up(ends[1] + CHUNK_HEAD.size)
    sector = next(at for at in bounded_sectors(data) if at >= start)
    assert read(tmp_path / "a.log", zeroed(data, sector, sector + SECTOR_BYTES)) == 2
    assert read(tmp_path / "a.log", zeroed(data, sector, sector + SECTOR_BYTES - 1)) is None
    assert read(tmp_path / "a.log", zeroed(data, sector + 1, sector + SECTOR_BYTES)) is None
    middle = sector + SECTOR_BYTES // 2
    assert read(tmp_path / "a.log", zeroed(data, middle, middle + SECTOR_BYTES - 1)) is None
    assert read(tmp_path / "a.log", flipped(data, middle)) is None


def test_a_chunk_with_another_behind_it_is_damaged_not_torn(whole: bytes, tmp_path: Path) -> None:
    ends = chunk_ends(whole)
    sector = up(ends[1] + CHUNK_HEAD.size)
    for size in (ends[2] + 1, ends[2] + 60, ends[3], len(whole)):
        assert read(tmp_path / "a.log", zeroed(whole[:size], sector, sector + SECTOR_BYTES)) is None


def test_the_first_chunk_is_never_torn(whole: bytes, tmp_path: Path) -> None:
    ends = chunk_ends(whole)
    data = whole[: ends[0]]
    assert read(tmp_path / "a.log", data) == 1
    assert read(tmp_path / "a.log", zeroed(data, 1024, 1536)) is None
    assert read(tmp_path / "a.log", bytes(512) + data[512:]) is None


def with_head_at(path: Path, place: int) -> tuple[bytes, int]:
    """Return a log and where its third chunk starts: `place` bytes before a sector ends.

    A fact of the environment of the right length puts it there.
    """
    header = replace(header_of(has=("state",)), snapshots="full")
    length, start = 300, 0
    for _ in range(2):
        length += (SECTOR_BYTES - place - start) % SECTOR_BYTES if start else 0
        facts = {**header.environment, "x": "y" * length}
        states = [noise(turn) for turn in range(TURNS + 1)]
        write_run(path, replace(header, environment=facts), states)
        start = chunk_ends(path.read_bytes())[1]
    assert start % SECTOR_BYTES == SECTOR_BYTES - place
    return path.read_bytes(), start


@pytest.mark.parametrize("place", [1, 5, 20, 35, 44, 48])
def test_a_head_that_lacks_its_part_of_a_sector_is_torn(place: int, tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    data, start = with_head_at(path, place)
    border, end = start + place, start + CHUNK_HEAD.size
    for size in (end + 5, end + 700, chunk_ends(data)[2]):
        cut = data[:size]
        assert read(path, zeroed(cut, start, border)) == 2
        assert read(path, zeroed(cut, border, min(size, up(border)))) == 2
        assert read(path, flipped(cut, start)) is None
        assert read(path, flipped(cut, start + 20)) is None
        if place > 1:
            assert read(path, zeroed(cut, start + 1, border)) is None


@pytest.mark.parametrize("place", [20, 43, 46, 48])
def test_a_wrong_bit_in_a_head_that_ends_in_zeros_is_damage(place: int, tmp_path: Path) -> None:
    """What is behind the border is zero anyhow, as sizes are small: that is no loss."""
    path = tmp_path / "a.log"
    data, start = with_head_at(path, place)
    assert any(data[start + 41 : start + 43])
    assert not any(data[start + 43 : start + 49])
    cut = data[: chunk_ends(data)[2]]
    assert read(path, cut) == 3
    for at in range(start, start + CHUNK_HEAD.size):
        assert read(path, flipped(cut, at)) is None, f"byte {at - start} of the head"


def test_a_head_of_zeros_in_a_log_that_ends_as_a_whole_one_is_damage(
    whole: bytes, tmp_path: Path
) -> None:
    start = chunk_ends(whole)[1]
    data = zeroed(whole, start, start + CHUNK_HEAD.size)
    assert data.endswith(MAGIC)
    assert read(tmp_path / "a.log", data) is None
    assert read(tmp_path / "a.log", data[:-1]) == 2
    assert read(tmp_path / "a.log", data[: start + 20]) == 2


def test_nothing_but_zeros_behind_a_chunk_is_torn(whole: bytes, tmp_path: Path) -> None:
    end = chunk_ends(whole)[2]
    for size in (1, 8, 49, 511, 512, 5000):
        assert read(tmp_path / "a.log", whole[:end] + bytes(size)) == 3


def test_a_closing_part_that_lacks_sectors_is_torn(whole: bytes, tmp_path: Path) -> None:
    start = chunk_ends(whole)[-1]
    sectors = range(up(start), len(whole) - SECTOR_BYTES, SECTOR_BYTES)
    assert len(sectors) > 3
    for sector in sectors:
        torn = zeroed(whole, sector, sector + SECTOR_BYTES)
        assert read(tmp_path / "a.log", torn) == TURNS + 1
        assert read(tmp_path / "a.log", torn[:-9]) == TURNS + 1
        assert read(tmp_path / "a.log", flipped(torn, start + 3)) is None
    sector = next(at for at in bounded_sectors(whole) if at > start)
    assert read(tmp_path / "a.log", zeroed(whole, sector, sector + SECTOR_BYTES - 1)) is None
    assert read(tmp_path / "a.log", zeroed(whole, start, len(whole))) == TURNS + 1
    assert read(tmp_path / "a.log", zeroed(whole, start, len(whole)) + b"\0") is None


def test_bytes_lost_tells_zeros_of_sectors_from_other_bytes() -> None:
    expected = bytes(range(1, 256)) * 5
    assert bytes_lost(0, expected, expected)
    assert bytes_lost(0, expected, expected[:700])
    assert bytes_lost(0, expected, bytes(512) + expected[512:])
    assert bytes_lost(500, expected, bytes(12) + expected[12:])
    assert not bytes_lost(500, expected, bytes(11) + expected[11:])
    assert not bytes_lost(0, expected, bytes(511) + expected[511:])
    assert not bytes_lost(0, expected, expected + b"\0")
