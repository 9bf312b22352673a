"""Ctrl-C at any moment: a clean stop, one report of what was done, code 130, nothing left."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import TIME_LIMIT_S, run_process
from tests.support.processes import TEST_MARK, abandoned_directories, marked_by_test, soon
from tests.support.slow_mills import ANNOUNCEMENT
from tests.support.toy_builds import MILL, module_path
from vr_verify.runlog.reader import RunLog
from vr_verify.verbs.record import record

__all__ = ["module_path"]

TURNS = 80
SCENARIO = '{"cells":["5","6","7","8","9","10"],"limit":"1000000","seed":"1"}'
SLOW = MILL.replace("mill_engine:MillEngine", "slow_mills:Slow")
REQUESTS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Ready:
    """A recorded run, its scenario, and how long a replay of it takes at present."""

    log: Path
    scenario: Path
    whole_s: float


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """Record the mill, and replay it once to the end."""
    folder = tmp_path_factory.mktemp("log")
    path, scenario = folder / "mill.log", folder / "wet.json"
    scenario.write_text(SCENARIO)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        record(scenario, path, turns=TURNS, engine=MILL)
        begun_s = time.monotonic()
        ended = run_process(*words_of("replay", Ready(path, scenario, 0.0), folder))
    assert ended.returncode == 0
    return Ready(path, scenario, time.monotonic() - begun_s)


def words_of(command: str, ready: Ready, folder: Path) -> list[str]:
    """Return the command line of a command, and let it take some time."""
    if command == "record":
        words = ["record", str(ready.scenario), "-o", str(folder / "out.log"), "--turns", "4000"]
        return [*words, "--engine", MILL]
    return ["replay", str(ready.log), "--engine", MILL, "--against", MILL, "--recompute", "every"]


def stop(words: list[str], folder: Path, delay_s: float, number: int) -> tuple[int, bytes, bytes]:
    """Start a command, ask it to end after a while, and check that nothing of it is left."""
    mark = f"{folder.name}-{os.getpid()}-{delay_s:.6f}"
    argv = [sys.executable, "-m", "vr_verify", *words, "--json"]
    environment = os.environ | {TEST_MARK: mark}
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as running:
        time.sleep(delay_s)
        running.send_signal(number)
        output, said = running.communicate(timeout=TIME_LIMIT_S)
    assert soon(lambda: not marked_by_test(mark)), "no process outlives the program"
    assert soon(lambda: not abandoned_directories()), "no directory does"
    return running.returncode, output, said


def check(command: str, folder: Path, ended: tuple[int, bytes, bytes], number: int) -> str:
    """Check what a stopped command leaves; say in what it ended."""
    code, output, said = ended
    if code not in (130, 0) and b"vr_verify/__main__.py" not in said:
        assert not output, "stopped before the first line of the command, by Python itself"
        return "before"
    assert code in (130, 0), said.decode()
    assert b"Traceback" not in said, said.decode()
    document = json.loads(output) if output else None
    if document is None:
        assert code == 130
        return "loading"
    assert document["outcome"] == ("agreed" if code == 0 else "interrupted")
    assert document["complete"] == (code == 0)
    if code == 130 and "checked" in document:
        checked_part(command, folder, document)
        return "partial"
    return str(document["outcome"])


def checked_part(command: str, folder: Path, document: dict[str, Any]) -> None:
    """Check that a partial report says what was done, and that the log holds it."""
    assert "stopped from the keyboard or by a signal" in document["message"]
    last = document["checked"].get("last_turn")
    if command == "record":
        with RunLog.open(folder / "out.log") as kept:
            assert kept.turns[-1] >= last
            assert kept.state(last).turn == last
    elif last is not None:
        assert f"all sides agree up to turn {last}" in document["message"]


def stopped(command: str, ready: Ready, folder: Path, moments: int, seed: int) -> list[str]:
    """Stop a command at random moments."""
    drawn = random.Random(seed)
    ends = []
    for moment in range(moments):
        number = REQUESTS[moment % 2]
        delay_s = drawn.uniform(0.0, 1.1 * ready.whole_s)
        ended = stop(words_of(command, ready, folder), folder, delay_s, number)
        ends.append(check(command, folder, ended, number))
    return ends


@pytest.mark.parametrize("command", ["record", "replay"])
def test_a_stop_at_a_few_moments(command: str, ready: Ready, tmp_path: Path) -> None:
    ends = stopped(command, ready, tmp_path, 3, 1)
    assert set(ends) <= {"before", "loading", "interrupted", "partial", "agreed"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3, 4])
@pytest.mark.parametrize("command", ["record", "replay"])
def test_a_stop_at_many_moments(command: str, seed: int, ready: Ready, tmp_path: Path) -> None:
    ends = stopped(command, ready, tmp_path, 40, seed)
    assert "partial" in ends, "the moments lie where something happens"


@pytest.mark.parametrize("command", ["record", "replay"])
def test_a_stop_in_the_middle_leaves_a_report_of_what_was_done(
    command: str, ready: Ready, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced = tmp_path / "announced"
    monkeypatch.setenv(ANNOUNCEMENT, str(announced))
    words = [SLOW if word == MILL else word for word in words_of(command, ready, tmp_path)]
    argv = [sys.executable, "-m", "vr_verify", *words, "--json"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert soon(announced.exists), "the run came to its tenth turn"
        running.send_signal(signal.SIGINT)
        output, said = running.communicate(timeout=TIME_LIMIT_S)
    assert check(command, tmp_path, (running.returncode, output, said), signal.SIGINT) == "partial"
    assert b"INTERRUPTED" in said
    assert json.loads(output)["checked"]["turns"] > 0


def test_a_stop_before_the_first_turn_says_that_nothing_is_there(
    ready: Ready, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced = tmp_path / "announced"
    monkeypatch.setenv(ANNOUNCEMENT, str(announced))
    slow = SLOW.replace("slow_mills:Slow", "slow_mills:SlowStart")
    words = [slow if word == MILL else word for word in words_of("record", ready, tmp_path)]
    argv = [sys.executable, "-m", "vr_verify", *words, "--json"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert soon(announced.exists), "the engine has been given its scenario"
        running.send_signal(signal.SIGINT)
        output, said = running.communicate(timeout=TIME_LIMIT_S)
    assert (running.returncode, json.loads(output)["outcome"]) == (130, "interrupted")
    told = " ".join(said.decode().split())
    assert "before anything was written: there is no out.log. The same command starts anew." in told
    assert not (tmp_path / "out.log").exists()
