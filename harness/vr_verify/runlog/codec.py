"""Codecs for stored archives: "zstd" and "raw" (FORMAT.md, "Snapshots").

Decoding trusts nothing: the frame must state the very size that schema and rows demand.
"""

from typing import Final

import zstandard

LEVEL: Final = 3


def compress(archive: bytes) -> tuple[str, bytes]:
    """Return codec id and stored bytes; "raw" where zstd would not make it smaller."""
    stored = zstandard.ZstdCompressor(level=LEVEL).compress(archive)
    return ("zstd", stored) if len(stored) < len(archive) else ("raw", archive)


def check_size(codec: str, stored: bytes, size: int) -> None:
    """Check, before anything is allocated, that `stored` claims to decode to `size` bytes."""
    if codec == "raw":
        claimed = len(stored)
    elif codec == "zstd":
        try:
            claimed = zstandard.frame_content_size(stored)
        except zstandard.ZstdError as error:
            raise ValueError(f"not a zstd frame: {error}") from error
    else:
        raise ValueError(f"unknown codec {codec!r:.80}")
    if claimed != size:
        raise ValueError(f"expected an archive of {size} bytes, found {codec} of {claimed}")


def decompress(codec: str, stored: bytes, size: int) -> bytes:
    """Return the archive of `size` bytes; ValueError for anything but exactly that."""
    check_size(codec, stored, size)
    if codec == "raw":
        return stored
    try:
        archive = zstandard.ZstdDecompressor().decompress(
            stored, max_output_size=size, allow_extra_data=False
        )
    except zstandard.ZstdError as error:
        raise ValueError(f"damaged zstd frame: {error}") from error
    if len(archive) != size:
        raise ValueError(f"expected an archive of {size} bytes, found {len(archive)}")
    return archive
