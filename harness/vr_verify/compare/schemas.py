"""What two schemas have in common, what differs, and states cut down to the common part.

Spec: contract, section 8 ("older logs"). Tables and columns are common by name; a column only if
its values mean the same: type, scale and unit are equal. Pure; it must not know any game.
"""

from dataclasses import dataclass, replace
from typing import Final

from vr_verify.canonical import json_text
from vr_verify.canonical.schema import Column, Schema, Table
from vr_verify.canonical.state import State, TableData, Universe

MISSING: Final = "missing"
THERE: Final = "there"
_PARTING: Final = ("type", "scale", "unit")
_TOLD: Final = (*_PARTING, "minimum", "maximum", "refers")


@dataclass(frozen=True, slots=True)
class SchemaDifference:
    """A table or `table.column` and in what its two descriptions differ."""

    place: str
    what: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Cut:
    """How to cut a state down: for each common table its index and its columns' indices."""

    tables: tuple[tuple[int, tuple[int, ...]], ...]

    def state(self, state: State) -> State:
        """Return the common part of a state; universes and rows stay as they are."""
        universes = tuple(Universe(u.id, self._tables(u)) for u in state.universes)
        return State(state.turn, universes)

    def _tables(self, universe: Universe) -> tuple[TableData, ...]:
        return tuple(
            TableData(
                universe.tables[at].rows,
                tuple(bytes(universe.tables[at].columns[index]) for index in columns),
            )
            for at, columns in self.tables
        )


@dataclass(frozen=True, slots=True)
class CommonPart:
    """The schema of what both sides have, and the way from each side's states to it."""

    schema: Schema
    left: Cut
    right: Cut
    differences: tuple[SchemaDifference, ...]

    @property
    def columns(self) -> int:
        """The number of common columns."""
        return sum(len(table.columns) for table in self.schema.tables)


def common_part(left: Schema, right: Schema) -> CommonPart:
    """Find the common tables, in the left schema's order, and name all that differs."""
    found: list[SchemaDifference] = []
    tables: list[Table] = []
    for table in left.tables:
        if table.name in right.positions:
            found += _table_differences(table, right.table(table.name))
            tables.append(_common_table(table, right.table(table.name)))
        else:
            found.append(SchemaDifference(table.name, "table", THERE, MISSING))
    foreign = [name for name in right.positions if name not in left.positions]
    found += [SchemaDifference(name, "table", MISSING, THERE) for name in foreign]
    shared = [name for name in left.positions if name in right.positions]
    found = _order("tables", shared, [n for n in right.positions if n in left.positions]) + found
    kept = tuple(table for table in tables if table.columns)
    schema = Schema(kept, b"", bytes(32))
    return CommonPart(schema, _cut(left, schema), _cut(right, schema), tuple(found))


def _cut(own: Schema, common: Schema) -> Cut:
    return Cut(
        tuple(
            (
                own.positions[table.name],
                tuple(own.table(table.name).positions[c.name] for c in table.columns),
            )
            for table in common.tables
        )
    )


def _common_table(left: Table, right: Table) -> Table:
    """Keep the columns whose values mean the same on both sides."""
    columns = tuple(
        column
        for column in left.columns
        if column.name in right.positions
        and all(
            getattr(column, what) == getattr(right.column(column.name), what) for what in _PARTING
        )
    )
    life = [column.name for column in columns[:2]] == ["generation", "alive"]
    return replace(left, entity=left.entity and right.entity and life, columns=columns)


def _table_differences(left: Table, right: Table) -> list[SchemaDifference]:
    """Name what differs in one table, columns in the left table's order, then the right's own."""
    found: list[SchemaDifference] = []
    if left.entity != right.entity:
        kinds = [_entity(table) for table in (left, right)]
        found.append(SchemaDifference(left.name, "kind", *kinds))
    for column in left.columns:
        place = f"{left.name}.{column.name}"
        if column.name in right.positions:
            found += _column_differences(place, column, right.column(column.name))
        else:
            found.append(SchemaDifference(place, "column", THERE, MISSING))
    for column in right.columns:
        if column.name not in left.positions:
            place = f"{left.name}.{column.name}"
            found.append(SchemaDifference(place, "column", MISSING, THERE))
    shared = [name for name in left.positions if name in right.positions]
    return found + _order(left.name, shared, [n for n in right.positions if n in left.positions])


def _entity(table: Table) -> str:
    return "entities" if table.entity else "plain rows"


def _column_differences(place: str, left: Column, right: Column) -> list[SchemaDifference]:
    pairs = [(what, getattr(left, what), getattr(right, what)) for what in _TOLD]
    return [
        SchemaDifference(place, what, _said(mine), _said(theirs))
        for what, mine, theirs in pairs
        if mine != theirs
    ]


def _said(value: str | int | None) -> str:
    return "none" if value is None else str(value)


def _order(place: str, left: list[str], right: list[str]) -> list[SchemaDifference]:
    """Name an order of common names that is not the same."""
    if left == right:
        return []
    texts = [json_text.encode(names).decode() for names in (left, right)]
    return [SchemaDifference(place, "order", *texts)]
