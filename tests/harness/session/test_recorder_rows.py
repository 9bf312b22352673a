"""A log recorded by changed rows is the log recorded by whole states, byte for byte.

Rows told as changed that do not lead to the state are refused at the next keyframe or at the end.
"""

from pathlib import Path

import pytest

from tests.support.mill_engine import MillEngine
from tests.support.open_mill import open_mill
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.runlog.reader import RunLog
from vr_verify.session.recorder import Keeping, Recorder

# From turn 5 on nothing changes any more, so that what was left out in turn 4 is never told again.
IDLE = b'"idle_from":"5"'
CELLS = ",".join(f'"{3 * slot}"' for slot in range(40))


def scenario(limit: int = 10**6) -> bytes:
    return b'{"cells":[%s],%s,"limit":"%d","seed":"1"}' % (CELLS.encode(), IDLE, limit)


def written(path: Path, turns: int, small_bytes: int, limit: int = 10**6) -> int:
    """Record; return how often the whole state was read."""
    read = 0
    with Engine(resolve_build(open_mill())) as engine:
        plain = engine.state

        def counted() -> object:
            nonlocal read
            read += 1
            return plain()

        engine.state = counted  # type: ignore[method-assign,assignment]
        recorder = Recorder(engine, scenario(limit), Keeping(), small_bytes=small_bytes)
        recorder.record(path, turns, {})
    return read


@pytest.mark.parametrize(("turns", "limit"), [(0, 10**6), (1, 10**6), (140, 10**6), (12, 90)])
def test_both_ways_give_the_same_bytes(tmp_path: Path, turns: int, limit: int) -> None:
    whole, rows = tmp_path / "whole.log", tmp_path / "rows.log"
    times = [written(whole, turns, 2**30, limit=limit), written(rows, turns, 0, limit=limit)]
    assert rows.read_bytes() == whole.read_bytes()
    with RunLog.open(rows) as log:
        assert log.halted == (limit == 90)
        keyframes, played = len(log.keyframes), len(log.turns) - 1 - log.halted
    assert times[0] == 1 + played
    ends_so = played > 0 and log.keyframes[-1] != played
    assert times[1] == keyframes + ends_so
    assert turns < 100 or keyframes < 10


def test_a_recording_goes_on_by_rows(tmp_path: Path) -> None:
    straight, resumed = tmp_path / "straight.log", tmp_path / "resumed.log"
    written(straight, 9, 0)
    written(resumed, 9, 0)
    with RunLog.open(resumed) as log:
        cut = log.position.tally.offset
    data = resumed.read_bytes()
    assert cut < len(data)
    resumed.write_bytes(data[: len(data) // 2])
    with Engine(resolve_build(open_mill())) as engine:
        recorder = Recorder(engine, scenario(), Keeping(), small_bytes=0)
        assert recorder.resume(resumed, 9, {}) is None
    assert resumed.read_bytes() == straight.read_bytes()


def test_the_plain_mill_tells_no_rows() -> None:
    assert not hasattr(MillEngine, "changed_rows")
