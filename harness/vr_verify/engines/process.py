"""One worker process: started, asked one call at a time within a time limit, ended with its group.

Spec: PROTOCOL.md, section 6. It must not know what the calls mean; `client.py` does.
"""

import os
import resource
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final

from vr_verify.engines import framing
from vr_verify.errors import (
    EngineCannotStart,
    EngineCrashed,
    EngineOutOfMemory,
    EngineProtocolError,
    EngineTimedOut,
)

TIME_LIMIT_S: Final = 600.0
_EXIT_WAIT_S: Final = 2.0
_CHUNK_BYTES: Final = 1 << 16
_TAIL_BYTES: Final = 4096
_MEMORY_FILES: Final = Path("/dev/shm")  # noqa: S108 - a fresh private directory is made inside it
_MEMORY_FREE_MIN_BYTES: Final = 256 * 1024 * 1024
_OUT_OF_MEMORY_SIGNS: Final = ("MemoryError", "memory allocation of")


@dataclass(frozen=True, slots=True)
class Launch:
    """How a worker is started: its command line, its environment (None: ours), its limits."""

    argv: tuple[str, ...]
    environment: Mapping[str, str] | None = None
    time_limit_s: float = TIME_LIMIT_S
    memory_limit_bytes: int | None = None


# Not named an error: it is an answer of the protocol, and the client turns it into blame.
class ErrorAnswer(Exception):  # noqa: N818
    """The engine answered a call with an error; `kind` is one of the protocol's error kinds."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


def _bulk_directory() -> Path:
    """Make the worker's own directory, in memory where there is room."""
    parent = None
    if os.access(_MEMORY_FILES, os.W_OK):
        free = os.statvfs(_MEMORY_FILES)
        if free.f_bavail * free.f_frsize >= _MEMORY_FREE_MIN_BYTES:
            parent = _MEMORY_FILES
    return Path(tempfile.mkdtemp(prefix="vr-", dir=parent))


