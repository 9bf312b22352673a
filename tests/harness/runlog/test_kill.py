"""kill -9 at any moment of a recording loses at most the turn that was being written.

The log is then a cut one, and goes on to the bytes of the log that nobody killed.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.program import run
from tests.harness.runlog.again import go_on
from tests.support.toy_builds import TOY, module_path, toy_scenario
from tests.support.tree import ROOT
from vr_verify.errors import BadLogError, MissingFileError
from vr_verify.runlog.reader import RunLog
from vr_verify.verbs.record import record

__all__ = ["module_path"]

TURNS = 24
KILLED = -signal.SIGKILL


@dataclass
class Killed:
    """What became of a writer: the last turn it had told of (-1: none), and how it ended."""

    told: int
    code: int


class Writers:
    """Writers to be killed; `process` is the program that starts them."""

    def __init__(self, process: subprocess.Popen[str], model: Path) -> None:
        self._process = process
        self._model = model

    def kill_at_byte(self, path: Path, size: int) -> Killed:
        """Let a writer die by its own hand after so many bytes."""
        self._order(path, size)
        return self._outcome(-1)

    def kill_at_turn(self, path: Path, turn: int, delay_s: float) -> Killed:
        """Kill a writer so long after it has told of a turn; turn -1 for the very start."""
        process, told = self._order(path, None), -1
        while told < turn:
            told = self._said("turn")
        last_s = time.perf_counter() + delay_s
        while time.perf_counter() < last_s:
            pass  # a sleep is not short enough
        os.kill(process, signal.SIGKILL)
        return self._outcome(told)

    def _order(self, path: Path, size: int | None) -> int:
        path.unlink(missing_ok=True)
        self._say(json.dumps({"model": str(self._model), "path": str(path), "bytes": size}))
        return self._said("process")

    def _outcome(self, told: int) -> Killed:
        """Wait for the end of a writer."""
        self._say("")
        word, number = self._line()
        while word == "turn":
            told = number
            word, number = self._line()
        assert word == "ended"
        return Killed(told, number)

    def _said(self, expected: str) -> int:
        word, number = self._line()
        assert word == expected
        return number

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _line(self) -> tuple[str, int]:
        assert self._process.stdout is not None
        word, number = self._process.stdout.readline().split()
        return word, int(number)


@contextmanager
def writers_of(model: Path) -> Iterator[Writers]:
    """Start the program that starts writers of this log."""
    argv = [sys.executable, "-m", "tests.harness.runlog.dying_writer"]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        yield Writers(process, model)


@dataclass
class Tally:
    """What many kills hit."""

    before_the_first_turn: int = 0
    within_a_chunk: int = 0
    between_chunks: int = 0
    too_late: int = 0


def check(path: Path, model: Path, killed: Killed, tally: Tally) -> None:
    """Check that what a killed writer told of is there, and count where the kill hit."""
    whole, data = model.read_bytes(), path.read_bytes() if path.exists() else b""
    assert killed.code == KILLED or (killed.code == 0 and data == whole)
    assert whole.startswith(data)
    try:
        log = RunLog.open(path)
    except (BadLogError, MissingFileError):
        assert killed.told == -1, "the first turn was told of"
        tally.before_the_first_turn += 1
        return
    with log:
        assert log.complete == (data == whole)
        assert killed.told <= log.turns[-1] + log.complete
        assert log.turns[-1] <= killed.told + 1, "at most the open turn is in doubt"
        if log.complete:
            tally.too_late += 1
        elif log.cut_at == len(data):
            tally.between_chunks += 1
        else:
            tally.within_a_chunk += 1


def kill_often(folder: Path, model: Path, kills: int) -> Tally:
    """Kill writers at random points; go on with each log, and compare with the whole one."""
    chance, tally, path = random.Random(20261121), Tally(), folder / "killed.log"
    size = model.stat().st_size
    with writers_of(model) as writers, RunLog.open(model) as log:
        for at in range(kills):
            if at % 2:
                killed = writers.kill_at_byte(path, chance.randrange(size))
            else:
                turn = chance.randint(-1, TURNS)
                killed = writers.kill_at_turn(path, turn, chance.uniform(0, 0.002))
            before = tally.before_the_first_turn
            check(path, model, killed, tally)
            if tally.before_the_first_turn == before and path.read_bytes() != model.read_bytes():
                go_on(log, path, durable=False)
                assert path.read_bytes() == model.read_bytes()
    return tally


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A log that nobody killed."""
    path = tmp_path / "model.log"
    record(toy_scenario(tmp_path, cells=400), path, turns=TURNS, engine=TOY)
    return path


def test_a_kill_loses_at_most_the_open_turn(tmp_path: Path, model: Path) -> None:
    tally = kill_often(tmp_path, model, 10)
    assert tally.within_a_chunk > 2


@pytest.mark.slow
def test_a_thousand_kills_lose_at_most_the_open_turn(tmp_path: Path, model: Path) -> None:
    tally = kill_often(tmp_path, model, 1200)
    assert tally.within_a_chunk > 400
    assert tally.between_chunks > 100
    assert tally.before_the_first_turn > 5
    assert tally.too_late < 200, "1,000 kills hit a log that was being written"


def resumed_by_the_program(folder: Path, path: Path) -> bytes:
    """Go on with a log by the command line; return its bytes."""
    turns = ["--turns", str(TURNS), "--engine", TOY]
    result = run("record", str(folder / "toy.json"), "-o", str(path), *turns, "--resume")
    assert result.exit_code == 0, result.output
    return path.read_bytes()


@pytest.mark.parametrize("kills", [2, pytest.param(60, marks=pytest.mark.slow)])
def test_the_program_goes_on_with_a_killed_log(tmp_path: Path, model: Path, kills: int) -> None:
    chance, path = random.Random(20261122), tmp_path / "killed.log"
    with RunLog.open(model) as log:
        sealed = log.record(0).seal
    first = model.read_bytes().index(sealed) + len(sealed)
    with writers_of(model) as writers:
        for _ in range(kills):
            size = chance.randrange(first, model.stat().st_size)
            assert writers.kill_at_byte(path, size).code == KILLED
            assert path.stat().st_size == size
            assert resumed_by_the_program(tmp_path, path) == model.read_bytes()
