"""Every way in which an engine can break down is an outcome, and what was compared is kept."""

import json
import time
from pathlib import Path

import pytest

from tests.cli.program import run_process
from tests.support import broken_mills
from tests.support.processes import TEST_MARK, marked_by_test, soon
from tests.support.toy_builds import MILL
from vr_verify.errors import EngineProtocolError
from vr_verify.model.limits import Limits
from vr_verify.model.outcome import EXIT_CODES, Outcome
from vr_verify.runlog.reader import RunLog
from vr_verify.verbs.record import record
from vr_verify.verbs.replay import replay

TURNS = 5
LIMITS = Limits(answer_s=3.0, memory_bytes=128 * 1024 * 1024)
BROKEN = {
    "Raising": ("crashed", "RuntimeError: the wheel broke"),
    "Panicking": ("crashed", "index out of bounds: the len is 3 but the index is 3"),
    "Aborting": ("crashed", "killed by SIGABRT"),
    "Segfaulting": ("crashed", "killed by SIGSEGV"),
    "Leaving": ("crashed", "exit status 0"),
    "Hanging": ("timed_out", "no answer to step in 3 s"),
    "Growing": ("out_of_memory", "more than its limit of 128 MiB"),
    "Reserving": ("out_of_memory", "MemoryError"),
    "Forking": ("crashed", "exit status 1"),
    "Closing": ("crashed", "it closed its output and went on"),
}
CLEAN = ("Sane", "Printing")


def broken(name: str) -> str:
    """Name a broken mill as a build."""
    return f"python-class:{broken_mills.__name__}:{name}"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Record the honest mill."""
    record("mill-3", tmp_path / "mill.log", turns=TURNS, engine=MILL)
    return tmp_path / "mill.log"


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_twin_agrees(log: Path, name: str) -> None:
    report = replay(log, MILL, broken(name), limits=LIMITS)
    # A first cell without water is a finding of the auditor, and no failure.
    assert (report.outcome, report.complete, report.divergence) == ("violated", True, None)


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("first", [True, False])
def test_a_replay_keeps_what_was_compared(log: Path, name: str, first: bool) -> None:
    outcome, said = BROKEN[name]
    engines = (broken(name), MILL) if first else (MILL, broken(name))
    report = replay(log, *engines, limits=LIMITS)
    assert (report.outcome, report.complete) == (outcome, False)
    assert EXIT_CODES[Outcome(report.outcome)] == 4
    assert report.message is not None
    side = "mill" if first else "mill-2"
    assert report.message.startswith(f"engine {side} ")
    assert "turn 3, step evening: in step: " in report.message or "turn 3, step evening" in (
        report.message
    )
    assert said in report.message
    assert report.message.endswith("; all sides agree up to turn 2")
    assert report.checked is not None
    assert (report.checked.turns, report.checked.last_turn) == (2, 2)
    assert report.divergence is None
    assert set(report.sides or {}) == {"mill", "mill-2", "recorded"}


@pytest.mark.parametrize("name", BROKEN)
def test_a_recording_keeps_what_was_written(tmp_path: Path, name: str) -> None:
    outcome, said = BROKEN[name]
    report = record("mill-3", tmp_path / "b.log", turns=TURNS, engine=broken(name), limits=LIMITS)
    assert (report.outcome, report.complete) == (outcome, False)
    assert report.message is not None
    assert said in report.message
    assert "turn 3, step evening" in report.message
    assert report.log is not None
    assert (report.log.turns, report.log.last_turn) == (3, 2)
    with RunLog.open(tmp_path / "b.log") as kept:
        assert not kept.complete
        assert kept.state(2).turn == 2


def test_a_scenario_that_is_not_canonical_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "b.log"
    with pytest.raises(EngineProtocolError, match=r"answer to resolve: at byte .*: not canonical"):
        record("mill-3", log, turns=1, engine=broken("Spacing"), limits=LIMITS)
    assert not log.exists()
    assert record("mill-3", log, turns=1, engine=broken("Sane"), limits=LIMITS).complete


def test_a_divergence_before_a_crash_is_told_too(log: Path) -> None:
    report = replay(log, MILL, broken("Parting"))
    assert (report.outcome, report.complete) == ("crashed", False)
    found = report.divergence
    assert found is not None
    assert (found.turn, found.table, found.column) == (2, "treasury", "toll")
    assert found.reproduced is None
    assert found.odd_one_out == "mill-2"
    assert report.message is not None
    assert report.message.endswith("; the sides part at turn 2")


def test_a_crash_while_a_divergence_is_located_does_not_lose_it(log: Path) -> None:
    report = replay(log, MILL, broken("PartingOnce"))
    assert report.outcome == "crashed"
    assert report.divergence is not None
    assert report.divergence.turn == 2
    assert report.checked is not None
    assert report.checked.turns == TURNS
    assert report.message is not None
    assert "never again" in report.message


@pytest.mark.parametrize("name", ["Hanging", "Growing", "Forking"])
def test_the_command_line_ends_in_4_and_leaves_nothing(log: Path, name: str) -> None:
    mark = f"{name}-{time.monotonic_ns()}"
    words = ["replay", str(log), "--engine", MILL, "--against", broken(name), "--json"]
    limits = ["--time-limit", "3", "--memory-limit", "128MiB"]
    ended = run_process(*words, *limits, environment={TEST_MARK: mark})
    assert ended.returncode == 4
    document = json.loads(ended.stdout)
    assert document["outcome"] == BROKEN[name][0]
    assert document["checked"]["last_turn"] == 2
    assert b"Traceback" not in ended.stderr
    assert b"mid-write" not in ended.stderr, "the log is whole; an engine failed"
    assert soon(lambda: not marked_by_test(mark))
