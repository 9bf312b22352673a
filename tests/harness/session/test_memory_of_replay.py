"""What a replay of a long log keeps for each turn: little, and known."""

import tracemalloc
from pathlib import Path

import pytest

from tests.support.toy_builds import MILL
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.runlog.reader import RunLog
from vr_verify.session.lockstep import Lockstep, Options
from vr_verify.session.turns import LiveSide
from vr_verify.verbs.record import record

pytestmark = pytest.mark.slow

TURNS = 50_000
# Where each turn lies in its log, and what it was when that was checked.
TURN_BYTES_MAX = 1536
BASE_BYTES = 16 * 2**20


def peak_bytes(log: Path) -> int:
    """Return the most that the harness held at any time of a replay."""
    tracemalloc.start()
    try:
        with RunLog.open(log) as opened, Engine(resolve_build(MILL)) as engine:
            sides = (LiveSide("mill", engine),)
            found = Lockstep(opened, sides, Options(audit="off"), small_bytes=0).run()
        assert (found.first, found.coverage.turns) == (None, TURNS)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_sparse_log_of_tiny_turns_takes_a_bounded_number_of_bytes_each(tmp_path: Path) -> None:
    # Idle from the third turn on, since flour and toll would grow out of their columns.
    scenario = tmp_path / "idle.json"
    scenario.write_text('{"cells":["40","8"],"idle_from":"3","limit":"1000","seed":"1"}')
    log = tmp_path / "long.log"
    record(scenario, log, turns=TURNS, engine=MILL, snapshots="sparse")
    assert peak_bytes(log) < BASE_BYTES + TURNS * TURN_BYTES_MAX
