"""`replay --bundle`: made from a planted fault, it shows the same again at another place."""

import errno
import getpass
import json
import os
import platform
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import one_document, run
from tests.support.toy_builds import MILL, TOY, module_path, toy_scenario, variant
from tests.support.tree import ROOT
from vr_verify.errors import Interrupted, IoFailed, MissingFileError, UsageError
from vr_verify.model.limits import Limits
from vr_verify.model.report import Report
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.writer import RunLogWriter
from vr_verify.verbs.bundle import bundle
from vr_verify.verbs.record import record
from vr_verify.verbs.replay import replay

__all__ = ["module_path"]

TURN, TURNS = 4, 8
LIAR = f"saboteur:field@{TURN}:{MILL}"
FILES = ["README.txt", "environment.json", "report.json", "report.txt", "run.log"]
PLACE = ("kind", "turn", "step", "phase", "entity", "table", "column")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Record the mill."""
    scenario = tmp_path / "wet.json"
    scenario.write_text('{"cells":["40","8","12","9"],"limit":"1000","seed":"5"}')
    path = tmp_path / "mill.log"
    record(scenario, path, turns=TURNS, engine=MILL)
    return path


def place(divergence: Any) -> list[Any]:
    """Return where a divergence is, from a report or from its JSON."""
    if isinstance(divergence, dict):
        return [divergence.get(name) for name in PLACE]
    return [getattr(divergence, name) for name in PLACE]


def commanded(bundled: Path) -> str:
    """Return the one command of a bundle's README."""
    lines = (bundled / "README.txt").read_text().splitlines()
    (command,) = [line for line in lines if line.startswith("  vr-verify")]
    return command


