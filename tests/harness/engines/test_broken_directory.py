"""An engine that spoils its own directory, claims giant bulks or texts is blamed, and only that."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.toy_builds import MILL
from vr_verify.engines.client import Engine
from vr_verify.engines.framing import FrameBuffer
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import EngineProtocolError

SCENARIO = b'{"cells":["40","8"],"limit":"1000","seed":"1"}'
REQUEST = "request.bin"


def _spoil(directory: Path, name: str, kind: str) -> None:
    """Put something else in the place of a file."""
    path = directory / name
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/null" if kind == "device" else directory.parent / "elsewhere")


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "link"])
def test_what_is_no_plain_file_is_neither_written_nor_waited_for(tmp_path: Path, kind: str) -> None:
    directory = tmp_path / "worker"
    directory.mkdir()
    with Engine(resolve_build(MILL), None, directory) as mill:
        mill.init(SCENARIO)
        _spoil(directory, REQUEST, kind)
        with pytest.raises(EngineProtocolError, match=r"expected request\.bin as a file of its"):
            mill.init(SCENARIO)
    assert not (tmp_path / "elsewhere").exists()


def _answering(mill: Engine, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]) -> None:
    """Change every answer on its way in."""
    receive = mill.process.receive
    monkeypatch.setattr(mill.process, "receive", lambda: receive() | change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"file": "holes", "bytes": str(2**40)}, f"expected at most 16 bytes, found {2**40}"),
        ({"file": "a" * 300}, "as a file of its directory, found: File name too long"),
        ({"file": "pipe"}, "as a file of its directory, found: another kind of file"),
        ({"file": "a\0b"}, "expected a file of the directory"),
    ],
)
def test_a_giant_or_impossible_bulk_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], said: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "holes").open("wb") as holes:
        holes.truncate(2**40)
    with Engine(resolve_build(MILL), None, tmp_path) as mill:
        mill.init(SCENARIO)
        assert len(mill.values(0, "cell", "water", 0, 2)) == 16
        _answering(mill, monkeypatch, change)
        with pytest.raises(EngineProtocolError, match=said):
            mill.values(0, "cell", "water", 0, 2)


@pytest.mark.parametrize(
    ("universe", "said"),
    [
        ({"id": 2**32, "rows": [2, 1]}, "Expected `int` <= 4294967295"),
        ({"id": -1, "rows": [2, 1]}, "Expected `int` >= 0"),
        ({"id": 0, "rows": [2**62, 1]}, "expected a state of at most 4 GiB"),
    ],
)
def test_a_universe_that_no_state_can_hold_is_refused(
    monkeypatch: pytest.MonkeyPatch, universe: dict[str, Any], said: str
) -> None:
    with Engine(resolve_build(MILL)) as mill:
        mill.init(SCENARIO)
        _answering(mill, monkeypatch, {"universes": [universe]})
        with pytest.raises(EngineProtocolError, match=said):
            mill.step([])


@pytest.mark.parametrize("text", [b'"\\ud800"', b'"\xed\xa0\x80"', '"é"'.encode("utf-16")])
def test_a_frame_with_half_a_character_is_garbage_and_a_whole_one_is_read(text: bytes) -> None:
    whole = b'{"a":"\\ud83d\\ude00"}'
    frames = FrameBuffer()
    frames.feed(len(whole).to_bytes(4, "little") + whole)
    assert frames.take() == {"a": "\U0001f600"}
    body = b'{"a":' + text + b"}"
    frames.feed(len(body).to_bytes(4, "little") + body)
    with pytest.raises(ValueError, match="expected a frame of UTF-8 JSON"):
        frames.take()
