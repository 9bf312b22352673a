"""Domains made of parts: tuples, lists, sets, dicts, records, and one of several.

It must not know which function is called.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from vr_verify.twin.domains import LENGTH_MAX, Domain, Integers
from vr_verify.twin.extra import strategies


@dataclass(frozen=True)
class Items:
    """Lists, tuples, sets or frozensets (`make`) of items of one domain."""

    item: Domain
    make: type[Any] = list
    shortest: int = 0
    longest: int = LENGTH_MAX

    @property
    def drawable(self) -> bool:
        """Tell whether the items are."""
        return self.item.drawable

    @property
    def _unique(self) -> bool:
        return issubclass(self.make, set | frozenset)

    def usual(self) -> Any:
        """Return the boundaries of the items, as many as fit."""
        return self.make([self.item.usual(), *self.item.boundaries()][: max(self.shortest, 3)])

    def boundaries(self) -> list[Any]:
        """Return the shortest, one of each boundary item, and the longest."""
        ends = self.item.boundaries()
        found = [self.make([])] if self.shortest == 0 else []
        if self.shortest <= 1 <= self.longest:
            found += [self.make([value]) for value in ends]
        whole = [ends[at % len(ends)] for at in range(self.longest)] if ends else []
        return [value for value in [*found, self.make(whole)] if self.holds(value)]

    def drawn(self, numbers: Iterator[int]) -> Any:
        """Return items whose count takes one number and then each its own."""
        count = Integers(self.shortest, self.longest).drawn(numbers)
        return self.make([self.item.drawn(numbers) for _ in range(count)])

    def strategy(self) -> Any:
        """Return a strategy of all values."""
        st = strategies()
        item, sizes = self.item.strategy(), (self.shortest, self.longest)
        if self._unique:
            made = st.sets if issubclass(self.make, set) else st.frozensets
            return made(item, min_size=sizes[0], max_size=sizes[1])
        listed = st.lists(item, min_size=sizes[0], max_size=sizes[1])
        return listed if self.make is list else listed.map(self.make)

    def holds(self, value: Any) -> bool:
        """Tell whether a value is of the kind, its length and its items in range."""
        if type(value) is not self.make or not self.shortest <= len(value) <= self.longest:
            return False
        return all(self.item.holds(item) for item in value)

    def simpler(self, value: Any) -> Iterator[Any]:
        """Give fewer items, then one item after another made simpler."""
        items = sorted(value, key=repr) if self._unique else list(value)
        for count in {self.shortest, len(items) // 2}:
            if self.shortest <= count < len(items):
                yield self.make(items[:count])
        for at, item in enumerate(items):
            if len(items) > self.shortest:
                yield self.make([*items[:at], *items[at + 1 :]])
            for other in self.item.simpler(item):
                changed = self.make([*items[:at], other, *items[at + 1 :]])
                if len(changed) == len(items):
                    yield changed

    def described(self) -> Any:
        """Return kind, lengths and item."""
        sizes = {"shortest": self.shortest, "longest": self.longest}
        return {self.make.__name__: sizes | {"item": self.item.described()}}


@dataclass(frozen=True)
class Records:
    """Values of named parts: dataclasses, msgspec structs, named tuples; also plain tuples.

    `kind` is the type; `parts` are its fields by name, or by position as "0", "1", … of a tuple.
    """

    kind: type[Any]
    parts: dict[str, Domain] = field(hash=False)

    @property
    def drawable(self) -> bool:
        """Tell whether all parts are."""
        return all(part.drawable for part in self.parts.values())

    @property
    def _plain(self) -> bool:
        return self.kind is tuple

    def made(self, values: dict[str, Any]) -> Any:
        """Return the value of these parts."""
        return tuple(values.values()) if self._plain else self.kind(**values)

    def taken(self, value: Any) -> dict[str, Any]:
        """Return the parts of a value."""
        if self._plain:
            return dict(zip(self.parts, value, strict=True))
        return {name: getattr(value, name) for name in self.parts}

    def usual(self) -> Any:
        """Return the value of usual parts."""
        return self.made({name: part.usual() for name, part in self.parts.items()})

    def boundaries(self) -> list[Any]:
        """Return all parts at their lowest and highest, then one after another at a boundary."""
        ends = {name: part.boundaries() for name, part in self.parts.items()}
        usual = {name: part.usual() for name, part in self.parts.items()}
        found = [self.made({name: own[0] for name, own in ends.items()})]
        found.append(self.made({name: own[-1] for name, own in ends.items()}))
        for name, own in ends.items():
            found += [self.made(usual | {name: value}) for value in own]
        return found if self.parts else [self.made({})]

    def drawn(self, numbers: Iterator[int]) -> Any:
        """Return a value whose parts are drawn in order."""
        return self.made({name: part.drawn(numbers) for name, part in self.parts.items()})

    def strategy(self) -> Any:
        """Return a strategy of all values."""
        st = strategies()
        names = tuple(self.parts)
        parts = [part.strategy() for part in self.parts.values()]
        return st.tuples(*parts).map(lambda own: self.made(dict(zip(names, own, strict=True))))

    def holds(self, value: Any) -> bool:
        """Tell whether a value is of the kind and each part in its domain."""
        if type(value) is not self.kind or (self._plain and len(value) != len(self.parts)):
            return False
        taken = self.taken(value)
        return all(part.holds(taken[name]) for name, part in self.parts.items())

    def simpler(self, value: Any) -> Iterator[Any]:
        """Give the value with one part after another made simpler."""
        taken = self.taken(value)
        for name, part in self.parts.items():
            for other in part.simpler(taken[name]):
                yield self.made(taken | {name: other})

    def described(self) -> Any:
        """Return the kind's name and its parts."""
        return {self.kind.__name__: {n: part.described() for n, part in self.parts.items()}}


