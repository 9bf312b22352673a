"""Worker processes that die, hang or babble: each is the right blame, its clean twin beside it."""

import time
from pathlib import Path

import pytest

from tests.support.planted_worker import bound, worker
from vr_verify.engines import keeping
from vr_verify.engines.keeping import Launch
from vr_verify.engines.process import ErrorAnswer, WorkerProcess
from vr_verify.errors import (
    EngineCannotStart,
    EngineCrashed,
    EngineError,
    EngineOutOfMemory,
    EngineProtocolError,
    EngineTimedOut,
)
from vr_verify.model.limits import Limits

HALF = "os.write(1, frame_of({'seq': frame['seq'], 'ok': {}})[:7])"
LONG = "os.write(1, struct.pack('<I', 2**20 + 1) + b' ' * 100)"
PLANTED: list[tuple[str, type[EngineError], str]] = [
    ("os.kill(os.getpid(), signal.SIGKILL)", EngineCrashed, "in planted: killed by SIGKILL"),
    ("os.kill(os.getpid(), signal.SIGRTMIN + 1)", EngineCrashed, "killed by signal 35"),
    ("sys.exit('a panic')", EngineCrashed, "exit status 1; its last words:\na panic"),
    ("sys.exit(0)", EngineCrashed, "in planted: exit status 0"),
    ("os.abort()", EngineCrashed, "killed by SIGABRT"),
    ("ctypes.string_at(0)", EngineCrashed, "killed by SIGSEGV"),
    ("raise MemoryError", EngineOutOfMemory, "MemoryError"),
    ("os.write(2, b'memory allocation of 8 bytes failed'); os.abort()", EngineOutOfMemory, "of 8"),
    ("os.write(1, b'hello, world')", EngineProtocolError, "at most 1 MiB"),
    ("print('a stray print', flush=True)", EngineProtocolError, "at most 1 MiB"),
    ("ctypes.CDLL(None).puts(b'a'); ctypes.CDLL(None).fflush(None)", EngineProtocolError, "expec"),
    ("os.write(1, struct.pack('<I', 9) + b'no json!!')", EngineProtocolError, "UTF-8 JSON"),
    ("os.write(1, frame_of([1]))", EngineProtocolError, "expected a JSON object"),
    (LONG, EngineProtocolError, "at most 1 MiB, found 1048577 bytes"),
    ("while True: os.write(1, b'y' * 65536)", EngineProtocolError, "at most 1 MiB"),
    ("while True: os.write(1, bytes(65536))", EngineProtocolError, "UTF-8 JSON"),
    ("frame['seq'] = 99", EngineProtocolError, "expected seq 2, found 99"),
    ("answer(frame, 'maybe')", EngineProtocolError, "expected the key ok or error"),
    ("answer(frame, 'turn')", EngineProtocolError, "expected the key ok or error, found 'turn'"),
    (f"{HALF}; os._exit(0)", EngineCrashed, "exit status 0, 7 bytes into its answer"),
    ("os.close(1); time.sleep(30)", EngineCrashed, "it closed its output and went on"),
]


@pytest.mark.parametrize(("planted", "blame", "said"), PLANTED)
def test_a_planted_fault_is_blamed_and_its_clean_twin_answers(
    planted: str, blame: type[EngineError], said: str
) -> None:
    with worker("pass") as clean:
        assert clean.ask("first", {}) == {"call": "first"}
        assert clean.ask("planted", {}) == {"call": "planted"}
    with worker(planted) as faulty:
        assert faulty.ask("first", {}) == {"call": "first"}
        with pytest.raises(EngineError) as caught:
            faulty.ask("planted", {})
    assert type(caught.value) is blame
    assert said in caught.value.message
    assert caught.value.engine == "planted"


HANGS = {
    "time.sleep(30)": "",
    f"{HALF}; time.sleep(30)": ", 7 bytes into its answer",
    "ctypes.PyDLL(None).sleep(30)": "",  # PyDLL keeps the interpreter locked
    "while True: os.write(2, b'noise ' * 1000)": "",
    "os.write(1, struct.pack('<I', 2**19))\nwhile True: os.write(1, b' '); time.sleep(.02)": ", ",
    "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals()); time.sleep(30)": "",
    "os.kill(os.getpid(), signal.SIGSTOP)": "",
}


