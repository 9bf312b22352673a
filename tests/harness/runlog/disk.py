"""A disk for tests: what was written to a file and when it was synchronised, and power losses.

The model is that of FORMAT.md: what was synchronised stays; of the rest each 512-byte sector is
there, or its part of it reads as zeros, and the length stands anywhere in between. It must not
know what the bytes mean.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from vr_verify.runlog import sink

SECTOR_BYTES = 512


@dataclass(frozen=True, slots=True)
class Operation:
    """What was done to the file: kind "write", "cut", "sync" or "name" (the folder is synced).

    `promised` is what the program had promised to keep when it did this, -1 for nothing.
    """

    kind: str
    offset: int
    data: bytes
    promised: int


@dataclass
class Journal:
    """All that was done to one file. `start` is what the disk held before, None for no file."""

    start: bytes | None = None
    operations: list[Operation] = field(default_factory=list)
    promised: int = -1

    def note(self, kind: str, offset: int = 0, data: bytes = b"") -> None:
        """Add an operation."""
        self.operations.append(Operation(kind, offset, data, self.promised))

    def promised_at(self, point: int) -> int:
        """Return what was promised before the power went, after so many operations."""
        done = point == len(self.operations)
        return self.promised if done else self.operations[point].promised

    def lose_power(self, point: int, chance: random.Random) -> bytes | None:
        """Return what the disk holds if power goes after `point` operations; None: no file."""
        done = self.operations[:point]
        named = self.start is not None or any(one.kind == "name" for one in done)
        if not named and chance.random() < 0.5:
            return None
        safe = max((at + 1 for at, one in enumerate(done) if one.kind == "sync"), default=0)
        old = apply(self.start or b"", done[:safe])
        return tear(old, done[safe:], chance)


def apply(image: bytes, operations: list[Operation]) -> bytes:
    """Do all operations to an image."""
    now = bytearray(image)
    for one in operations:
        if one.kind == "write":
            now[one.offset : one.offset + len(one.data)] = one.data
        elif one.kind == "cut":
            del now[one.offset :]
    return bytes(now)


def tear(old: bytes, pending: list[Operation], chance: random.Random) -> bytes:
    """Return what is left of `old` and pending operations: all, nothing, or torn.

    A cut by itself happened or did not. With writes behind it, the sectors after it are the old
    ones, the new ones or zeros.
    """
    new = apply(old, pending)
    way = chance.choice(("all", "none", "shorter", "sectors", "sectors"))
    if way == "all" or (way != "none" and old[: len(new)] == new):
        return new if way == "all" else chance.choice((old, new))
    if way == "none":
        return old
    kept = min([len(old), *(one.offset for one in pending if one.kind == "cut")])
    longest = max(len(old), len(new)) if kept < len(old) else len(new)
    size = chance.randint(kept, longest) if way == "shorter" or chance.random() < 0.5 else longest
    torn, arrives = bytearray(new[:kept]), chance.choice((0.1, 0.5, 0.9))
    sources = (new, old) if kept < len(old) else (new,)
    while len(torn) < size:
        start = len(torn)
        end = min(start - start % SECTOR_BYTES + SECTOR_BYTES, size)
        there = way == "shorter" or chance.random() < arrives
        part = chance.choice(sources)[start:end] if there else b""
        torn += part.ljust(end - start, b"\0")
    return bytes(torn)


@contextmanager
def journalled(
    monkeypatch: pytest.MonkeyPatch, path: Path, syncs: bool = True
) -> Iterator[Journal]:
    """Note what log writers do to this file within; without `syncs`, fsync only pretends to."""
    journal = Journal(path.read_bytes() if path.exists() else None)
    with monkeypatch.context() as patch:
        patch.setattr(sink, "FileIO", _noting_file(journal))
        patch.setattr(os, "fsync", _noting_sync(journal, path, syncs))
        yield journal


def _noting_file(journal: Journal) -> type[FileIO]:
    class NotingFile(FileIO):
        def write(self, data: Any) -> int:
            at = self.tell()
            journal.note("write", at, bytes(data))
            return super().write(data)

        def truncate(self, size: int | None = None) -> int:
            assert size is not None, "the sink says to which size"
            journal.note("cut", size)
            return super().truncate(size)

    return NotingFile


def _noting_sync(journal: Journal, path: Path, syncs: bool) -> Callable[[int], None]:
    def fsync(number: int) -> None:
        assert os.get_blocking(number), "an open file"
        synced = os.fstat(number)
        if syncs and os.path.samestat(synced, path.stat()):
            journal.note("sync")
        elif syncs and os.path.samestat(synced, path.parent.stat()):
            journal.note("name")

    return fsync
