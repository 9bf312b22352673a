"""The way calls and answers go: frames out and in, bulk by file, error answers turned into blame.

Spec: PROTOCOL.md, section 6. It must not know what a call means; `client.py` does.
"""

import errno
import json
import os
import stat
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar, cast

from vr_verify.canonical.archive import BYTES_MAX
from vr_verify.engines import answers
from vr_verify.engines.keeping import Launch
from vr_verify.engines.process import ErrorAnswer, WorkerProcess
from vr_verify.engines.registry import BuildSpec
from vr_verify.errors import EngineCrashed, EngineError, EngineProtocolError, UsageError
from vr_verify.model.closing import Closing
from vr_verify.model.limits import Limits

PROTOCOL: Final = 1
_REQUEST_FILE: Final = "request.bin"
_ALIGNMENT_BYTES: Final = 64
# A frame holds 1 MiB; what comes near that goes by file.
_LIST_MAX_BYTES: Final = 1 << 19
# What the machine refuses is no fault of the engine's.
_MACHINE_ERRORS: Final = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE)
T = TypeVar("T")


class Conversation(Closing):
    """A started engine that has described itself. `answered` is its last answer as it came."""

    def __init__(
        self, spec: BuildSpec, limits: Limits | None = None, directory: Path | None = None
    ) -> None:
        self.spec, self.limits = spec, limits or Limits()
        self.answered: dict[str, Any] = {}
        launch = Launch(spec.argv, spec.environment(), self.limits, spec.folder)
        self.process = WorkerProcess(spec.name, launch, directory)
        # Whatever ends the first call, Ctrl-C included, ends the process that was started for it.
        with ExitStack() as undo:
            undo.callback(self.close)
            args = {"protocol": PROTOCOL, "directory": str(self.process.directory)}
            self.description = self._ask("describe", args, answers.Description)
            undo.pop_all()
        self.name = self.process.name = self.description.name

    def close(self) -> None:
        """End the process."""
        self.process.close()

    def can(self, capability: str) -> bool:
        """Whether the engine declares a capability."""
        return capability in self.description.capabilities

    @property
    def place_next(self) -> str:
        """Where the run stands, for messages."""
        return "the start"

    def _place(self, blocks: Sequence[bytes]) -> list[dict[str, str]]:
        """Write bulk data for the engine to read, and name each."""
        named = []
        with self._opened(_REQUEST_FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, "wb") as file:
            for block in blocks:
                file.write(bytes(-file.tell() % _ALIGNMENT_BYTES))
                bulk = {"file": _REQUEST_FILE, "offset": str(file.tell())}
                named.append(bulk | {"bytes": str(len(block))})
                file.write(block)
        return named

    def _opened(self, name: str, flags: int, mode: str) -> BinaryIO:
        """Open a plain file of the engine's directory, whatever the engine has made of it.

        Nothing is followed out of it, and a pipe in the file's place is not waited for.
        """
        safe = flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            descriptor = os.open(self.process.directory / name, safe, 0o600)
        except OSError as error:
            if error.errno in _MACHINE_ERRORS:
                raise
            raise self._unfit(name, str(error.strerror)) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise self._unfit(name, "another kind of file")
        return cast("BinaryIO", os.fdopen(descriptor, mode))

    def _unfit(self, name: str, found: str) -> EngineProtocolError:
        said = f"expected {name:.80} as a file of its directory, found: {found}"
        return EngineProtocolError(self.process.name, said)

    def _bulk(self, call: str, bulk: answers.Bulk, bytes_max: int = BYTES_MAX) -> bytes:
        """Read a bulk that the engine has named, which must lie in its own directory."""
        if Path(bulk.file).name != bulk.file or "\0" in bulk.file:
            raise self._broken(call, f"expected a file of the directory, found {bulk.file!r}")
        offset = self._checked(call, lambda: answers.wide(bulk.offset, "offset"))
        length = self._checked(call, lambda: answers.wide(bulk.bytes, "bytes"))
        # A file with holes takes no memory of the engine's, and all of ours when it is read.
        if length > bytes_max:
            raise self._broken(call, f"expected at most {bytes_max} bytes, found {length}")
        with self._opened(bulk.file, os.O_RDONLY, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if offset + length > size:
                wanted = f"{length} bytes at {offset} of {bulk.file:.80}"
                raise self._broken(call, f"expected {wanted}, found a file of {size} bytes")
            file.seek(offset)
            return file.read(length)

    def _send_listed(self, call: str, key: str, listed: list[Any], args: dict[str, Any]) -> None:
        """Send a call with a list, by file where it is long and the engine can read it so."""
        if self.can("bulk_commands"):
            text = json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode()
            if len(text) > _LIST_MAX_BYTES:
                self.process.send(call, {**args, key: self._place([text])[0]})
                return
        try:
            self.process.send(call, {**args, key: listed})
        except ValueError as error:
            said = f"{self.process.name} has not the capability bulk_commands"
            raise UsageError(f"the {key} of one {call} make {error}; {said}") from error

    def _ask(self, call: str, args: dict[str, Any], kind: type[T]) -> T:
        self.process.send(call, args)
        return self._receive(call, kind)

    def _receive(self, call: str, kind: type[T]) -> T:
        """Wait for an answer of a known shape, and blame an error answer on whom it concerns."""
        try:
            self.answered = self.process.receive()
        except ErrorAnswer as error:
            raise self._blamed(call, error) from error
        return self._checked(call, lambda: answers.read(self.answered, kind))

    def _receive_part(self, call: str) -> tuple[str, dict[str, Any]]:
        """Wait for one frame of an answer in parts."""
        try:
            return self.process.receive_part()
        except ErrorAnswer as error:
            raise self._blamed(call, error) from error

    def _blamed(self, call: str, error: ErrorAnswer) -> EngineError | UsageError:
        name = self.process.name
        if error.kind == "scenario":
            return UsageError(f"engine {name} refuses the scenario: {error.message}")
        if error.kind == "command" and call == "describe":
            return UsageError(f"engine {name} cannot run as it was asked to: {error.message}")
        if error.kind == "command" and call in ("step", "advance"):
            where = self.place_next
            return UsageError(f"engine {name} refuses the commands of {where}: {error.message}")
        if error.kind in ("command", "unsupported"):
            return EngineProtocolError(name, f"in {call}: {error.kind}: {error.message}")
        return EngineCrashed(name, f"in {call}: {error.message}{self.process.last_words()}")

    def _broken(self, call: str, problem: str) -> EngineProtocolError:
        return EngineProtocolError(self.process.name, f"answer to {call}: {problem}")

    def _checked(self, call: str, read: Callable[[], T]) -> T:
        """Run a reader of what the engine sent; its ValueError blames the engine."""
        try:
            return read()
        except ValueError as error:
            raise self._broken(call, str(error)) from error
