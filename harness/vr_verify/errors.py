"""Failures by whom they blame: the caller, a log, an engine, the machine; each names its outcome.

The outcome words are those of the contract; `model/outcome.py` gives them their exit codes. A
divergence is never an exception. This file must not know what any other room does.
"""

# An error here is named for what happened, in the contract's own word, which is also its outcome.
# ruff: noqa: N818

from typing import ClassVar, Final

LAST_WORDS: Final = "; its last words:"
"""Between what an engine's failure is and the lines that it wrote before."""


class VrVerifyError(Exception):
    """A failure that the tool foresees. `message` says what, where, expected, found."""

    outcome: ClassVar[str] = "bug"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UsageError(VrVerifyError):
    """The caller asked for something that makes no sense."""

    outcome: ClassVar[str] = "usage"


class MissingFileError(UsageError):
    """A file or directory that the caller named is not there, or is not of the right kind."""


class BadLogError(VrVerifyError):
    """A log is damaged or is no log. `offset` is in bytes from its start, None for the whole."""

    outcome: ClassVar[str] = "bad_log"

    def __init__(self, offset: int | None, expected: str, found: str, path: str = "") -> None:
        where = "" if offset is None else f" at byte {offset}"
        name = f"{path}: " if path else ""
        super().__init__(f"{name}bad log{where}: expected {expected}, found {found}")
        self.offset = offset
        self.expected = expected
        self.found = found
        self.path = path


class EngineError(VrVerifyError):
    """An engine failed, not its answer. `engine` is its name, `detail` what it left behind."""

    outcome: ClassVar[str] = "crashed"
    what: ClassVar[str] = "failed"

    def __init__(self, engine: str, detail: str) -> None:
        super().__init__(f"engine {engine} {self.what}: {detail}")
        self.engine = engine
        self.detail = detail


class EngineCrashed(EngineError):
    """The engine's process ended, by a signal, a panic or an exit of its own."""

    what: ClassVar[str] = "crashed"


class EngineTimedOut(EngineError):
    """The engine gave no answer within its time limit."""

    outcome: ClassVar[str] = "timed_out"
    what: ClassVar[str] = "timed out"


class EngineOutOfMemory(EngineError):
    """The engine went over its memory limit."""

    outcome: ClassVar[str] = "out_of_memory"
    what: ClassVar[str] = "ran out of memory"


class EngineProtocolError(EngineError):
    """The engine answered with something that PROTOCOL.md does not allow."""

    outcome: ClassVar[str] = "protocol_error"
    what: ClassVar[str] = "broke the protocol"


class EngineRowsUntrue(EngineProtocolError):
    """Rows that it told as changed do not lead to its state, and a log was written by them."""


class EngineCannotStart(EngineError):
    """The build cannot be had: not installed, does not build, dies before its first answer."""

    outcome: ClassVar[str] = "cannot_build"
    what: ClassVar[str] = "cannot start"


class SkippedError(VrVerifyError):
    """The work was not done, for a stated reason (another rules version, for instance)."""

    outcome: ClassVar[str] = "skipped"


class IoFailed(VrVerifyError):
    """The machine refused a read or a write: disk full, permission, a device error."""

    outcome: ClassVar[str] = "io_failed"


class Interrupted(VrVerifyError):
    """The person at the keyboard stopped the work."""

    outcome: ClassVar[str] = "interrupted"
