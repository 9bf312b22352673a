"""`vr-verify stress` as a person runs it: exit codes, streams, one document."""

from pathlib import Path

import pytest

import vr_verify
from tests.cli.program import one_document, run, run_process
from tests.support.toy_builds import MILL, module_path, variant
from vr_verify.bisection.flipping import TIMES_DEFAULT
from vr_verify.cli import stress
from vr_verify.engines.factors import FACTORS
from vr_verify.report.stress_document import Stress
from vr_verify.verbs.record import record

__all__ = ["module_path"]

PUNCTUAL = "python-class:tests.support.touchy_mills:Punctual"
LASTING = "python-class:tests.support.touchy_mills:Lasting"
TIME_ZONE = ("--times", "1", "--vary", "time-zone")


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Record the honest mill at noon."""
    monkeypatch.setenv("TZ", "BEHIND+11:30")
    path = tmp_path / "mill.log"
    record("mill-3", path, turns=4, engine=MILL)
    return path


@pytest.mark.parametrize(
    ("engine", "code", "outcome"),
    [(MILL, 0, "agreed"), (PUNCTUAL, 1, "intermittent"), (variant("ShallowMill"), 1, "diverged")],
)
def test_each_outcome_has_its_exit_code_and_answers_stand_on_standard_output(
    log: Path, engine: str, code: int, outcome: str
) -> None:
    record("mill-30", log, turns=4, engine=MILL)
    result = run("stress", str(log), "--engine", engine, *TIME_ZONE, "--json")
    assert result.exit_code == code
    document = one_document(result.stdout)
    assert (document["command"], document["outcome"]) == ("stress", outcome)
    assert str(log.parent) not in result.stdout, "no absolute path in a document"


def test_the_page_says_the_verdict_first_and_the_command_last_shows_it_again(log: Path) -> None:
    result = run("stress", str(log), "--engine", PUNCTUAL, *TIME_ZONE)
    lines = result.stdout.splitlines()
    assert lines[0] == "INTERMITTENT: touchy does not give one answer; it depends on time-zone"
    at = lines.index("show it again")
    assert lines[at + 1] == f"  vr-verify stress mill.log --engine {PUNCTUAL} --vary time-zone"
    assert any("differs: turn 3, state" in line for line in lines)


def test_as_a_process_and_as_a_function_it_says_the_same(log: Path) -> None:
    words = ("--times", "1", "--vary", "second-run", "--json")
    done = run_process("stress", str(log), "--engine", LASTING, *words)
    assert done.returncode == 1
    found = vr_verify.stress(log, LASTING, 1, ["second-run"])
    assert isinstance(found, Stress)
    blamed = one_document(done.stdout)["blamed"]
    assert [one["settings"] for one in blamed] == [list(one.settings) for one in found.blamed]
    assert blamed[0]["effect"] == "changes"


def test_a_failing_engine_is_told_on_standard_error_with_code_4(log: Path) -> None:
    result = run("stress", str(log), "--engine", "cmd:/nowhere/engine")
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith("ENGINE CANNOT START: ")


@pytest.mark.parametrize(
    "words",
    [["--vary", "weather"], ["--times", "0"], ["--turns", "9:2"], ["--turns", "50:60"]],
)
def test_usage_errors_are_2(log: Path, words: list[str]) -> None:
    result = run("stress", str(log), "--engine", MILL, *words)
    assert (result.exit_code, result.stdout) == (2, "")


def test_what_the_command_line_says_of_factors_is_what_there_is() -> None:
    assert [one.name for one in FACTORS] == list(stress.FACTOR_NAMES)
    assert stress.TIMES_DEFAULT == TIMES_DEFAULT


def test_the_help_names_every_factor() -> None:
    told = " ".join(run("stress", "--help").stdout.replace("│", " ").split())
    assert [one.name for one in FACTORS if one.name not in told] == []
