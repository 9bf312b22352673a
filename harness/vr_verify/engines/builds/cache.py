"""The cache of builds: one folder for each content, whole or not there at all.

A build is made beside its place and renamed when it is whole, by one builder at a time. A failed
one leaves nothing: its cause may have been the machine. It must not know how builds are made.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from blake3 import blake3

from vr_verify.engines.builds.spec import Progress

VARIABLE: Final = "VR_VERIFY_CACHE"
_CONTEXT: Final = "vr-verify 2026-11 build cache v1"
_RECORD: Final = "build.json"


class Program(msgspec.Struct, frozen=True):
    """An engine that is no Python package: what starts it, in which folder of its tree.

    `built` are all files of the tree after its build, and `whole` is their digest.
    """

    name: str
    folder: str
    words: tuple[str, ...]
    built: tuple[str, ...]
    whole: str


class Record(msgspec.Struct, frozen=True):
    """What is kept beside a build: the digest part of its identity, what it is, how it was made.

    Either `distribution` names an installed distribution, or `program` is there. `made_with` names
    what the harness's own environment lent it, to build or to run.
    """

    digest: str
    facts: dict[str, str]
    distribution: str = ""
    program: Program | None = None
    made_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cache:
    """The folders of a cache.

    `source` and `target` keep their names, so that a compiler finds what it made before; only the
    builder that holds the lock may touch them.
    """

    root: Path

    @property
    def source(self) -> Path:
        """Where the sources of every build lie while it is made."""
        return self.root / "source" / "tree"

    @property
    def target(self) -> Path:
        """Where cargo keeps what it compiled, for all builds."""
        return self.root / "target"

    def place(self, key: str) -> Path:
        """Return the folder of a build."""
        return self.root / "builds" / key

    @contextmanager
    def alone(self, progress: Progress) -> Iterator[None]:
        """Wait until nobody else builds in this cache, then keep others waiting."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                progress("waiting for another build", 0, 0)
                fcntl.flock(lock, fcntl.LOCK_EX)
            # Whoever left something here has ended: it would hold the lock otherwise.
            shutil.rmtree(self._making, ignore_errors=True)
            yield

    @contextmanager
    def making(self) -> Iterator[Path]:
        """Give a new empty folder to build in; what is left of it at the end is removed."""
        self._making.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=self._making))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def publish(self, folder: Path, key: str, record: Record) -> Path:
        """Put a whole build in its place, at once."""
        (folder / _RECORD).write_bytes(msgspec.json.encode(record, order="sorted"))
        place = self.place(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(place)
        return place

    def record(self, key: str) -> Record | None:
        """Read what is kept beside a build; None when there is none."""
        try:
            return msgspec.json.decode((self.place(key) / _RECORD).read_bytes(), type=Record)
        except (OSError, msgspec.DecodeError):
            return None

    def made_with(self, key: str) -> tuple[str, ...]:
        """Name what builds of this key were made with, in any environment so far."""
        try:
            return msgspec.json.decode(self._names(key).read_bytes(), type=tuple[str, ...])
        except (OSError, msgspec.DecodeError):
            return ()

    def learn(self, key: str, names: tuple[str, ...]) -> None:
        """Keep what a build was made with, beside what others of its key were made with."""
        known = self.made_with(key)
        together = tuple(sorted({*known, *names}))
        if together != known:
            self._names(key).parent.mkdir(parents=True, exist_ok=True)
            with self.making() as folder:
                (folder / "names").write_bytes(msgspec.json.encode(together))
                (folder / "names").replace(self._names(key))

    def forget(self, key: str) -> None:
        """Remove a build that is damaged: moved away first, so that it is never seen in part."""
        place = self.place(key)
        if os.path.lexists(place):
            with self.making() as aside:
                place.rename(aside / "damaged")

    def _names(self, key: str) -> Path:
        return self.root / "made-with" / f"{key}.json"

    @property
    def _making(self) -> Path:
        return self.root / "making"


def cache_of(environment: Mapping[str, str]) -> Cache:
    """Find the cache: $VR_VERIFY_CACHE, else vr-verify in the user's folder of caches."""
    if named := environment.get(VARIABLE):
        return Cache(Path(named).absolute())
    # The XDG specification: a relative path there counts as none.
    shared = Path(environment.get("XDG_CACHE_HOME", ""))
    folder = shared if shared.is_absolute() else Path.home() / ".cache"
    return Cache(folder / "vr-verify")


def key_of(*parts: str | bytes) -> str:
    """Return the key of a build: one digest of all that decides what it becomes."""
    hasher = blake3(derive_key_context=_CONTEXT)
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        hasher.update(len(data).to_bytes(8, "little") + data)
    return hasher.hexdigest()[:40]