@pytest.mark.parametrize("planted", HANGS)
def test_a_hang_ends_at_the_time_limit(planted: str) -> None:
    limits = Limits(answer_s=0.4)
    with worker("time.sleep(0.05)") as slow:
        slow.ask("first", {})
        bound(slow, limits)
        assert slow.ask("planted", {}) == {"call": "planted"}
    with worker(planted) as hanging:
        hanging.ask("first", {})
        bound(hanging, limits)
        begun_s = time.monotonic()
        with pytest.raises(EngineTimedOut, match=r"no answer to planted in 0\.4 s") as caught:
            hanging.ask("planted", {})
        assert time.monotonic() - begun_s < 5
    assert HANGS[planted] in caught.value.message


def test_all_waits_together_have_a_limit_too() -> None:
    with worker("time.sleep(0.6)") as slow:
        slow.ask("first", {})
        bound(slow, Limits(answer_s=5.0, total_s=1.0))
        assert slow.ask("planted", {}) == {"call": "planted"}
        with pytest.raises(EngineTimedOut, match=r"no answer to planted in 1 s in all"):
            slow.ask("planted", {})


@pytest.mark.parametrize(
    "planted", ["answer(frame)", "answer(frame); answer(frame)", "answer({**frame, 'seq': 3})"]
)
def test_what_comes_before_it_was_asked_is_no_answer(planted: str) -> None:
    with worker("pass") as clean:
        assert [clean.ask(call, {})["call"] for call in ("planted", "next")] == ["planted", "next"]
    with worker(planted) as hasty:
        hasty.ask("first", {})
        with pytest.raises(EngineProtocolError, match=r"before it was asked|expected seq"):
            _ask_both(hasty)


def _ask_both(hasty: WorkerProcess) -> None:
    """Ask twice, and give what comes too early the time to come."""
    hasty.ask("planted", {})
    time.sleep(0.1)
    hasty.ask("next", {})


def test_an_end_before_the_first_answer_is_a_build_that_cannot_start() -> None:
    with (
        worker("sys.exit('no such module')") as dying,
        pytest.raises(EngineCannotStart, match="no such module"),
    ):
        dying.ask("planted", {})
    with (
        WorkerProcess("absent", Launch(("/nowhere/engine",))) as absent,
        pytest.raises(EngineCannotStart, match="/nowhere/engine: No such file"),
    ):
        absent.ask("describe", {})


def test_an_error_answer_carries_its_kind() -> None:
    planted = "os.write(1, frame_of({'seq': 1, 'error': {'kind': 'scenario', 'message': 'no'}}))"
    with worker(f"{planted}; break") as refusing, pytest.raises(ErrorAnswer) as caught:
        refusing.ask("planted", {})
    assert (caught.value.kind, caught.value.message) == ("scenario", "no")


def test_a_flood_on_standard_error_does_not_block_and_only_its_end_is_kept() -> None:
    flood = "sys.stderr.write('x' * 4_000_000 + 'the end\\n'); sys.stderr.flush()"
    with worker(flood) as flooding:
        assert flooding.ask("planted", {"large": "y" * 500_000}) == {"call": "planted"}
        assert len(flooding.last_words()) < 5000
        assert "the end" in flooding.last_words()


def test_a_call_that_does_not_fit_a_frame_is_refused_and_the_next_is_served() -> None:
    with worker("pass") as clean:
        with pytest.raises(ValueError, match="1048576 at most"):
            clean.send("first", {"large": "y" * 2**20})
        assert clean.ask("first", {"large": "y" * (2**20 - 100)}) == {"call": "first"}


def test_a_worker_can_be_ended_twice_and_reads_its_own_environment() -> None:
    planted = "answer({'seq': frame['seq'], 'call': os.environ['VR_VERIFY_WORKER']}); continue"
    with worker(planted) as marked:
        assert marked.ask("planted", {}) == {"call": marked.directory.name}
        marked.close()


def test_nothing_is_left_behind_when_the_start_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(keeping, "_MEMORY_FILES", tmp_path / "none")
    monkeypatch.setattr(keeping.tempfile, "tempdir", str(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(keeping.subprocess, "Popen", interrupt)
        with pytest.raises(KeyboardInterrupt):
            worker("pass")
    assert list(tmp_path.iterdir()) == []
    with worker("pass") as clean:
        assert list(tmp_path.iterdir()) == [clean.directory]
    assert list(tmp_path.iterdir()) == []