def _memory_limiter(limit_bytes: int) -> Callable[[], None]:
    """Return what sets the limit in the child, between fork and exec."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))

    return limit


class WorkerProcess:
    """A running engine. `name` is what errors call it; it may be set once the engine said so.

    Bulk data travel through a directory of its own, or through `directory`, which then stays.
    """

    def __init__(self, name: str, launch: Launch, directory: Path | None = None) -> None:
        self.name = name
        self.launch = launch
        self._owned = None if directory else _bulk_directory()
        self.directory = directory or self._owned or Path()
        self._sequence = 0
        self._asked = "nothing"
        self._answered = False
        self._outgoing = b""
        self._incoming = framing.FrameBuffer()
        self._tail = bytearray()
        # Undone unless the worker runs: Ctrl-C may come at any point in between.
        with ExitStack() as undo:
            undo.callback(self._remove_directory)
            self._process = self._started(launch)
            undo.push(self._process)  # closes its pipes, once it is killed
            undo.callback(self._kill)
            for stream in (self._stdin, self._stdout, self._stderr):
                os.set_blocking(stream.fileno(), False)
            undo.pop_all()

    def _started(self, launch: Launch) -> subprocess.Popen[bytes]:
        limit = launch.memory_limit_bytes
        try:
            # A session of its own, so that a kill reaches whatever the engine has started. To run
            # what the caller named is the point of it all.
            return subprocess.Popen(  # noqa: S603
                launch.argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=launch.environment,
                start_new_session=True,
                # No thread of ours holds a lock at this point, so code before exec is safe.
                preexec_fn=None if limit is None else _memory_limiter(limit),  # noqa: PLW1509
            )
        except OSError as error:
            problem = f"{launch.argv[0]}: {error.strerror}"
            raise EngineCannotStart(self.name, problem) from error

    @property
    def _stdin(self) -> BinaryIO:
        assert self._process.stdin is not None
        return self._process.stdin  # type: ignore[return-value]  # a pipe is binary

    @property
    def _stdout(self) -> BinaryIO:
        assert self._process.stdout is not None
        return self._process.stdout  # type: ignore[return-value]  # a pipe is binary

    @property
    def _stderr(self) -> BinaryIO:
        assert self._process.stderr is not None
        return self._process.stderr  # type: ignore[return-value]  # a pipe is binary

    def __enter__(self) -> "WorkerProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, call: str, args: dict[str, Any]) -> dict[str, Any]:
        """Send one call and wait for its answer."""
        self.send(call, args)
        return self.receive()

    def send(self, call: str, args: dict[str, Any]) -> None:
        """Begin a call, so that several engines can work at the same time; `receive` ends it."""
        assert not self._outgoing, "one call at a time"
        self._sequence += 1
        self._asked = call
        frame = {"seq": self._sequence, "call": call, "args": args}
        self._outgoing = framing.encode(frame)
        with suppress(BlockingIOError, BrokenPipeError):
            sent = os.write(self._stdin.fileno(), self._outgoing)
            self._outgoing = self._outgoing[sent:]

    def receive(self) -> dict[str, Any]:
        """Wait for the answer; a crash, a hang or garbage is the matching EngineError."""
        frame = self._wait_for_frame()
        self._answered = True
        if frame.get("seq") != self._sequence:
            raise self._broken(f"expected seq {self._sequence}, found {frame.get('seq')!r}")
        if isinstance(error := frame.get("error"), dict):
            kind, message = str(error.get("kind", "engine")), str(error.get("message", ""))
            if message.startswith(_OUT_OF_MEMORY_SIGNS):
                raise EngineOutOfMemory(self.name, f"in {self._asked}: {message}")
            raise ErrorAnswer(kind, message)
        answer = frame.get("ok")
        if not isinstance(answer, dict):
            raise self._broken(f"expected the key ok or error, found {sorted(frame)}")
        return answer

    def _wait_for_frame(self) -> dict[str, Any]:
        deadline_s = time.monotonic() + self.launch.time_limit_s
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            selector.register(self._stderr, selectors.EVENT_READ)
            if self._outgoing:
                selector.register(self._stdin, selectors.EVENT_WRITE)
            while (frame := self._take()) is None:
                ready = selector.select(max(0.0, deadline_s - time.monotonic()))
                if not ready:
                    raise self._timed_out()
                for key, _ in ready:
                    self._serve(selector, key.fileobj)
        return frame

    def _take(self) -> dict[str, Any] | None:
        try:
            return self._incoming.take()
        except ValueError as error:
            raise self._broken(str(error)) from error

    def _serve(self, selector: selectors.BaseSelector, stream: Any) -> None:
        """Move the bytes that one stream is ready for."""
        if stream is self._stdin:
            self._write_on(selector)
            return
        data = os.read(stream.fileno(), _CHUNK_BYTES)
        if not data:
            selector.unregister(stream)
            if stream is self._stdout:
                raise self._ended()
        elif stream is self._stdout:
            self._incoming.feed(data)
        else:
            self._keep_tail(data)

    def _write_on(self, selector: selectors.BaseSelector) -> None:
        try:
            sent = os.write(self._stdin.fileno(), self._outgoing)
        except BrokenPipeError:
            # The end of its output, which follows, tells how it ended.
            sent = len(self._outgoing)
        self._outgoing = self._outgoing[sent:]
        if not self._outgoing:
            selector.unregister(self._stdin)

    def _keep_tail(self, data: bytes) -> None:
        self._tail += data
        del self._tail[:-_TAIL_BYTES]

    def _drain_errors(self) -> None:
        """Read what is left on standard error, for the report of a failure."""
        with suppress(BlockingIOError, ValueError):
            while data := os.read(self._stderr.fileno(), _CHUNK_BYTES):
                self._keep_tail(data)

    def last_words(self) -> str:
        """Return the end of what the engine wrote to standard error, ready to be appended."""
        self._drain_errors()
        lines = self._tail.decode("utf-8", "replace").strip().splitlines()
        return "" if not lines else "; its last words:\n" + "\n".join(lines[-12:])

    def _broken(self, problem: str) -> EngineProtocolError:
        detail = f"in {self._asked}: {problem}{self.last_words()}"
        self._kill()
        return EngineProtocolError(self.name, detail)

    def _timed_out(self) -> EngineTimedOut:
        detail = f"no answer to {self._asked} in {self.launch.time_limit_s:g} s"
        self._kill()
        return EngineTimedOut(self.name, detail + self.last_words())

    def _ended(self) -> EngineCannotStart | EngineCrashed | EngineOutOfMemory:
        """Blame an end of output: before the first answer, for want of memory, or a crash."""
        try:
            status = self._process.wait(_EXIT_WAIT_S)
        except subprocess.TimeoutExpired:
            status = None
        self._kill()
        detail = f"in {self._asked}: {_exit_text(status)}{self.last_words()}"
        if any(sign.encode() in self._tail for sign in _OUT_OF_MEMORY_SIGNS):
            return EngineOutOfMemory(self.name, detail)
        return (EngineCrashed if self._answered else EngineCannotStart)(self.name, detail)

    def _kill(self) -> None:
        """End the process and whatever it has started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """End the worker: end of input first, so that it can leave by itself; then its group."""
        with suppress(BrokenPipeError):
            self._stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_EXIT_WAIT_S)
        self._kill()
        self._stdout.close()
        self._stderr.close()
        self._remove_directory()

    def _remove_directory(self) -> None:
        if self._owned is not None:
            shutil.rmtree(self._owned, ignore_errors=True)


def _exit_text(status: int | None) -> str:
    """Say how a process ended; a negative status is the signal that killed it."""
    if status is None:
        return "it closed its output and went on"
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"exit status {status}"
