"""`vr-verify bisect` as a person runs it, and `git bisect run` with `vr-verify replay`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

import vr_verify
from tests.cli.program import one_document, run, run_process
from tests.support.histories import SCENARIO, engine_text, git, history
from tests.support.toy_builds import MILL, module_path, variant
from vr_verify.report import schema
from vr_verify.report.bisect_document import Bisection
from vr_verify.verbs.record import record

__all__ = ["module_path"]
SLOW = variant("SlowWheelMill")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Record the mill."""
    path = tmp_path / "mill.log"
    record("mill-4", path, turns=6, engine=MILL)
    return path


def checked(text: str | bytes) -> dict[str, object]:
    """Read one document and hold it against the published schema."""
    document = one_document(text)
    jsonschema.validate(document, json.loads(schema.published()))
    return document


@pytest.mark.parametrize(
    ("bad", "more", "code", "outcome"),
    [
        (variant("PlainMill"), (), 0, "agreed"),
        (SLOW, (), 1, "finding"),
        (SLOW, ("--turns", "0:0"), 5, "nothing_compared"),
        (variant("TalkativeMill"), ("--assume-persists",), 5, "skipped"),
        (variant("NewRulesMill"), (), 5, "skipped"),
        ("cmd:no-such-program", (), 4, "cannot_build"),
        ("nobody", (), 2, "usage"),
        ("log:no-such.log", (), 2, "usage"),
    ],
)
def test_each_outcome_has_its_exit_code(
    log: Path, bad: str, more: tuple[str, ...], code: int, outcome: str
) -> None:
    words = ("bisect", str(log), "--good", MILL, "--bad", bad, "--runs", "2", *more)
    result = run(*words, "--json")
    assert result.exit_code == code
    document = checked(result.stdout)
    assert (document["command"], document["outcome"]) == ("bisect", outcome)
    assert str(log.parent) not in result.stdout, "no absolute path in a document"


def test_the_page_names_surroundings_before_state(log: Path) -> None:
    result = run("bisect", str(log), "--good", MILL, "--bad", SLOW, "--runs", "2")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("FOUND: good and bad part at turn 4 (step evening, phase grind)")
    titles = [line for line in lines if line and not line.startswith(" ")][1:]
    assert titles == [
        "What differs before any state does",
        "Where good and bad part: turn 4 (step evening, phase grind)",
        "See it again",
        "Searched",
        "Sides",
    ]
    assert "each 2 times where they part, in fresh processes" in result.stdout
    assert "6 segments in order: 4 executions, each of both builds" in result.stdout
    clean = run("bisect", str(log), "--good", MILL, "--bad", MILL)
    assert clean.stdout.startswith("NO DIFFERENCE: good and bad agree, 7 states, turns 0 to 6\n")


def test_as_a_process_and_as_a_function_it_says_the_same(log: Path) -> None:
    done = run_process("bisect", str(log), "--good", MILL, "--bad", SLOW, "--runs", "2", "--json")
    assert done.returncode == 1
    found = vr_verify.bisect(log, MILL, SLOW, runs=2)
    assert isinstance(found, Bisection)
    assert found.divergence is not None
    assert one_document(done.stdout)["divergence"]["turn"] == found.divergence.turn == 4


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--good", MILL),
        ("--good", MILL, "--bad", SLOW, "--surroundings"),
        ("--good", MILL, "--bad", SLOW, "--name", "mill"),
        ("--good", "a", "--bad", "b", "--repo", "no-such-folder"),
        ("--good", MILL, "--bad", SLOW, "--runs", "0"),
    ],
)
def test_usage_errors_are_2(log: Path, words: tuple[str, ...]) -> None:
    result = run("bisect", str(log), *words)
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make twelve revisions, wrong from the eighth on; the sixth does not build."""
    monkeypatch.setenv("VR_VERIFY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    engine = tmp_path / "counter_engine.py"
    engine.write_text(engine_text())
    (tmp_path / "counter.json").write_text(SCENARIO)
    build = f"cmd:python3 {engine}"
    record(tmp_path / "counter.json", tmp_path / "counter.log", turns=4, engine=build)
    history(tmp_path / "repo", 12, bad_from=7, unbuildable=(5,))
    return tmp_path / "repo"


def test_a_revision_is_named_with_its_divergence(repo: Path) -> None:
    log = str(repo.parent / "counter.log")
    words = ("bisect", log, "--repo", str(repo), "--good", "HEAD~11", "--bad", "HEAD")
    words += ("--runs", "2")
    result = run(*words)
    assert result.exit_code == 1
    bad = git(repo, "rev-parse", "--short=12", "HEAD~4")
    said = f"FOUND: {bad} (change 7) is the first bad revision; it parts at turn 3 (step count,"
    assert result.stdout.splitlines()[0].startswith(said)
    assert "cannot be built: false ended with exit status 1" in result.stdout
    document = checked(run(*words, "--json").stdout)
    assert str(repo.parent) not in json.dumps(document)


def test_it_works_under_git_bisect_run(repo: Path) -> None:
    """The line that `vr-verify bisect --help` shows, with a revision that does not build."""
    shown = "git bisect run vr-verify replay run.log --engine dir:. --against none"
    assert shown in " ".join(run("bisect", "--help").stdout.split())
    git(repo, "bisect", "start", "HEAD", "HEAD~11")
    replay = [sys.executable, "-m", "vr_verify", "replay", str(repo.parent / "counter.log")]
    words = ["--engine", "dir:.", "--against", "none", "--exit", "git-bisect"]
    done = subprocess.run(
        ["git", "bisect", "run", *replay, *words],
        cwd=repo,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    bad = git(repo, "rev-parse", "main~4")
    assert f"{bad} is the first bad commit" in done.stdout