def left_behind(folder: Path) -> list[str]:
    """Name what hidden files a bundle has left beside itself."""
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_a_bundle_shows_the_same_elsewhere(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "found"
    words = ["replay", str(log), "--engine", MILL, "--against", LIAR]
    result = run(*words, "--bundle", str(target), "--json")
    assert result.exit_code == 1
    seen = one_document(result.stdout)
    assert "bundle found: turns 3 to 4 of the log" in seen["message"]
    assert sorted(path.name for path in target.iterdir()) == FILES

    elsewhere = tmp_path / "elsewhere" / "copy"
    shutil.copytree(target, elsewhere)
    shutil.rmtree(target)
    log.unlink()
    monkeypatch.chdir(elsewhere)
    again = run(*shlex.split(commanded(Path()))[1:], "--json")
    assert again.exit_code == 1
    shown = one_document(again.stdout)
    assert place(shown["divergence"]) == place(seen["divergence"])
    assert shown["divergence"]["raw"] == seen["divergence"]["raw"]
    assert json.loads(Path("report.json").read_bytes())["divergence"] == seen["divergence"]
    with RunLog.open("run.log") as cut:
        assert (cut.turns, cut.complete) == (range(TURN - 1, TURN + 1), True)
    clean = replay("run.log", MILL, MILL)
    assert clean.outcome == "agreed", "the clean pair agrees on the same bundle"
    assert clean.checked is not None
    assert clean.checked.turns == 1


@pytest.mark.parametrize("fault", ["order", "draw", "digest-of-truth", "wrong-digest", "late"])
def test_every_kind_of_divergence_is_shown_again(log: Path, tmp_path: Path, fault: str) -> None:
    against = f"saboteur:{fault}@{TURN}:{MILL}"
    seen = bundle(log, tmp_path / "found", engine=MILL, against=against)
    shown = replay(tmp_path / "found" / "run.log", MILL, against)
    assert seen.divergence is not None
    assert shown.divergence is not None
    assert place(shown.divergence) == place(seen.divergence)
    assert "it showed the same" in (tmp_path / "found" / "README.txt").read_text()


def test_a_halt_and_a_violation_are_shown_again(log: Path, tmp_path: Path) -> None:
    shallow = variant("ShallowMill")
    seen = bundle(log, tmp_path / "halt", engine=MILL, against=shallow)
    shown = replay(tmp_path / "halt" / "run.log", MILL, shallow)
    assert seen.divergence is not None
    assert seen.divergence.kind == "halt"
    assert shown.divergence is not None
    assert place(shown.divergence) == place(seen.divergence)

    scenario = tmp_path / "dry.json"
    scenario.write_text('{"cells":["0","8"],"limit":"1000","seed":"1"}')
    record(scenario, tmp_path / "dry.log", turns=2, engine=MILL)
    dry = bundle(tmp_path / "dry.log", tmp_path / "dry", engine=MILL, against="none")
    assert dry.outcome == "violated"
    again = replay(tmp_path / "dry" / "run.log", MILL, "none")
    assert [v.entity for v in again.violations] == [dry.violations[0].entity]
    assert "VIOLATED at turn 0: wet" in (tmp_path / "dry" / "README.txt").read_text()


def test_engines_that_cannot_be_restored_get_the_whole_log(tmp_path: Path) -> None:
    path = tmp_path / "toy.log"
    record(str(toy_scenario(tmp_path)), path, turns=TURNS, engine=TOY)
    against = f"saboteur:field@{TURN}:{TOY}"
    seen = bundle(path, tmp_path / "found", engine=TOY, against=against)
    with RunLog.open(tmp_path / "found" / "run.log") as cut:
        assert cut.turns == range(TURN + 1)
    shown = replay(tmp_path / "found" / "run.log", TOY, against)
    assert place(shown.divergence) == place(seen.divergence)


def test_an_engine_that_fails_is_shown_failing_again(log: Path, tmp_path: Path) -> None:
    crashing = "python-class:tests.harness.session.crashing_mill:CrashingMill"
    seen = bundle(log, tmp_path / "found", engine=MILL, against=crashing)
    assert seen.outcome == "crashed"
    with RunLog.open(tmp_path / "found" / "run.log") as cut:
        assert cut.turns == range(2, 4)
    assert replay(tmp_path / "found" / "run.log", MILL, crashing).outcome == "crashed"
    readme = (tmp_path / "found" / "README.txt").read_text()
    assert readme.startswith("crashed: engine mill-2 crashed: turn 3, step evening")
    assert "it showed the same" in readme


def test_a_sparse_log_is_cut_at_a_state_that_it_holds(log: Path, tmp_path: Path) -> None:
    sparse = tmp_path / "sparse.log"
    record(tmp_path / "wet.json", sparse, turns=TURNS, engine=MILL, snapshots="sparse")
    seen = bundle(sparse, tmp_path / "found", engine=MILL, against=LIAR)
    shown = replay(tmp_path / "found" / "run.log", MILL, LIAR)
    assert seen.divergence is not None
    assert place(shown.divergence) == place(seen.divergence)
    with RunLog.open(tmp_path / "found" / "run.log") as cut:
        assert (cut.header.snapshots, cut.turns) == ("sparse", range(TURN + 1))


def test_limits_are_part_of_the_command(log: Path, tmp_path: Path) -> None:
    limits = Limits(answer_s=30.5, memory_bytes=1 << 30)
    bundle(log, tmp_path / "found", engine=MILL, against=variant("SlowWheelMill"), limits=limits)
    command = commanded(tmp_path / "found")
    assert command.endswith(" --time-limit 30.5 --memory-limit 1073741824B")


def test_settings_are_part_of_the_command(log: Path, tmp_path: Path) -> None:
    bundle(
        log,
        tmp_path / "found",
        engine=MILL,
        against=LIAR,
        recompute="every",
        trace=("phases", "draws"),
        fail_fast=True,
    )
    readme = (tmp_path / "found" / "README.txt").read_text()
    wanted = f"--engine {MILL} --against {LIAR} --recompute every --trace phases --trace draws\n"
    assert f"  vr-verify replay run.log {wanted}" in readme


def test_no_finding_no_bundle(log: Path, tmp_path: Path) -> None:
    report = bundle(log, tmp_path / "found", engine=MILL, against=MILL)
    assert report.outcome == "agreed"
    assert report.message is not None
    assert report.message.endswith("; no bundle was written: the outcome is agreed")
    assert not (tmp_path / "found").exists()
    assert left_behind(tmp_path) == []
    assert bundle(log, tmp_path / "found", engine=MILL, against=LIAR).outcome == "diverged"
    assert (tmp_path / "found").exists()


def host_words() -> list[bytes]:
    """Name what a redacted bundle must not tell."""
    words = [str(Path.cwd()), str(Path.home()), platform.platform(), str(ROOT)]
    words += [
        f'"user": "{getpass.getuser()}"',
        f'"host": "{platform.node()}"',
        "machine",
        "threads",
    ]
    return [word.encode() for word in words if word != "/"]


def test_a_redacted_bundle_tells_nothing_of_the_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, work = tmp_path / "home" / "kim", tmp_path / "home" / "kim" / "my work"
    work.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr("platform.node", lambda: "ada.example.org")
    monkeypatch.setattr("getpass.getuser", lambda: "kimberly")
    monkeypatch.chdir(work)
    (work / "wet.json").write_text('{"cells":["40","8"],"limit":"1000","seed":"5"}')
    record("wet.json", "mill.log", turns=TURNS, engine=MILL)
    worker = ROOT / "harness" / "vr_verify" / "engines" / "worker.py"
    shutil.copy(worker, work / "worker.py")
    program = shlex.join([sys.executable, "-P", str(work / "worker.py"), MILL.partition(":")[2]])
    against = f"saboteur:field@{TURN}:cmd:{program}"
    bundle("mill.log", "plain", engine=MILL, against=against)
    bundle("mill.log", "redacted", redact=True, engine=MILL, against=against)
    secrets = [*host_words(), b"kimberly", b"ada", b"/home/kim", b"my work", b"/tmp/"]
    texts = {
        name: b"".join(path.read_bytes() for path in sorted(Path(name).iterdir()))
        for name in ("plain", "redacted")
    }
    told = {word for word in secrets if word in texts["plain"]}
    assert told >= {b"kimberly", b"ada", b"my work", b"machine"}, "the plain one tells them"
    assert [word for word in secrets if word in texts["redacted"]] == []
    facts = json.loads((Path("redacted") / "environment.json").read_bytes())
    assert facts.keys() == {"sides", "vr_verify"}
    assert facts["sides"]["mill"]["build"].startswith("MillEngine:")
    words = shlex.split(commanded(Path("redacted")))
    wanted = f"saboteur:field@{TURN}:cmd:python -P 'worker.py' {MILL.partition(':')[2]}"
    assert words[words.index("--against") + 1] == wanted
    assert replay(Path("redacted") / "run.log", MILL, against).outcome == "diverged"


@pytest.mark.parametrize("there", ["file", "full", "link", "parent"])
def test_only_a_new_or_empty_directory_is_taken(log: Path, tmp_path: Path, there: str) -> None:
    target = tmp_path / "found"
    if there == "file":
        target.write_text("mine")
    elif there == "full":
        target.mkdir()
        (target / "mine").write_text("mine")
    elif there == "link":
        target.symlink_to(tmp_path / "nowhere")
    else:
        target = tmp_path / "none" / "found"
    wanted = MissingFileError if there == "parent" else UsageError
    with pytest.raises(wanted, match="found"):
        bundle(log, target, engine=MILL, against=LIAR)
    assert left_behind(tmp_path) == []
    assert run("replay", str(log), "--bundle", str(target), "--engine", MILL).exit_code == 2
    (tmp_path / "empty").mkdir()
    bundle(log, tmp_path / "empty", engine=MILL, against=LIAR)
    assert sorted(path.name for path in (tmp_path / "empty").iterdir()) == FILES


def test_redact_without_a_bundle_is_a_usage_error(log: Path) -> None:
    result = run("replay", str(log), "--redact", "--engine", MILL)
    assert result.exit_code == 2
    assert "name one by --bundle" in " ".join(result.stderr.split())


@pytest.mark.parametrize("what", ["log", "page"])
def test_a_full_disk_leaves_no_half_bundle_and_keeps_the_finding(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    words = ["replay", str(log), "--engine", MILL, "--against", LIAR, "--bundle"]
    with monkeypatch.context() as disk:
        if what == "log":
            disk.setattr("vr_verify.verbs.bundle.cut_log", full)
        else:
            disk.setattr(Path, "write_text", full)
        result = run(*words, str(tmp_path / "found"), "--json")
    assert result.exit_code == 74
    document = one_document(result.stdout)
    assert document["message"].endswith("found: cannot write the bundle: No space left on device")
    assert document["divergence"]["turn"] == TURN
    assert not (tmp_path / "found").exists()
    assert left_behind(tmp_path) == []
    assert run(*words, str(tmp_path / "found")).exit_code == 1
    assert (tmp_path / "found").exists()


def test_a_disk_that_fills_up_under_the_log_names_the_bundle(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "found").mkdir()

    def full(*_: Any) -> Any:
        refused = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise IoFailed("/a/folder/run.log: cannot write the log") from refused

    monkeypatch.setattr(RunLogWriter, "write_first", full)
    report = bundle(log, tmp_path / "found", engine=MILL, against=LIAR)
    assert report.outcome == "io_failed"
    assert report.message is not None
    assert report.message.endswith("found: cannot write the bundle: No space left on device")
    assert list((tmp_path / "found").iterdir()) == []


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), Interrupted("stopped")])
def test_an_interrupt_leaves_no_half_bundle(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: BaseException
) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        assert left_behind(tmp_path) != [], "it is being written"
        raise stop

    monkeypatch.setattr("vr_verify.verbs.bundle.render", interrupted)
    with pytest.raises(type(stop)):
        bundle(log, tmp_path / "found", engine=MILL, against=LIAR)
    assert not (tmp_path / "found").exists()
    assert left_behind(tmp_path) == []


def test_a_replay_that_was_stopped_makes_no_bundle(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = replay(log, MILL, LIAR)

    def stopped(path: Path, **_: Any) -> Report:
        outcome = "interrupted" if path == log else real.outcome
        return Report(command="replay", outcome=outcome, divergence=real.divergence)

    monkeypatch.setattr("vr_verify.verbs.bundle.replay", stopped)
    report = bundle(log, tmp_path / "found", engine=MILL, against=LIAR)
    assert report.message == "no bundle was written: the outcome is interrupted"
    assert not (tmp_path / "found").exists()
