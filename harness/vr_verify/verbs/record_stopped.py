"""What a recording that was stopped leaves behind, in words: what is kept, and what to do.

Only reading the log tells what was sealed: a stop can come at any time. It must not change a file.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vr_verify.errors import BadLogError, Interrupted
from vr_verify.model.report import LogFacts
from vr_verify.report.failure_text import STOPPED
from vr_verify.runlog.reader import RunLog

Stamp = tuple[int, int, int] | None
"""A file's inode, size and time of the last write (ns); None where there is no file."""


@contextmanager
def stop_told(path: Path, resume: bool) -> Iterator[None]:
    """Turn Ctrl-C into Interrupted, which says what stands at `path` and what to do."""
    before = _stamp(path)
    try:
        yield
    except KeyboardInterrupt as stop:
        raise Interrupted(f"{STOPPED} {_left(path, before, resume)}") from stop


def _stamp(path: Path) -> Stamp:
    if not path.is_file():
        return None
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _left(path: Path, before: Stamp, resume: bool) -> str:
    name, again = path.name, "The same command"
    if _stamp(path) == before:
        if before is None:
            return f"before anything was written: there is no {name}. {again} starts anew."
        way = "goes on with it" if resume else "replaces it"
        return f"before anything was written: {name} is as it was. {again} {way}."
    try:
        _, said = held(path)
    except BadLogError:
        said = f"before the first state was sealed: nothing in {name} is worth keeping"
        return f"{said}. {again} writes it anew; --resume would find nothing to go on with."
    return f"{said}. {again} with --resume goes on from there."


def held(path: Path) -> tuple[LogFacts, str]:
    """Read what a recording that was stopped has sealed; BadLogError if that is no state.

    Return it, and when the stop came, in words.
    """
    with RunLog.open(path) as log:
        first, last = log.turns[0], log.turns[-1]
        facts = LogFacts(path.name, len(log.turns), path.stat().st_size, last)
    if first == last:
        return facts, f"before a turn was sealed: {path.name} holds the state of turn {first} alone"
    return facts, f"when {path.name} held turns {first} to {last}"
