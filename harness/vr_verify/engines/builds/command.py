"""The words of a program's command: which name files of its tree, and which could start another's.

Spec: PROTOCOL.md, section 7.3. A build that ran a file from elsewhere would answer for code that it
does not hold. It must not run or build anything.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from vr_verify.engines.builds.recipe import FILE
from vr_verify.engines.builds.spec import BuildFailed

_INTERPRETER: Final = re.compile(r"(?:python|pypy)[0-9.]*")
_ADVICE: Final = "name an installed program by its plain name, which PATH finds"


def placed(folder: Path, words: Sequence[str]) -> tuple[str, ...]:
    """Make paths of the words that are files of a folder."""
    return tuple(
        str(folder / word) if _within(word) and (folder / word).is_file() else word
        for word in words
    )


def refuse_elsewhere(shown: str, folder: Path, words: Sequence[str], files: Iterable[str]) -> None:
    """BuildFailed for a word that looks like a path, or a module, and is none of a built folder.

    `files` are the paths of the built tree: what ends like one of them looks like a path too.
    """
    endings = {PurePosixPath(name).suffix for name in files} - {""}
    for word in words:
        for path in _paths(word, endings):
            if not _present(folder, path):
                missing = f"{path} is no file of the engine's folder after its build"
                raise BuildFailed(shown, f"{FILE}: command: {missing}; {_ADVICE}")
    if (found := _module(words)) is None:
        return
    module, isolated = found
    others = (word for word in words if word != module)
    if any(_present(folder, part) for word in others for part in _parts(word)):
        return
    if isolated:
        problem = f"-m {module} is not looked for in the engine's folder under -I or -P"
    elif _holds(folder, module):
        return
    else:
        problem = f"-m {module} is no module of the engine's folder after its build"
    raise BuildFailed(shown, f"{FILE}: command: {problem}, so an installed one would be started")


def _parts(word: str) -> list[str]:
    """Take a word apart where it may hold paths: after NAME= or --name=, and between colons."""
    value = word.partition("=")[2] if "=" in word else word
    return [part for part in value.split(os.pathsep) if part and part != "."]


def _paths(word: str, endings: set[str]) -> Iterator[str]:
    """Pick what looks like a path; the text of a program, an address and a plain option do not."""
    text, option = any(map(str.isspace, word)), word.startswith("-") and "=" not in word
    if text or option or "://" in word:
        return
    for part in _parts(word):
        if "/" in part or part == ".." or PurePosixPath(part).suffix in endings:
            yield part


def _within(path: str) -> bool:
    """Whether a path leads nowhere above the folder that it is taken from."""
    plain = PurePosixPath(os.path.normpath(path))
    return not plain.is_absolute() and plain.parts[:1] != ("..",)


def _present(folder: Path, path: str) -> bool:
    return _within(path) and (folder / path).exists()


def _module(words: Sequence[str]) -> tuple[str, bool] | None:
    """Find the module that Python is told to run, and whether it may not look around itself."""
    names = [bool(_INTERPRETER.fullmatch(PurePosixPath(word).name)) for word in words]
    if True not in names:
        return None
    rest, isolated = iter(words[names.index(True) + 1 :]), False
    for word in rest:
        if not word.startswith("-") or word.startswith("--"):
            return None
        for after, letter in enumerate(word[1:], 2):
            isolated |= letter in "IP"
            if letter == "m":
                return word[after:] or next(rest, ""), isolated
            if letter == "c":
                return None
            if letter in "WX":  # they take a value, here or in the next word
                _ = word[after:] or next(rest, "")
                break
    return None


def _holds(folder: Path, module: str) -> bool:
    """Whether a folder holds what `-m` would run; a package without that could be shadowed."""
    names = module.split(".")
    if not all(map(str.isidentifier, names)):
        return False
    base = folder.joinpath(*names)
    files = [base.with_name(f"{base.name}.py"), base / "__main__.py"]
    return any(map(Path.is_file, files)) or any(base.parent.glob(f"{base.name}.*so"))