@dataclass(frozen=True)
class Mappings:
    """Dicts of keys and values, each of one domain."""

    key: Domain
    value: Domain
    shortest: int = 0
    longest: int = LENGTH_MAX

    @property
    def drawable(self) -> bool:
        """Tell whether keys and values are."""
        return self.key.drawable and self.value.drawable

    @cached_property
    def _pairs(self) -> Items:
        pair = Records(tuple, {"0": self.key, "1": self.value})
        return Items(pair, list, self.shortest, self.longest)

    def usual(self) -> dict[Any, Any]:
        """Return a dict of a few usual values."""
        return dict(self._pairs.usual())

    def boundaries(self) -> list[dict[Any, Any]]:
        """Return the empty dict, and dicts of boundary keys and values."""
        return [value for pairs in self._pairs.boundaries() if self.holds(value := dict(pairs))]

    def drawn(self, numbers: Iterator[int]) -> dict[Any, Any]:
        """Return the dict of pairs drawn in order; of a key drawn twice the last value counts."""
        return dict(self._pairs.drawn(numbers))

    def strategy(self) -> Any:
        """Return a strategy of all values."""
        st = strategies()
        sizes = {"min_size": self.shortest, "max_size": self.longest}
        return st.dictionaries(self.key.strategy(), self.value.strategy(), **sizes)

    def holds(self, value: Any) -> bool:
        """Tell whether a value is a dict whose size, keys and values are in range."""
        return type(value) is dict and self._pairs.holds(list(value.items()))

    def simpler(self, value: dict[Any, Any]) -> Iterator[dict[Any, Any]]:
        """Give fewer entries, then simpler keys and values."""
        for pairs in self._pairs.simpler(list(value.items())):
            made = dict(pairs)
            if len(made) == len(pairs):
                yield made

    def described(self) -> Any:
        """Return lengths, keys and values."""
        parts = {"key": self.key.described(), "value": self.value.described()}
        return {"dict": {"shortest": self.shortest, "longest": self.longest} | parts}


@dataclass(frozen=True)
class OneOf:
    """A value of one of several domains, the simplest first."""

    options: tuple[Domain, ...]

    @property
    def drawable(self) -> bool:
        """Tell whether all options are."""
        return all(option.drawable for option in self.options)

    def usual(self) -> Any:
        """Return a usual value of the last option, which holds most."""
        return self.options[-1].usual()

    def boundaries(self) -> list[Any]:
        """Return those of each option."""
        return [value for option in self.options for value in option.boundaries()]

    def drawn(self, numbers: Iterator[int]) -> Any:
        """Return a value of the option at the high 64 bits of number * count."""
        return self.options[next(numbers) * len(self.options) >> 64].drawn(numbers)

    def strategy(self) -> Any:
        """Return a strategy of all values."""
        st = strategies()
        return st.one_of([option.strategy() for option in self.options])

    def holds(self, value: Any) -> bool:
        """Tell whether a value belongs to an option."""
        return any(option.holds(value) for option in self.options)

    def simpler(self, value: Any) -> Iterator[Any]:
        """Give boundaries of the options before the value's own, then simpler ones of its own."""
        for option in self.options:
            if option.holds(value):
                yield from option.simpler(value)
                return
            yield from option.boundaries()[:3]

    def described(self) -> Any:
        """Return the options."""
        return {"one of": [option.described() for option in self.options]}
