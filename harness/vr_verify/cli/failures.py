"""Any exception as a report: whom it blames, what happened, what to do.

Spec: the outcome table of the contract, section 3. It must not print.
"""

import os
from typing import Final

from click.exceptions import Abort, ClickException

from vr_verify.engines.builds.spec import BuildFailed
from vr_verify.errors import EngineError, VrVerifyError
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import Report
from vr_verify.report.failure_text import STOPPED, without_folders
from vr_verify.report.layout import condensed

_HELP: Final = "`vr-verify {} --help` shows what it takes, with an example."


def report(error: BaseException, command: str) -> Report:
    """Return the report of a command that ended in an exception; nothing is complete then."""
    outcome, message = _blame(error)
    return _failed(command, outcome, message)


def unwritten(error: OSError, command: str) -> Report:
    """Return the report of an answer that could not be written."""
    return _failed(command, Outcome.IO_FAILED, f"the answer cannot be written: {_refused(error)}")


def _failed(command: str, outcome: Outcome, message: str) -> Report:
    named = without_folders(message)
    return Report(command=command, outcome=str(outcome), complete=False, message=named)


def _blame(error: BaseException) -> tuple[Outcome, str]:
    if isinstance(error, BuildFailed):
        return Outcome(error.outcome), error.message  # the build's own words are what is asked for
    if isinstance(error, EngineError):
        return Outcome(error.outcome), condensed(error.message)
    if isinstance(error, VrVerifyError):
        return Outcome(error.outcome), error.message
    if isinstance(error, ClickException):
        return Outcome.USAGE, _misused(error)
    if isinstance(error, KeyboardInterrupt | Abort):
        return Outcome.INTERRUPTED, STOPPED
    if isinstance(error, OSError):
        return Outcome.IO_FAILED, _refused(error)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Outcome.BUG, f"a bug in vr-verify: {what}"


def _misused(error: ClickException) -> str:
    """Say what is wrong with a command line, and where what it takes is written."""
    context = getattr(error, "ctx", None)
    name = "" if context is None else context.command_path.partition(" ")[2]
    return f"{error.format_message()}\n{_HELP.format(name or 'COMMAND')}"


def _refused(error: OSError) -> str:
    """Say what the machine refused, and for which file."""
    reason = os.strerror(error.errno) if error.errno is not None else str(error)
    return f"{error.filename}: {reason}" if error.filename is not None else reason
