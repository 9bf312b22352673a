"""Whole turns over the bridge: who holds the run, several runs at once, threads as asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from void_reckoning_rust import CommandError, Engine
from void_reckoning_scenarios.resolve import resolve

AHEAD_MAX = 6
"""Turns that a run may be ahead of the answers that were taken (`_native.pyi`)."""
TASKS = Path("/proc/self/task")
PRELUDE = """
import os, sys
from void_reckoning_rust import Engine
scenario = sys.stdin.buffer.read()
run = Engine()
steps = len(run.init(scenario)["steps"])
def empty(turns):
    turn = "[" + ",".join(["[]"] * steps) + "]"
    return ("[" + ",".join([turn] * turns) + "]").encode()
"""


@pytest.fixture(scope="module")
def scenario() -> bytes:
    """Return the canonical scenario `small`."""
    return resolve("small", None)[0]


@pytest.fixture(scope="module")
def large() -> bytes:
    """Return the canonical scenario `large`: enough rows for the threads of the process."""
    return resolve("large", None)[0]


@pytest.fixture
def native(scenario: bytes) -> Engine:
    """Start a run of `small` on the native module itself."""
    started = Engine()
    started.init(scenario)
    return started


def empty(steps: int, turns: int) -> bytes:
    """Return turns without commands as JSON."""
    turn = b"[" + b",".join([b"[]"] * steps) + b"]"
    return b"[" + b",".join([turn] * turns) + b"]"


def said(program: str, threads: str, scenario: bytes) -> str:
    """Return what a program prints in a process of so many threads; a hang is an error."""
    environment = {**os.environ, "VR_THREADS": threads}
    command = [sys.executable, "-c", PRELUDE + program]
    done = subprocess.run(
        command, env=environment, input=scenario, capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode()


def test_a_run_that_plays_ahead_is_not_asked(native: Engine, scenario: bytes) -> None:
    steps = len(native.init(scenario)["steps"])
    answers = native.advance(empty(steps, 8))
    assert next(answers)["turn"] == 1
    with pytest.raises(CommandError, match="whole turns are being played"):
        native.tops()
    assert [answer["turn"] for answer in answers] == list(range(2, 9))
    assert next(answers, None) is None
    assert native.step(b"[]")["turn"] == 9
    native.init(scenario)
    left = native.advance(empty(steps, 50))
    assert next(left)["turn"] == 1
    del left
    stands = native.step(b"[]")["turn"] - 1
    assert 1 <= stands <= 1 + AHEAD_MAX, "it goes on where the play was left"
    for wrong, said in ((b"{}", "expected lists"), (b"[[0]]", "expected lists"), (b"", "turns")):
        with pytest.raises(CommandError, match=said):
            native.advance(wrong)
    native.init(scenario)
    with pytest.raises(CommandError, match=f"for each of {steps} steps, found 1"):
        next(native.advance(b"[[[]]]"))


def test_an_older_play_does_not_put_its_run_over_a_newer_one(
    native: Engine, scenario: bytes
) -> None:
    steps = len(native.init(scenario)["steps"])
    older = native.advance(empty(steps, 3))
    native.init(scenario)
    newer = native.advance(empty(steps, 20))
    assert [answer["turn"] for answer in older] == [1, 2, 3], "it is played to its end"
    with pytest.raises(CommandError, match="whole turns are being played"):
        native.tops()
    assert len(list(newer)) == 20
    assert [answer["turn"] for answer in native.advance(empty(steps, 1))] == [21]
    older = native.advance(b"[]")
    native.init(scenario)
    assert list(older) == []
    assert native.step(b"[]")["turn"] == 1, "a run that was begun since stays"


@pytest.mark.parametrize("threads", ["1", "2"])
def test_answers_that_nobody_takes_hold_up_no_other_run(threads: str, large: bytes) -> None:
    program = """
untaken = run.advance(empty(12))
other = Engine()
other.init(scenario)
both = zip(untaken, other.advance(empty(12)), strict=True)
print(*(one["state_digest"] == two["state_digest"] for one, two in both))
"""
    assert said(program, threads, large).split() == ["True"] * 12


def test_threads_do_not_show(large: bytes) -> None:
    program = """
print(*(answer["state_digest"] for answer in run.advance(empty(4))))
print(run.step(b"[]")["turn"], len(os.listdir("/proc/self/task")) if os.path.isdir("/proc") else "")
"""
    told = {threads: said(program, threads, large).splitlines() for threads in ("1", "2", "3", "8")}
    assert len({digests for digests, _ in told.values()}) == 1
    assert len(set(told["1"][0].split())) == 4
    if TASKS.is_dir():
        assert {threads: line.split() for threads, (_, line) in told.items()} == {
            threads: ["5", str(1 + int(threads))] for threads in told
        }, "the process has its own thread, those it was asked for, and no other"


@pytest.mark.skipif(not TASKS.is_dir(), reason="threads are counted in /proc")
def test_a_small_run_is_played_where_the_caller_stands() -> None:
    program = """
for _ in range(40 * steps):
    run.step(b"[]")
run.play(empty(20))
count = len(list(run.advance(empty(20))))
print(count, len(os.listdir("/proc/self/task")))
"""
    medium = resolve("medium", None)[0]
    assert said(program, "1", medium).split() == ["20", "2"]
