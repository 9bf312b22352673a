"""A table of a scenario file, read key by key: every value with its type, its range, its place.

A fault is a ScenarioError `file: path: expected …, found …; what to do`. Knows no key by name.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NoReturn

from void_reckoning_scenarios.decimals import format_fx, fx_floor
from void_reckoning_scenarios.errors import ScenarioError, did_you_mean

NAME_BYTES_MAX = 100
_SHOWN_MAX = 60


class Section:
    """One table of the file at `path` (empty for the whole file)."""

    def __init__(self, file: str, path: str, values: dict[str, object]) -> None:
        self.file = file
        self.path = path
        self._values = values

    def place(self, key: str) -> str:
        """Return the path of a key in the file."""
        return f"{self.path}.{key}" if self.path else key

    def fail(self, key: str, expected: str, found: object, advice: str) -> NoReturn:
        """Raise the error for the value of a key."""
        shown = found if isinstance(found, str) else repr(found)
        if len(shown) > _SHOWN_MAX:
            shown = shown[:_SHOWN_MAX] + "…"
        place = self.place(key)
        raise ScenarioError(f"{self.file}: {place}: expected {expected}, found {shown}; {advice}")

    def only(self, *keys: str) -> None:
        """Refuse every key that is not among these."""
        for key in self._values:
            if key not in keys:
                self.fail(key, "no such key", f"{key!r}", did_you_mean(key, keys))

    def has(self, key: str) -> bool:
        """Tell whether the key is there."""
        return key in self._values

    def keys_given(self) -> Iterator[str]:
        """Yield the keys in the order of the file."""
        yield from self._values

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Read a whole number of low … high."""
        expected = f"a whole number of {low} … {high}"
        value = self._value(key, expected, default)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(key, expected, value, "write it without quotes and without a fraction")
        if not low <= value <= high:
            self.fail(key, expected, value, "choose a value in the range")
        return value

    def fx(self, key: str, low: int, high: int) -> int:
        """Read a decimal number as raw fx, rounded down; the bounds are raw."""
        least = "above 0" if low == 1 else f"of at least {format_fx(low)}"
        expected = f"a number {least} and at most {format_fx(high)}"
        value = self._value(key, expected, None)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.fail(key, expected, value, "write it as a number without quotes")
        raw = fx_floor(value)
        if not low <= raw <= high:
            self.fail(key, expected, str(value), "choose a value in the range")
        return raw

    def text(self, key: str) -> str:
        """Read a name of 1 … 100 bytes."""
        expected = f"a text of 1 … {NAME_BYTES_MAX} bytes"
        value = self._value(key, expected, None)
        if not isinstance(value, str) or not 1 <= len(value.encode()) <= NAME_BYTES_MAX:
            self.fail(key, expected, value, "give it a name in quotes")
        return value

    def choice(self, key: str, names: Sequence[str], what: str) -> int:
        """Read one of the names; return which one it is."""
        value = self._value(key, f"the name of {what}", None)
        if not isinstance(value, str) or value not in names:
            self.fail(key, f"the name of {what}", value, did_you_mean(str(value), names))
        return names.index(value)

    def section(self, key: str) -> "Section":
        """Read a table."""
        value = self._value(key, "a table", None)
        if not isinstance(value, dict):
            self.fail(key, "a table", value, f"write [{self.place(key)}] and its keys below")
        return Section(self.file, self.place(key), value)

    def sections(self, key: str, low: int, high: int) -> list["Section"]:
        """Read an array of low … high tables; a missing one is empty."""
        expected = f"an array of {low} … {high} tables"
        value = self._values.get(key, [])
        if not isinstance(value, list):
            self.fail(key, expected, value, f"write [[{self.place(key)}]] before each")
        if not low <= len(value) <= high:
            found = f"{len(value)} of them"
            self.fail(key, expected, found, f"write [[{self.place(key)}]] for each of them")
        return [self._element(key, position, item) for position, item in enumerate(value)]

    def integers(self, key: str, count: int, low: int, high: int) -> list[int]:
        """Read an array of `count` whole numbers of low … high."""
        return [item.integer(name, low, high) for item, name in self._items(key, count)]

    def fxs(self, key: str, count: int, low: int, high: int) -> list[int]:
        """Read an array of `count` decimal numbers as raw fx; the bounds are raw."""
        return [item.fx(name, low, high) for item, name in self._items(key, count)]

    def choices(self, key: str, count: int, names: Sequence[str], what: str) -> list[int]:
        """Read an array of `count` names; return which ones they are."""
        return [item.choice(name, names, what) for item, name in self._items(key, count)]

    def _items(self, key: str, count: int) -> Iterator[tuple["Section", str]]:
        """Yield each element of an array as the only value of a section of its own."""
        value = self._value(key, f"an array of {count} values", None)
        if not isinstance(value, list) or len(value) != count:
            self.fail(key, f"an array of {count} values", value, "write [a, b, …]")
        for position, item in enumerate(value):
            name = f"{key}[{position}]"
            yield Section(self.file, self.path, {name: item}), name

    def _element(self, key: str, position: int, item: object) -> "Section":
        name = f"{key}[{position}]"
        if not isinstance(item, dict):
            self.fail(name, "a table", item, f"write [[{self.place(key)}]] before each")
        return Section(self.file, self.place(name), item)

    def _value(self, key: str, expected: str, default: object | None) -> object:
        if key in self._values:
            return self._values[key]
        if default is None:
            self.fail(key, expected, "nothing", f"add the key {key!r}")
        return default
