"""Which folder of a source tree is the engine, and how it becomes one: what the tree itself says.

Spec: `vr-verify.toml` in the tree's root, else the entry points that a pyproject.toml declares. It
must not build anything.
"""

import re
import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from vr_verify.engines.builds.spec import BuildFailed, NoEngineError

GROUP: Final = "vr_verify.engines"
FILE: Final = "vr-verify.toml"
_KEYS: Final = ("source", "command", "build", "name")
_PROJECT: Final = "pyproject.toml"
_QUOTED: Final = re.compile(r"""\\.|'[^']*'|"(?:\\.|[^"\\])*\"""", re.DOTALL)
# What only a shell understands where it stands outside of quotes; the words reach no shell.
_OF_A_SHELL: Final = re.compile(r"&&|\|\||[;|<>`]|\$\(")
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to build an engine. `folder` is its folder from the root of the tree.

    With `command` it is a program, and the command lines of `build` are run before, one after
    another; without, a Python distribution that declares `engines` (none: only its build tells).
    `project` is the content of its pyproject.toml.
    """

    folder: str
    command: Words
    build: tuple[Words, ...]
    name: str
    engines: Words
    project: dict[str, Any]


def recipe_of(text: str, root: Path, inside: str) -> Recipe:
    """Find the engine of a tree, looked for in its folder `inside`.

    NoEngineError where there is none or more than one, and for a vr-verify.toml that makes no
    sense; BuildFailed for a pyproject.toml that is no TOML.
    """
    where = PurePosixPath(inside)
    if (root / where / FILE).is_file():
        return _written(text, root, where)
    below = [where / path.name for path in sorted((root / where).iterdir()) if path.is_dir()]
    for places in ([where], below):
        found = [place for place in places if _declared(_project(text, root / place))]
        if len(found) > 1:
            listed = ", ".join(place.name for place in found)
            raise NoEngineError(f"build {text!r}: several engines, in {listed}; {_advice()}")
        if found:
            return _packaged(text, root, found[0])
    looked = f"no engine in its root and in none of the {len(below)} folders there"
    raise NoEngineError(f"build {text!r}: {looked}; {_advice()}")


def _advice() -> str:
    return (
        f'declare entry points of the group "{GROUP}" in {_PROJECT}, or write {FILE} with a line '
        'source = "FOLDER" or command = "python engine.py"'
    )


def _written(text: str, root: Path, where: PurePosixPath) -> Recipe:
    """Read what vr-verify.toml says."""
    said = _toml(text, root / where / FILE)
    wrong = [key for key, value in said.items() if not _is_known(key, value)]
    if wrong:
        problem = f"expected texts of {', '.join(_KEYS)}, found {', '.join(wrong)}"
        raise _refused(text, f"{problem}; build may be a list of texts")
    source = PurePosixPath(said.get("source", "."))
    if source.is_absolute() or ".." in source.parts or not (root / where / source).is_dir():
        raise _refused(text, f"source: no folder {str(source)!r} in the tree")
    if "command" not in said:
        if "build" in said:
            raise _refused(text, "build is for an engine with a command")
        return _packaged(text, root, where / source)
    folder = (where / source).as_posix()
    command, build = _words(text, "command", said["command"]), said.get("build", [])
    if not command:
        raise _refused(text, "command: expected the words that start it")
    lines = [build] if isinstance(build, str) else build
    steps = tuple(_words(text, "build", line) for line in lines)
    return Recipe(folder, command, tuple(filter(None, steps)), said.get("name", ""), (), {})


def _is_known(key: str, value: object) -> bool:
    if key == "build" and isinstance(value, list):
        return all(isinstance(line, str) for line in value)
    return key in _KEYS and isinstance(value, str)


def _refused(text: str, problem: str) -> NoEngineError:
    return NoEngineError(f"build {text!r}: {FILE}: {problem}")


def _packaged(text: str, root: Path, place: PurePosixPath) -> Recipe:
    project = _project(text, root / place)
    return Recipe(place.as_posix(), (), (), "", _declared(project), project)


def _words(text: str, key: str, line: str) -> Words:
    """Split a command line; refuse one that was written for a shell, which would not read it."""
    try:
        words = tuple(shlex.split(line))
    except ValueError as error:
        raise _refused(text, f"{key}: {error}") from error
    if (found := _OF_A_SHELL.search(_QUOTED.sub("", line))) is not None:
        several = ", or a list of command lines that are run one after another"
        advice = f"write sh -c '…'{several if key == 'build' else ''}"
        raise _refused(text, f"{key}: no shell reads it, found {found[0]!r}; {advice}")
    return words


def _project(text: str, folder: Path) -> dict[str, Any]:
    path = folder / _PROJECT
    return _toml(text, path) if path.is_file() else {}


def _declared(project: dict[str, Any]) -> tuple[str, ...]:
    """List the engines that a pyproject.toml declares."""
    found: Any = project
    for key in ("project", "entry-points", GROUP):
        found = found.get(key) if isinstance(found, dict) else None
    return tuple(sorted(found)) if isinstance(found, dict) else ()


def _toml(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = f"{path.name} is no TOML: {error}"
        if path.name == FILE:
            raise NoEngineError(f"build {text!r}: {problem}") from error
        raise BuildFailed(repr(text), problem) from error
