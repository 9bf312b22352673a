"""The pytest plugin as a user's CI runs it: `pytest replays` in a project of their own."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.harness.verbs.test_golden import MILL, SECOND, ask, bless, mill
from tests.support.toy_builds import variant
from tests.support.tree import ROOT
from vr_verify import pytest_plugin
from vr_verify.runlog import container

SETTINGS = {"vr_engine": MILL, "vr_against": SECOND}
ENGINES = ("--vr-engine", MILL, "--vr-against", SECOND)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project: a run with an answer, a run without one, and somebody else's log."""
    project = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        ask(project, "answered")
        assert bless(project).outcome == "agreed"
        ask(project, "open")
    (project / "replays" / "server.log").write_text("12:00 started\n")
    return project


def run(
    project: Path, *words: str, settings: Mapping[str, str] = SETTINGS
) -> subprocess.CompletedProcess[str]:
    """Run pytest there."""
    lines = [f"{name} = {value}" for name, value in settings.items()]
    (project / "pytest.ini").write_text("\n".join(["[pytest]", *lines]))
    argv = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", *words]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    return subprocess.run(
        argv, cwd=project, env=environment, check=False, capture_output=True, text=True, timeout=60
    )


def test_the_magic_is_that_of_a_run_log() -> None:
    assert container.MAGIC == pytest_plugin.MAGIC
    assert container.PROFILE.encode() == pytest_plugin.PROFILE
    assert pytest_plugin.PROFILE in container.PREFACE[:64]


def test_logs_are_tests_and_other_logs_are_none(project: Path) -> None:
    done = run(project, "-v", "replays")
    assert done.returncode == 0, done.stdout
    assert "replays/answered.log::golden PASSED" in done.stdout
    assert "replays/open.log::replay PASSED" in done.stdout
    assert "server.log" not in done.stdout


@pytest.mark.slow
def test_logs_are_shared_out_by_xdist(project: Path) -> None:
    done = run(project, "replays", "-n", "2")
    assert (done.returncode, "2 passed" in done.stdout) == (0, True), done.stdout


def test_a_wrong_engine_fails_with_the_page_and_the_command(project: Path) -> None:
    done = run(project, "replays", settings=SETTINGS | {"vr_against": mill("RicherMill")})
    assert done.returncode == 1
    assert "DIVERGED at turn 3 (step evening, phase pay)" in done.stdout
    assert "replays/answered.log  refused" in done.stdout
    against = mill("RicherMill")
    again = f"vr-verify golden check replays/answered.log --engine {MILL} --against {against}"
    assert again in done.stdout
    assert f"vr-verify replay replays/open.log --engine {MILL} --against" in done.stdout
    assert "Traceback" not in done.stdout
    assert "2 failed" in done.stdout


def shown_again(project: Path, page: str) -> list[tuple[int, list[str]]]:
    """Run each command that a page shows, there; return its exit code and its words."""
    lines = page.splitlines()
    commands = [lines[at + 1].strip() for at, line in enumerate(lines) if line == "Show it again"]
    ended = []
    for words in map(shlex.split, commands):
        argv = [sys.executable, "-m", "vr_verify", *words[1:]]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            argv, cwd=project, env=environment, check=False, capture_output=True, timeout=60
        )
        ended.append((done.returncode, words[1:]))
    return ended


def test_an_engine_that_nobody_named_is_asked_for_by_its_setting(project: Path) -> None:
    unnamed = run(project, "replays", settings={"vr_against": SECOND})
    assert (unnamed.returncode, "2 failed" in unnamed.stdout) == (1, True)
    assert "unknown engine 'mill'" in unnamed.stdout
    told = "--engine is `vr_engine = …` in pytest.ini, or the option --vr-engine"
    assert unnamed.stdout.count(told) == 2, "with a golden answer as well"
    assert "vr_against = …" not in unnamed.stdout, "that one is named"
    named = run(project, "replays")
    assert (named.returncode, "Under pytest" in named.stdout) == (0, False)


def test_options_come_before_the_settings_and_stand_in_the_help(project: Path) -> None:
    usage = " ".join(run(project, "--help").stdout.split())
    group = usage.partition("run logs as tests (vr-verify):")[2]
    for option in ("--vr-engine=E", "--vr-against=E", "--vr-declared=FILE"):
        assert option in group
    richer = {"vr_engine": "nobody", "vr_against": mill("RicherMill")}
    done = run(project, "replays/open.log", *ENGINES, settings=richer)
    assert done.returncode == 0, done.stdout
    refused = run(project, "replays/open.log", *ENGINES[:2], settings=richer)
    assert (refused.returncode, "DIVERGED" in refused.stdout) == (1, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "settings"),
    [
        (("--vr-engine", MILL, "--vr-against", mill("RicherMill")), {}),
        ((), {"vr_engine": MILL, "vr_against": mill("RicherMill")}),
        (("--vr-against", mill("RicherMill")), SETTINGS),
    ],
)
def test_what_shows_it_again_names_the_engines_and_runs(
    project: Path, words: tuple[str, ...], settings: dict[str, str]
) -> None:
    again = shown_again(project, run(project, "replays", *words, settings=settings).stdout)
    engines = ["--engine", MILL, "--against", mill("RicherMill")]
    assert [(code, own[-4:]) for code, own in again] == 2 * [(1, engines)]


