"""A value of a universe folder with its place, read key by key; a fault is a flaw, never an error.

Every reading has a default to go on with. Knows no key by name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import prod

from void_reckoning_scenarios.decimals import ONE, format_fx
from void_reckoning_scenarios.flaws import Flaws
from void_reckoning_scenarios.universe.folder import Folder, Value, escape
from void_reckoning_scenarios.universe.names import fold
from void_reckoning_scenarios.universe.numbers import Unusable, fx_nearest, rational


@dataclass(frozen=True)
class Node:
    """A value, the file that it stands in and its JSON pointer there."""

    flaws: Flaws
    file: str
    key: str
    value: Value

    def note(self, kind: str, done: str, found: object = "") -> None:
        """Note a flaw of this value."""
        self.flaws.note(self.file, self.key, kind, self.value if found == "" else found, done)

    def wrong(self, expected: str, done: str) -> None:
        """Note that the value is none of the kind that is expected."""
        self.note("wrong_type", f"expected {expected}; {done}")

    def at(self, name: str) -> "Node":
        """Return the value below a name, None where there is none."""
        below = self.value.get(name) if isinstance(self.value, dict) else None
        return Node(self.flaws, self.file, f"{self.key}/{escape(name)}", below)

    def find(self, name: str, done: str) -> "Node | None":
        """Return the value below a name or one like it; None, and a flaw, where there is none."""
        value = self.value if isinstance(self.value, dict) else {}
        if name in value:
            return self.at(name)
        like = next((key for key in value if fold(key) == fold(name)), None)
        if like is not None:
            self.at(like).note("near_match", f"taken as the key {name!r}", like)
            return self.at(like)
        self.at(name).note("missing", done, "nothing")
        return None

    def object(self, name: str) -> "Node":
        """Return the object below a name; an empty one, and a flaw, where there is none."""
        below = self.find(name, "read as an empty object")
        if below is not None and isinstance(below.value, dict):
            return below
        if below is not None:
            below.wrong("an object", "read as an empty one")
        return Node(self.flaws, self.file, f"{self.key}/{escape(name)}", {})

    def objects(self) -> "Iterator[tuple[str, Node]]":
        """Yield the objects below this one by name; anything else there is a flaw."""
        assert isinstance(self.value, dict), "read by `object` or `read_node`"
        for name in self.value:
            below = self.at(name)
            if isinstance(below.value, dict):
                yield name, below
            else:
                below.wrong("an object", "left out")

    def items(self) -> "Iterator[Node]":
        """Yield the values of an array."""
        if not isinstance(self.value, list):
            self.wrong("an array", "read as an empty one")
            return
        for index, value in enumerate(self.value):
            yield Node(self.flaws, self.file, f"{self.key}/{index}", value)

    def array(self, name: str) -> "Iterator[Node]":
        """Yield the values of the array below a name."""
        array = self.find(name, "read as an empty array")
        yield from array.items() if array is not None else ()

    def records(self, name: str) -> "Iterator[Node]":
        """Yield the objects of the array below a name; anything else there is a flaw."""
        for item in self.array(name):
            if isinstance(item.value, dict):
                yield item
            else:
                item.wrong("an object", "left out")

    def texts(self, name: str) -> "Iterator[tuple[str, Node]]":
        """Yield the texts of the array below a name."""
        for item in self.array(name):
            if isinstance(item.value, str):
                yield item.value, item
            else:
                item.wrong("a text", "left out")

    def text(self, name: str, default: str) -> str:
        """Return the text below a name."""
        node = self.find(name, f"read as {default!r}")
        if node is None:
            return default
        if isinstance(node.value, str):
            return node.value
        node.wrong("a text", f"read as {default!r}")
        return default

    def number(self, name: str, default: Fraction) -> "tuple[Fraction, Node]":
        """Return the exact number below a name, and its place."""
        done = f"read as {default}"
        node = self.find(name, done)
        if node is None:
            return default, self.at(name)
        if isinstance(node.value, int | Decimal) and not isinstance(node.value, bool):
            return rational(node.value), node
        if isinstance(node.value, Unusable):
            node.note("wrong_type", f"expected a number that fits here; {done}")
        else:
            node.wrong("a number", done)
        return default, node

    def integer(self, name: str, low: int, high: int, default: int) -> int:
        """Return the whole number of low … high nearest to the one below a name."""
        exact, node = self.number(name, Fraction(default))
        value = round(exact)
        if value != exact and low <= value <= high:
            node.note("inexact", f"rounded to {value}")
        return node.bounded(value, low, high, str)

    def fx(self, name: str, low: int, high: int, default: Fraction) -> int:
        """Return the raw fx of low … high (raw) nearest to the number below a name."""
        exact, node = self.number(name, default)
        return node.rounded(exact, low, high)

    def rounded(self, exact: Fraction, low: int, high: int) -> int:
        """Return the raw fx of low … high nearest to a number made from this value."""
        raw = fx_nearest(exact)
        if raw != exact * ONE and low <= raw <= high:
            self.note("inexact", f"rounded to {format_fx(raw)}")
        return self.bounded(raw, low, high, format_fx)

    def product(self, factors: dict[str, Fraction], high: int) -> int:
        """Return the raw fx of 0 … high nearest to a product of figures below this object."""
        exact = prod(factors.values(), start=Fraction(1))
        shown = " · ".join(f"{name} {_decimal(value)}" for name, value in factors.items())
        raw = fx_nearest(exact)
        if raw != exact * ONE and 0 <= raw <= high:
            self.note("inexact", f"rounded to {format_fx(raw)}", shown)
        return self._clipped(raw, (0, high), format_fx, shown)

    def clipped_fx(self, raw: int, high: int) -> int:
        """Return a raw fx that was made from values below this one, at most `high`."""
        return self._clipped(raw, (0, high), format_fx, format_fx(raw))

    def bounded(self, value: int, low: int, high: int, shown: Callable[[int], str]) -> int:
        """Return the value of low … high nearest to a value; a flaw where it is another."""
        return self._clipped(value, (low, high), shown, "")

    def _clipped(
        self, value: int, ends: tuple[int, int], shown: Callable[[int], str], found: str
    ) -> int:
        low, high = ends
        kept = min(max(value, low), high)
        if kept != value:
            done = f"expected {shown(low)} … {shown(high)}; clipped to {shown(kept)}"
            self.note("clipped", done, found)
        return kept


def read_node(folder: Folder, path: str) -> Node:
    """Return the object that a file holds; an empty one where it holds none."""
    return Node(folder.flaws, path, "", folder.read(path))


def _decimal(value: Fraction) -> str:
    """Return a number of a file as people read it; its powers of ten are few."""
    return str(value.numerator) if value.denominator == 1 else str(_quotient(value))


def _quotient(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).normalize()
