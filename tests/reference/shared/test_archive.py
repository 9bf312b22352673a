"""Archives: rkyv's own bytes, round trips, and no corruption that goes unseen."""

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from void_reckoning_reference.shared import archive
from void_reckoning_reference.shared.archive import ArchiveError, decode_archive, encode_archive

DIGEST = bytes(range(32))
WIDTHS = (4, 1, 8, 32)
TABLES = st.integers(0, 40).flatmap(
    lambda rows: st.lists(st.integers(1, 40), max_size=4).flatmap(
        lambda widths: st.tuples(
            st.just(rows),
            st.just(widths),
            st.tuples(*[st.binary(min_size=rows * w, max_size=rows * w) for w in widths]),
        )
    )
)
Table = tuple[int, list[int], tuple[bytes, ...]]

# What follows the blocks, made with rkyv 0.8.18 (little_endian, aligned, pointer_width_32) from the
# structs of PROTOCOL.md, section 5: schema digest 00 01 … 1f, columns of bytes 0, 1, 2 …
# name → (rows, width of each column, the columns' descriptions, rows and columns of the root)
RKYV = {
    "no columns": (0, [], [], "0000000000000000d8ffffff00000000"),
    "no rows": (
        0,
        [1, 8],
        ["0000000000000000f8ffffff00000000", "0000000000000000e8ffffff00000000"],
        "0000000000000000b8ffffff02000000",
    ),
    "less than a block": (
        3,
        [1, 4, 8],
        [
            "030000000000000038ffffff01000000",
            "0c0000000000000068ffffff01000000",
            "180000000000000098ffffff01000000",
        ],
        "0300000000000000a8ffffff03000000",
    ),
    "more than a block": (
        65,
        [1, 2],
        ["4100000000000000b8feffff02000000", "820000000000000028ffffff03000000"],
        "4100000000000000b8ffffff02000000",
    ),
    "whole blocks": (
        16,
        [4, 8, 1],
        [
            "4000000000000000f8feffff01000000",
            "800000000000000028ffffff02000000",
            "100000000000000098ffffff01000000",
        ],
        "1000000000000000a8ffffff03000000",
    ),
}
# No rows of a table give this; it shows where rkyv lets an empty column point between others.
RKYV_EMPTY_BETWEEN = [
    "0000000000000000b8ffffff00000000",
    "4000000000000000a8ffffff01000000",
    "0000000000000000d8ffffff00000000",
]


def counting(size: int) -> bytes:
    """Make a payload that counts from 0."""
    return bytes(position % 251 for position in range(size))


def sample(rows: int = 20) -> tuple[bytes, list[bytes]]:
    """Make an archive with padding in every column but the last but one, and its columns."""
    columns = [counting(rows * width) for width in WIDTHS]
    return encode_archive(DIGEST, rows, columns), columns


@pytest.mark.parametrize("name", RKYV)
def test_the_bytes_are_those_of_rkyv(name: str) -> None:
    rows, widths, descriptions, root = RKYV[name]
    columns = [counting(rows * width) for width in widths]
    blocks = b"".join(payload + bytes(-len(payload) % 64) for payload in columns)
    expected = blocks + bytes.fromhex("".join(descriptions)) + DIGEST + bytes.fromhex(root)
    assert encode_archive(DIGEST, rows, columns) == expected
    assert decode_archive(expected, DIGEST, widths) == (rows, columns)


def test_an_empty_column_points_to_the_end_of_what_was_written() -> None:
    data = encode_archive(DIGEST, 0, [b"", counting(64), b""])
    assert data[64:112].hex() == "".join(RKYV_EMPTY_BETWEEN)


@given(TABLES)
@example((0, [], ()))
@example((9, [], ()))
def test_what_is_written_is_read(table: Table) -> None:
    rows, widths, columns = table
    data = encode_archive(DIGEST, rows, columns)
    assert decode_archive(data, DIGEST, widths) == (rows, list(columns))
    assert (len(data) - 48 - 16 * len(widths)) % 64 == 0


def test_every_flipped_bit_is_an_error_or_another_value() -> None:
    """In a payload a bit is a value; everywhere else it must be refused."""
    data, columns = sample()
    values = set()
    at = 0
    for payload in columns:
        values |= set(range(at, at + len(payload)))
        at += len(payload) + -len(payload) % 64
    assert decode_archive(data, DIGEST, WIDTHS) == (20, columns)
    for position in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[position] ^= 1 << bit
            if position in values:
                rows, found = decode_archive(bytes(changed), DIGEST, WIDTHS)
                assert encode_archive(DIGEST, rows, found) == changed
                continue
            with pytest.raises(ArchiveError, match=r"^offset \d+: .*expected .*found"):
                decode_archive(bytes(changed), DIGEST, WIDTHS)


