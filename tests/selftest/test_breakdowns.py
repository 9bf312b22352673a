"""Engines that break down instead of lying: each has its outcome, its turn and its step.

The clean twin is the turn before: up to it all sides are said to agree.
"""

from pathlib import Path

import pytest

from tests.cli.program import one_document, run_process
from tests.selftest.builds import TURNS, wet_log
from tests.selftest.trials import FAILURES, MIB
from tests.support.toy_builds import MILL
from vr_verify.model.limits import Limits
from vr_verify.verbs.replay import replay

TURN = 4
LIMITS = Limits(answer_s=5.0, memory_bytes=320 * MIB)
BREAKDOWNS = [fault for fault in FAILURES if fault != "lost-in-restore"]


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["hang", "growth"])
def test_a_breakdown_within_limits_has_its_outcome(tmp_path: Path, fault: str) -> None:
    has_its_outcome(tmp_path, fault)


@pytest.mark.parametrize("fault", [one for one in BREAKDOWNS if one not in ("hang", "growth")])
def test_a_breakdown_has_its_outcome(tmp_path: Path, fault: str) -> None:
    has_its_outcome(tmp_path, fault)


def has_its_outcome(folder: Path, fault: str) -> None:
    """Replay up to the fault and beyond it."""
    log, liar = wet_log(folder), f"saboteur:{fault}@{TURN}:{MILL}"
    clean = replay(log, MILL, f"saboteur:none@{TURN}:{MILL}", limits=LIMITS)
    assert clean.outcome == "agreed"
    report = replay(log, MILL, liar, limits=LIMITS)
    assert report.outcome == FAILURES[fault]
    assert report.message is not None
    assert f"turn {TURN}, step evening: " in report.message
    assert report.checked is not None
    assert report.checked.last_turn == TURN - 1
    assert report.divergence is None


def test_a_divergence_before_a_breakdown_is_kept(tmp_path: Path) -> None:
    log = wet_log(tmp_path)
    liar = f"saboteur:field@{TURN - 2}:{MILL}"
    assert replay(log, liar, MILL).outcome == "diverged"
    report = replay(log, liar, f"saboteur:crash@{TURN}:{MILL}")
    assert report.outcome == "crashed"
    assert report.divergence is not None
    assert report.divergence.turn == TURN - 2
    assert report.divergence.column == "water"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "code"),
    [("none", 0), ("field", 1), ("swallowed-command", 1), ("field@9:x", 2)]
    + [(fault, 4) for fault in BREAKDOWNS],
)
def test_the_command_line_gives_the_code(tmp_path: Path, fault: str, code: int) -> None:
    log = wet_log(tmp_path, commands_at=(TURN,))
    liar = f"saboteur:{fault}@{TURN}:{MILL}"
    limits = ("--time-limit", "5", "--memory-limit", "320MiB")
    ended = run_process("replay", str(log), "--engine", MILL, "--against", liar, *limits, "--json")
    assert ended.returncode == code, ended.stderr
    if code in (0, 1):
        found = one_document(ended.stdout)
        assert found["checked"]["turns"] == TURNS
        assert ("divergence" in found) is (code == 1)
