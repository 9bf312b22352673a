"""`vr-verify shrink` as a person runs it: codes, streams, a kill at any time, and going on."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import TIME_LIMIT_S, fake_verb, one_document, run, run_process
from tests.support import fuzz_mills
from tests.support.processes import TEST_MARK, abandoned_directories, marked_by_test, soon
from tests.support.toy_builds import module_path
from tests.support.tree import ROOT
from vr_verify.engines.registry import resolve_build
from vr_verify.fuzzing.cases import Case, case_of_log, record_case
from vr_verify.fuzzing.residents import Residents
from vr_verify.model.limits import Limits
from vr_verify.model.report import LogFacts
from vr_verify.report.shrink_document import ShrinkReport
from vr_verify.runlog.reader import RunLog

__all__ = ["module_path"]

HARDY = fuzz_mills.build("HardyMill")
SLOW = fuzz_mills.build("SlowWheel")
BLIND = fuzz_mills.build("BlindSlowWheel")
SCENARIO = b'{"cells":["31","3","6","50","9","8","77","21"],"limit":"1000000","seed":"7"}'
WATER = {"add": "50", "slot": 1, "universe": 3}
SIDES = ("--engine", HARDY, "--against", SLOW)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Have the honest mill record a run over which another one parts from it."""
    path = tmp_path / "failing.log"
    turns = (((WATER,), ()), *((((), (WATER, WATER)),) * 5))
    with Residents([resolve_build(HARDY)]) as one:
        record_case(Case(SCENARIO, turns), one.sides[0].engine, path)
    return path


def case_in(path: Path) -> Case:
    """Read the case of a whole log."""
    with RunLog.open(path) as small:
        assert small.complete
        return case_of_log(small)


def test_the_options_reach_the_verb(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = LogFacts("failing.log", 7, 1, 6)
    calls = fake_verb(monkeypatch, "shrink", lambda: ShrinkReport(outcome="skipped", log=facts))
    assert run("shrink", str(log)).exit_code == 5
    small = log.with_name("small.log")
    words = (*SIDES, "-o", str(small), "--tries", "7", "--resume", "--time-limit", "3")
    assert run("shrink", str(log), *words).exit_code == 5
    plain, told = calls
    assert plain[0] == (log, None, None, None, 2000, False)
    assert plain[1] == {"progress": None, "limits": Limits(), "declared": None}
    assert told[0] == (log, small, HARDY, SLOW, 7, True)
    assert told[1] == {"progress": None, "limits": Limits(3.0), "declared": None}


@pytest.mark.slow
def test_the_page_says_how_small_it_is_and_how_to_see_the_fault(log: Path) -> None:
    small = log.with_name("small.log")
    done = run_process("shrink", str(log), *SIDES, "-o", str(small), "--json")
    assert done.returncode == 1
    document = one_document(done.stdout)
    assert (document["command"], document["outcome"]) == ("shrink", "diverged")
    assert document["small"]["path"] == "small.log"
    assert str(log.parent) not in done.stdout.decode(), "no absolute path in a document"
    said = done.stderr.decode()
    assert said.startswith("SHRUNK: small.log: ")
    assert f"fault {document['fault']['id']}: state, grind, cell.water" in said
    assert "from the scenario" in said
    again = document["reproduce"].split()[1:]
    assert run(*[str(small) if word == "small.log" else word for word in again]).exit_code == 1


def test_what_cannot_be_shrunk_has_its_code_and_its_reason(log: Path) -> None:
    agreed = run("shrink", str(log), "--engine", HARDY, "--against", HARDY)
    assert agreed.exit_code == 5
    assert agreed.stderr.startswith("SKIPPED: the sides agree on all turns of this run")
    same = run("shrink", str(log), *SIDES, "-o", str(log))
    assert (same.exit_code, same.stdout) == (2, "")
    assert "is the log to shrink" in same.stderr
    for words in (["--tries", "0"], ["-o", str(log.parent / "none" / "small.log")]):
        assert run("shrink", str(log), *SIDES, *words).exit_code == 2
    assert run("shrink", str(log.with_name("none.log"))).exit_code == 2
    log.write_bytes(log.read_bytes()[:100])
    assert run("shrink", str(log), *SIDES).exit_code == 3


def started(log: Path, small: Path, mark: str, *words: str) -> "subprocess.Popen[bytes]":
    """Start a long shrink as a process of its own."""
    argv = [sys.executable, "-m", "vr_verify", "shrink", str(log), "-o", str(small), "--json"]
    environment = os.environ | {TEST_MARK: mark}
    argv += ["--engine", HARDY, "--against", BLIND, *words]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(argv, env=environment, **pipes)


def kill_after_a_success(running: "subprocess.Popen[bytes]", small: Path) -> bool:
    """Kill a shrink as soon as the log is another one; say whether it had ended before."""
    before = small.read_bytes() if small.is_file() else b""

    def changed() -> bool:
        return small.is_file() and small.read_bytes() != before

    assert soon(lambda: running.poll() is not None or changed())
    ended = running.poll() is not None
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=TIME_LIMIT_S)
    return ended


