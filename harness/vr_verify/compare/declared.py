"""Declared differences held against states: which differing values a declaration accepts.

Structure is never accepted: turns, universes and numbers of rows must be equal. Pure; it must not
count over a run, nor know the day.
"""

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

from vr_verify.canonical.schema import Column, Schema
from vr_verify.canonical.state import format_value, read_value
from vr_verify.compare.declared_file import Declaration
from vr_verify.compare.states import (
    HashedState,
    Place,
    StateDifferences,
    column_places,
    difference,
    entity_text,
)
from vr_verify.errors import UsageError

Distance = int | Fraction | float
"""How far values are apart: raw steps of an integer column, units of a float one; or infinity."""

INFINITE: Final = "infinite"
_FLOATS: Final = {"f32": "<f", "f64": "<d"}
_FLOAT_DIGITS: Final = 17


@dataclass(frozen=True, slots=True)
class Covered:
    """A declaration and the column that it covers: of one universe, or of all (None)."""

    declaration: Declaration
    universe: int | None
    table: int
    column: int

    def overlaps(self, other: "Covered") -> bool:
        """Whether both could be about the same value."""
        universes = {self.universe, other.universe}
        same = (self.table, self.column) == (other.table, other.column)
        if not same or (len(universes) > 1 and None not in universes):
            return False
        mine, theirs = self.declaration.turns, other.declaration.turns
        if mine is None or theirs is None:
            return True
        return mine[0] <= theirs[1] and theirs[0] <= mine[1]


@dataclass(frozen=True, slots=True)
class Weight:
    """What one declaration met in the states of one turn.

    `places` are the values that it accepts, `largest` the largest distance among them (None: none,
    or a column without distances); `refused` is the first value it does not accept, and why.
    """

    places: frozenset[Place]
    largest: Distance | None
    refused: str | None


def cover(
    declarations: Sequence[Declaration], schema: Schema, sides: Sequence[str], file: str
) -> tuple[Covered, ...]:
    """Find the column of each declaration; UsageError for what is not there, or stands twice."""
    found: list[Covered] = []
    for at, declaration in enumerate(declarations, start=1):
        place = f"{file}: difference {at}"
        covered = _covered(declaration, schema, place)
        for earlier, other in enumerate(found, start=1):
            if covered.overlaps(other):
                said = f"{declaration.path!r:.80} is covered by difference {earlier} as well"
                raise UsageError(f"{place}, path: {said}")
        for name in declaration.sides or ():
            if name not in sides:
                said = f"expected sides of {', '.join(sides)}, found {name!r:.80}"
                raise UsageError(f"{place}, sides: {said}")
        column = schema.tables[covered.table].columns[covered.column]
        if declaration.tolerance is not None and not _is_number(column):
            kind = f"a reference to {column.refers}" if column.refers else f"of type {column.type}"
            said = f"expected none, since {declaration.path} is {kind}"
            raise UsageError(f"{place}, tolerance: {said}")
        found.append(covered)
    return tuple(found)


