"""The file of declared differences: TOML text to values, every fault refused by name.

One `[[difference]]` per column: path, reason, expiry and count_max, and if wanted sides, turns,
tolerance, issue. Pure; it must not know a schema, a clock or where the text came from.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from vr_verify.errors import UsageError

TEXT_BYTES_MAX: Final = 256 * 1024
ENTRIES_MAX: Final = 1_000
POINTS_MAX: Final = 32
"""Points in one line. tomllib takes memory by the square of the parts of a dotted key."""

COUNT_MAX_MOST: Final = 2**53
_TURN_MAX: Final = 2**64 - 1
_LIST: Final = "difference"
_TURNS: Final = re.compile(r"([0-9]{1,20}):([0-9]{1,20})", re.ASCII)
_DECIMAL: Final = re.compile(r"[0-9]{1,40}(\.[0-9]{1,60})?", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Declaration:
    """A difference of one column that is known, and for how long and how much of it is accepted.

    `expiry` is the last day on which it holds. `count_max` bounds the values that differ over the
    whole run, counted as (turn, entity, column). `sides` are those that may stand apart, the others
    must be equal; None: any. `turns` includes both ends. `tolerance` is in the column's unit.
    """

    path: str
    reason: str
    expiry: date
    count_max: int
    sides: tuple[str, ...] | None = None
    turns: tuple[int, int] | None = None
    tolerance: Fraction | None = None
    tolerance_text: str | None = None
    issue: str | None = None

    def covers(self, turn: int) -> bool:
        """Whether the declaration is about this turn."""
        return self.turns is None or self.turns[0] <= turn <= self.turns[1]


@dataclass(frozen=True, slots=True)
class _Decimal:
    """A number with a point, as it was written: TOML's own floats are not exact."""

    text: str


class _WrongError(Exception):
    """A value that is not as expected; the message says what was."""


def parse(text: bytes, file: str) -> tuple[Declaration, ...]:
    """Read a file's text; UsageError names the file, the entry and the key."""
    if len(text) > TEXT_BYTES_MAX:
        found = f"more than {TEXT_BYTES_MAX:,} bytes"
        raise UsageError(f"{file}: expected a file of declared differences, found {found}")
    if (points := max(line.count(b".") for line in text.split(b"\n"))) > POINTS_MAX:
        found = f"{points:,} points in one"
        raise UsageError(f"{file}: expected at most {POINTS_MAX} points in a line, found {found}")
    try:
        value = tomllib.loads(text.decode("utf-8"), parse_float=_Decimal)
    except ValueError as error:
        raise UsageError(f"{file}: expected TOML, found {error}") from error
    except RecursionError as error:
        raise UsageError(f"{file}: expected TOML, found lists nested too deep") from error
    if unknown := sorted(value.keys() - {_LIST}):
        raise UsageError(f"{file}: expected [[{_LIST}]] alone, found the key {unknown[0]!r:.80}")
    entries = value.get(_LIST, [])
    if not isinstance(entries, list) or not all(isinstance(item, dict) for item in entries):
        raise UsageError(f"{file}: expected a list, [[{_LIST}]], found another kind of value")
    if len(entries) > ENTRIES_MAX:
        raise UsageError(f"{file}: expected at most {ENTRIES_MAX:,} entries, found {len(entries)}")
    return tuple(_entry(item, f"{file}: {_LIST} {at}") for at, item in enumerate(entries, start=1))


def _entry(item: Mapping[str, Any], place: str) -> Declaration:
    """Read one entry; `place` names it."""
    if unknown := sorted(item.keys() - _READERS.keys()):
        raise UsageError(f"{place}: unknown key {unknown[0]!r:.80}; known: {', '.join(_READERS)}")
    read: dict[str, Any] = {}
    for key, reader in _READERS.items():
        if key not in item:
            if key in _REQUIRED:
                raise UsageError(f"{place}: {key} is missing")
            continue
        try:
            read[key] = reader(item[key])
        except _WrongError as error:
            found = f"{_plain(item[key])!r:.80}"
            raise UsageError(f"{place}, {key}: expected {error}, found {found}") from error
    if "tolerance" in read:
        read["tolerance_text"], read["tolerance"] = read["tolerance"]
    return Declaration(**read)


def _plain(value: object) -> object:
    """Return a value as its writer knows it."""
    return value.text if isinstance(value, _Decimal) else value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _WrongError("a text that is not empty")
    return value


def _path(value: object) -> str:
    text = _text(value)
    if text == "events" or text.split(":")[0] == "draws":
        raise _WrongError("a column of the state (draws and events are always compared exactly)")
    return text


def _expiry(value: object) -> date:
    """Read a date, TOML's own or a text; the last day on which the declaration holds."""
    if type(value) is date:
        return value
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError as error:
        raise _WrongError("a date that there is") from error
    raise _WrongError("a date as in 2030-01-31")


def _count_max(value: object) -> int:
    if type(value) is not int or not 1 <= value <= COUNT_MAX_MOST:
        raise _WrongError(f"a whole number from 1 to {COUNT_MAX_MOST}")
    return value


def _sides(value: object) -> tuple[str, ...]:
    named = isinstance(value, list) and all(isinstance(name, str) and name for name in value)
    if not isinstance(value, list) or not value or not named or len(set(value)) != len(value):
        raise _WrongError("a list of sides, each once")
    return tuple(value)


def _turns(value: object) -> tuple[int, int]:
    match = _TURNS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _WrongError('two turns as in "10:20"')
    first, last = int(match[1]), int(match[2])
    if not first <= last <= _TURN_MAX:
        raise _WrongError("the first turn not to come after the last")
    return first, last


def _tolerance(value: object) -> tuple[str, Fraction]:
    """Read an exact decimal, as a number or a text; the text is kept as it was written."""
    text = str(value) if type(value) is int else _plain(value)
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise _WrongError("a decimal that is not negative, as in 0.25")
    return text, Fraction(text)


_READERS: Final[dict[str, Callable[[object], object]]] = {
    "path": _path,
    "reason": _text,
    "expiry": _expiry,
    "count_max": _count_max,
    "sides": _sides,
    "turns": _turns,
    "tolerance": _tolerance,
    "issue": _text,
}
_REQUIRED: Final = ("path", "reason", "expiry", "count_max")
