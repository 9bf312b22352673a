"""`replay --jobs`: segments of one run give the bytes that a replay in one piece gives."""

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.support.processes import TEST_MARK, marked_by_test
from tests.support.toy_builds import MILL, variant
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import BuildSpec
from vr_verify.errors import EngineCrashed, UsageError
from vr_verify.model.limits import Limits
from vr_verify.model.report import Report
from vr_verify.report import json as report_json
from vr_verify.runlog.reader import RunLog
from vr_verify.session import segments
from vr_verify.session.lockstep import Comparison
from vr_verify.session.milestones import milestones
from vr_verify.verbs.record import record
from vr_verify.verbs.replay import replay

TURNS = 20


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record a mill whose every state is a keyframe."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
        folder = tmp_path_factory.mktemp("segments")
        scenario = folder / "wet.json"
        scenario.write_text('{"cells":["40","8","12","9"],"limit":"1000","seed":"5"}')
        path = folder / "mill.log"
        record(scenario, path, turns=TURNS, engine=MILL, snapshots="full")
        return path


def replayed(log: Path, build: str, jobs: int, turns: tuple[int, int] | None = None) -> Report:
    return replay(log, build, "none", jobs=jobs, turns=turns)


# Diverged early, late and only for a while; failing; halted on one side; watched otherwise.
BUILDS = {
    "clean": MILL,
    "early": f"saboteur:field@2:{MILL}",
    "at a cut": f"saboteur:digest-of-truth@10:{MILL}",
    "healing": f"saboteur:wrong-digest@11:{MILL}",
    "late": f"saboteur:field@20:{MILL}",
    "failing": f"saboteur:crash@13:{MILL}",
    "halting": variant("ShallowMill"),
    "drawing": f"saboteur:draw@7:{MILL}",
}

MANY = ("clean", "healing", "failing")


@pytest.mark.parametrize("name", BUILDS)
def test_segments_give_the_bytes_of_one_piece(log: Path, name: str) -> None:
    whole = replayed(log, BUILDS[name], 1)
    assert (whole.outcome == "agreed") is (name == "clean"), whole.message
    for jobs in (2, 3, 8) if name in MANY else (2,):
        assert report_json.encode(replayed(log, BUILDS[name], jobs)) == report_json.encode(whole)


def test_two_sides_and_a_range_give_the_same_bytes_too(log: Path) -> None:
    liar = f"saboteur:planted@9:{MILL}"
    for build in (MILL, liar):
        reports = [replay(log, MILL, build, turns=(5, 17), jobs=jobs) for jobs in (1, 2)]
        assert (reports[0].divergence is None) is (build == MILL)
        assert report_json.encode(reports[0]) == report_json.encode(reports[1])


def test_a_run_is_cut_where_its_log_says(log: Path) -> None:
    with RunLog.open(log) as opened:
        assert milestones(opened) == tuple(range(2, TURNS, 2))
        assert milestones(opened, small_bytes=0) == ()


def test_a_state_lost_in_a_restore_is_found_by_segments_alone(log: Path) -> None:
    liar = f"saboteur:lost-in-restore@4:{MILL}"
    assert replayed(log, liar, 1).outcome == "nothing_compared"
    assert replayed(log, liar, 2).outcome == "protocol_error"
    assert replayed(log, f"saboteur:none@4:{MILL}", 2).outcome == "agreed"


def test_an_interrupt_ends_all_workers_and_keeps_what_was_compared(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv(TEST_MARK, "segments")
    monkeypatch.setattr("vr_verify.session.segments.wait", interrupt)
    report = replayed(log, f"saboteur:hang@11:{MILL}", 2)
    assert report.outcome == "interrupted"
    assert report.complete is False
    assert threading.active_count() == 1
    assert not marked_by_test("segments")


class IdleCrew:
    """Stands for a crew whose engines answer nothing until they are stopped."""

    def __init__(self) -> None:
        self.stopped = threading.Event()

    def stop(self) -> None:
        """Note it."""
        self.stopped.set()


def test_a_bug_in_a_later_crew_does_not_wait_for_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    crews = [IdleCrew(), IdleCrew()]
    told: list[bool] = []

    def work(_board: object, _whole: object, crew: IdleCrew, _tell: object) -> None:
        if crew is crews[1]:
            raise LookupError("a bug")
        told.append(crew.stopped.wait(timeout=20))

    monkeypatch.setattr(segments, "_work", work)
    whole = SimpleNamespace(first_turn=0, log=SimpleNamespace(turns=range(10)), found=Comparison())
    with pytest.raises(LookupError, match="a bug"):
        segments.play_segments(cast("Any", whole), cast("Any", crews), segments.cut({5}, 0, 9))
    assert told == [True]


@pytest.mark.parametrize(
    ("jobs", "turns", "at_once"), [(3, None, 3), (64, None, 10), (8, (5, 8), 2)]
)
def test_memory_is_divided_among_the_engines_that_run(
    log: Path, monkeypatch: pytest.MonkeyPatch, jobs: int, turns: tuple[int, int], at_once: int
) -> None:
    divided: list[int] = []

    def noted(spec: BuildSpec, limits: Limits) -> Engine:
        divided.append(limits.workers)
        raise EngineCrashed(spec.text, "not started")

    monkeypatch.setattr("vr_verify.verbs.replay.Engine", noted)
    for against, sides in (("none", 1), (None, 2)):
        with pytest.raises(EngineCrashed):
            replay(log, MILL, against, jobs=jobs, turns=turns)
        assert divided.pop() == at_once * sides


def test_what_cannot_be_cut_is_refused(log: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="jobs beside declared differences"):
        replay(log, MILL, MILL, jobs=2, declared=tmp_path / "none.toml")
    with pytest.raises(
        UsageError, match="expected 1 or more parts at the same time, found 0; give 1"
    ):
        replay(log, MILL, MILL, jobs=0)
    # An engine that cannot be restored plays in one piece.
    plain = variant("PlainMill")
    assert report_json.encode(replayed(log, plain, 2)) == report_json.encode(
        replayed(log, plain, 1)
    )
