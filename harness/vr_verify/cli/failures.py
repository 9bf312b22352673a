"""Any exception as a report: whom it blames, what happened, what to do.

Spec: the outcome table of the contract, section 3. It must not print.
"""

import os

from click.exceptions import Abort, ClickException

from vr_verify.errors import EngineCannotStart, VrVerifyError
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import Report
from vr_verify.report.layout import condensed


def report(error: BaseException, command: str) -> Report:
    """Return the report of a command that ended in an exception."""
    outcome, message = _blame(error)
    return Report(command=command, outcome=str(outcome), message=message)


def _blame(error: BaseException) -> tuple[Outcome, str]:
    if isinstance(error, EngineCannotStart):
        return Outcome(error.outcome), condensed(error.message)
    if isinstance(error, VrVerifyError):
        return Outcome(error.outcome), error.message
    if isinstance(error, ClickException):
        return Outcome.USAGE, error.format_message()
    if isinstance(error, KeyboardInterrupt | Abort):
        return Outcome.INTERRUPTED, "stopped from the keyboard; what was written is kept"
    if isinstance(error, OSError):
        return Outcome.IO_FAILED, _refused(error)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Outcome.BUG, f"a bug in vr-verify: {what}"


def _refused(error: OSError) -> str:
    """Say what the machine refused, and for which file."""
    reason = os.strerror(error.errno) if error.errno is not None else str(error)
    return f"{error.filename}: {reason}" if error.filename is not None else reason
