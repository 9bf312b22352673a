"""No process of a worker outlives it: not by forking, leaving its session, or losing its parent."""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.planted_worker import program, worker
from tests.support.processes import PATIENCE_S, marked, runs, soon
from tests.support.tree import ROOT
from vr_verify.engines.uninterrupted import uninterrupted
from vr_verify.errors import EngineCrashed
from vr_verify.model.limits import Limits

# Each leaves a process behind and notes its number.
LEAVES = {
    "child": "note(subprocess.Popen(['sleep', '60']).pid)",
    "fork": "if (child := os.fork()) == 0: time.sleep(60)\nnote(child)",
    "session": "note(subprocess.Popen(['sleep', '60'], start_new_session=True).pid)",
    "daemon": """if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        note(os.getpid()); time.sleep(60)
    os._exit(0)
os.wait()""",
    "deaf": """if os.fork() == 0:
    os.setsid()
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    note(os.getpid()); time.sleep(60)""",
    "nameless": "note(subprocess.Popen(['sleep', '60'], env={}, start_new_session=True).pid)",
    "stopped": "c = subprocess.Popen(['sleep', '60']); c.send_signal(signal.SIGSTOP); note(c.pid)",
    "breeding": """if os.fork() == 0:
    os.setsid(); note(os.getpid())
    while True:
        if os.fork(): os._exit(0)
        os.setsid(); time.sleep(.001)""",
}


@pytest.mark.parametrize("leaves", LEAVES)
@pytest.mark.parametrize("then", ["", "; os._exit(3)", "; os.kill(os.getpid(), 9)"])
def test_what_a_worker_leaves_behind_ends_with_it(tmp_path: Path, leaves: str, then: str) -> None:
    note = tmp_path / "note"
    planted = f"{LEAVES[leaves]}\nwhile not os.path.exists({str(note)!r}): time.sleep(.01)\npass"
    with worker(planted + then, note=str(note)) as parent:
        directory = parent.directory
        parent.ask("first", {})
        if then:
            with pytest.raises(EngineCrashed):
                parent.ask("planted", {})
        else:
            assert parent.ask("planted", {}) == {"call": "planted"}
            assert leaves == "breeding" or runs(int(note.read_text())), "it was there"
        assert directory.is_dir() or then
    assert not runs(int(note.read_text()))
    assert not marked(directory.name)
    assert not directory.exists()


HARNESS = """
import os, sys
from vr_verify.engines.keeping import Launch
from vr_verify.engines.process import WorkerProcess
process = WorkerProcess("planted", Launch(tuple(sys.argv[1:])))
print(process.directory, flush=True)
process.send("planted", {})
os.read(process._kept.stdin.fileno() and 0, 1)
"""


@pytest.mark.parametrize("leaves", ["child", "daemon", "nameless"])
@pytest.mark.parametrize(
    "then",
    ["ctypes.PyDLL(None).sleep(60)", "signal.pthread_sigmask(0, range(1, 32)); time.sleep(60)"],
)
def test_a_harness_that_is_killed_takes_everything_along(
    tmp_path: Path, leaves: str, then: str
) -> None:
    note = tmp_path / "note"
    argv = program(f"{LEAVES[leaves]}\n{then}", str(note))
    with subprocess.Popen(
        [sys.executable, "-c", HARNESS, *argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as harness:
        assert harness.stdout is not None
        directory = Path(harness.stdout.readline().strip())
        assert soon(note.exists)
        assert directory.is_dir()
        assert len(marked(directory.name)) >= 2
        harness.kill()
    assert soon(lambda: not marked(directory.name))
    assert soon(lambda: not runs(int(note.read_text())))
    assert soon(lambda: not directory.exists())


# What shows its cookie; "nameless" does not, and PROTOCOL.md says that it is left then.
SHOWN = sorted(set(LEAVES) - {"nameless"})


@pytest.mark.parametrize("leaves", SHOWN)
def test_a_keeper_that_is_killed_is_said_and_takes_everything_along(
    tmp_path: Path, leaves: str
) -> None:
    note, number = tmp_path / "note", tmp_path / "number"
    own = f"open({str(number)!r}, 'w').write(str(os.getpid()))"
    # All that it leaves holds its output, so that output does not end with it.
    planted = f"{own}\n{LEAVES[leaves]}\ntime.sleep(60)"
    with worker(planted, Limits(answer_s=50), str(note)) as kept, worker("pass") as other:
        directory = kept.directory
        other.ask("first", {})
        kept.ask("first", {})
        kept.send("planted", {})
        assert soon(note.exists)
        assert marked(directory.name), "they were there"
        begun_s = time.monotonic()
        kept._kept._process.kill()
        with pytest.raises(EngineCrashed, match="its keeper was killed"):
            kept.receive()
        assert time.monotonic() - begun_s < PATIENCE_S
        assert not marked(directory.name)
        assert not runs(int(note.read_text()))
        assert not runs(int(number.read_text()))
        assert not directory.exists()
        # The clean twin: another worker's processes carry another cookie.
        assert other.ask("planted", {}) == {"call": "planted"}


@pytest.mark.parametrize("leaves", ["fork", "daemon"])
def test_a_keeper_that_is_killed_unasked_leaves_nothing_after_close(
    tmp_path: Path, leaves: str
) -> None:
    note = tmp_path / "note"
    with worker(LEAVES[leaves], note=str(note)) as kept:
        kept.ask("planted", {})
        assert soon(note.exists)
        assert runs(int(note.read_text())), "it was there"
        kept._kept._process.kill()
    assert not runs(int(note.read_text()))
    assert not marked(kept.directory.name)


def test_what_was_said_before_the_keeper_was_killed_is_heard() -> None:
    with worker("pass") as kept:
        kept.ask("first", {})
        kept.send("planted", {})
        assert soon(lambda: select.select([kept._kept.stdout], [], [], 0)[0])
        kept._kept._process.kill()
        kept._kept._process.wait()
        assert kept.receive() == {"call": "planted"}
        kept.send("third", {})
        with pytest.raises(EngineCrashed, match="its keeper was killed"):
            kept.receive()


@pytest.mark.parametrize("raised", [0, 700])
def test_a_worker_offers_itself_to_the_kernel_before_its_keeper(raised: int) -> None:
    words = f"""
import os, sys
from tests.support.planted_worker import worker
path = "/proc/self/oom_score_adj"
if {raised}:
    open(path, "w").write("{raised}")
answer = "answer({{'seq': frame['seq'], 'call': open('" + path + "').read().strip()}}); continue"
with worker(answer) as kept:
    said = kept.ask("planted", {{}})["call"]
    print(said, open(f"/proc/{{kept._kept._process.pid}}/oom_score_adj").read().strip())
"""
    ran = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, cwd=ROOT, check=True
    )
    ours = Path("/proc/self/oom_score_adj").read_text().strip()
    keeper = str(raised) if raised else ours
    assert ran.stdout.split() == [str(max(int(keeper), 500)), keeper]


def _in_a_thread(work: Callable[[], None]) -> None:
    """Run something to its end in another thread."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_a_worker_outlives_the_thread_that_started_it() -> None:
    started = []
    _in_a_thread(lambda: started.append(worker("pass")))
    with started[0] as kept:
        assert kept.ask("planted", {}) == {"call": "planted"}


def _interrupted(done: list[str]) -> None:
    """Ask this process to end in the middle of something, and do the rest of it."""
    with uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
        done.append("all of it")


def test_a_request_to_end_is_held_back_and_then_heeded() -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        _interrupted(done)
    assert done == ["all of it"]
