"""The program as a process: start, closed pipes, full disks, Ctrl-C, and no stray exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.program import TIME_LIMIT_S, one_document, run_process

# What `--help` must not pay for: engines, numbers, logs.
_HEAVY = ("vr_verify.verbs.replay", "vr_verify.runlog", "vr_verify.session", "numpy", "mcap")


def test_help_loads_no_verb_and_no_engine() -> None:
    code = (
        "import sys\nfrom vr_verify.cli.app import program\n"
        "try:\n    program.main(['--help'])\nexcept SystemExit as end:\n"
        f"    sys.exit(end.code or str([m for m in {_HEAVY!r} if m in sys.modules]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=TIME_LIMIT_S, check=False
    )
    assert ended.stderr.decode().strip() == "[]"
    assert b"Usage: vr-verify" in ended.stdout


def test_the_version_and_a_usage_error_as_processes() -> None:
    assert run_process("--version").stdout == b"vr-verify, version 0.1.0\n"
    ended = run_process("replay", "nowhere.log", "--json")
    assert ended.returncode == 2
    assert one_document(ended.stdout)["outcome"] == "usage"
    assert b"Traceback" not in ended.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("words", [["--help"], ["doctor"], ["doctor", "--json"]])
def test_a_full_disk_is_74_and_said(words: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = run_process(*words, stdout=full)
    assert ended.returncode == 74
    assert b"No space left on device" in ended.stderr
    assert b"Traceback" not in ended.stderr
    assert run_process(*words).returncode in (0, 1), "the clean twin can write"


@pytest.mark.parametrize("words", [["--help"], ["doctor"], ["doctor", "--json"]])
def test_a_reader_that_went_away_is_74_and_no_verdict(words: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    ended = run_process(*words, stdout=write)
    os.close(write)
    assert ended.returncode == 74
    assert ended.stderr == b"", "a reader that has seen enough needs no advice"


@pytest.mark.parametrize(
    ("words", "closed", "code"),
    [
        ("engines", ">&-", 74),
        ("engines --json", ">&-", 74),
        ("--help", ">&-", 74),
        ("replay nowhere.log", ">&-", 2),
        ("engines", "2>&-", 0),
        ("engines --json", "2>&-", 0),
        ("engines", "<&-", 0),
        ("engines", "<&- >&- 2>&-", 74),
    ],
)
def test_a_stream_that_is_closed_from_the_start(words: str, closed: str, code: int) -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", f'exec "{sys.executable}" -m vr_verify {words} {closed}'],
        capture_output=True,
        timeout=TIME_LIMIT_S,
        check=False,
    )
    assert ended.returncode == code
    assert b"Traceback" not in ended.stderr
    if code == 74 and "2>" not in closed:
        assert b"the answer cannot be written: Bad file descriptor" in ended.stderr


def test_a_failure_of_the_last_report_is_a_bug_and_never_a_verdict() -> None:
    broken = "from vr_verify.cli import delivery; delivery.render = None; raise RuntimeError"
    ended = subprocess.run(
        _program_with(broken), capture_output=True, timeout=TIME_LIMIT_S, check=False
    )
    assert ended.returncode == 70


def test_an_interrupt_during_the_imports_ends_in_its_code() -> None:
    code = (
        "import sys\nfrom vr_verify.cli import main\n"
        "class Interrupting:\n    def find_spec(self, name, *_):\n"
        "        if name == 'vr_verify.cli.app':\n            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\nmain()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=TIME_LIMIT_S, check=False
    )
    assert (ended.returncode, ended.stderr) == (130, b"")


def test_a_request_to_end_takes_the_worker_and_its_directory_along(tmp_path: Path) -> None:
    note, scenario = tmp_path / "note", tmp_path / "scenario.json"
    scenario.write_text("{}")
    engine = tmp_path / "engine.py"
    engine.write_text(
        "import os, sys, time\n"
        "frame = sys.stdin.buffer.read(4) and sys.stdin.buffer.read1(65536).decode()\n"
        f"open({str(note)!r} + '.part', 'w').write(f'{{os.getpid()}}\\n{{frame}}')\n"
        f"os.rename({str(note)!r} + '.part', {str(note)!r})\n"
        "time.sleep(60)\n"
    )
    words = ["record", str(scenario), "-o", str(tmp_path / "a.log"), "--json", "--engine"]
    argv = [sys.executable, "-m", "vr_verify", *words, f"cmd:{sys.executable} {engine}"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as recording:
        while not note.exists() and recording.poll() is None:
            time.sleep(0.02)
        recording.send_signal(signal.SIGTERM)
        output, _ = recording.communicate(timeout=TIME_LIMIT_S)
    assert recording.returncode == 130
    assert one_document(output)["outcome"] == "interrupted"
    worker, frame = note.read_text().split("\n", 1)
    with pytest.raises(ProcessLookupError):
        os.kill(int(worker), 0)
    directory = json.loads(frame)["args"]["directory"]
    assert not Path(directory).exists()


def test_a_terminal_that_knows_only_ascii_is_served() -> None:
    environment = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ended = run_process("replay", "é.log", environment=environment)
    assert ended.returncode == 2
    assert b"Traceback" not in ended.stderr


def _program_with(body: str) -> list[str]:
    """Make a command line whose `doctor` does something else."""
    code = (
        "import os, signal, sys\nfrom types import SimpleNamespace\n"
        "from vr_verify import verbs\nfrom vr_verify.cli import main\n"
        f"def doctor():\n    {body}\n"
        "vars(verbs)['doctor'] = SimpleNamespace(doctor=doctor)\n"
        "sys.argv = ['vr-verify', 'doctor', '--json']\nmain()\n"
    )
    return [sys.executable, "-c", code]


@pytest.mark.parametrize(
    ("body", "code", "outcome"),
    [
        ("os.kill(os.getpid(), signal.SIGINT); signal.pause()", 130, "interrupted"),
        ("raise RuntimeError('unforeseen')", 70, "bug"),
        ("return doctor()", 70, "bug"),
    ],
)
def test_a_process_never_ends_in_1_for_anything_but_a_verdict(
    body: str, code: int, outcome: str
) -> None:
    ended = subprocess.run(
        _program_with(body), capture_output=True, timeout=TIME_LIMIT_S, check=False
    )
    assert ended.returncode == code
    assert json.loads(ended.stdout)["outcome"] == outcome


def test_no_way_to_write_anything_is_still_no_verdict() -> None:
    read, write = os.pipe()
    os.close(read)
    ended = subprocess.run(
        _program_with("raise RuntimeError('unforeseen')"),
        stdout=write,
        stderr=write,
        timeout=TIME_LIMIT_S,
        check=False,
    )
    os.close(write)
    assert ended.returncode == 70
