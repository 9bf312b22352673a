"""Every outcome of the contract's table through the command line's own `main`, each in a child.

A program: it writes one JSON list of (what was done, outcome in the document or "", exit code).
The harness is whatever lies on the module path. Only a verb is replaced, by one that returns a
document, raises or is interrupted; all from there on is the real path.
"""

import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from vr_verify import errors, verbs
from vr_verify.cli import main
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import Report

Verb = Callable[[], Any]
UNWRITTEN = "diverged, on a full disk"
FULL = "/dev/full"
RAISED_CODE = 1
"""Python's own exit code for an exception that nobody caught."""


def _returning(outcome: Outcome) -> Verb:
    return lambda: Report(command="doctor", outcome=str(outcome))


def _raising(error: BaseException) -> Verb:
    def fail() -> Any:
        raise error

    return fail


def _interrupted() -> Any:
    os.kill(os.getpid(), signal.SIGINT)
    raise AssertionError("Ctrl-C was not heeded")


def cases() -> dict[str, tuple[Verb, list[str]]]:
    """Name everything that is tried: what the verb does, and the words of the command line."""
    words = ["doctor", "--json"]
    tried = {f"returns {one}": (_returning(one), words) for one in Outcome}
    raised: list[BaseException] = [
        errors.UsageError("x"),
        errors.BadLogError(1, "a", "b", "c.log"),
        errors.EngineCrashed("toy", "x"),
        errors.SkippedError("x"),
        ZeroDivisionError("x"),
        OSError(28, "x", "a.log"),
    ]
    tried |= {f"raises {type(one).__name__}": (_raising(one), words) for one in raised}
    tried["Ctrl-C"] = (_interrupted, words)
    tried["diverged, without --json"] = (_returning(Outcome.DIVERGED), ["doctor"])
    tried[UNWRITTEN] = (_returning(Outcome.DIVERGED), words)
    tried["an unknown option"] = (_returning(Outcome.AGREED), ["doctor", "--no-such", "--json"])
    bisect = [*words, "--exit", "git-bisect"]
    tried["git bisect: diverged"] = (_returning(Outcome.DIVERGED), bisect)
    tried["git bisect: a bug"] = (_raising(ZeroDivisionError("x")), bisect)
    return tried


def tried(verb: Verb, words: list[str], said: str) -> tuple[str, int]:
    """Run one command line in a child; return its document's outcome and its exit code."""
    child = os.fork()
    if child == 0:
        stream = os.open(said, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        os.dup2(stream, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        vars(verbs)["doctor"] = SimpleNamespace(doctor=verb)
        sys.argv[1:] = words
        _end_as_python_would()
    _, status = os.waitpid(child, 0)
    text = "" if said == FULL else Path(said).read_text()
    outcome = json.loads(text).get("outcome", "") if text.startswith("{") else ""
    return outcome, os.waitstatus_to_exitcode(status)


def _end_as_python_would() -> None:
    """Run the command line of `sys.argv` and end this process, whatever comes of it."""
    code: object = RAISED_CODE
    try:
        main()
    except SystemExit as ended:
        code = 0 if ended.code is None else ended.code
    finally:
        os._exit(code if isinstance(code, int) else RAISED_CODE)


if __name__ == "__main__":
    import_module("vr_verify.cli.delivery")  # once for all children
    with tempfile.TemporaryDirectory() as folder:
        answers = [
            (name, *tried(verb, words, FULL if name == UNWRITTEN else f"{folder}/said"))
            for name, (verb, words) in cases().items()
        ]
    json.dump(answers, sys.stdout)
