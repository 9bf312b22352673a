"""Streams: arrays of numbers of one width, each stored by the method that suits it (FORMAT.md).

Decoding trusts nothing: each stream must decode to the very size that its shape demands.
"""

import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import zstandard
from pcodec import ChunkConfig, DeltaSpec, standalone

from vr_verify.canonical.packing import BytesLike

RAW, ZSTD, PCO = range(3)
HEAD: Final = struct.Struct("<BQ")
"""Method and stored length in front of each stream."""

_ZSTD_LEVEL: Final = 3
_PCO_LEVEL: Final = 8
_PCO_WIDTHS: Final = (1, 2, 4, 8)
_PCO_COUNT_MIN: Final = 32
"""Below it the pages of pco cost more than they save."""

_PROBE_MIN_BYTES: Final = 2**10
_PROBE_PART: Final = 8
"""Of more bytes zstd is tried on a part first: it takes as long as pco, and seldom wins."""

_SAMPLED_COUNT_MIN: Final = 2**16
"""Streams of so many values are written by the one method that is best for a sample of them."""
_SAMPLE_RUNS: Final = 4
_SAMPLE_RUN_COUNT: Final = 2**12
_LOOKBACK_GAIN_MIN: Final = 0.1
"""Looking back writes at a third of the speed, so it is to save this share of the sample."""

Stream = tuple[int, bytes]
"""Method and stored bytes."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a stream holds: so many values of so many bytes; `signed` decides how pco sees them.

    Where they are `differences` already, no time goes into differences of them.
    """

    count: int
    width: int
    signed: bool = False
    differences: bool = False

    @property
    def size(self) -> int:
        """Bytes of the stream as it is decoded."""
        return self.count * self.width

    @property
    def dtype(self) -> "np.dtype[np.generic]":
        """The type under which numpy and pco take the values; only for widths 1, 2, 4, 8."""
        return np.dtype(f"<{'i' if self.signed else 'u'}{self.width}")


class _Compressor(threading.local):
    """A compressor for each thread: making one takes longer than a short stream does."""

    def __init__(self) -> None:
        self.zstd = zstandard.ZstdCompressor(level=_ZSTD_LEVEL)


_COMPRESSOR: Final = _Compressor()


def compress_frame(data: BytesLike) -> bytes:
    """Return one zstd frame that states its content size; the same for the same data."""
    return _COMPRESSOR.zstd.compress(data)


def check_frame(stored: BytesLike, size: int) -> None:
    """Check that a zstd frame claims to decode to `size` bytes; nothing is allocated."""
    try:
        claimed = zstandard.frame_content_size(bytes(memoryview(stored)[:18]))
    except zstandard.ZstdError as error:
        raise ValueError(f"not a zstd frame: {error}") from error
    if claimed != size:
        raise ValueError(f"expected {size} bytes, found a zstd frame of {claimed}")


def decompress_frame(stored: BytesLike, size: int) -> bytes:
    """Return the `size` bytes of one zstd frame with nothing behind it."""
    check_frame(stored, size)
    try:
        data = zstandard.ZstdDecompressor().decompress(
            stored, max_output_size=size, allow_extra_data=False
        )
    except zstandard.ZstdError as error:
        raise ValueError(f"damaged zstd frame: {error}") from error
    if len(data) != size:
        raise ValueError(f"expected {size} bytes, found {len(data)}")
    return data


def encode(streams: Sequence[tuple[Shape, BytesLike]]) -> bytes:
    """Store streams one behind the other, each by its own method."""
    parts: list[bytes] = []
    for shape, payload in streams:
        method, stored = _encode_one(shape, payload)
        parts += [HEAD.pack(method, len(stored)), stored]
    return b"".join(parts)


def check(data: BytesLike, shapes: Sequence[Shape]) -> None:
    """Check heads and claimed sizes without decoding; ValueError says what is wrong."""
    for _ in _split(data, shapes):
        pass


def decode(data: BytesLike, shapes: Sequence[Shape]) -> list[BytesLike]:
    """Return the payloads of streams of these shapes; ValueError for anything but exactly that."""
    return [_decode_one(method, stored, shape) for method, stored, shape in _split(data, shapes)]


def _encode_one(shape: Shape, payload: BytesLike) -> Stream:
    assert memoryview(payload).nbytes == shape.size, "the payload is of its shape"
    if shape.count >= _SAMPLED_COUNT_MIN:
        found = [_sampled(shape, payload)(shape, payload)]
    elif shape.count >= _PCO_COUNT_MIN and shape.width in _PCO_WIDTHS:
        found = [_pco(shape, payload)]
        if _promises_zstd(payload, _stored_bytes(found[0])):
            found.append(_zstd(shape, payload))
    else:
        found = [_zstd(shape, payload)]
    return min((RAW, bytes(payload)), *found, key=_stored_bytes)


