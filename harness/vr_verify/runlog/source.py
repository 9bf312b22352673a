"""A log file as bytes at offsets; every fault is told with its offset, expected and found.

It must not know what the bytes mean.
"""

import os
from pathlib import Path
from typing import Final, NoReturn

from vr_verify.errors import BadLogError, IoFailed, MissingFileError

PIECE_BYTES: Final = 2**20
"""How much is read at once where a part of any length is only hashed."""


class LogSource:
    """An open log file. Reading past its end gives fewer bytes, never an error."""

    def __init__(self, path: Path) -> None:
        self._name = str(path)
        if not path.is_file():
            what = "it is not a regular file" if path.exists() else "there is no such file"
            raise MissingFileError(f"{path}: expected a run log, but {what}")
        try:
            self._file = path.open("rb", buffering=0)
            self.size = os.fstat(self._file.fileno()).st_size
        except OSError as error:
            raise IoFailed(f"{path}: cannot read the log: {error.strerror}") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def read(self, offset: int, size: int) -> bytes:
        """Read up to `size` bytes; no more is allocated than the file holds."""
        left = min(size, self.size - offset)
        parts: list[bytes] = []
        try:
            while left > 0 and (part := os.pread(self._file.fileno(), left, offset)):
                parts.append(part)
                offset, left = offset + len(part), left - len(part)
        except OSError as error:
            raise IoFailed(f"{self._name}: cannot read the log: {error.strerror}") from error
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def expect(self, offset: int, expected: bytes, found: bytes, what: str) -> None:
        """Compare bytes; a difference is a bad log at the first one that differs."""
        if found == expected:
            return
        size = min(len(found), len(expected))
        at = next((at for at in range(size) if found[at] != expected[at]), size)
        shown = f"{what} (byte 0x{expected[at]:02x})" if at < len(expected) else f"{what} to end"
        self.fail(offset + at, shown, f"0x{found[at]:02x}" if at < len(found) else "no byte")

    def fail(self, offset: int, expected: str, found: str) -> NoReturn:
        """Raise the BadLogError of this file."""
        raise BadLogError(offset, expected, found, self._name)
