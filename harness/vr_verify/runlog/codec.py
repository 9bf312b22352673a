"""Codecs for what a log stores: "raw" and "zstd" for the whole, "columns" by stream (FORMAT.md).

Decoding trusts nothing: what is stored must state the very size that schema and rows demand.
"""

from collections.abc import Sequence
from typing import Final

from vr_verify.canonical.packing import BytesLike
from vr_verify.runlog import streams
from vr_verify.runlog.streams import Shape

COLUMNS_MIN_BYTES: Final = 1024
"""Below it a head for each stream costs more than it saves."""
WHOLE_MAX_BYTES: Final = 64 * 1024
"""Above it only streams are tried: they were smaller and faster in every measurement."""


def compress(whole: bytes, parts: Sequence[tuple[Shape, BytesLike]]) -> tuple[str, bytes]:
    """Return codec id and stored bytes: the smallest of what is worth trying.

    `whole` and `parts` are two forms of the same: one text of bytes, and its streams.
    """
    candidates = []
    if len(whole) <= WHOLE_MAX_BYTES:
        candidates += [("raw", whole), ("zstd", streams.compress_frame(whole))]
    if len(whole) >= COLUMNS_MIN_BYTES:
        candidates.append(("columns", streams.encode(parts)))
    return min(candidates, key=lambda one: len(one[1]))


def check_size(codec: str, stored: bytes, size: int, shapes: Sequence[Shape]) -> None:
    """Check, before anything is allocated, that `stored` claims to decode to what is wanted."""
    if codec == "raw":
        if len(stored) != size:
            raise ValueError(f"expected {size} raw bytes, found {len(stored)}")
    elif codec == "zstd":
        streams.check_frame(stored, size)
    elif codec == "columns":
        streams.check(stored, shapes)
    else:
        raise ValueError(f"unknown codec {codec!r:.80}")


def decompress_whole(codec: str, stored: bytes, size: int) -> bytes:
    """Return the `size` bytes of codec "raw" or "zstd"; ValueError for anything but that."""
    check_size(codec, stored, size, ())
    return stored if codec == "raw" else streams.decompress_frame(stored, size)
