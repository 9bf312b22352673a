"""The project's own files, as git sees them: what is tracked, and what is about to be."""

import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class SourceFile:
    """One file: its path below the root, with forward slashes, and its text."""

    path: PurePosixPath
    text: str

    @property
    def is_test(self) -> bool:
        """Tell tests and benchmarks from sources."""
        return bool({"tests", "benches"} & set(self.path.parts)) or self.path.name == "tests.rs"

    @property
    def is_generated(self) -> bool:
        """Tell files that a program wrote; style is not their matter."""
        return self.path.name.endswith(("_pb2.py", "_pb2.pyi", ".lock"))


def planted(path: str, text: str) -> SourceFile:
    """Make a file that exists only in a test."""
    return SourceFile(PurePosixPath(path), text)


@cache
def paths() -> tuple[PurePosixPath, ...]:
    """List every file that git tracks or would add, sorted."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = sorted(name for name in set(listed.split("\0")) if name)
    return tuple(PurePosixPath(name) for name in names if (ROOT / name).is_file())


@cache
def texts() -> tuple[SourceFile, ...]:
    """Read every file that is text; bytes that are no UTF-8 belong to no rule of style."""
    found = []
    for path in paths():
        try:
            found.append(SourceFile(path, (ROOT / path).read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return tuple(found)


def sources(*suffixes: str, under: str = ".") -> list[SourceFile]:
    """List the texts with one of these suffixes below a folder, without generated ones."""
    return [
        file
        for file in texts()
        if file.path.suffix in suffixes
        and file.path.is_relative_to(under)
        and not file.is_generated
    ]


def size_bytes() -> int:
    """Return the size of all files together."""
    return sum((ROOT / path).stat().st_size for path in paths())
