"""The parts of a lockstep: side names, surroundings, the stopwatch that reaches no report."""

from itertools import count
from pathlib import Path

from tests.support.toy_builds import MILL
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.runlog.reader import RunLog
from vr_verify.session import environment
from vr_verify.session.lockstep import Lockstep, Options
from vr_verify.session.recorder import Recorder
from vr_verify.session.stopwatch import Stopwatch
from vr_verify.session.turns import LiveSide, side_names
from vr_verify.verbs.replay import replay

SCENARIO = b'{"cells":["40","8"],"limit":"1000","seed":"1"}'


def recorded(path: Path, turns: int = 3) -> Path:
    """Record the mill."""
    with Engine(resolve_build(MILL)) as engine:
        Recorder(engine, SCENARIO).record(path, turns, {})
    return path


def test_two_builds_of_one_engine_have_names_of_their_own() -> None:
    assert side_names(["rust", "python"]) == ("rust", "python")
    assert side_names(["rust", "rust", "recorded"]) == ("rust", "rust-2", "recorded-2")


def test_only_facts_that_differ_are_listed() -> None:
    now = environment.facts()
    assert set(now) == {"locale", "machine", "python", "system", "threads"}
    assert environment.differences(now, now, ["a"]) == ()
    then = {**now, "threads": "77", "moon": "full"}
    assert environment.differences(then, now, ["a", "b"]) == (
        {"what": "moon", "a": "unknown", "b": "unknown", "recorded": "full"},
        {"what": "threads", "a": now["threads"], "b": now["threads"], "recorded": "77"},
    )


def test_the_stopwatch_adds_up_each_part(tmp_path: Path) -> None:
    ticks = count()
    watch = Stopwatch(lambda: next(ticks))
    path = recorded(tmp_path / "mill.log")
    with RunLog.open(path) as log, Engine(resolve_build(MILL)) as engine:
        Lockstep(log, (LiveSide("mill", engine),), Options(), watch).run()
    assert set(watch.nanoseconds) == {"step", "transport", "compare", "digest"}
    # Three turns of two steps.
    assert watch.nanoseconds["step"] == 6
    idle = Stopwatch()
    with idle.part("step"):
        pass
    assert idle.nanoseconds == {}


def test_large_states_are_recomputed_at_the_ends_only(tmp_path: Path) -> None:
    path = recorded(tmp_path / "mill.log", turns=5)
    found = {}
    for recompute, small in (("auto", 1 << 22), ("auto", 0), ("every", 0)):
        with RunLog.open(path) as log, Engine(resolve_build(MILL)) as engine:
            options = Options(recompute=recompute)
            lockstep = Lockstep(log, (LiveSide("mill", engine),), options, small_bytes=small)
            found[recompute, small] = lockstep.run().coverage.turns_recomputed
    assert found == {("auto", 1 << 22): 6, ("auto", 0): 2, ("every", 0): 6}


def test_a_failing_engine_is_named_by_its_side_turn_and_step(tmp_path: Path) -> None:
    path = recorded(tmp_path / "mill.log")
    assert replay(path, MILL, MILL).divergence is None
    crashing = "python-class:tests.harness.session.crashing_mill:CrashingMill"
    report = replay(path, MILL, crashing)
    assert (report.outcome, report.complete) == ("crashed", False)
    assert report.message is not None
    assert report.message.startswith("engine mill-2 crashed: turn 3, step evening: in step")
    assert report.message.endswith("the wheel broke; all sides agree up to turn 2")
    assert report.checked is not None
    assert (report.checked.turns, report.checked.last_turn) == (2, 2)
