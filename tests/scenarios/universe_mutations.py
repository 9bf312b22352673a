"""A seeded mutator of the sample universe: files, texts and values that nobody should send.

A case is made from its number alone, so a failing one can be made again.
"""

import json
import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.scenarios.universe_files import SAMPLE

_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_HOSTILE_NUMBERS = [
    b"1e400", b"-1e400", b"1e-400", b"NaN", b"-Infinity", b"1e99999999999999999999", b"-0", b"-1",
    b"0.1", b"2.5", b"9" * 5000, b"18446744073709551616", b"true", b"null", b'"7"', b"[]", b"{}",
]  # fmt: skip
_HOSTILE_VALUES: list[Any] = [
    None, True, 0, -1, 2**63, 10**30, 0.1, "", "a\0b", "\ud800", "x" * 5000, "é", [], {}, [[]],
    {"": {}}, [None], {"a": {"b": {"c": []}}},
]  # fmt: skip
_HOSTILE_FILES = [
    b"", b"\xff\xfe{}", b"\xef\xbb\xbf{}", b"null", b"[]", b"0", b'"text"', b"{", b"[" * 100_000,
    b'{"a":' * 300 + b"0" + b"}" * 300, b'{"a":1,"a":2}', b'"' + b"\\" * 4001, b"nan", b"\0",
]  # fmt: skip


class Workbench:
    """A copy of the sample that cases are planted in, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "universe"
        shutil.copytree(SAMPLE, self.root)
        self.files = sorted(p for p in self.root.rglob("*.json"))
        self._clean = {path: path.read_bytes() for path in self.files}
        self._spoilt: set[Path] = set()

    def plant(self, number: int) -> None:
        """Make the folder of one case: one to three mutations."""
        self._restore()
        chance = random.Random(number)
        for _ in range(chance.randint(1, 3)):
            path = chance.choice(self.files)
            self._spoilt.add(path)
            if path.is_file():
                chance.choice(_MUTATIONS)(path, chance)

    def _restore(self) -> None:
        for path in sorted(self._spoilt):
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            elif path.is_symlink() or path.is_fifo() or path.exists():
                path.unlink()
            path.write_bytes(self._clean[path])
        self._spoilt.clear()


def _whole(path: Path, chance: random.Random) -> None:
    """Put something else in place of a file's content."""
    path.write_bytes(chance.choice(_HOSTILE_FILES))


def _kind(path: Path, chance: random.Random) -> None:
    """Put something that is no file in place of a file."""
    path.unlink()
    match chance.randrange(5):
        case 0:
            path.symlink_to(path.name)
        case 1:
            path.symlink_to("/nowhere/at/all")
        case 2:
            path.mkdir()
        case 3:
            os.mkfifo(path)
        case _:
            pass  # it is gone


def _bytes(path: Path, chance: random.Random) -> None:
    """Change, cut or repeat bytes."""
    data = bytearray(path.read_bytes())
    at = chance.randrange(len(data) + 1)
    match chance.randrange(3):
        case 0:
            del data[at:]
        case 1:
            data[at : at + 1] = bytes([chance.randrange(256)])
        case _:
            data[at:at] = data[max(0, at - 40) : at]
    path.write_bytes(data)


def _number(path: Path, chance: random.Random) -> None:
    """Put a hostile number in place of one."""
    data = path.read_bytes()
    found = list(_NUMBER.finditer(data))
    if found:
        place = chance.choice(found)
        new = chance.choice(_HOSTILE_NUMBERS)
        path.write_bytes(data[: place.start()] + new + data[place.end() :])


def _value(path: Path, chance: random.Random) -> None:
    """Replace, drop, rename or move one value of the tree."""
    try:
        tree = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return  # an earlier mutation of this case has spoilt it
    inside: list[tuple[Any, Any]] = []
    _walk(tree, inside)
    if not inside:
        return
    parent, key = chance.choice(inside)
    match chance.randrange(4):
        case 0:
            parent[key] = chance.choice(_HOSTILE_VALUES)
        case 1:
            del parent[key]
        case 2 if isinstance(parent, dict):
            parent[chance.choice([key.upper(), f"{key}_", key[:-1], "\udfff"])] = parent.pop(key)
        case _:
            other, place = chance.choice(inside)
            parent[key] = json.loads(json.dumps(other[place])) if place in _keys(other) else None
    path.write_text(json.dumps(tree))


def _keys(parent: Any) -> Any:
    return parent if isinstance(parent, dict) else range(len(parent))


def _walk(value: Any, inside: list[tuple[Any, Any]]) -> None:
    """List every place of a tree as (what holds it, its key or index)."""
    if isinstance(value, dict | list):
        for key in _keys(value):
            inside.append((value, key))
            _walk(value[key], inside)


_MUTATIONS: list[Callable[[Path, random.Random], None]] = [
    _whole, _kind, _bytes, _number, _number, _value, _value, _value, _value, _value,
]  # fmt: skip