def _covered(declaration: Declaration, schema: Schema, place: str) -> Covered:
    """Find `table.column` or `universe/table.column`; a name may hold points and slashes."""
    universe, slash, within = declaration.path.partition("/")
    numbered = slash and universe.isascii() and universe.isdigit() and len(universe) <= 10
    found = [Covered(declaration, None, *at) for at in _columns(schema, declaration.path)]
    if numbered:
        found += [Covered(declaration, int(universe), *at) for at in _columns(schema, within)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{place}, path: {declaration.path!r:.80} names {len(found)} columns")
    path = within if numbered else declaration.path
    table, point, name = path.rpartition(".")
    if not point:
        raise UsageError(f'{place}, path: expected "table.column", found {path!r:.80}')
    lacking = f"table {table!r:.80}"
    if table in schema.positions:
        lacking = f"column {name!r:.80} in table {table!r:.80}"
    raise UsageError(f"{place}, path: the schema has no {lacking}")


def _columns(schema: Schema, path: str) -> list[tuple[int, int]]:
    """Return indices of table and column of each column that is written like this."""
    return [
        (at, index)
        for at, table in enumerate(schema.tables)
        for index, column in enumerate(table.columns)
        if f"{table.name}.{column.name}" == path
    ]


def _is_number(column: Column) -> bool:
    other = column.type == "bool" or column.type.startswith("bytes")
    return not other and column.refers is None


def weigh(schema: Schema, covered: Covered, sides: Mapping[str, HashedState]) -> Weight:
    """Hold a declaration against all values of its column that differ."""
    table = schema.tables[covered.table]
    column = table.columns[covered.column]
    places: set[Place] = set()
    largest: Distance | None = None
    first_refused: str | None = None
    for universe in sorted({u.id for side in sides.values() for u in side.state.universes}):
        if covered.universe not in (None, universe):
            continue
        for place in column_places(table, universe, covered.table, covered.column, sides):
            raws = {name: raw_value(schema, place, side) for name, side in sides.items()}
            apart = _distance(column, raws)
            if (refused := _refused(covered.declaration, column, raws, apart)) is None:
                places.add(place)
                largest = apart if largest is None or apart is None else max(largest, apart)
            elif first_refused is None:
                states = {name: side.state for name, side in sides.items()}
                first_refused = f"{entity_text(schema, place, states)} {refused}"
    return Weight(frozenset(places), largest, first_refused)


def raw_value(schema: Schema, place: Place, side: HashedState) -> int | bytes | None:
    """Return a side's raw value at a place, None where it has no such row."""
    column = schema.tables[place.table].columns[place.column]
    table = side.table(place.universe, place.table)
    if table is None or place.slot >= table.rows:
        return None
    return read_value(column, table.columns[place.column], place.slot)


def _refused(
    declaration: Declaration,
    column: Column,
    raws: Mapping[str, int | bytes | None],
    apart: Distance | None,
) -> str | None:
    """Say why a value is not accepted; None if it is."""
    if None in raws.values():
        return "is not there on all sides"
    if declaration.sides is not None:
        others = {raw for name, raw in raws.items() if name not in declaration.sides}
        if len(others) > 1:
            return f"differs between sides other than {' and '.join(declaration.sides)}"
    if declaration.tolerance is None:
        return None
    assert apart is not None, "a tolerance stands at columns of numbers only"
    scale = 1 if column.type in _FLOATS else column.scale
    if apart <= declaration.tolerance * scale:
        return None
    found = distance_text(column, apart)
    return f"differs by {found} {column.unit}, the tolerance is {declaration.tolerance_text}"


def _distance(column: Column, raws: Mapping[str, int | bytes | None]) -> Distance | None:
    """Return how far the outermost values are apart; None where that means nothing."""
    numbers = [raw for raw in raws.values() if isinstance(raw, int)]
    if len(numbers) < len(raws) or not _is_number(column):
        return None
    if column.type not in _FLOATS:
        return max(numbers) - min(numbers)
    values = [_float(column, raw) for raw in numbers]
    if not all(math.isfinite(value) for value in values):
        return math.inf
    return Fraction(max(values)) - Fraction(min(values))


def _float(column: Column, raw: int) -> float:
    value: float = struct.unpack(_FLOATS[column.type], raw.to_bytes(column.width, "little"))[0]
    return value


def distance_text(column: Column, distance: Distance) -> str:
    """Return a distance in the column's unit: exact for integers, 17 digits for floats."""
    if isinstance(distance, float):
        return INFINITE
    if isinstance(distance, int):
        return format_value(column, distance)
    rounded = Context(prec=_FLOAT_DIGITS, Emin=-5000, Emax=5000).divide(
        Decimal(distance.numerator), Decimal(distance.denominator)
    )
    return str(rounded.normalize()) if abs(rounded.adjusted()) > 20 else f"{rounded:f}"


@dataclass(frozen=True, slots=True)
class Waiver:
    """The declarations that hold at one turn, for any states of that turn."""

    schema: Schema
    held: tuple[Covered, ...]

    def places(self, sides: Mapping[str, HashedState]) -> frozenset[Place]:
        """Return the differing values that are accepted."""
        weights = (weigh(self.schema, covered, sides) for covered in self.held)
        return frozenset[Place]().union(*(weight.places for weight in weights))

    def differences(self, sides: Mapping[str, HashedState]) -> StateDifferences:
        """Return what differs beyond that."""
        return difference(self.schema, sides, self.places(sides))

    def parts(self, sides: Mapping[str, HashedState]) -> bool:
        """Whether the sides differ in anything that is not accepted."""
        return remains(self.differences(sides), sides)


def remains(left: StateDifferences, sides: Mapping[str, HashedState]) -> bool:
    """Whether anything is left that differs; a row that a side lacks is among the places left.

    Turns and universes have no place of their own.
    """
    shapes = {(s.state.turn, *(u.id for u in s.state.universes)) for s in sides.values()}
    return bool(left.places) or len(shapes) > 1
