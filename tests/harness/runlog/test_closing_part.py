"""The closing part, made and compared piece by piece, is what it is when made as a whole."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness.runlog.logs import write_log
from vr_verify.errors import BadLogError
from vr_verify.runlog import container, torn
from vr_verify.runlog.closing_part import read_closing
from vr_verify.runlog.container import Tally
from vr_verify.runlog.source import LogSource
from vr_verify.runlog.torn import SECTOR_BYTES, whole_sectors

TURNS = 40


def tally_of(turns: int) -> Tally:
    """Make what a log of so many turns would have counted, its end not yet."""
    tally = Tally()
    for turn in range(3, 3 + turns):
        tally.add_bytes(bytes([turn % 256]))
        tally.add_message("turn")
        tally.add_chunk(turn, 100 + turn)
    return tally


def said_of_pieces(source: LogSource, tally: Tally) -> object:
    """Return what the reader says of a file's rest: whether it is whole, or its error."""
    try:
        return read_closing(source, tally)
    except BadLogError as error:
        return str(error)


def said_of_whole(source: LogSource, tally: Tally) -> object:
    """Say the same by the plain rule: the expected bytes and the found ones as wholes."""
    offset, expected = tally.offset, b"".join(container.closing(tally))
    found = source.read(offset, len(expected) + 1)
    if found != expected and torn.bytes_lost(offset, expected, found):
        return False
    try:
        source.expect(offset, expected[: len(found)], found, "data end, summary and footer")
    except BadLogError as error:
        return str(error)
    return len(found) == len(expected)


CHANGES = st.lists(
    st.tuples(st.sampled_from(["flip", "sector", "cut", "more"]), st.floats(0, 1)), max_size=4
)


def changed(data: bytes, start: int, changes: list[tuple[str, float]]) -> bytes:
    """Return a file with some changes behind an offset."""
    left = bytearray(data)
    for kind, share in changes:
        at = min(start + int(share * (len(left) - start)), len(left) - 1)
        if kind == "flip" and at >= start:
            left[at] ^= 1
        elif kind == "sector":
            first = max(start, at - at % SECTOR_BYTES)
            end = min(len(left), at - at % SECTOR_BYTES + SECTOR_BYTES)
            left[first:end] = bytes(max(0, end - first))
        elif kind == "cut":
            del left[at:]
        elif kind == "more":
            left += b"\0more"
    return bytes(left)


@given(changes=CHANGES, at_once=st.sampled_from([1, 3, 128]))
def test_pieces_are_judged_like_the_whole(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, float]], at_once: int
) -> None:
    tally = tally_of(TURNS)
    sound = bytes(tally.offset) + b"".join(container.closing(tally))
    path = tmp_path_factory.mktemp("closing") / "a.log"
    path.write_bytes(changed(sound, tally.offset, changes))
    source = LogSource(path)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(container, "_INDEXES_AT_ONCE", at_once)
            found = said_of_pieces(source, tally)
        assert found == said_of_whole(source, tally)
        assert changes or found is True
    finally:
        source.close()


def test_a_fault_in_any_piece_is_told_where_it_is(tmp_path: Path) -> None:
    tally = tally_of(TURNS)
    sound = bytes(tally.offset) + b"".join(container.closing(tally))
    for at in range(tally.offset, len(sound), 97):
        path = tmp_path / "a.log"
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 0xFF]) + sound[at + 1 :])
        source = LogSource(path)
        with pytest.raises(BadLogError) as told:
            read_closing(source, tally)
        source.close()
        assert told.value.offset == at


@pytest.mark.parametrize("at_once", [1, 2, 7])
def test_the_bytes_do_not_depend_on_the_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    data = write_log(tmp_path / "a.log", turns=9).read_bytes()
    monkeypatch.setattr(container, "_INDEXES_AT_ONCE", at_once)
    assert write_log(tmp_path / "b.log", turns=9).read_bytes() == data


def test_no_piece_grows_with_the_log() -> None:
    longest = [max(map(len, container.closing(tally_of(turns)))) for turns in (500, 1000)]
    assert longest[0] == longest[1]


@given(st.integers(0, 2000), st.lists(st.binary(max_size=1500), max_size=8))
def test_whole_sectors_are_the_same_bytes_cut_elsewhere(offset: int, pieces: list[bytes]) -> None:
    found = list(whole_sectors(offset, pieces))
    assert b"".join(found) == b"".join(pieces)
    for piece in found[:-1]:
        offset += len(piece)
        assert piece
        assert offset % SECTOR_BYTES == 0
