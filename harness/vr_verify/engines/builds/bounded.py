"""One command of a build: run to its end within a time, its words kept, nothing of it left behind.

It runs under a keeper like a worker does (PROTOCOL.md, section 6.4), so Ctrl-C, a time-out and a
kill of the harness end all that it has started. It must not know what it builds.
"""

import errno
import os
import re
import selectors
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vr_verify.engines.builds.spec import BuildFailed
from vr_verify.engines.keeping import Ending, KeptWorker, Launch
from vr_verify.errors import IoFailed
from vr_verify.model.limits import Limits

BUILD_LIMIT_S: Final = 1800.0
"""How long one build may take, unless its caller says otherwise."""

_LINES_MAX: Final = 20
_LINE_MAX: Final = 300
_KEPT_BYTES: Final = 1 << 18
_CHUNK_BYTES: Final = 1 << 16
_EXIT_WAIT_S: Final = 5.0
# A shell is what changes the folder; the words themselves are never read by it.
_IN_FOLDER: Final = ("/bin/sh", "-c", 'cd -- "$0" && exec "$@"')
# What a builder says of its progress and of itself, which tells nothing of a failure.
_NOISE: Final = re.compile(
    r"^(?:Compiling|Checking|Finished|Fresh|Downloading|Downloaded|Updating|Locking|Blocking|Adding"
    r"|Processing|Preparing metadata|Building wheels?\b|Created wheel|Stored in|Looking in"
    r"|\[end of output\]|full command:|cwd: |note: This (?:error|is an issue)|hint: See above"
    r"|\[\d+ lines of output\]|Running command|Running `|error: subprocess-exited-with-error"
    r"|ERROR: Failed building wheel|Failed to build|ERROR: (?:Could not build|Failed to build)"
    r"|Getting requirements|exit code: |Building wheel for)"
)
_FRAME: Final = re.compile("^[\\s\u2502\u2570\u2500>\u00d7]*")
_INDENT: Final = 6 * " "
# What every builder passes on from the system when it cannot write (in the C locale too).
_DISK_FULL: Final = os.strerror(errno.ENOSPC)
_BLAMING: Final = re.compile(
    r"^(?:error|fatal|[\w.]*(?:Error|Exception|Unavailable))\b|^.*: (?:fatal )?error\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Allowance:
    """How long all commands of one build may still take together, in seconds."""

    limit_s: float
    last_s: float

    @classmethod
    def of(cls, limit_s: float) -> "Allowance":
        """Begin a build that may take so long from now on."""
        return cls(limit_s, time.monotonic() + limit_s)


def run(
    argv: Sequence[str],
    *,
    name: str,
    allowance: Allowance,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    hidden: Mapping[str, str] | None = None,
) -> str:
    """Run a command in a folder and return what it wrote; BuildFailed if it fails.

    It fails as well when the time that is allowed is over. `name` is the build's; `hidden` gives
    the text that stands for a path in the error. IoFailed if it fails for want of room on a disk:
    that is no word about what was to be built.
    """
    # A compiler may take what the machine has: its memory is bounded by the kernel alone.
    launch = Launch((*_IN_FOLDER, str(folder), *argv), environment, Limits(memory_bytes=0))
    kept = KeptWorker(launch, folder)
    said = bytearray()
    try:
        ending = _read_to_end(kept, said, allowance.last_s)
    finally:
        kept.close()
    text = said.decode("utf-8", "replace")
    if ending is None:
        problem = f"not done in {allowance.limit_s:g} s"
    elif ending.status == 0:
        return text
    elif _DISK_FULL in text:
        raise IoFailed(f"cannot build {name}: {_program(argv)} found no space left on a disk")
    else:
        problem = f"{_program(argv)} ended with {_status(ending)}"
    raise failure(name, problem, text, hidden or {})


def failure(name: str, problem: str, text: str, hidden: Mapping[str, str]) -> BuildFailed:
    """Say that a build failed: in one line what went wrong, then its last useful lines."""
    for path, shown in hidden.items():
        text = text.replace(path, shown)
    lines = useful_lines(text.splitlines())
    first = next((line for line in lines if _BLAMING.match(line)), "")
    head = f"{problem}: {first}" if first else problem
    tail = "\n".join(["; the last words of the build:", *lines]) if lines else ""
    return BuildFailed(name, head + tail)


def useful_lines(lines: Iterable[str]) -> list[str]:
    """Keep the last lines that say something, without a builder's frames around them."""
    bare = [_FRAME.sub("", line, count=1) for line in lines]
    kept = [line for line, text in zip(lines, bare, strict=True) if text and not _NOISE.match(text)]
    useful = [_unframed(line)[:_LINE_MAX].rstrip() for line in kept]
    return useful[-_LINES_MAX:]


def _unframed(line: str) -> str:
    """Take away the frame that pip draws around what a build says, not the build's own indent."""
    if line.startswith(_INDENT):
        return line.removeprefix(_INDENT)
    return _FRAME.sub("", line, count=1)


def _read_to_end(kept: KeptWorker, said: bytearray, last_s: float) -> Ending | None:
    """Collect what is written until the command has ended; None when the time is over first."""
    kept.stdin.close()
    with selectors.DefaultSelector() as selector:
        for stream in (kept.stdout, kept.stderr):
            selector.register(stream, selectors.EVENT_READ)
        selector.register(kept.control, selectors.EVENT_READ)
        while (left_s := last_s - time.monotonic()) > 0:
            ready = [key.fileobj for key, _ in selector.select(left_s)]
            for stream in (kept.stdout, kept.stderr):
                if stream in ready and not _take(stream.fileno(), said):
                    selector.unregister(stream)
            if kept.control in ready:
                ending = kept.wait(_EXIT_WAIT_S)
                for stream in (kept.stdout, kept.stderr):
                    while _take(stream.fileno(), said):
                        pass
                return ending or Ending()
    return None


def _take(descriptor: int, said: bytearray) -> bool:
    """Read what lies in a pipe; False when there is nothing, for now or for good."""
    try:
        data = os.read(descriptor, _CHUNK_BYTES)
    except BlockingIOError:
        return False
    said += data
    del said[:-_KEPT_BYTES]
    return bool(data)


def _program(argv: Sequence[str]) -> str:
    """Name what was run; a module of Python by its own name."""
    words = list(argv)
    return words[words.index("-m") + 1] if "-m" in words[:-1] else Path(words[0]).name


def _status(ending: Ending) -> str:
    if ending.status is None:
        return "its keeper killed"
    return f"signal {-ending.status}" if ending.status < 0 else f"exit status {ending.status}"
