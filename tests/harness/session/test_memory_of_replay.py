"""What a replay of a long log keeps for each turn: little, and known."""

import gc
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

LENGTHS = (500, 2000)
TURN_BYTES_MAX = 64
"""What the open log keeps of each turn, and no more: 37 bytes, and room for arrays to grow."""
MEANWHILE_BYTES_MAX = 2**20
"""What a replay takes beside that, whatever its length."""


def replayed_bytes(log: Path, turns: int) -> tuple[int, int]:
    """Return what the harness holds at the end of a replay, and the most that it held."""
    tracemalloc.start()
    try:
        with RunLog.open(log) as opened, Engine(resolve_build(MILL)) as engine:
            sides = (LiveSide("mill", engine),)
            found = Lockstep(opened, sides, Options(audit="off"), small_bytes=0).run()
            assert (found.first, found.coverage.turns) == (None, turns)
            gc.collect()
            return tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()


def test_a_sparse_log_of_tiny_turns_takes_a_few_bytes_of_each(tmp_path: Path) -> None:
    # Idle from the third turn on, since flour and toll would grow out of their columns.
    scenario = tmp_path / "idle.json"
    scenario.write_text('{"cells":["40","8"],"idle_from":"3","limit":"1000","seed":"1"}')
    log, held = tmp_path / "long.log", list[tuple[int, int]]()
    for turns in LENGTHS:
        record(scenario, log, turns=turns, engine=MILL, snapshots="sparse")
        held.append(replayed_bytes(log, turns))
    (few, _), (many, peak) = held
    assert many - few < TURN_BYTES_MAX * (LENGTHS[1] - LENGTHS[0])
    assert peak - many < MEANWHILE_BYTES_MAX