@pytest.mark.slow
def test_after_each_of_many_kills_it_goes_on_from_the_last_success(log: Path) -> None:
    small, whole = log.with_name("small.log"), log.with_name("whole.log")
    with started(log, whole, "whole") as running:
        assert json.loads(running.communicate(timeout=TIME_LIMIT_S)[0])["complete"]
    sizes, mark, ended = list[int](), f"shrink-{os.getpid()}", False
    while not ended and len(sizes) < 6:
        with started(log, small, mark, "--resume") as running:
            ended = kill_after_a_success(running, small)
        assert soon(lambda: not marked_by_test(mark)), "no process outlives it"
        assert soon(lambda: not abandoned_directories())
        case = case_in(small)
        sizes.append(len(case.scenario) + 1000 * len(case.turns) + 100 * case.commands)
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1], "several successes, each of which was kept"
    with started(log, small, mark, "--resume") as running:
        document = json.loads(running.communicate(timeout=TIME_LIMIT_S)[0])
    assert (document["outcome"], document["complete"]) == ("diverged", True)
    assert case_in(small) == case_in(whole)
    # Nothing can clear away the hidden part of a process that was killed while it wrote it.
    shown = sorted(path.name for path in log.parent.iterdir() if not path.name.startswith("."))
    assert shown == ["failing.log", "small.log", "whole.log"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_a_report_of_what_was_done_and_code_130(log: Path, number: int) -> None:
    small, mark = log.with_name("small.log"), f"stop-{os.getpid()}"
    with started(log, small, mark) as running:
        assert soon(small.is_file)
        whole = small.stat().st_size
        assert soon(lambda: small.stat().st_size < whole), "something smaller was found"
        running.send_signal(number)
        output, said = running.communicate(timeout=TIME_LIMIT_S)
    assert running.returncode == 130
    assert soon(lambda: not marked_by_test(mark))
    document = json.loads(output)
    assert (document["outcome"], document["complete"]) == ("interrupted", False)
    assert "small.log holds the smallest run so far" in document["message"]
    assert document["after"]["turns"] == len(case_in(small).turns)
    assert said.decode().startswith("INTERRUPTED: SHRUNK, NOT TO THE END: small.log: ")


@pytest.mark.slow
def test_a_lie_told_of_the_real_run_ends_in_one_turn_of_a_few_entities(tmp_path: Path) -> None:
    log, small = ROOT / "replays" / "smoke" / "small.log", tmp_path / "small.log"
    words = ("--engine", "rust", "--against", "saboteur:field@12:python", "-o", str(small))
    done = run("shrink", str(log), *words, "--json")
    assert done.exit_code == 1
    document = one_document(done.stdout)
    assert (document["outcome"], document["complete"]) == ("diverged", True)
    fault = {key: document["fault"][key] for key in ("kind", "phase", "table", "column")}
    assert fault == {"kind": "state", "phase": "victory", "table": "unit", "column": "hp"}
    later, scenario = document["ways"]
    assert (later["taken"], later["complete"], scenario["complete"]) == (True, True, True)
    before, after = document["before"], document["after"]
    assert (before["turns"], after["turns"], document["starts_from"]) == (30, 1, 11)
    # From the start the lie needs twelve turns; of some 140 entities few are needed.
    assert after["entities"] <= 20
    assert before["scenario_bytes"] == 5179
    assert 2 * after["scenario_bytes"] < before["scenario_bytes"]
    assert document["small"]["bytes"] < scenario["bytes"] < document["log"]["bytes"] / 2
    assert document["divergence"]["column"] == "hp"
