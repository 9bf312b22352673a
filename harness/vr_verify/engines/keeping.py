"""A worker under its keeper: started, its streams, how it ended, and the end of all it started.

Spec: PROTOCOL.md, section 6.4. It must not know frames; `process.py` does.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from vr_verify.engines import memory
from vr_verify.engines.uninterrupted import uninterrupted
from vr_verify.model.limits import Limits

MARK: Final = "VR_VERIFY_WORKER"
"""In the environment of every process of a worker: the name of its bulk directory."""

COOKIE: Final = "VR_VERIFY_COOKIE"
"""In the same environment: a random text that no other worker's processes carry."""

_KEEPER: Final = Path(__file__).with_name("keeper.py")
# The keeper kills for 8 s at most; it is killed itself only if it says nothing after that.
_KEEPER_END_S: Final = 12.0
_MEMORY_FILES: Final = Path("/dev/shm")  # noqa: S108 - a fresh private directory is made inside it
_MEMORY_FREE_MIN_BYTES: Final = 256 * 1024 * 1024
_REPORT_MAX_BYTES: Final = 4096
_SWEEP_MAX_S: Final = 8.0
# A process amid a fork or an exec is not to be seen for a moment: none found once is no proof.
_SWEEPS_EMPTY: Final = 5
_SWEEP_PAUSE_S: Final = 0.002


@dataclass(frozen=True, slots=True)
class Launch:
    """How a worker is started: its command line, its environment, its limits, its folder.

    None stands for our own environment, and for the folder that we are in.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str] | None = None
    limits: Limits = field(default_factory=Limits)
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a worker ended. `refused`: the error number of a program that could not be started."""

    status: int | None = None
    cause: str = "-"
    refused: int | None = None


def _bulk_directory() -> Path:
    """Make the worker's own directory, in memory where there is room."""
    parent = None
    if os.access(_MEMORY_FILES, os.W_OK):
        free = os.statvfs(_MEMORY_FILES)
        if free.f_bavail * free.f_frsize >= _MEMORY_FREE_MIN_BYTES:
            parent = _MEMORY_FILES
    return Path(tempfile.mkdtemp(prefix="vr-", dir=parent))


def _carrying(cookie: str) -> list[int]:
    """List the processes with a cookie in their environment, as far as we may read it."""
    wanted = f"{COOKIE}={cookie}".encode()
    found: list[int] = []
    with suppress(OSError):
        for folder in Path("/proc").iterdir():
            with suppress(OSError):
                number = int(folder.name) if folder.name.isdigit() else 0
                if number and wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(number)
    return found


def _kill_carrying(cookie: str) -> None:
    """Kill what carries a cookie until nothing does, for where no keeper is left to do it."""
    last_s = time.monotonic() + _SWEEP_MAX_S
    empty = 0
    while empty < _SWEEPS_EMPTY and time.monotonic() < last_s:
        found = _carrying(cookie)
        for process in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        empty = 0 if found else empty + 1
        time.sleep(_SWEEP_PAUSE_S)


class KeptWorker:
    """A running worker. `limit_bytes` is its limit of memory, 0 for none."""

    def __init__(self, launch: Launch, directory: Path | None) -> None:
        limits = launch.limits
        wanted = limits.memory_bytes
        self.limit_bytes = memory.share_bytes(limits.workers) if wanted is None else wanted
        self._said = b""
        self._cookie = secrets.token_hex(16)
        self.ending: Ending | None = None
        with uninterrupted():
            self._owned = None if directory else _bulk_directory()
            self.directory = directory or self._owned or Path()
            self._control, theirs = socket.socketpair()
            try:
                self._process = self._started(launch, theirs)
            except BaseException:
                self._control.close()
                self._remove_directory()
                raise
            finally:
                theirs.close()
            for stream in (self.stdin, self.stdout, self.stderr):
                os.set_blocking(stream.fileno(), False)

    def _started(self, launch: Launch, control: socket.socket) -> subprocess.Popen[bytes]:
        environment = dict(os.environ if launch.environment is None else launch.environment)
        limit = self.limit_bytes
        numbers = (control.fileno(), limit, memory.address_space_bytes(limit))
        keeper = (sys.executable, "-I", "-S", str(_KEEPER), *map(str, numbers))
        # A session of its own: Ctrl-C at the terminal is ours to heed. To run what the caller
        # named is the point of it all.
        return subprocess.Popen(  # noqa: S603
            (*keeper, str(self._owned or ""), *launch.argv),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=launch.folder,
            env=environment | {MARK: self.directory.name, COOKIE: self._cookie},
            pass_fds=(control.fileno(),),
            start_new_session=True,
        )

    @property
    def stdin(self) -> BinaryIO:
        """The worker's input."""
        assert self._process.stdin is not None
        return self._process.stdin  # type: ignore[return-value]  # a pipe is binary

    @property
    def stdout(self) -> BinaryIO:
        """The worker's output: frames."""
        assert self._process.stdout is not None
        return self._process.stdout  # type: ignore[return-value]  # a pipe is binary

    @property
    def stderr(self) -> BinaryIO:
        """The worker's standard error: words for people."""
        assert self._process.stderr is not None
        return self._process.stderr  # type: ignore[return-value]  # a pipe is binary

    @property
    def control(self) -> socket.socket:
        """What the keeper tells of the end through: ready when `wait` has something to read."""
        return self._control

    def wait(self, limit_s: float) -> Ending | None:
        """Wait for the worker's own end, 0: do not wait; None if it goes on."""
        while self.ending is None:
            self._control.settimeout(limit_s)
            try:
                data = self._control.recv(_REPORT_MAX_BYTES)
            except (TimeoutError, BlockingIOError):
                return None
            except ConnectionError:
                data = b""
            self._said += data
            if not data or len(self._said) > _REPORT_MAX_BYTES:
                self.ending = self._read()
        return self.ending

    def _read(self) -> Ending:
        """Read the keeper's report; one that was killed itself leaves none."""
        refused: int | None = None
        for line in self._said.decode("ascii", "replace").splitlines():
            match line.split():
                case ["cannot", number] if number.isdigit():
                    refused = int(number)
                case ["ended", status, cause]:
                    ended = None if status == "None" else int(status)
                    return Ending(ended, cause, refused)
        return Ending(refused=refused)

    def end(self) -> Ending:
        """End the worker with all that it has started, and return how it ended."""
        with uninterrupted():
            with suppress(OSError):
                self._control.shutdown(socket.SHUT_WR)
            ending = self.wait(_KEEPER_END_S)
            if ending is None:
                self.ending = ending = Ending()
            if self._process.returncode is None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
                if ending.status is None:
                    _kill_carrying(self._cookie)
            self._remove_directory()
        return ending

    def stop(self) -> None:
        """Have the keeper end the worker, without waiting; another thread may wait for it."""
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End the worker and close its streams."""
        self.end()
        self._control.close()
        for stream in (self.stdin, self.stdout, self.stderr):
            with suppress(BrokenPipeError):
                stream.close()

    def _remove_directory(self) -> None:
        """Remove our own directory; the keeper has done so unless it was killed."""
        if self._owned is not None:
            shutil.rmtree(self._owned, ignore_errors=True)
