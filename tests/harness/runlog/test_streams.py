"""Streams and codecs: each method comes back as it was, and what is damaged or lies is refused."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from pcodec import ChunkConfig, standalone

from vr_verify.runlog import codec, streams
from vr_verify.runlog.streams import HEAD, PCO, RAW, ZSTD, Shape

WIDTHS = (1, 2, 3, 4, 8, 16, 255)


def decoded(data: bytes, shapes: list[Shape]) -> list[bytes]:
    """Decode streams into plain bytes."""
    return [bytes(payload) for payload in streams.decode(data, shapes)]


def stream(method: int, stored: bytes) -> bytes:
    """Make one stream as it is stored."""
    return HEAD.pack(method, len(stored)) + stored


def pco(values: list[int], kind: str) -> bytes:
    """Make a standalone pco file."""
    packed: bytes = standalone.simple_compress(
        np.array(values, kind), ChunkConfig(enable_8_bit=True)
    )
    return packed


def unclaimed(data: bytes) -> bytes:
    """Make a zstd frame that does not state its content size."""
    return zstandard.ZstdCompressor(write_content_size=False).compress(data)


@st.composite
def payloads(draw: st.DrawFn) -> tuple[Shape, bytes]:
    """Any stream's shape and payload: noise, or numbers near each other."""
    width, count = draw(st.sampled_from(WIDTHS)), draw(st.sampled_from((0, 1, 5, 31, 32, 33, 300)))
    shape = Shape(count, width, draw(st.booleans()), draw(st.booleans()))
    if draw(st.booleans()):
        return shape, draw(st.binary(min_size=shape.size, max_size=shape.size))
    start = draw(st.integers(0, 2 ** (8 * width) - 1))
    values = [(start + 3 * at) % 2 ** (8 * width) for at in range(count)]
    return shape, b"".join(value.to_bytes(width, "little") for value in values)


@given(st.lists(payloads(), max_size=4))
def test_streams_come_back_as_they_were(written: list[tuple[Shape, bytes]]) -> None:
    data = streams.encode(written)
    shapes = [shape for shape, _ in written]
    streams.check(data, shapes)
    assert decoded(data, shapes) == [payload for _, payload in written]
    assert streams.encode(written) == data


@pytest.mark.parametrize(
    ("method", "shape", "payload"),
    [
        (RAW, Shape(5, 1), b"\1\7\3\xff\0"),
        (RAW, Shape(0, 8), b""),
        (ZSTD, Shape(90, 3), b"abc" * 90),
        (PCO, Shape(900, 8), np.arange(900, dtype="<u8").tobytes()),
        (PCO, Shape(900, 4, True), np.arange(-450, 450, dtype="<i4").tobytes()),
        (
            PCO,
            Shape(900, 2),
            np.array([30000 + Random(at).randrange(64) for at in range(900)], "<u2").tobytes(),
        ),
    ],
)
def test_the_smallest_method_is_taken(method: int, shape: Shape, payload: bytes) -> None:
    data = streams.encode([(shape, payload)])
    assert data[0] == method
    assert len(data) <= HEAD.size + len(payload)
    assert decoded(data, [shape]) == [payload]


def test_zstd_is_tried_where_its_beginning_promises_more() -> None:
    again = Random(4).randbytes(800) * 20
    near = np.array([30000 + Random(at).randrange(64) for at in range(2000)], "<u8").tobytes()
    for payload, method in ((again, ZSTD), (near, PCO)):
        shape = Shape(len(payload) // 8, 8, differences=True)
        (found, stored, _), *_ = streams._split(streams.encode([(shape, payload)]), [shape])
        assert found == method
        others = streams._pco(shape, payload), streams._zstd(shape, payload)
        assert len(stored) == min(len(other) for _, other in others)


@given(st.lists(st.binary(max_size=900), min_size=2, max_size=5))
def test_a_frame_depends_on_its_data_alone(texts: list[bytes]) -> None:
    fresh = [zstandard.ZstdCompressor(level=3).compress(text) for text in texts]
    assert [streams.compress_frame(text) for text in texts] == fresh
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(streams.compress_frame, texts)) == fresh


def test_differences_are_not_differenced_again() -> None:
    rising = np.arange(4000, dtype="<u4").tobytes()
    plain, told = (streams.encode([(Shape(4000, 4, differences=d), rising)]) for d in (False, True))
    assert len(plain) < 60 < len(told)
    assert decoded(told, [Shape(4000, 4)]) == [rising]


FIVE = Shape(5, 4)
PLAIN = np.array([9, 8, 7, 6, 5], "<u4").tobytes()
FRAME = streams.compress_frame(PLAIN)
FILE = pco([9, 8, 7, 6, 5], "u4")


def test_pco_holds_bytes_too() -> None:
    for kind, values in (("u1", [0, 255, 3]), ("i1", [-128, 0, 127])):
        plain = np.array(values, kind).tobytes()
        shape = Shape(3, 1, signed=kind == "i1")
        assert decoded(stream(PCO, pco(values, kind)), [shape]) == [plain]


