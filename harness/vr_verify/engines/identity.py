"""Build identity: the engine's name and BLAKE3 over what the build consists of.

Spec: contract, section 2. The same files give the same identity at any place on any machine, so
no path, time or host enters. It must not import an engine.
"""

from collections.abc import Iterable, Sequence
from importlib.metadata import Distribution
from pathlib import Path, PurePath
from typing import Final

from blake3 import blake3

_CONTEXT: Final = "vr-verify 2026-11 build v1"
_SKIPPED_FOLDERS: Final = frozenset({"__pycache__"})


def of_files(engine: str, files: Iterable[tuple[str, Path]]) -> str:
    """Return the identity of named files: sorted names, lengths and bytes."""
    return f"{engine}:{digest_of_files(files)}"


def digest_of_files(files: Iterable[tuple[str, Path]]) -> str:
    """Return the part of an identity that the files alone give, whatever engine is in them."""
    hasher = blake3(derive_key_context=_CONTEXT)
    for name, path in sorted(files):
        data = path.read_bytes()
        hasher.update(len(name.encode()).to_bytes(4, "little") + name.encode())
        hasher.update(len(data).to_bytes(8, "little") + data)
    return hasher.hexdigest()


def of_distribution(engine: str, distribution: Distribution) -> str:
    """Return the identity of an installed distribution: the files of its packages."""
    return f"{engine}:{digest_of_distribution(distribution)}"


def digest_of_distribution(distribution: Distribution) -> str:
    """Return the part of an identity that a distribution's files alone give."""
    return digest_of_files(_package_files(distribution))


def of_command(engine: str, argv: Sequence[str]) -> str:
    """Return the identity of a command line: its words, and the content of those that are files.

    A file's folder does not enter: a checkout elsewhere is the same build.
    """
    hasher = blake3(derive_key_context=_CONTEXT)
    for word in argv:
        path = Path(word)
        named = path.name if path.is_file() else word
        data = path.read_bytes() if path.is_file() else b""
        hasher.update(len(named.encode()).to_bytes(4, "little") + named.encode())
        hasher.update(len(data).to_bytes(8, "little") + data)
    return f"{engine}:{hasher.hexdigest()}"


def _package_files(distribution: Distribution) -> list[tuple[str, Path]]:
    """List the files of a distribution's packages and modules, metadata and byte code left out."""
    files: list[tuple[str, Path]] = []
    for file in distribution.files or []:
        if file.parts[0] == ".." or file.parts[0].endswith(".dist-info") or _is_link(file):
            continue
        if not _SKIPPED_FOLDERS.intersection(file.parts):
            files.append((file.as_posix(), Path(str(distribution.locate_file(file)))))
    return [(name, path) for name, path in files if path.is_file()] or _editable(distribution)


def _is_link(file: PurePath) -> bool:
    """Whether a file only says where an editable install has its sources."""
    alone = len(file.parts) == 1
    return alone and (file.suffix == ".pth" or file.name.startswith("__editable__"))


def _editable(distribution: Distribution) -> list[tuple[str, Path]]:
    """List the source files that an editable install points to by its path file."""
    files: list[tuple[str, Path]] = []
    for link in distribution.files or []:
        if link.suffix != ".pth":
            continue
        for line in Path(str(distribution.locate_file(link))).read_text().splitlines():
            if Path(line).is_dir():
                files += _packages_below(Path(line))
    return files


def _packages_below(root: Path) -> list[tuple[str, Path]]:
    """List the modules and all files of the packages of one source folder."""
    markers = sorted(root.glob("*/__init__.py"))
    found = [path for marker in markers for path in sorted(marker.parent.rglob("*"))]
    return [
        (path.relative_to(root).as_posix(), path)
        for path in [*sorted(root.glob("*.py")), *found]
        if path.is_file() and not _SKIPPED_FOLDERS.intersection(path.parts)
    ]
