"""One worker process: asked one call at a time within its limits, its failures named.

Spec: PROTOCOL.md, section 6. It must not know what the calls mean; `client.py` does.
"""

import os
import selectors
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from vr_verify.engines import framing
from vr_verify.engines.keeping import Ending, KeptWorker, Launch
from vr_verify.errors import (
    LAST_WORDS,
    EngineCannotStart,
    EngineCrashed,
    EngineError,
    EngineOutOfMemory,
    EngineProtocolError,
    EngineTimedOut,
)
from vr_verify.model.closing import Closing

_EXIT_WAIT_S: Final = 2.0
_CHUNK_BYTES: Final = 1 << 16
_TAIL_BYTES: Final = 4096
# What may still lie in a pipe when its writer is dead, and no more: a living one never ends.
_DRAIN_MAX_BYTES: Final = 1 << 20
_OUT_OF_MEMORY_SIGNS: Final = ("MemoryError", "memory allocation of", "std::bad_alloc")


# Not named an error: it is an answer of the protocol, and the client turns it into blame.
class ErrorAnswer(Exception):  # noqa: N818
    """The engine answered a call with an error; `kind` is one of the protocol's error kinds."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class WorkerProcess(Closing):
    """A running engine. `name` is what errors call it; it may be set once the engine said so.

    Bulk data travel through a directory of its own, or through `directory`, which then stays.
    """

    def __init__(self, name: str, launch: Launch, directory: Path | None = None) -> None:
        self.name = name
        self.launch = launch
        self._sequence = 0
        self._asked = "nothing"
        self._answered = False
        self._outgoing = b""
        self._incoming = framing.FrameBuffer()
        self._tail = bytearray()
        self._waited_s = 0.0
        try:
            self._kept = KeptWorker(launch, directory)
        except OSError as error:
            raise EngineCannotStart(name, f"{launch.argv[0]}: {error.strerror}") from error
        self.directory = self._kept.directory

    def ask(self, call: str, args: dict[str, Any]) -> dict[str, Any]:
        """Send one call and wait for its answer."""
        self.send(call, args)
        return self.receive()

    def send(self, call: str, args: dict[str, Any]) -> None:
        """Begin a call, so that several engines can work at the same time; `receive` ends it.

        ValueError when the call does not fit a frame: nothing has been sent then.
        """
        assert not self._outgoing, "one call at a time"
        outgoing = framing.encode({"seq": self._sequence + 1, "call": call, "args": args})
        self._sequence += 1
        self._asked = call
        self._refuse_unasked()
        self._outgoing = outgoing
        with suppress(BlockingIOError, BrokenPipeError):
            sent = os.write(self._kept.stdin.fileno(), self._outgoing)
            self._outgoing = self._outgoing[sent:]

    def receive(self) -> dict[str, Any]:
        """Wait for the answer; a crash, a hang or garbage is the matching EngineError."""
        key, answer = self.receive_part()
        if key != "ok":
            raise self._broken(f"expected the key ok or error, found {key!r}")
        return answer

    def receive_part(self) -> tuple[str, dict[str, Any]]:
        """Wait for the next frame of an answer that comes in parts: ("turn", …), at last "ok"."""
        frame = self._wait_for_frame()
        self._answered = True
        if frame.get("seq") != self._sequence:
            raise self._broken(f"expected seq {self._sequence}, found {frame.get('seq')!r}")
        if isinstance(error := frame.get("error"), dict):
            kind, message = str(error.get("kind", "engine")), str(error.get("message", ""))
            if message.startswith(_OUT_OF_MEMORY_SIGNS):
                raise EngineOutOfMemory(self.name, f"in {self._asked}: {message}")
            raise ErrorAnswer(kind, message)
        for key in ("ok", "turn"):
            if isinstance(answer := frame.get(key), dict):
                return key, answer
        raise self._broken(f"expected the key ok or error, found {sorted(frame)}")

    def _refuse_unasked(self) -> None:
        """Refuse what the engine has said since its last answer: it would be taken for the next."""
        with suppress(BlockingIOError):
            self._incoming.feed(os.read(self._kept.stdout.fileno(), _CHUNK_BYTES))
        if self._incoming.held:
            raise self._broken(f"{self._incoming.held} bytes came before it was asked")

    def _wait_for_frame(self) -> dict[str, Any]:
        begun_s = time.monotonic()
        limits = self.launch.limits
        last_s = begun_s + min(limits.answer_s, limits.total_s - self._waited_s)
        with selectors.DefaultSelector() as selector:
            selector.register(self._kept.stdout, selectors.EVENT_READ)
            selector.register(self._kept.stderr, selectors.EVENT_READ)
            selector.register(self._kept.control, selectors.EVENT_READ)
            if self._outgoing:
                selector.register(self._kept.stdin, selectors.EVENT_WRITE)
            try:
                while (frame := self._take()) is None:
                    self._wait_for_bytes(selector, last_s)
            finally:
                self._waited_s += time.monotonic() - begun_s
        return frame

    def _wait_for_bytes(self, selector: selectors.BaseSelector, last_s: float) -> None:
        """Move what the streams are ready for; after the limit only what lies there already."""
        left_s = last_s - time.monotonic()
        ready = [key.fileobj for key, _ in selector.select(max(0.0, left_s))]
        if self._kept.control in ready:
            ready = self._left_behind(selector)
        # An engine that talks without end is ready for ever, so readiness alone is no life.
        if left_s <= 0 and self._kept.stdout not in ready:
            raise self._timed_out()
        for stream in ready:
            self._serve(selector, stream)
        if left_s <= 0 and not self._incoming.whole:
            raise self._timed_out()

    def _left_behind(self, selector: selectors.BaseSelector) -> list[Any]:
        """Return the streams with something in them, once the keeper has told of an end.

        All that it said lies there by then; what still holds them open would say no more.
        """
        gone = self._kept.wait(0.0) is not None
        if gone:
            self._kept.end()
        ready = [key.fileobj for key, _ in selector.select(0.0)]
        if gone and self._kept.stdout not in ready:
            raise self._ended()
        return [stream for stream in ready if stream is not self._kept.control]

    def _take(self) -> dict[str, Any] | None:
        try:
            return self._incoming.take()
        except ValueError as error:
            raise self._broken(str(error)) from error

    def _serve(self, selector: selectors.BaseSelector, stream: Any) -> None:
        """Move the bytes that one stream is ready for."""
        if stream is self._kept.stdin:
            self._write_on(selector)
            return
        data = os.read(stream.fileno(), _CHUNK_BYTES)
        if not data:
            selector.unregister(stream)
            if stream is self._kept.stdout:
                raise self._ended()
        elif stream is self._kept.stdout:
            self._incoming.feed(data)
        else:
            self._keep_tail(data)

    def _write_on(self, selector: selectors.BaseSelector) -> None:
        try:
            sent = os.write(self._kept.stdin.fileno(), self._outgoing)
        except BrokenPipeError:
            # The end of its output, which follows, tells how it ended.
            sent = len(self._outgoing)
        self._outgoing = self._outgoing[sent:]
        if not self._outgoing:
            selector.unregister(self._kept.stdin)

    def _keep_tail(self, data: bytes) -> None:
        self._tail += data
        del self._tail[:-_TAIL_BYTES]

    def last_words(self) -> str:
        """Return the end of what the engine wrote to standard error, ready to be appended."""
        read = 0
        with suppress(BlockingIOError, ValueError):
            while read < _DRAIN_MAX_BYTES:
                data = os.read(self._kept.stderr.fileno(), _CHUNK_BYTES)
                if not data:
                    break
                self._keep_tail(data)
                read += len(data)
        lines = self._tail.decode("utf-8", "replace").strip().splitlines()
        return "" if not lines else f"{LAST_WORDS}\n" + "\n".join(lines[-12:])

    def _broken(self, problem: str) -> EngineProtocolError:
        self._kept.end()
        return EngineProtocolError(self.name, f"in {self._asked}: {problem}{self.last_words()}")

    def _timed_out(self) -> EngineError:
        """Blame a wait that took too long, unless memory had already ended the worker."""
        ending = self._kept.end()
        if ending.cause != "-":
            return self._blamed(ending)
        limits = self.launch.limits
        total = self._waited_s + limits.answer_s > limits.total_s
        limit = f"{limits.total_s:g} s in all" if total else f"{limits.answer_s:g} s"
        detail = f"no answer to {self._asked} in {limit}{self._half_said()}"
        return EngineTimedOut(self.name, detail + self.last_words())

    def _ended(self) -> EngineError:
        """Blame an end of output: before the first answer, for want of memory, or a crash."""
        own = self._kept.wait(_EXIT_WAIT_S)
        self._kept.end()
        return self._blamed(own)

    def _blamed(self, ending: Ending | None) -> EngineError:
        """Say whose fault an ending is; None: the worker went on without its output."""
        if ending is not None and ending.refused is not None:
            problem = f"{self.launch.argv[0]}: {os.strerror(ending.refused)}"
            return EngineCannotStart(self.name, problem)
        words = self._half_said() + self.last_words()
        if ending is not None and ending.cause == "memory":
            held = f"more than its limit of {_size_text(self._kept.limit_bytes)}"
            return EngineOutOfMemory(self.name, f"in {self._asked}: {held}{words}")
        if ending is not None and ending.cause == "oom":
            killed = "killed by the system for want of memory"
            return EngineOutOfMemory(self.name, f"in {self._asked}: {killed}{words}")
        detail = f"in {self._asked}: {_exit_text(ending)}{words}"
        if any(sign.encode() in self._tail for sign in _OUT_OF_MEMORY_SIGNS):
            return EngineOutOfMemory(self.name, detail)
        return (EngineCrashed if self._answered else EngineCannotStart)(self.name, detail)

    def _half_said(self) -> str:
        """Say that an answer was begun, where one was."""
        held = self._incoming.held
        return f", {held} bytes into its answer" if held else ""

    def stop(self) -> None:
        """Have the worker end at once; safe while another thread waits for its answer."""
        self._kept.stop()

    def close(self) -> None:
        """End the worker: end of input first, so that it can leave by itself; then all of it."""
        try:
            with suppress(BrokenPipeError):
                self._kept.stdin.close()
            if self._kept.ending is None:
                self._kept.wait(_EXIT_WAIT_S)
        finally:
            self._kept.close()


def _exit_text(ending: Ending | None) -> str:
    """Say how a process ended; a negative status is the signal that killed it."""
    if ending is None:
        return "it closed its output and went on"
    if ending.status is None:
        return "its keeper was killed"
    if ending.status < 0:
        try:
            return f"killed by {signal.Signals(-ending.status).name}"
        except ValueError:  # a real-time signal has a number and no name
            return f"killed by signal {-ending.status}"
    return f"exit status {ending.status}"


def _size_text(size_bytes: int) -> str:
    """Say a size in the largest unit that it is a whole number of."""
    for name, unit in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)):
        if size_bytes % unit == 0:
            return f"{size_bytes // unit} {name}"
    return f"{size_bytes} bytes"