def test_a_declared_file_given_as_an_option_is_taken_from_here(project: Path) -> None:
    (project / "docs").mkdir(exist_ok=True)
    (project / "known.toml").write_text(f"{KNOWN}count_max = 1\n")
    (project / "docs" / "none.toml").write_text(KNOWN.replace("flour", "water"))
    fine = SETTINGS | {"vr_against": variant("FineMill"), "vr_declared": "docs/none.toml"}
    assert run(project, "replays", settings=fine).returncode == 1
    held = run(project, "replays", "--vr-declared", "known.toml", settings=fine)
    assert (held.returncode, "2 passed" in held.stdout) == (0, True), held.stdout


def test_a_skip_needs_a_reason_that_the_settings_accept(project: Path) -> None:
    other = {"vr_engine": mill("NewRulesMill"), "vr_against": "none"}
    refused = run(project, "replays/open.log", settings=other)
    assert (refused.returncode, "SKIPPED: the log was recorded" in refused.stdout) == (1, True)
    accepted = run(
        project, "replays/open.log", settings=other | {"vr_skip": "under rules version 1"}
    )
    assert (accepted.returncode, "1 skipped" in accepted.stdout) == (0, True), accepted.stdout


def test_a_broken_log_that_has_an_answer_is_still_a_test(project: Path) -> None:
    path = project / "replays" / "answered.log"
    data = path.read_bytes()
    try:
        path.write_bytes(b"gone" + data[4:])
        done = run(project, "replays")
    finally:
        path.write_bytes(data)
    assert (done.returncode, "1 failed, 1 passed" in done.stdout) == (1, True), done.stdout
    assert "bad log at byte 0" in done.stdout


def test_it_can_be_turned_off_and_imports_nothing_where_there_is_no_log(project: Path) -> None:
    assert run(project, "-p", "no:vr_verify", "replays").returncode == 5, "nothing is collected"
    test = project / "test_imports.py"
    test.write_text(
        "import sys\n"
        "def test_imports():\n"
        "    ours = {name for name in sys.modules if name.startswith('vr_verify')}\n"
        "    assert ours == {'vr_verify', 'vr_verify.pytest_plugin'}\n"
        "def test_twin(twin):\n"
        "    twin(lambda x: x + 1, lambda x: 1 + x, given={'x': range(3)})\n"
        "def test_twin_that_parts(twin):\n"
        "    twin(lambda x: x + 1, lambda x: x + (x < 2), given={'x': range(3)})\n"
    )
    try:
        done = run(project, "-p", "no:benchmark", "-p", "no:hypothesispytest", str(test))
    finally:
        test.unlink()
    assert (done.returncode, "1 failed, 2 passed" in done.stdout) == (1, True), done.stdout


KNOWN = '[[difference]]\npath = "cell.flour"\nreason = "a finer sieve"\nexpiry = "2999-12-31"\n'


@pytest.mark.parametrize("words", [(), pytest.param(("-n", "2"), marks=pytest.mark.slow)])
def test_declared_differences_are_counted_over_all_logs_and_unused_ones_fail(
    project: Path, words: tuple[str, ...]
) -> None:
    (project / "known.toml").write_text(f"{KNOWN}count_max = 1\n")
    fine = SETTINGS | {"vr_against": variant("FineMill")}
    assert run(project, "replays", settings=fine).returncode == 1
    known = {"vr_declared": "known.toml"}
    held = run(project, "replays", *words, settings=fine | known)
    assert (held.returncode, "2 passed" in held.stdout) == (0, True), held.stdout
    assert "cell.flour: 2 in 2 runs, at most 1 in each, the largest 1 count, held" in held.stdout
    unused = run(project, "replays", *words, settings=SETTINGS | known)
    assert (unused.returncode, "2 passed" in unused.stdout) == (1, True), unused.stdout
    assert "FAILED the declared difference of cell.flour was not met: remove it" in unused.stdout


def test_a_part_of_the_logs_leaves_declared_differences_unreached(project: Path) -> None:
    (project / "known.toml").write_text(f"{KNOWN}count_max = 1\n")
    known = SETTINGS | {"vr_declared": "known.toml"}
    for words in (("replays/open.log",), ("replays", "-k", "open")):
        part = run(project, *words, settings=known)
        assert (part.returncode, "not reached" in part.stdout) == (0, True), part.stdout
    liar = known | {"vr_against": f"saboteur:field[cell.water]@2:{MILL}"}
    found = run(project, "replays/open.log", settings=liar)
    assert (found.returncode, "--declared known.toml" in found.stdout) == (1, True), found.stdout
