"""Worker processes that die, hang, babble or leave children behind: each is the right blame."""

import os
import sys
import time
from pathlib import Path

import pytest

from vr_verify.engines import process
from vr_verify.engines.process import ErrorAnswer, Launch, WorkerProcess
from vr_verify.errors import (
    EngineCannotStart,
    EngineCrashed,
    EngineError,
    EngineOutOfMemory,
    EngineProtocolError,
    EngineTimedOut,
)

# Answers every call with its name, but for what each test plants at {planted}.
PROGRAM = """
import json, os, signal, struct, subprocess, sys, time
def answer(frame, key="ok"):
    body = json.dumps({{"seq": frame["seq"], key: {{"call": frame["call"]}}}}).encode()
    os.write(1, struct.pack("<I", len(body)) + body)
while len(head := sys.stdin.buffer.read(4)) == 4:
    frame = json.loads(sys.stdin.buffer.read(struct.unpack("<I", head)[0]))
    if frame["call"] == "planted":
        {planted}
    answer(frame)
"""


def worker(planted: str, time_limit_s: float = 20.0) -> WorkerProcess:
    """Start a worker with a fault in it."""
    program = PROGRAM.format(planted=planted)
    return WorkerProcess("planted", Launch((sys.executable, "-c", program), None, time_limit_s))


PLANTED: list[tuple[str, type[EngineError], str]] = [
    ("os.kill(os.getpid(), signal.SIGKILL)", EngineCrashed, "in planted: killed by SIGKILL"),
    ("sys.exit('a panic')", EngineCrashed, "exit status 1; its last words:\na panic"),
    ("raise MemoryError", EngineOutOfMemory, "MemoryError"),
    ("os.write(1, b'hello, world')", EngineProtocolError, "at most 1 MiB"),
    ("frame['seq'] = 99", EngineProtocolError, "expected seq 2, found 99"),
    ("answer(frame, 'maybe')", EngineProtocolError, "expected the key ok or error"),
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


def test_a_hang_ends_at_the_time_limit() -> None:
    with worker("time.sleep(30)", time_limit_s=0.5) as hanging:
        hanging.ask("first", {})
        with pytest.raises(EngineTimedOut, match=r"no answer to planted in 0\.5 s"):
            hanging.ask("planted", {})


def test_an_end_before_the_first_answer_is_a_build_that_cannot_start() -> None:
    with (
        worker("sys.exit('no such module')") as dying,
        pytest.raises(EngineCannotStart, match="no such module"),
    ):
        dying.ask("planted", {})
    with pytest.raises(EngineCannotStart, match="No such file"):
        WorkerProcess("absent", Launch(("/nowhere/engine",)))


def test_an_error_answer_carries_its_kind() -> None:
    answer = 'b\'{"seq": 1, "error": {"kind": "scenario", "message": "no"}}\''
    planted = f"body = {answer}; os.write(1, struct.pack('<I', len(body)) + body); break"
    with worker(planted) as refusing, pytest.raises(ErrorAnswer) as caught:
        refusing.ask("planted", {})
    assert (caught.value.kind, caught.value.message) == ("scenario", "no")


def test_a_flood_on_standard_error_does_not_block_and_only_its_end_is_kept() -> None:
    flood = "sys.stderr.write('x' * 4_000_000 + 'the end\\n'); sys.stderr.flush()"
    with worker(flood) as flooding:
        assert flooding.ask("planted", {"large": "y" * 500_000}) == {"call": "planted"}
        assert len(flooding.last_words()) < 5000
        assert "the end" in flooding.last_words()


def test_children_end_with_the_worker_and_its_directory_goes(tmp_path: Path) -> None:
    note = tmp_path / "child"
    start = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    planted = f"child = {start}; open({str(note)!r}, 'w').write(str(child.pid))"
    with worker(planted) as parent:
        parent.ask("planted", {})
        directory = parent.directory
        assert directory.is_dir()
        child = int(note.read_text())
        assert _runs(child)
    assert not directory.exists()
    deadline_s = time.monotonic() + 10
    while _runs(child) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert not _runs(child)


def _runs(process: int) -> bool:
    """Whether a process is alive; one that nobody has waited for yet is not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.is_file() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_nothing_is_left_behind_when_the_start_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(process, "_MEMORY_FILES", tmp_path / "none")
    monkeypatch.setattr(process.tempfile, "tempdir", str(tmp_path))
    for target in (process.os, "set_blocking"), (process.subprocess, "Popen"):
        with monkeypatch.context() as patch:
            patch.setattr(*target, interrupt)
            with pytest.raises(KeyboardInterrupt):
                worker("pass")
        assert list(tmp_path.iterdir()) == []
