"""Archives: written as the page lays them out, read back, and no flipped bit read as a value."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness.canonical.examples import SCHEMA, column, schema_of, states
from vr_verify.canonical.archive import ArchiveError, archive_bytes, decode_archive, encode_archive
from vr_verify.canonical.state import State, TableData

SMALL = schema_of(t=[column("a", "u16"), column("b", "u8")])


@given(states())
def test_an_archive_gives_its_table_back(state: State) -> None:
    for universe in state.universes:
        for at, data in enumerate(universe.tables):
            archive = encode_archive(SCHEMA.digest, data.rows, data.columns)
            assert decode_archive(archive, SCHEMA, at) == data
            assert len(archive) == archive_bytes(SCHEMA.tables[at], data.rows)


def test_the_bytes_are_those_of_the_page() -> None:
    archive = encode_archive(SMALL.digest, 40, [b"\1" * 80, b"\2" * 40])
    blocks = b"\1" * 80 + bytes(48) + b"\2" * 40 + bytes(24)
    records = struct.pack("<QiIQiI", 80, -200, 2, 40, 128 - 216, 1)
    root = SMALL.digest + struct.pack("<QiI", 40, 192 - 264, 2)
    assert archive == blocks + records + root


def test_an_empty_column_points_at_the_end_of_what_was_written_before_it() -> None:
    archive = encode_archive(SMALL.digest, 0, [b"", b""])
    records = struct.pack("<QiIQiI", 0, -8, 0, 0, -24, 0)
    assert archive == records + SMALL.digest + struct.pack("<QiI", 0, 0 - 72, 2)
    assert decode_archive(archive, SMALL, 0) == TableData(0, (b"", b""))


def reads_as_another_table(archive: bytes, data: TableData) -> bool:
    """Read a damaged archive: False for an ArchiveError; the undamaged table is a failure."""
    try:
        found = decode_archive(archive, SMALL, 0)
    except ArchiveError:
        return False
    assert found != data
    return True


@given(st.integers(0, 70))
def test_a_flipped_bit_is_an_error_or_another_value(rows: int) -> None:
    data = TableData(rows, (bytes(2 * rows), bytes(rows)))
    archive = bytearray(encode_archive(SMALL.digest, rows, data.columns))
    errors = 0
    for bit in range(len(archive) * 8):
        archive[bit // 8] ^= 1 << bit % 8
        errors += not reads_as_another_table(bytes(archive), data)
        archive[bit // 8] ^= 1 << bit % 8
    assert errors == len(archive) * 8 - rows * 3 * 8


@given(st.binary(max_size=200), st.integers(0, 1))
def test_any_bytes_are_an_archive_or_an_error(data: bytes, table: int) -> None:
    with pytest.raises(ArchiveError):
        decode_archive(data, SCHEMA, table)


@given(st.integers(0, 400))
def test_a_cut_or_longer_archive_is_an_error(cut: int) -> None:
    archive = encode_archive(SMALL.digest, 40, [b"\1" * 80, b"\2" * 40])
    if cut < len(archive):
        with pytest.raises(ArchiveError):
            decode_archive(archive[:cut], SMALL, 0)
    with pytest.raises(ArchiveError):
        decode_archive(bytes(cut + 1) + archive, SMALL, 0)
    assert decode_archive(archive, SMALL, 0).rows == 40


def test_the_archive_of_another_schema_is_an_error() -> None:
    archive = encode_archive(bytes(32), 0, [b"", b""])
    with pytest.raises(ArchiveError, match="expected the schema digest"):
        decode_archive(archive, SMALL, 0)
