"""The exit code: changes of the command line that swallow or bend it are found.

Each is a copy of the harness with one change. The check is one case of every outcome through `main`
in a process of its own; the slow table says which of our other tests finds it too.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.cli.test_exit_codes import CONTRACT
from tests.selftest.mutants import exits
from tests.selftest.mutants.overlay import overlay
from tests.support.tree import ROOT
from vr_verify.model.outcome import Outcome

OWN_TESTS: Final = (
    "tests/cli/test_exit_codes.py",
    "tests/harness/model/test_model.py",
    "tests/cli/test_processes.py::test_a_full_disk_is_74_and_said",
)
"""Where our own tests of exit codes are, in the order in which they are asked."""
BISECT: Final = "git bisect: "
# What was done, beside "returns OUTCOME" → the outcome that the contract has for it.
DONE: Final = {
    "raises UsageError": Outcome.USAGE,
    "raises BadLogError": Outcome.BAD_LOG,
    "raises EngineCrashed": Outcome.CRASHED,
    "raises SkippedError": Outcome.SKIPPED,
    "raises ZeroDivisionError": Outcome.BUG,
    "raises OSError": Outcome.IO_FAILED,
    "Ctrl-C": Outcome.INTERRUPTED,
    "diverged, without --json": Outcome.DIVERGED,
    exits.UNWRITTEN: Outcome.IO_FAILED,
    "an unknown option": Outcome.USAGE,
    "git bisect: diverged": Outcome.DIVERGED,
    "git bisect: a bug": Outcome.BUG,
}
UNTOLD: Final = {"diverged, without --json", exits.UNWRITTEN}
"""What leaves no document to read."""

# Name, file, words, their change.
MUTANTS: Final = [
    ("diverged is 0", "model/outcome.py", "Outcome.DIVERGED: 1,", "Outcome.DIVERGED: 0,"),
    ("a finding is 0", "model/outcome.py", "Outcome.FINDING: 1,", "Outcome.FINDING: 0,"),
    (
        "nothing compared is 0",
        "model/outcome.py",
        "Outcome.NOTHING_COMPARED: 5,",
        "Outcome.NOTHING_COMPARED: 0,",
    ),
    ("a bug is 1", "model/outcome.py", "Outcome.BUG: 70,", "Outcome.BUG: 1,"),
    ("the mildest wins", "model/outcome.py", "(70, 130, 74, 4,", "(0, 1, 70, 130, 74, 4,"),
    (
        "always 0, at the exit",
        "cli/app.py",
        "self._fail(error, words, asked)\n        sys.exit(code)",
        "self._fail(error, words, asked)\n        sys.exit(0)",
    ),
    (
        "always 0, at delivery",
        "cli/delivery.py",
        "    return asked.code(outcome)\n\n\ndef reader_left",
        "    return 0\n\n\ndef reader_left",
    ),
    (
        "no net",
        "cli/app.py",
        "except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001",
        "except KeyboardInterrupt as error:",
    ),
    (
        "a failure told, then 1",
        "cli/app.py",
        "delivery.trace(error)\n        return delivery.deliver(document, asked)",
        "delivery.trace(error)\n        return min(1, delivery.deliver(document, asked))",
    ),
    ("a bug reads diverged", "cli/failures.py", "return Outcome.BUG,", "return Outcome.DIVERGED,"),
    (
        "Ctrl-C agrees",
        "cli/failures.py",
        "return Outcome.INTERRUPTED, STOPPED",
        "return Outcome.AGREED, STOPPED",
    ),
    (
        "unwritten, but 1",
        "cli/delivery.py",
        "return asked.code(worst([outcome, Outcome(failure.outcome)]))",
        "return asked.code(outcome)",
    ),
    ("git bisect: a bug is bad", "cli/asked.py", "70: 198,", "70: 1,"),
    (
        "git bisect: not asked",
        "cli/asked.py",
        "GIT_BISECT_CODES[code] if self.git_bisect else code",
        "code",
    ),
]
QUICK: Final = {"diverged is 0", "always 0, at delivery", "no net", "a bug reads diverged"}


def faults(folder: Path) -> list[str]:
    """Try every outcome on the harness in a folder; say what ends in another code or word."""
    argv = [sys.executable, "-P", str(exits.__file__)]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    done = subprocess.run(argv, env=environment, capture_output=True, check=True)
    answers = json.loads(done.stdout)
    assert {name for name, _, _ in answers} == {*DONE, *(f"returns {one}" for one in Outcome)}
    found = []
    for name, outcome, code in answers:
        wanted = DONE.get(name) or Outcome(name.removeprefix("returns "))
        expected = CONTRACT[wanted][name.startswith(BISECT)]
        if code != expected:
            found.append(f"{name}: expected {expected}, found {code}")
        if name not in UNTOLD and outcome != wanted:
            found.append(f"{name}: expected {wanted}, found {outcome!r}")
    return found


def test_swallowed_exit_codes_are_found_and_the_real_ones_pass(tmp_path: Path) -> None:
    assert faults(overlay(tmp_path / "real")) == []
    chosen = [one for one in MUTANTS if one[0] in QUICK]
    assert len(chosen) == len(QUICK)
    copies = [overlay(tmp_path / str(at), *one[1:]) for at, one in enumerate(chosen)]
    assert all(faults(copy) for copy in copies)


def failing(folder: Path) -> str | None:
    """Run our own tests on the harness in a folder; name the first file that fails."""
    environment = os.environ | {"PYTHONPATH": str(folder)}
    for file in OWN_TESTS:
        argv = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", file]
        ended = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, check=False)
        assert ended.returncode in (0, 1), ended.stdout.decode()
        if ended.returncode == 1:
            return file
    return None


@pytest.mark.slow
@pytest.mark.prints
def test_every_one_is_found_and_by_which_of_our_tests(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = []
    for number, (name, *change) in enumerate([("the real one",), *MUTANTS]):
        folder = overlay(tmp_path / str(number), *change)
        rows.append((name, len(faults(folder)), failing(folder)))
    with capsys.disabled():
        print(f"\n{'exit code':30}{'cases wrong':>12}  first of our tests to fail")
        for name, wrong, found_by in rows:
            print(f"{name:30}{wrong:>12}  {found_by or 'none'}")
    assert rows[0] == ("the real one", 0, None)
    assert all(wrong and found_by for _, wrong, found_by in rows[1:])
