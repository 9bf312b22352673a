"""Recording and replaying through the command line, with the toy engine of all capabilities."""

import json
import sys
from pathlib import Path

import jsonschema
import pytest

import vr_verify
from tests.cli.program import one_document, run, run_process
from vr_verify.report import json as report_json
from vr_verify.report import schema

MILL = "python-class:tests.support.mill_engine:MillEngine"
ROOT = Path(__file__).resolve().parents[2]
VALIDATOR = jsonschema.Draft202012Validator(schema.generate())


@pytest.fixture(autouse=True)
def _engines_find_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A recorded run of six turns."""
    path = tmp_path / "mill.log"
    result = run("record", "mill-20", "--engine", MILL, "-o", str(path), "--turns", "6")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("RECORDED mill.log: 7 states, ")
    return path


def test_an_honest_engine_agrees_and_a_lying_one_diverges(log: Path) -> None:
    words = ["replay", str(log), "--engine", MILL, "--json"]
    clean = run(*words, "--against", MILL)
    parted = run(*words, "--against", f"saboteur:field@4:{MILL}")
    divergence = one_document(parted.stdout)["divergence"]
    assert parted.exit_code == 1
    assert (divergence["kind"], divergence["turn"]) == ("state", 4)
    assert divergence["odd_one_out"] == "saboteur-mill"
    assert one_document(clean.stdout).get("divergence") is None
    for result in (clean, parted):
        VALIDATOR.validate(json.loads(result.stdout))
        assert str(log.parent) not in result.stdout, "no absolute paths"


def test_the_same_work_gives_the_same_bytes_in_process_and_out_of_it(log: Path) -> None:
    words = ["replay", str(log), "--engine", MILL, "--against", "none", "--json"]
    inside, outside = run(*words), run_process(*words, environment={"PYTHONHASHSEED": "7"})
    assert inside.exit_code == outside.returncode
    assert inside.stdout.encode() == outside.stdout
    report = vr_verify.replay(log, engine=MILL, against="none")
    assert report_json.encode(report) == outside.stdout


def test_progress_is_silent_when_piped(log: Path) -> None:
    ended = run_process("replay", str(log), "--engine", MILL, "--against", "none")
    assert ended.stderr == b""
    assert b"\x1b" not in ended.stdout


@pytest.mark.parametrize(
    ("engine", "code", "outcome"),
    [
        ("chess", 2, "usage"),
        ("venv:/nowhere:mill", 2, "usage"),
        (f"saboteur:mood@1:{MILL}", 2, "usage"),
        ("python-class:tests.support.mill_engine:NoEngine", 4, "cannot_build"),
        (f"cmd:{sys.executable} -c pass", 4, "cannot_build"),
    ],
)
def test_an_engine_that_cannot_be_had_is_told_apart_and_never_a_traceback(
    engine: str, code: int, outcome: str, log: Path
) -> None:
    result = run("replay", str(log), "--engine", engine, "--json")
    assert result.exit_code == code, result.stderr
    assert one_document(result.stdout)["outcome"] == outcome
    assert "Traceback" not in result.stderr


def test_a_log_is_not_replaced_by_a_scenario_that_makes_no_sense(log: Path) -> None:
    before = log.read_bytes()
    result = run("record", "mill-0", "--engine", MILL, "-o", str(log))
    assert result.exit_code == 2
    assert "cells: expected at least one" in result.stderr
    assert log.read_bytes() == before


def test_replay_of_what_is_no_log_is_3_and_of_turns_it_lacks_no_pass(
    log: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.log"
    bad.write_bytes(b"\0" + log.read_bytes()[1:])
    assert run("replay", str(bad), "--engine", MILL).exit_code == 3
    beyond = run("replay", str(log), "--engine", MILL, "--against", "none", "--turns", "50:60")
    assert beyond.exit_code in (2, 5)
    assert beyond.stdout == ""
