"""Frames as bytes: u32 length, UTF-8 JSON (PROTOCOL.md, section 6). No I/O here.

It must not know processes, calls or engines; a bad frame is a ValueError that says what was found.
"""

import json
import struct
from typing import Any, Final

FRAME_MAX_BYTES: Final = 1024 * 1024
HEAD_BYTES: Final = 4
_SHOWN_BYTES: Final = 40


def encode(frame: dict[str, Any]) -> bytes:
    """Return a frame's bytes; ValueError when it is longer than the protocol allows."""
    body = json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    if len(body) > FRAME_MAX_BYTES:
        raise ValueError(f"a frame of {len(body)} bytes, {FRAME_MAX_BYTES} at most")
    return struct.pack("<I", len(body)) + body


class FrameBuffer:
    """Bytes as they arrive; frames as they are whole."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> None:
        """Add what has arrived."""
        self._bytes += data

    @property
    def held(self) -> int:
        """How many bytes have arrived and not been taken."""
        return len(self._bytes)

    @property
    def whole(self) -> bool:
        """Whether `take` has something to say: a frame is there, or garbage."""
        if len(self._bytes) < HEAD_BYTES:
            return False
        length: int = struct.unpack_from("<I", self._bytes)[0]
        return length > FRAME_MAX_BYTES or len(self._bytes) >= HEAD_BYTES + length

    def take(self) -> dict[str, Any] | None:
        """Return the next whole frame, None while it is incomplete; ValueError on garbage."""
        if len(self._bytes) < HEAD_BYTES:
            return None
        (length,) = struct.unpack_from("<I", self._bytes)
        if length > FRAME_MAX_BYTES:
            shown = bytes(self._bytes[:_SHOWN_BYTES])
            raise ValueError(f"expected a frame of at most 1 MiB, found {length} bytes: {shown!r}")
        end = HEAD_BYTES + length
        if len(self._bytes) < end:
            return None
        body = bytes(self._bytes[HEAD_BYTES:end])
        del self._bytes[:end]
        return _decode(body)


def _decode(body: bytes) -> dict[str, Any]:
    """Read a frame's JSON, which must be an object."""
    try:
        frame = json.loads(body.decode("utf-8"))
        if b"\\u" in body:  # half a surrogate pair, which is no text that could be written
            json.dumps(frame, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        shown = body[:_SHOWN_BYTES]
        raise ValueError(f"expected a frame of UTF-8 JSON, found {shown!r}: {error}") from error
    if not isinstance(frame, dict):
        raise ValueError(f"expected a JSON object, found {body[:_SHOWN_BYTES]!r}")
    return frame
