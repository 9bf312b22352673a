"""A tree of source files: which there are, its digest, and a copy that keeps what has not changed.

It must not know what the sources are of.
"""

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blake3 import blake3

from vr_verify.engines.builds import git

_CONTEXT: Final = "vr-verify 2026-11 source tree v1"
_SKIPPED: Final = frozenset(
    {
        *(".git", ".hg", ".venv", "venv", "target", "node_modules", "__pycache__"),
        *(".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".tox", ".nox"),
    }
)


@dataclass(frozen=True, slots=True)
class Sources:
    """A folder of sources: its root, and the paths of its files from there, sorted.

    `inside` is which of its folders was asked for, "." for the root.
    """

    root: Path
    files: tuple[str, ...]
    inside: str = "."


def sources_of(folder: Path) -> Sources:
    """Find the sources that a folder belongs to: the working tree it is in, else the folder itself.

    All of the working tree, since a package may be a member of a workspace above it. What git
    ignores is left out there; elsewhere, folders that tools make (`target`, `.venv`, …).
    """
    folder = folder.resolve()
    work_tree = git.work_tree_of(folder) if shutil.which("git") else None
    if work_tree is not None:
        inside = folder.relative_to(work_tree.resolve()).as_posix()
        present = git.present_files(work_tree)
        # A folder that is ignored as a whole, as a download is, is sources of its own.
        if any(inside == "." or name.startswith(f"{inside}/") for name in present):
            return Sources(work_tree, _plain(work_tree, present), inside)
    return Sources(folder, _plain(folder, _walked(folder)))


def sources_in(folder: Path) -> Sources:
    """Take all files of a folder that holds nothing but sources, hidden and ignored ones too."""
    walked = os.walk(folder)
    names = [Path(where, name) for where, folders, files in walked for name in folders + files]
    return Sources(folder, _plain(folder, [p.relative_to(folder).as_posix() for p in names]))


def digest(sources: Sources) -> str:
    """Return the digest of all files: paths, kinds, and bytes, in the order of their paths."""
    hasher = blake3(derive_key_context=_CONTEXT)
    for name in sources.files:
        kind, data = _content(sources.root / name)
        for part in (os.fsencode(name), kind, data):
            hasher.update(len(part).to_bytes(8, "little") + part)
    return hasher.hexdigest()


def mirror(sources: Sources, target: Path) -> Sources:
    """Make a folder hold these files and nothing else; what is equal already is not touched.

    A file that changes gets the present time, even when its content is an older one: compilers
    take a file that is older than what they made of it for unchanged.
    """
    target.mkdir(parents=True, exist_ok=True)
    _prune(target, frozenset(sources.files))
    for name in sources.files:
        source, copy = sources.root / name, target / name
        if os.path.lexists(copy) and _content(source) == _content(copy):
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.unlink(missing_ok=True)
        if source.is_symlink():
            copy.symlink_to(source.readlink())
        else:
            shutil.copyfile(source, copy)
            copy.chmod(0o755 if _executable(source) else 0o644)
    return Sources(target, sources.files, sources.inside)


def _prune(folder: Path, wanted: frozenset[str]) -> None:
    """Remove all that is not wanted; links are removed and never followed."""
    for where, folders, names in os.walk(folder, topdown=False):
        for name in names + folders:
            path = Path(where, name)
            if path.is_symlink() or not path.is_dir():
                if path.relative_to(folder).as_posix() not in wanted:
                    path.unlink()
            elif not any(path.iterdir()):
                path.rmdir()


def _walked(folder: Path) -> Iterator[str]:
    for where, folders, names in os.walk(folder):
        links = [name for name in folders if Path(where, name).is_symlink()]
        folders[:] = [name for name in folders if name not in _SKIPPED and name not in links]
        for name in names + links:
            yield Path(where, name).relative_to(folder).as_posix()


def _plain(root: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Keep files and links: not the folder of a submodule, nor a socket or a pipe."""
    kinds = ((name, (root / name).lstat().st_mode) for name in names)
    kept = [name for name, mode in kinds if stat.S_ISREG(mode) or stat.S_ISLNK(mode)]
    return tuple(sorted(kept))


def _content(path: Path) -> tuple[bytes, bytes]:
    """Return a file's kind and bytes; a link's are the text that it holds."""
    if path.is_symlink():
        return b"link", os.fsencode(path.readlink())
    if not path.is_file():
        return b"none", b""
    return b"program" if _executable(path) else b"file", path.read_bytes()


def _executable(path: Path) -> bool:
    return bool(path.stat().st_mode & stat.S_IXUSR)
