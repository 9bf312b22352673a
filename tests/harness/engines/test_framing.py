"""Frames as bytes: whole, in pieces, too long, and garbage."""

import struct

import pytest

from vr_verify.engines import framing

FRAME = {"seq": 1, "ok": {"text": "Größe", "big": "18446744073709551615"}}


def test_a_frame_comes_back_whole_from_any_pieces() -> None:
    data = framing.encode(FRAME) * 2
    for size in (1, 3, 7, len(data)):
        buffer, found = framing.FrameBuffer(), []
        for start in range(0, len(data), size):
            buffer.feed(data[start : start + size])
            while (frame := buffer.take()) is not None:
                found.append(frame)
        assert found == [FRAME, FRAME]


def test_a_frame_of_one_mebibyte_is_the_longest() -> None:
    body = framing.FRAME_MAX_BYTES - len('{"a":""}')
    assert len(framing.encode({"a": "x" * body})) == framing.FRAME_MAX_BYTES + 4
    with pytest.raises(ValueError, match="1048576 at most"):
        framing.encode({"a": "x" * (body + 1)})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"hello, world\n", "at most 1 MiB"),
        (struct.pack("<I", 4) + b"nope", "UTF-8 JSON"),
        (struct.pack("<I", 2) + b"\xff\xfe", "UTF-8 JSON"),
        (struct.pack("<I", 2) + b"[]", "a JSON object"),
        (struct.pack("<I", 100_000) + b"[" * 100_000, "UTF-8 JSON"),
    ],
)
def test_garbage_is_named(data: bytes, said: str) -> None:
    buffer = framing.FrameBuffer()
    buffer.feed(data)
    with pytest.raises(ValueError, match=said):
        buffer.take()