def _promises_zstd(payload: BytesLike, to_beat: int) -> bool:
    """Whether zstd could need fewer bytes, by what it makes of the payload's beginning.

    What the second half of that adds to the first is what the rest is taken to cost.
    """
    view = memoryview(payload).cast("B")
    half = max(_PROBE_MIN_BYTES, len(view) // _PROBE_PART) // 2
    if 2 * half >= len(view):
        return True
    one, both = (len(compress_frame(view[:size])) for size in (half, 2 * half))
    return both + (both - one) * (len(view) // half - 2) < to_beat


def _sampled(shape: Shape, payload: BytesLike) -> Callable[[Shape, BytesLike], Stream]:
    """Return the method for a long stream: trying all of them in full would take thrice as long."""
    if shape.width not in _PCO_WIDTHS:
        return _zstd
    view = memoryview(payload).cast("B")
    starts = [at * shape.count // _SAMPLE_RUNS for at in range(_SAMPLE_RUNS)]
    runs = [view[at * shape.width :][: _SAMPLE_RUN_COUNT * shape.width] for at in starts]
    sample = Shape(_SAMPLE_RUNS * _SAMPLE_RUN_COUNT, shape.width, shape.signed), b"".join(runs)
    methods = (_zstd, _pco)
    sizes = [_stored_bytes(method(*sample)) for method in methods]
    if _stored_bytes(_pco_lookback(*sample)) < (1 - _LOOKBACK_GAIN_MIN) * min(sizes):
        return _pco_lookback
    return methods[sizes.index(min(sizes))]


def _stored_bytes(stream: Stream) -> int:
    return len(stream[1])


def _zstd(_: Shape, payload: BytesLike) -> Stream:
    return ZSTD, compress_frame(payload)


def _pco(shape: Shape, payload: BytesLike) -> Stream:
    spec = DeltaSpec.no_op() if shape.differences else DeltaSpec.auto()
    return PCO, _pco_file(shape, payload, spec)


def _pco_lookback(shape: Shape, payload: BytesLike) -> Stream:
    """Store each value as its difference to one before it: for values that come again."""
    return PCO, _pco_file(shape, payload, DeltaSpec.try_lookback())


def _pco_file(shape: Shape, payload: BytesLike, delta: DeltaSpec) -> bytes:
    config = ChunkConfig(compression_level=_PCO_LEVEL, delta_spec=delta, enable_8_bit=True)
    return bytes(standalone.simple_compress(np.frombuffer(payload, shape.dtype), config))


def _split(data: BytesLike, shapes: Sequence[Shape]) -> Iterator[tuple[int, memoryview, Shape]]:
    """Give method, stored bytes and shape of each stream, which together are all of the data."""
    view = memoryview(data).cast("B")
    at = 0
    for shape in shapes:
        if len(view) - at < HEAD.size:
            raise ValueError(f"expected {len(shapes)} streams, found the end of the data")
        method, length = HEAD.unpack_from(view, at)
        at += HEAD.size
        if length > len(view) - at:
            raise ValueError(f"expected a stream within the data, found one of {length} bytes")
        stored = view[at : at + length]
        _check_one(method, stored, shape)
        yield method, stored, shape
        at += length
    if at != len(view):
        raise ValueError(f"expected {len(shapes)} streams, found {len(view) - at} bytes more")


def _check_one(method: int, stored: memoryview, shape: Shape) -> None:
    if method == RAW and len(stored) != shape.size:
        raise ValueError(f"expected {shape.size} raw bytes, found {len(stored)}")
    if method == ZSTD:
        check_frame(stored, shape.size)
    if method == PCO and not (shape.width in _PCO_WIDTHS and shape.count):
        raise ValueError(f"expected no pco for {shape.count} values of {shape.width} bytes")
    if method > PCO:
        raise ValueError(f"expected a method of 0 to {PCO}, found {method}")


def _decode_one(method: int, stored: memoryview, shape: Shape) -> BytesLike:
    if method == RAW:
        return bytes(stored)
    if method == ZSTD:
        return decompress_frame(stored, shape.size)
    # Zeros, so that a stream of too few values cannot show what the memory held before.
    values = np.zeros(shape.count, shape.dtype)
    try:
        progress = standalone.simple_decompress_into(bytes(stored), values)
    except RuntimeError as error:
        raise ValueError(f"damaged pco stream: {error}") from error
    if not progress.finished or progress.n_processed != shape.count:
        raise ValueError(f"expected {shape.count} values, found {progress.n_processed} or more")
    return values.data.cast("B").toreadonly()
