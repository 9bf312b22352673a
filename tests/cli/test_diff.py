"""`vr-verify diff` as a person runs it: exit codes, streams, one document."""

from dataclasses import replace
from pathlib import Path

import pytest

import vr_verify
from tests.cli.program import one_document, run, run_process
from tests.harness.session.written_logs import Written, spoiled
from vr_verify.report.diff_document import LogDiff

CLEAN = Written()


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Write logs to compare with `clean.log`."""
    CLEAN.write(tmp_path / "clean.log")
    CLEAN.write(tmp_path / "same.log")
    spoiled(range(3, 5)).write(tmp_path / "other.log")
    replace(CLEAN, first_turn=20, last_turn=22).write(tmp_path / "later.log")
    damaged = bytearray((tmp_path / "clean.log").read_bytes())
    damaged[len(damaged) // 2] ^= 0x40
    (tmp_path / "bad.log").write_bytes(damaged)
    return tmp_path


@pytest.mark.parametrize(
    ("right", "code", "outcome"),
    [
        ("same.log", 0, "agreed"),
        ("other.log", 1, "finding"),
        ("bad.log", 3, "bad_log"),
        ("later.log", 5, "nothing_compared"),
        ("none.log", 2, "usage"),
    ],
)
def test_each_outcome_has_its_exit_code(logs: Path, right: str, code: int, outcome: str) -> None:
    words = ("diff", str(logs / "clean.log"), str(logs / right))
    result = run(*words)
    assert result.exit_code == code
    assert bool(result.stdout) == (code in (0, 1)), "answers stand on standard output"
    document = one_document(run(*words, "--json").stdout)
    assert (document["command"], document["outcome"]) == ("diff", outcome)
    assert str(logs) not in run(*words, "--json").stdout, "no absolute path in a document"
    assert run(*words, "--exit", "git-bisect").exit_code == {0: 0, 1: 1, 2: 128}.get(code, 125)


def test_the_page_says_the_verdict_first(logs: Path) -> None:
    result = run("diff", str(logs / "clean.log"), str(logs / "other.log"))
    first = result.stdout.splitlines()[0]
    assert first == "FOUND: left and right part at turn 3: 0/unit/1:1 differs in hp"
    assert "differing turns  2 turns: 3:4" in result.stdout
    assert "equal again at   5" in result.stdout


def test_as_a_process_and_as_a_function_it_says_the_same(logs: Path) -> None:
    paths = (logs / "clean.log", logs / "other.log")
    done = run_process("diff", *map(str, paths), "--json")
    assert done.returncode == 1
    found = vr_verify.diff(*paths)
    assert isinstance(found, LogDiff)
    assert found.divergence is not None
    assert one_document(done.stdout)["divergence"]["turn"] == found.divergence.turn == 3


@pytest.mark.parametrize("words", [["diff"], ["diff", "clean.log"], ["diff", "FOLDER", "FOLDER"]])
def test_usage_errors_are_2(logs: Path, words: list[str]) -> None:
    given = [str(logs / word) if word.endswith("log") else word for word in words]
    result = run(*(str(logs) if word == "FOLDER" else word for word in given))
    assert (result.exit_code, result.stdout) == (2, "")
