"""`vr-verify golden` as a person runs it: exit codes, streams, questions, one document."""

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import one_document, run
from tests.harness.verbs.test_golden import MILL, SECOND, ask, bless, contents, mill
from tests.support.tree import ROOT
from vr_verify.report.golden_document import GoldenCase, GoldenReport
from vr_verify.report.text import render

ENGINES = ("--engine", MILL, "--against", SECOND)
RICHER = ("--engine", mill("RicherMill"), "--against", mill("SecondRicherMill"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project with one recorded run and its answer."""
    project = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        ask(project, "smoke/wet")
        assert bless(project).outcome == "agreed"
    return project


@pytest.fixture
def project(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy that project, and stand in a folder of it."""
    copy = Path(shutil.copytree(made, tmp_path / "project"))
    (copy / "docs").mkdir()
    monkeypatch.chdir(copy / "docs")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return copy


def spoil_answer(project: Path) -> None:
    path = project / "golden/runs/smoke/wet.json"
    path.write_text(path.read_text().replace('"last_turn": 4', '"last_turn": 5'))


def drop_answer(project: Path) -> None:
    (project / "golden/runs/smoke/wet.json").unlink()


def drop_log(project: Path) -> None:
    (project / "replays/smoke/wet.log").unlink()


def drop_both(project: Path) -> None:
    drop_answer(project)
    drop_log(project)


def drop_all(project: Path) -> None:
    shutil.rmtree(project / "replays")


@pytest.mark.parametrize(
    ("spoil", "code", "outcome"),
    [
        (None, 0, "agreed"),
        (spoil_answer, 3, "golden_outdated"),
        (drop_answer, 3, "golden_missing"),
        (drop_log, 3, "golden_unexpected"),
        (drop_both, 5, "nothing_compared"),
        (drop_all, 2, "usage"),
    ],
)
def test_each_outcome_has_its_exit_code(
    project: Path, spoil: object, code: int, outcome: str
) -> None:
    if callable(spoil):
        spoil(project)
    result = run("golden", "check", *ENGINES, "--json")
    assert result.exit_code == code
    document = one_document(result.stdout)
    assert (document["command"], document["outcome"]) == ("golden", outcome)
    assert str(project) not in result.stdout, "no absolute path in a document"
    page = run("golden", "check", *ENGINES)
    assert page.exit_code == code
    assert bool(page.stdout) == (code != 2), "what holds and what does not is the answer"


def test_an_outdated_answer_says_how_it_is_blessed(project: Path) -> None:
    spoil_answer(project)
    page = run("golden", "check", *ENGINES).stdout
    assert page.startswith("GOLDEN ANSWER OUTDATED: 1 golden answer: 1 outdated")
    assert 'vr-verify golden bless replays/smoke/wet.log --reason "…"' in page


def test_blessing_without_a_terminal_needs_yes(project: Path) -> None:
    before = contents(project)
    words = ("golden", "bless", *RICHER, "--reason", "richer mills")
    refused = run(*words)
    assert refused.exit_code == 2
    assert "then add --yes" in " ".join(refused.stderr.split())
    assert "`vr-verify golden bless --help`" in refused.stderr
    assert run("golden", "bless", *RICHER, "--yes").exit_code == 2, "a reason is needed"
    assert contents(project) == before
    accepted = run(*words, "--yes")
    assert accepted.exit_code == 0
    assert accepted.stdout.startswith("BLESSED: 1 changed")
    assert "treasury.toll" in accepted.stdout
    assert run("golden", "check", *RICHER).exit_code == 0


def test_blessing_when_engines_differ_is_a_divergence(project: Path) -> None:
    before = contents(project)
    differing = ("--engine", MILL, "--against", mill("RicherMill"))
    result = run("golden", "bless", *differing, "--reason", "one is right", "--yes")
    assert result.exit_code == 1
    assert "They part at turn 3" in result.stdout
    assert contents(project) == before


@pytest.mark.parametrize(("reply", "code"), [("y", 0), ("n", 5)])
def test_on_a_terminal_it_shows_the_change_and_asks(project: Path, reply: str, code: int) -> None:
    before = contents(project)
    words = ("golden", "bless", *RICHER, "--reason", "richer mills", "--json")
    master, slave = pty.openpty()
    os.write(master, f"{reply}\n".encode())
    try:
        done = subprocess.run(
            [sys.executable, "-m", "vr_verify", *words],
            stdin=slave,
            capture_output=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(master)
        os.close(slave)
    assert done.returncode == code
    shown, asked, _ = done.stderr.decode().partition("Accept these answers?")
    assert asked
    assert "first changed turn  3" in shown
    assert "treasury.toll" in shown
    assert one_document(done.stdout)["outcome"] == {"y": "agreed", "n": "skipped"}[reply]
    assert (contents(project) == before) == (reply == "n")


def test_listing_names_reason_and_engines_and_runs_nothing(project: Path) -> None:
    page = run("golden", "list").stdout
    assert page.startswith("1 answered; nothing was executed: `vr-verify golden check` does that")
    assert "mill and second" in page
    assert "the first answer" in page
    copy = project / "replays/smoke/open.log"
    shutil.copyfile(project / "replays/smoke/wet.log", copy)
    listed = run("golden", "list")
    assert listed.exit_code == 0
    assert listed.stdout.startswith("1 answered, 1 missing; nothing was executed")
    assert "ok" not in listed.stdout.split()
    checked = run("golden", "check", *ENGINES)
    assert checked.exit_code == 3
    assert checked.stdout.startswith("GOLDEN ANSWER MISSING: 2 golden answers: 1 missing and 1 ok")
    shown = " ".join(run("golden", "list", "--help").stdout.split())
    assert "It executes nothing" in shown
    assert "it ends with 0, or with 5 where there is nothing to list" in shown


def test_a_check_by_less_than_two_builds_says_so(project: Path) -> None:
    full = run("golden", "check", *ENGINES)
    assert full.stdout.splitlines()[0] == "GOLDEN: 1 answer holds"
    alone = run("golden", "check", "--engine", MILL, "--against", "none")
    assert alone.stdout.splitlines()[0] == "GOLDEN: 1 answer holds, by one engine"
    twice = run("golden", "check", "--engine", MILL, "--against", MILL)
    assert twice.stdout.splitlines()[0] == "GOLDEN: 1 answer holds, by one build twice"
    assert {full.exit_code, alone.exit_code, twice.exit_code} == {0}
    richer = run("golden", "check", *RICHER[:2], "--against", "none")
    assert richer.exit_code == 3
    found = "GOLDEN ANSWER OUTDATED: 1 golden answer: 1 outdated, by one engine"
    assert richer.stdout.splitlines()[0] == found


def test_a_mixed_check_counts_what_one_build_executed() -> None:
    def case(log: str, engines: dict[str, str] | None) -> GoldenCase:
        verdict, outcome = ("ok", "agreed") if engines else ("missing", "golden_missing")
        return GoldenCase(log=log, answer="a", verdict=verdict, outcome=outcome, engines=engines)

    def headline(*cases: GoldenCase) -> str:
        outcome = "golden_missing" if any(c.verdict == "missing" for c in cases) else "agreed"
        report = GoldenReport(action="check", outcome=outcome, complete=True, cases=cases)
        return render(report).plain.splitlines()[0]

    pair = case("pair", {"mill": "mill:1", "second": "second:1"})
    alone, twice = case("alone", {"mill": "mill:1"}), case("twice", {"a": "mill:1", "b": "mill:1"})
    assert headline(pair, pair) == "GOLDEN: 2 answers hold"
    said = "GOLDEN: 3 answers hold, 1 of them by one engine and 1 of them by one build twice"
    assert headline(pair, alone, twice) == said
    assert headline(pair, case("none", None)).endswith(": 1 missing and 1 ok")
    assert run("golden").exit_code == 2
    for word in ("check", "bless", "list"):
        assert "Example:" in run("golden", word, "--help").stdout