def test_every_cut_and_every_addition_is_an_error() -> None:
    data, columns = sample()
    assert decode_archive(data, DIGEST, WIDTHS)[1] == columns
    broken = [data[:size] for size in range(len(data))]
    broken += [data[size:] for size in range(1, len(data))]
    broken += [data + b"\0", b"\0" + data, bytes(64) + data, data + bytes(64), data + data]
    broken += [data[:64] + data[128:], data[:64] + bytes(64) + data[64:]]
    for other in broken:
        with pytest.raises(ArchiveError):
            decode_archive(other, DIGEST, WIDTHS)


@given(st.binary(max_size=300), st.lists(st.integers(1, 9), max_size=3))
def test_no_bytes_crash_the_reader(data: bytes, widths: list[int]) -> None:
    ending = DIGEST + data[:16].ljust(16, b"\0")
    for candidate in (data, data + ending):
        try:
            rows, columns = decode_archive(candidate, DIGEST, widths)
        except ArchiveError:
            continue
        assert encode_archive(DIGEST, rows, columns) == candidate


@pytest.mark.parametrize(
    ("position", "form", "value", "message"),
    [
        (-48, "<32s", bytes(32), "schema digest"),
        (-16, "<Q", 21, "payload bytes: expected 84, found 80"),
        (-16, "<Q", 2**64 - 1, "payload bytes"),
        (-8, "<i", -(2**31), "offset of the columns"),
        (-8, "<i", 2**31 - 1, "offset of the columns"),
        (-4, "<I", 3, "number of columns: expected 4, found 3"),
        (-4, "<I", 2**32 - 1, "number of columns"),
        (-112, "<Q", 0, "payload bytes: expected 80, found 0"),
        (-104, "<i", -8, "offset of the blocks"),
        (-100, "<I", 1, "number of blocks: expected 2, found 1"),
        (-100, "<I", 2**32 - 1, "number of blocks"),
    ],
)
def test_each_field_is_checked_by_name(
    position: int, form: str, value: int | bytes, message: str
) -> None:
    data, columns = sample()
    changed = bytearray(data)
    struct.pack_into(form, changed, len(data) + position, value)
    assert decode_archive(data, DIGEST, WIDTHS)[1] == columns
    with pytest.raises(ArchiveError, match=message) as caught:
        decode_archive(bytes(changed), DIGEST, WIDTHS)
    assert str(caught.value).startswith("offset ")


def test_rows_that_lie_beyond_the_bytes_are_refused_before_they_are_read() -> None:
    """All fields agree with each other on 2^25 rows; only the blocks are missing."""
    rows = 2**25
    column = struct.pack("<QiI", rows, -8, rows // 64)
    data = column + DIGEST + struct.pack("<QiI", rows, -56, 1)
    with pytest.raises(ArchiveError, match=f"offset 0: expected {rows} bytes of blocks, found 0"):
        decode_archive(data, DIGEST, [1])


def test_overlapping_columns_are_refused() -> None:
    payload = counting(64)
    data = bytearray(encode_archive(DIGEST, 64, [payload, payload]))
    shared = bytes(data[64:])
    overlapping = bytearray(shared)
    struct.pack_into("<i", overlapping, 64 + 8, -72)
    struct.pack_into("<i", overlapping, 80 + 8, -88)
    assert decode_archive(bytes(data), DIGEST, [1, 1])[1] == [payload, payload]
    with pytest.raises(ArchiveError, match="offset of the blocks"):
        decode_archive(bytes(overlapping), DIGEST, [1, 1])


def test_bytes_that_no_column_accounts_for_are_refused() -> None:
    """All fields agree with each other; a block of zeros stands before the columns."""
    payload = counting(64)
    data = encode_archive(DIGEST, 64, [payload])
    widened = bytearray(payload + bytes(64) + data[64:])
    struct.pack_into("<i", widened, 128 + 8, -136)
    assert decode_archive(data, DIGEST, [1])[1] == [payload]
    with pytest.raises(ArchiveError, match="end of the blocks: expected 128, found 64"):
        decode_archive(bytes(widened), DIGEST, [1])
    with pytest.raises(ArchiveError, match="end of the blocks: expected 64, found 0"):
        decode_archive(bytes(64) + encode_archive(DIGEST, 0, []), DIGEST, [])


def test_another_schema_is_refused() -> None:
    data, columns = sample()
    assert decode_archive(data, DIGEST, WIDTHS)[1] == columns
    with pytest.raises(ArchiveError, match="schema digest"):
        decode_archive(data, bytes(32), WIDTHS)
    for widths in ([], [4, 1, 8], [4, 1, 8, 31], [1, 4, 8, 32], [4, 1, 8, 32, 1]):
        with pytest.raises(ArchiveError):
            decode_archive(data, DIGEST, widths)


def test_an_archive_beyond_32_bit_offsets_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data, columns = sample()
    monkeypatch.setattr(archive, "_ARCHIVE_BYTES_MAX", len(data))
    assert encode_archive(DIGEST, 20, columns) == data
    monkeypatch.setattr(archive, "_ARCHIVE_BYTES_MAX", len(data) - 1)
    with pytest.raises(ArchiveError, match="at most"):
        encode_archive(DIGEST, 20, columns)
    with pytest.raises(ArchiveError, match="offset 0"):
        decode_archive(data, DIGEST, WIDTHS)
