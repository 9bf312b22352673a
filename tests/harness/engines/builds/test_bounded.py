"""One command of a build: its words, its end, its time, and that nothing of it is left."""

import os
import sys
import time
from pathlib import Path

import pytest

from tests.support.processes import runs
from vr_verify.engines.builds.bounded import Allowance, run, useful_lines
from vr_verify.engines.builds.spec import BuildFailed
from vr_verify.errors import IoFailed

PIP = """\
Processing ./engine
  Preparing metadata (pyproject.toml): started
Building wheels for collected packages: x
  error: subprocess-exited-with-error

  \u00d7 Building wheel for x (pyproject.toml) did not run successfully.
  \u2502 exit code: 1
  \u2570\u2500> [4 lines of output]
         Compiling shared v0.1.0
      error[E0425]: cannot find value `n`
        --> src/lib.rs:3:5
      error: could not compile `shared`
      [end of output]

  note: This error originates from a subprocess, and is likely not a problem with pip.
"""
TOLD = [
    "error[E0425]: cannot find value `n`",
    "  --> src/lib.rs:3:5",
    "error: could not compile `shared`",
]


def python(folder: Path, code: str, limit_s: float = 30.0) -> str:
    argv = (sys.executable, "-c", code)
    hidden = {str(folder): "."}
    return run(argv, name="'x'", allowance=Allowance.of(limit_s), folder=folder, hidden=hidden)


def test_a_command_is_run_in_its_folder_and_heard(tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    code = "import os, sys; print(os.getcwd()); print('told', file=sys.stderr)"
    said = python(tmp_path / "a b", code)
    assert sorted(said.splitlines()) == sorted([str(tmp_path / "a b"), "told"])
    environment = os.environ | {"ONLY_HERE": "1"}
    argv = ("sh", "-c", "echo $ONLY_HERE")
    allowance = Allowance.of(30.0)
    heard = run(argv, name="x", allowance=allowance, folder=tmp_path, environment=environment)
    assert heard == "1\n"


def test_a_failure_ends_with_its_last_useful_words(tmp_path: Path) -> None:
    code = f"import os; print(40 * 'line of {tmp_path}\\n', 'Oops: error: no'); os._exit(3)"
    python(tmp_path, code.replace("_exit(3)", "_exit(0)"))
    with pytest.raises(BuildFailed) as caught:
        python(tmp_path, code.replace("print(", "print(*(").replace("no')", "no'), flush=True)"))
    lines = caught.value.message.splitlines()
    head = "engine 'x' cannot be built: python ended with exit status 3: Oops: error: no"
    assert lines[0].startswith(head)
    assert len(lines) == 21
    assert set(lines[1:-1]) == {"line of ."}


def test_what_pip_says_of_itself_is_left_out() -> None:
    assert useful_lines(PIP.splitlines()) == TOLD
    assert useful_lines([]) == []


def test_a_command_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    code = (
        "import os, subprocess, time\n"
        "left = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print('started', flush=True)\n"
        "open('child', 'w').write(str(left.pid))\n"
        "time.sleep({})"
    )
    assert python(tmp_path, code.format(0)) == "started\n"
    ended = int((tmp_path / "child").read_text())
    begun_s = time.monotonic()
    with pytest.raises(
        BuildFailed, match=r"not done in 1\.5 s; the last words of the build:\nstarted"
    ):
        python(tmp_path, code.format(600), limit_s=1.5)
    assert time.monotonic() - begun_s < 30
    overtaken = int((tmp_path / "child").read_text())
    assert overtaken != ended
    assert not runs(overtaken)
    assert not runs(ended)


def test_a_program_that_is_not_there_and_a_killed_one_are_failures(tmp_path: Path) -> None:
    allowance = Allowance.of(30.0)
    with pytest.raises(BuildFailed, match="nowhere ended with exit status 127"):
        run(("/nowhere",), name="x", allowance=allowance, folder=tmp_path)
    with pytest.raises(BuildFailed, match="sh ended with signal 9"):
        run(("sh", "-c", "kill -9 $$"), name="x", allowance=allowance, folder=tmp_path)


def test_a_full_disk_is_not_the_build_s_fault(tmp_path: Path) -> None:
    code = "import errno, os, sys; print(os.strerror(errno.{}), flush=True); os._exit(1)"
    with pytest.raises(IoFailed, match="no space left on a disk"):
        python(tmp_path, code.format("ENOSPC"))
    with pytest.raises(BuildFailed):
        python(tmp_path, code.format("EACCES"))
