"""Where states differ: descent of the digest trees to the leaf, then value by value.

Spec: PROTOCOL.md, sections 2 and 3. It must not know which side is right.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Final

from vr_verify.canonical import tree
from vr_verify.canonical.schema import Schema, Table
from vr_verify.canonical.state import (
    State,
    TableData,
    entity_id,
    format_raw,
    format_value,
    read_value,
)
from vr_verify.canonical.tree import StateTree, TableTree

ABSENT: Final = "absent"
PLACES_KEPT_MAX: Final = 10_000
_GENERATION, _ALIVE = 0, 1


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One value: universe id, then indices of table, column and slot; canonical order."""

    universe: int
    table: int
    column: int
    slot: int


@dataclass(frozen=True, slots=True)
class RowCounts:
    """A table whose number of rows differs, with each side's."""

    universe: int
    table: str
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class StateDifferences:
    """All that differs. `places` keeps the first ten thousand; the counts are of all.

    `columns` are `table.column` in canonical order; `entities` counts (universe, table, slot).
    """

    places: tuple[Place, ...]
    rows: tuple[RowCounts, ...]
    columns: tuple[str, ...]
    entities: int


@dataclass(frozen=True, slots=True)
class HashedState:
    """A state and the digest tree of its values."""

    state: State
    tree: StateTree

    def table(self, universe: int, at: int) -> TableData | None:
        """Return a table's values, None where the side has no such universe."""
        found = [u for u in self.state.universes if u.id == universe]
        return found[0].tables[at] if found else None

    def table_tree(self, universe: int, at: int) -> TableTree | None:
        """Return a table's digests, None where the side has no such universe."""
        found = [u for u in self.tree.universes if u.id == universe]
        return found[0].tables[at] if found else None


def difference(
    schema: Schema, sides: Mapping[str, HashedState], accepted: Set[Place] = frozenset()
) -> StateDifferences:
    """Compare sides of one schema; a place differs if not all sides have the same value there.

    Places that are `accepted` are passed over.
    """
    places: list[Place] = []
    rows: list[RowCounts] = []
    columns: dict[tuple[int, int], str] = {}
    entities: set[tuple[int, int, int]] = set()
    ids = sorted({u.id for side in sides.values() for u in side.state.universes})
    for universe in ids:
        for at, table in enumerate(schema.tables):
            if (counts := _row_counts(universe, at, sides)) is not None:
                rows.append(RowCounts(universe, table.name, counts))
            for place in _table_places(table, universe, at, sides):
                if place in accepted:
                    continue
                columns.setdefault((at, place.column), _column_name(table, place))
                entities.add((universe, at, place.slot))
                if len(places) < PLACES_KEPT_MAX:
                    places.append(place)
    named = tuple(columns[key] for key in sorted(columns))
    return StateDifferences(tuple(places), tuple(rows), named, len(entities))


def _column_name(table: Table, place: Place) -> str:
    return f"{table.name}.{table.columns[place.column].name}"


def _row_counts(universe: int, at: int, sides: Mapping[str, HashedState]) -> dict[str, int] | None:
    """Return each side's number of rows if they are not all the same."""
    tables = {name: side.table(universe, at) for name, side in sides.items()}
    counts = {name: 0 if table is None else table.rows for name, table in tables.items()}
    return counts if len(set(counts.values())) > 1 else None


def _table_places(
    table: Table, universe: int, at: int, sides: Mapping[str, HashedState]
) -> Iterator[Place]:
    """Descend one table: equal digests end the descent at once."""
    trees = [side.table_tree(universe, at) for side in sides.values()]
    if len({None if node is None else node.digest for node in trees}) == 1:
        return
    for index in range(len(table.columns)):
        yield from column_places(table, universe, at, index, sides)


def column_places(
    table: Table, universe: int, at: int, index: int, sides: Mapping[str, HashedState]
) -> Iterator[Place]:
    """Give the places that differ in column `index` of table `at` of one universe, ascending."""
    width = table.columns[index].width
    tables = [side.table(universe, at) for side in sides.values()]
    trees = [side.table_tree(universe, at) for side in sides.values()]
    views = [b"" if data is None else bytes(data.columns[index]) for data in tables]
    leaves = _leaves([None if node is None else node.columns[index] for node in trees])
    for slot in _slots(leaves, width, max(map(len, views)) // width):
        start = slot * width
        if len({view[start : start + width] for view in views}) > 1:
            yield Place(universe, at, index, slot)


def _leaves(columns: list[tree.ColumnTree | None]) -> list[int]:
    """Return the numbers of the leaves in which any two sides differ."""
    there = [column for column in columns if column is not None]
    if len(there) < len(columns):
        longest = max(len(column.levels[0]) for column in there)
        return list(range(longest // tree.DIGEST_BYTES))
    found = {leaf for other in there[1:] for leaf in tree.differing_leaves(there[0], other)}
    return sorted(found)


def _slots(leaves: list[int], width: int, rows: int) -> Iterator[int]:
    """Give the slots whose bytes touch the leaves, each once, ascending."""
    next_slot = 0
    for leaf in leaves:
        first = max(next_slot, leaf * tree.LEAF_BYTES // width)
        last = min(rows, -(-(leaf + 1) * tree.LEAF_BYTES // width))
        yield from range(first, last)
        next_slot = max(next_slot, last)


def value_texts(
    schema: Schema, place: Place, states: Mapping[str, State]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return each side's value at a place in the column's unit, and raw; `absent` if none."""
    column = schema.tables[place.table].columns[place.column]
    values, raws = {}, {}
    for name, state in states.items():
        data = _table_of(state, place)
        if data is None or place.slot >= data.rows:
            values[name] = raws[name] = ABSENT
            continue
        raw = read_value(column, data.columns[place.column], place.slot)
        values[name], raws[name] = format_value(column, raw), format_raw(raw)
    return values, raws


def entity_text(schema: Schema, place: Place, states: Mapping[str, State]) -> str:
    """Return the entity's id as text, its generation from the first side that has it alive.

    A table of no entities has generation 0.
    """
    table = schema.tables[place.table]
    generations = []
    for state in states.values():
        data = _table_of(state, place)
        if table.entity and data is not None and place.slot < data.rows:
            generation, alive = (
                read_value(table.columns[at], data.columns[at], place.slot)
                for at in (_GENERATION, _ALIVE)
            )
            generations.append((alive, generation))
    living = [generation for alive, generation in generations if alive]
    found = [*living, *(generation for _, generation in generations), 0][0]
    assert isinstance(found, int)
    return entity_id(place.universe, table.name, place.slot, found)


def _table_of(state: State, place: Place) -> TableData | None:
    found = [u for u in state.universes if u.id == place.universe]
    return found[0].tables[place.table] if found else None
