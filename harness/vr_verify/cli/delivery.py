"""A document delivered: JSON or a page on standard output, failures on standard error.

A verdict that could not be written is io_failed, whatever it was. It must not know the verbs.
"""

import contextlib
import io
import os
import select
import shutil
import sys
import traceback
from pathlib import Path
from typing import Final, TextIO

import rich_click as click

from vr_verify.cli import failures
from vr_verify.cli.asked import Asked
from vr_verify.cli.console import PlainConsole
from vr_verify.model.outcome import Outcome, worst
from vr_verify.report import json
from vr_verify.report.documents import Document, EngineList
from vr_verify.report.golden_document import GoldenReport
from vr_verify.report.text import render

_WIDTH_MIN, _WIDTH_MAX, _WIDTH_PIPED = 60, 100, 96
# Answers to what was asked; all else is a failure and belongs to standard error.
_ANSWERS: Final = frozenset(
    {
        Outcome.AGREED,
        Outcome.DIVERGED,
        Outcome.VIOLATED,
        Outcome.INTERMITTENT,
        Outcome.FINDING,
        Outcome.UNFIT,
    }
)
# What these were asked for is the list itself, with what is wrong in it.
_LISTS: Final = (EngineList, GoldenReport)


def deliver(document: Document, asked: Asked) -> int:
    """Write a document where it belongs and return the exit code."""
    outcome = Outcome(document.outcome)
    to_stderr = asked.json or (outcome not in _ANSWERS and not isinstance(document, _LISTS))
    try:
        if asked.json:
            click.echo(json.encode(document), nl=False)
        _page(document, sys.stderr if to_stderr else sys.stdout)
    except OSError as error:
        return undelivered(error, outcome, document.command, asked)
    return finish(outcome, asked)


def usage_page(page: str, asked: Asked) -> int:
    """Write the help that a bare program name is answered with; that is a usage error."""
    with contextlib.suppress(OSError):
        click.echo(page, err=True)
    return finish(Outcome.USAGE, asked)


def trace(error: BaseException) -> None:
    """Write the traceback of a bug in us, as far as there is somewhere to write it."""
    with contextlib.suppress(OSError):
        traceback.print_exception(error, file=sys.stderr)


def finish(outcome: Outcome, asked: Asked) -> int:
    """Flush standard output while its failure can still be told, and return the exit code."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return undelivered(error, outcome, "vr-verify", asked)
    return asked.code(outcome)


def reader_left() -> bool:
    """Whether standard output is a pipe that nobody reads any more."""
    asked = select.poll()
    try:
        asked.register(sys.stdout.fileno(), 0)  # errors are told unasked
    except (OSError, ValueError):  # a stream of a test, without a descriptor
        return False
    return any(event & select.POLLERR for _, event in asked.poll(0))


def undelivered(error: OSError, outcome: Outcome, command: str, asked: Asked) -> int:
    """Say on standard error that the answer could not be written."""
    # Python flushes standard output once more at its exit, and would end with a code of its own.
    with contextlib.suppress(OSError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    failure = failures.unwritten(error, command)
    # A reader that went away has seen enough, as `| head` has: nothing more is said.
    if not isinstance(error, BrokenPipeError):
        with contextlib.suppress(OSError):
            _page(failure, sys.stderr)
    return asked.code(worst([outcome, Outcome(failure.outcome)]))


def _page(document: Document, stream: TextIO) -> None:
    """Write a document for people, as wide as the terminal within bounds, coloured only there."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    width = _WIDTH_PIPED
    if stream.isatty():
        width = min(max(shutil.get_terminal_size().columns, _WIDTH_MIN), _WIDTH_MAX)
    PlainConsole(stream).print(render(document, width), end="", soft_wrap=True)
    stream.flush()
