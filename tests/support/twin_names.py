"""Pairs each module of the reference with its Rust twin, and compares what they show.

Twins share path, public names and order, parameters and constants; never structure or code.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from tests.support import python_source, rust_source
from tests.support.tree import SourceFile

REFERENCE = PurePosixPath("engine/python/void_reckoning_reference")
CRATES = PurePosixPath("engine/crates")
_CONTENTS = {"lib.rs", "mod.rs", "main.rs", "tests.rs"}
_NO_PART_OF_A_RULE = "isa"
"""A parameter of Rust's alone: Python has no instruction sets, and no answer shows which it was."""


def rust_path(python: PurePosixPath) -> PurePosixPath:
    """Return where the twin of a reference module lives: room/file.py is room/src/file.rs."""
    room, *rest = python.relative_to(REFERENCE).with_suffix(".rs").parts
    return CRATES.joinpath(room.replace("_", "-"), "src", *rest)


def is_reference_module(path: PurePosixPath) -> bool:
    """Tell modules that have a twin to have: in a room, and no table of contents."""
    in_room = path.is_relative_to(REFERENCE) and len(path.relative_to(REFERENCE).parts) > 1
    return in_room and path.suffix == ".py" and path.name not in {"__init__.py", "world.py"}


def is_rust_module(path: PurePosixPath) -> bool:
    """Tell sources of a crate, tables of contents and tests excepted."""
    in_crate = path.is_relative_to(CRATES) and "src" in path.parts
    return in_crate and path.suffix == ".rs" and path.name not in _CONTENTS


def differences(python: SourceFile, rust: SourceFile) -> Iterator[str]:
    """Compare the public face of one pair of twins."""
    left = {f.name: f.parameters for f in python_source.public_functions(python.text)}
    right = {f.name: _of_the_rule(f.parameters) for f in rust_source.public_functions(rust.text)}
    if list(left) != list(right):
        yield f"{python.path}: functions {list(left)}, but {rust.path} has {list(right)}"
    for name in left.keys() & right.keys():
        if left[name] != right[name]:
            yield f"{python.path}: {name}{left[name]}, but {rust.path} has {name}{right[name]}"
    constants_left = sorted(python_source.public_constants(python.text))
    constants_right = sorted(rust_source.public_constants(rust.text))
    if constants_left != constants_right:
        yield f"{python.path}: constants {constants_left}, but {rust.path} has {constants_right}"


def _of_the_rule(parameters: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in parameters if name != _NO_PART_OF_A_RULE)


def check(files: Iterable[SourceFile], not_twins: Mapping[str, str]) -> Iterator[str]:
    """Yield every fault of pairing: pairs that differ, single modules, entries without use.

    `not_twins` maps a path, or a folder ending in a slash, to the reason why it has no twin.
    """
    files = list(files)
    rust = {file.path: file for file in files if is_rust_module(file.path)}
    paired = set()
    for python in (file for file in files if is_reference_module(file.path)):
        twin = rust.get(rust_path(python.path))
        if _excused(python.path, not_twins):
            continue
        if twin is None:
            yield f"{python.path}: has no twin {rust_path(python.path)}"
            continue
        paired.add(twin.path)
        yield from differences(python, twin)
    for path in sorted(rust.keys() - paired):
        public = rust_source.public_functions(rust[path].text)
        if public and not _excused(path, not_twins):
            yield f"{path}: has public functions ({public[0].name}), but no twin in the reference"
    yield from _useless(files, not_twins)


def _excused(path: PurePosixPath, not_twins: Mapping[str, str]) -> bool:
    return any(_covers(entry, path) for entry in not_twins)


def _covers(entry: str, path: PurePosixPath) -> bool:
    return str(path).startswith(entry) if entry.endswith("/") else str(path) == entry


def _useless(files: list[SourceFile], not_twins: Mapping[str, str]) -> Iterator[str]:
    for entry, reason in not_twins.items():
        if not any(_covers(entry, file.path) for file in files):
            yield f"NOT_TWINS: {entry} covers no file any more"
        if not reason:
            yield f"NOT_TWINS: {entry} gives no reason"
