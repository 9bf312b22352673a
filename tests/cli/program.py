"""Running the command line in tests: in this process with fakes, or as a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from vr_verify import verbs
from vr_verify.cli.app import program

TIME_LIMIT_S = 60


def run(*words: str) -> Result:
    """Run a command line in this process; what it raises is a failure of the test."""
    return CliRunner(catch_exceptions=False).invoke(program, words)


def run_process(
    *words: str, environment: Mapping[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run a command line as a person does."""
    argv = [sys.executable, "-m", "vr_verify", *words]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    env = os.environ | (environment or {})
    return subprocess.run(argv, timeout=TIME_LIMIT_S, check=False, env=env, **options)


def one_document(text: str | bytes) -> dict[str, Any]:
    """Read standard output as exactly one JSON document that ends in one newline."""
    value = json.loads(text)
    assert isinstance(value, dict)
    tail = text[-2:] if isinstance(text, str) else text[-2:].decode()
    assert tail == "}\n"
    return value


def fake_verb(
    monkeypatch: pytest.MonkeyPatch, name: str, does: Callable[..., Any]
) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Put a fake in a verb's place; return the list that its calls are added to."""
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    def verb(*args: Any, **named: Any) -> Any:
        calls.append((args, named))
        return does()

    monkeypatch.setitem(vars(verbs), name, SimpleNamespace(**{name: verb}))
    return calls


def raising(error: BaseException) -> Callable[[], Any]:
    """Make a verb that fails."""

    def does() -> Any:
        raise error

    return does
