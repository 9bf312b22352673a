"""The files of a universe folder as plain values; every fault of form is a flaw.

Knows JSON and the file system, no key by name. Nothing in a folder can hang it or fill the memory.
"""

import json
import os
import re
import stat
from collections import Counter
from pathlib import Path

from void_reckoning_scenarios.flaws import Flaws, clean
from void_reckoning_scenarios.universe.numbers import Number, Unusable, parse_number

FILE_BYTES_MAX = 8 * 1024 * 1024
DEPTH_MAX = 64
_LEFT_OUT = "the file is left out"
_NESTING = re.compile(r'"(?:[^"\\]++|\\.)*+"?|([\[{])|([\]}])', re.DOTALL)

Value = dict[str, "Value"] | list["Value"] | str | bool | Number | Unusable | None


class _Pairs(dict[str, Value]):
    """An object as it is parsed, with the keys that it holds more than once."""

    twice: tuple[str, ...] = ()


class Folder:
    """A folder of JSON files; `flaws` is what was found in them."""

    def __init__(self, root: Path, flaws: Flaws) -> None:
        self.root = root
        self.flaws = flaws

    def names(self, path: str) -> list[str]:
        """Return the names in a folder below the root, sorted; a flaw where there is none."""
        try:
            return sorted(entry.name for entry in (self.root / path).iterdir())
        except (OSError, ValueError) as error:
            self._fault(path, "unreadable", _reason(error))
            return []

    def folders(self, path: str, besides: str) -> list[str]:
        """Return the names of the folders in a folder, hidden ones and one name left out."""
        found = [name for name in self.names(path) if name != besides and name[0] != "."]
        return [name for name in found if self._is_folder(f"{path}/{name}")]

    def _is_folder(self, path: str) -> bool:
        try:
            return (self.root / path).is_dir()
        except OSError as error:
            self._fault(path, "unreadable", _reason(error))
            return False

    def read(self, path: str) -> dict[str, Value]:
        """Return the object that a file holds; an empty one, and a flaw, where it holds none."""
        data = self._bytes(path)
        value = {} if data is None else self._parsed(path, data)
        if isinstance(value, dict):
            return value
        self.flaws.note(path, "", "wrong_type", value, f"expected an object; {_LEFT_OUT}")
        return {}

    def _parsed(self, path: str, data: bytes) -> Value:
        """Return the value that a file's bytes spell; an empty object where they spell none."""
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            self._fault(path, "not_utf8", f"{error.reason} at byte {error.start}")
            return {}
        if _depth(text) > DEPTH_MAX:
            self._fault(path, "too_deep", f"more than {DEPTH_MAX} objects and arrays in each other")
            return {}
        try:
            value = json.loads(
                text,
                parse_int=parse_number,
                parse_float=parse_number,
                parse_constant=Unusable,
                object_pairs_hook=_object,
            )
        except ValueError as error:
            self._fault(path, "not_json", str(error))
            return {}
        return self._tidy(path, "", value)

    def _bytes(self, path: str) -> bytes | None:
        """Return a regular file's bytes; nothing else is opened for long, a pipe not at all."""
        try:
            handle = os.open(self.root / path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(handle, "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    self._fault(path, "unreadable", "no regular file")
                    return None
                data = file.read(FILE_BYTES_MAX + 1)
        except (OSError, ValueError) as error:
            self._fault(path, "unreadable", _reason(error))
            return None
        if len(data) > FILE_BYTES_MAX:
            self._fault(path, "too_large", f"more than {FILE_BYTES_MAX} bytes")
            return None
        return data

    def _fault(self, path: str, kind: str, found: str) -> None:
        self.flaws.note(path, "", kind, found, _LEFT_OUT)

    def _tidy(self, path: str, key: str, value: Value) -> Value:
        """Return the value with texts that UTF-8 can carry; note repeated keys on the way."""
        match value:
            case _Pairs():
                for name in value.twice:
                    place = f"{key}/{escape(name)}"
                    self.flaws.note(path, place, "duplicate_key", name, "the last one is kept")
                tidy: dict[str, Value] = {}
                for name, item in value.items():
                    place = f"{key}/{escape(name)}"
                    tidy[self._text(path, place, name)] = self._tidy(path, place, item)
                return tidy
            case list():
                return [self._tidy(path, f"{key}/{i}", item) for i, item in enumerate(value)]
            case str():
                return self._text(path, key, value)
        return value

    def _text(self, path: str, key: str, text: str) -> str:
        tidy = clean(text)
        if tidy != text:
            self.flaws.note(path, key, "not_utf8", tidy, "the lone surrogate is kept as its escape")
        return tidy


def escape(name: str) -> str:
    """Return a name as one part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _object(pairs: list[tuple[str, Value]]) -> _Pairs:
    value = _Pairs(pairs)
    if len(value) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        value.twice = tuple(sorted(name for name, times in counts.items() if times > 1))
    return value


def _depth(text: str) -> int:
    """Return how many objects and arrays of a JSON text are in each other, texts left out."""
    depth = deepest = 0
    for match in _NESTING.finditer(text):
        if match[1]:
            depth += 1
            deepest = max(deepest, depth)
        elif match[2]:
            depth -= 1
    return deepest


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
