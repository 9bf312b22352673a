"""A log file that only grows: appended unbuffered, synchronised on request.

When `append` returns, a kill of us cannot undo it. It must not know what the bytes mean.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from vr_verify.errors import IoFailed, MissingFileError, UsageError


class LogSink:
    """The file behind a writer. `durable`: `settle` waits until the bytes are on the disk."""

    def __init__(self, path: Path, durable: bool, keep_bytes: int | None = None) -> None:
        """Create the file; with `keep_bytes` keep so much of the one that is there, and go on."""
        self.path = path
        self._durable = durable
        if path.exists() and not path.is_file():
            # A device or a pipe takes what is written and keeps nothing, and no folder is a file.
            raise MissingFileError(f"{path}: cannot write a log here: it is not a regular file")
        with self._blame(missing=True):
            # Nothing is cut off before the lock is held: another recording may write here.
            self._file = FileIO(path, "ab" if keep_bytes is None else "r+b")
            self._lock()
            self._file.truncate(keep_bytes or 0)
            self._file.seek(0, os.SEEK_END)
            if keep_bytes is not None:
                # What is cut off must not come back behind bytes written later: power may be lost.
                self._settle_file()
            if durable:
                self._settle_folder()

    def append(self, data: bytes) -> None:
        """Write all of `data`; IoFailed if the disk refuses, and the file is then closed."""
        view = memoryview(data)
        with self._blame():
            while view:
                view = view[self._file.write(view) :]

    def settle(self) -> None:
        """Wait for the disk, if this log is to survive a loss of power."""
        with self._blame():
            self._settle_file()

    def close(self) -> None:
        """Close the file as it stands."""
        self._file.close()

    def _lock(self) -> None:
        """Keep other writers away for as long as the file is open; UsageError if one is there."""
        try:
            fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise UsageError(f"{self.path}: another recording is writing this log") from error

    def _settle_file(self) -> None:
        if self._durable:
            os.fsync(self._file.fileno())

    def _settle_folder(self) -> None:
        """Wait until the file's name is on the disk too."""
        folder = os.open(self.path.absolute().parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _blame(self, missing: bool = False) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not missing:
                self._file.close()
                raise IoFailed(f"{self.path}: cannot write the log: {error.strerror}") from error
            problem = f"{self.path}: cannot write a log here: {error.strerror}"
            kinds = (FileNotFoundError, IsADirectoryError, NotADirectoryError)
            raise (MissingFileError if isinstance(error, kinds) else IoFailed)(problem) from error