@pytest.mark.parametrize("kind", ["sorted", "noise", "again"])
def test_long_streams_come_back_by_the_one_method_that_a_sample_chose(kind: str) -> None:
    count = 2**16 + 5
    values = {
        "sorted": np.arange(count, dtype="<u4"),
        "noise": np.frombuffer(Random(3).randbytes(4 * count), "<u4"),
        "again": np.tile(np.frombuffer(Random(4).randbytes(4000), "<u4"), count)[:count],
    }[kind]
    shape = Shape(count, 4)
    data = streams.encode([(shape, values.tobytes())])
    assert decoded(data, [shape]) == [values.tobytes()]
    assert len(data) <= shape.size + HEAD.size
    assert (len(data) < shape.size // 2) == (kind != "noise")


@pytest.mark.parametrize("data", [stream(RAW, PLAIN), stream(ZSTD, FRAME), stream(PCO, FILE)])
def test_each_method_is_read_where_it_stands(data: bytes) -> None:
    streams.check(data, [FIVE])
    assert decoded(data, [FIVE]) == [PLAIN]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "expected 1 streams, found the end"),
        (stream(RAW, PLAIN)[:8], "expected 1 streams, found the end"),
        (stream(RAW, PLAIN)[:-1], "a stream within the data, found one of 20 bytes"),
        (HEAD.pack(RAW, 2**64 - 1) + PLAIN, "within the data"),
        (stream(RAW, PLAIN) + b"\0", "found 1 bytes more"),
        (stream(RAW, PLAIN[:-1]), "expected 20 raw bytes, found 19"),
        (stream(RAW, PLAIN + b"\0"), "expected 20 raw bytes, found 21"),
        (stream(3, PLAIN), "a method of 0 to 2, found 3"),
        (stream(255, b""), "a method of 0 to 2, found 255"),
        (stream(ZSTD, b""), "zstd frame"),
        (stream(ZSTD, PLAIN), "zstd frame"),
        (stream(ZSTD, unclaimed(PLAIN)), "found a zstd frame of -1"),
        (stream(ZSTD, zstandard.compress(bytes(2**20))), "found a zstd frame of 1048576"),
        (stream(ZSTD, streams.compress_frame(PLAIN[:-1])), "found a zstd frame of 19"),
    ],
)
def test_what_lies_about_its_size_is_refused_before_it_is_decoded(
    data: bytes, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        streams.check(data, [FIVE])
    with pytest.raises(ValueError, match=message):
        streams.decode(data, [FIVE])


@pytest.mark.parametrize("shape", [Shape(5, 3), Shape(5, 16), Shape(5, 255), Shape(0, 4)])
def test_pco_is_for_some_shapes_only(shape: Shape) -> None:
    with pytest.raises(ValueError, match="expected no pco"):
        streams.check(stream(PCO, FILE), [shape])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (stream(ZSTD, FRAME[:-1]), "damaged zstd frame"),
        (stream(ZSTD, FRAME + b"\0"), "damaged zstd frame"),
        (stream(ZSTD, FRAME + FRAME), "damaged zstd frame"),
        (stream(PCO, b""), "damaged pco stream"),
        (stream(PCO, FILE[:-2]), "damaged pco stream"),
        (stream(PCO, b"no such file"), "damaged pco stream"),
        (stream(PCO, pco([9, 8, 7, 6, 5], "i4")), "damaged pco stream"),
        (stream(PCO, pco([9, 8, 7, 6, 5], "f4")), "damaged pco stream"),
        (stream(PCO, pco([9, 8, 7, 6, 5], "u8")), "damaged pco stream"),
        (stream(PCO, pco([], "u4")), "expected 5 values, found 0"),
        (stream(PCO, pco([9, 8, 7, 6], "u4")), "expected 5 values, found 4"),
        (stream(PCO, pco([9, 8, 7, 6, 5, 4], "u4")), "expected 5 values, found 5 or more"),
        (stream(PCO, pco(list(range(5000)), "u4")), "expected 5 values"),
    ],
)
def test_what_is_damaged_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        streams.decode(data, [FIVE])


@pytest.mark.parametrize("method", [ZSTD, PCO])
def test_any_flipped_bit_gives_other_values_or_a_value_error(method: int) -> None:
    """CRC and seal find a flip; behind them nothing but a ValueError may come of one."""
    shape = Shape(300, 8, True)
    plain = np.cumsum(np.arange(300, dtype="<i8") % 17).tobytes()
    values = np.frombuffer(plain, "<i8")
    stored = streams.compress_frame(plain) if method == ZSTD else pco(values.tolist(), "i8")
    assert decoded(stream(method, stored), [shape]) == [plain]
    refused = 0
    for bit in range(0, len(stored) * 8, 3):
        flipped = bytearray(stored)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            (found,) = decoded(stream(method, bytes(flipped)), [shape])
        except ValueError:
            refused += 1
            continue
        assert len(found) == shape.size
    assert refused > 10


@given(st.binary(max_size=3000))
def test_a_codec_gives_back_the_whole_or_its_streams(whole: bytes) -> None:
    shapes = [Shape(len(whole), 1)]
    name, stored = codec.compress(whole, [(shapes[0], whole)])
    codec.check_size(name, stored, len(whole), shapes)
    if name == "columns":
        assert decoded(stored, shapes) == [whole]
    else:
        assert codec.decompress_whole(name, stored, len(whole)) == whole


def test_each_codec_is_chosen_where_it_is_smallest() -> None:
    noise = bytes(at * at * 31 % 251 for at in range(60))
    numbers = np.arange(2**15, dtype="<u4").tobytes()
    assert codec.compress(noise, [(Shape(60, 1), noise)])[0] == "raw"
    assert codec.compress(bytes(900), [(Shape(900, 1), bytes(900))])[0] == "zstd"
    assert codec.compress(numbers, [(Shape(2**15, 4), numbers)])[0] == "columns"
    assert len(numbers) > codec.WHOLE_MAX_BYTES


@pytest.mark.parametrize("name", ["", "lz4", "RAW", "columns "])
def test_a_codec_of_another_name_is_unknown(name: str) -> None:
    with pytest.raises(ValueError, match="unknown codec"):
        codec.check_size(name, b"", 0, [])
