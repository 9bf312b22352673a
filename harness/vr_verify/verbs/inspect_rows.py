"""The rows that `inspect` shows: one entity, or those of a table that pass what is asked of them.

It must not read logs: a state is handed in.
"""

from dataclasses import dataclass

from vr_verify.canonical.query import Query, select
from vr_verify.canonical.query_text import read_filter, read_sort
from vr_verify.canonical.schema import Schema, Table
from vr_verify.canonical.state import (
    State,
    TableData,
    entity_id,
    format_raw,
    format_value,
    read_value,
)
from vr_verify.errors import UsageError
from vr_verify.report.documents import Cell, EntityRow, Selected


@dataclass(frozen=True, slots=True)
class RowsAsked:
    """What was asked for, in the words of the command line; `limit` None is all rows."""

    table: str | None
    entity: str | None
    where: tuple[str, ...] = ()
    sort: str | None = None
    limit: int | None = None

    def check(self) -> None:
        """Refuse what chooses rows where no table is named, and a limit that is no number."""
        limit = self.limit
        if limit is not None and (type(limit) is not int or limit < 0):
            raise UsageError(f"limit: expected a whole number from 0 on, found {limit!r}")
        chosen = {"--where": self.where, "--sort": self.sort, "--limit": self.limit is not None}
        words = [word for word, given in chosen.items() if given]
        if not words or (self.table is not None and self.entity is None):
            return
        found = "none" if self.entity is None else f"--entity {self.entity}"
        do = "name one" if self.entity is None else "leave --entity out"
        raise UsageError(
            f"{words[0]} chooses among the rows of a table: expected --table X, found {found}; {do}"
        )


def rows_of(
    schema: Schema, state: State, asked: RowsAsked
) -> tuple[tuple[EntityRow, ...] | None, Selected | None]:
    """Return the rows that were asked for, and how many of a table's rows these are."""
    if asked.entity is not None:
        return (_one(schema, state, asked.entity),), None
    if asked.table is None:
        return None, None
    if asked.table not in schema.positions:
        raise UsageError(f"no table {asked.table!r}; there are {', '.join(schema.positions)}")
    at, table = schema.positions[asked.table], schema.table(asked.table)
    tables = [universe.tables[at] for universe in state.universes]
    found = select(table, tables, _query(table, asked))
    rows = tuple(
        _row(state.universes[place].id, table, tables[place], slot) for place, slot in found.rows
    )
    words = (asked.table, asked.where, asked.sort, asked.limit)
    return rows, Selected(*words, found.live, found.total, found.has_more)


def _query(table: Table, asked: RowsAsked) -> Query:
    """Read the words; the UsageError names the option that they came by."""
    option = "--where"
    try:
        filters = tuple(read_filter(table, text) for text in asked.where)
        option = "--sort"
        sort = None if asked.sort is None else read_sort(table, asked.sort)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error
    column, descending = sort or (None, False)
    return Query(filters, column, descending, asked.limit)


def _alive(table: Table, data: TableData, slot: int) -> bool:
    """Whether a slot holds something: any slot does in a table without entities."""
    at = table.positions["alive"] if table.entity else None
    return at is None or read_value(table.columns[at], data.columns[at], slot) == 1


def _row(universe: int, table: Table, data: TableData, slot: int) -> EntityRow:
    """Return one slot with all its values."""
    cells = []
    for column, payload in zip(table.columns, data.columns, strict=True):
        raw = read_value(column, payload, slot)
        cells.append(Cell(column.name, format_value(column, raw), format_raw(raw), column.unit))
    name = f"{universe}/{table.name}/{slot}"
    if table.entity:
        name = entity_id(universe, table.name, slot, int(cells[0].raw))
    return EntityRow(name, table.name, tuple(cells))


def _one(schema: Schema, state: State, entity: str) -> EntityRow:
    """Find one entity by its text id; the UsageError says what its slot holds instead."""
    universe, table, slot = _parsed(schema, entity)
    at = schema.positions[table]
    for candidate in state.universes:
        data = candidate.tables[at]
        if candidate.id != universe or slot >= data.rows:
            continue
        row = _row(universe, schema.table(table), data, slot)
        if row.entity != entity or not _alive(schema.table(table), data, slot):
            holds = f"holds {row.entity}" if _alive(schema.table(table), data, slot) else "is free"
            raise UsageError(f"no {entity} at turn {state.turn}: its slot {holds}")
        return row
    counts = [u.tables[at].rows for u in state.universes if u.id == universe]
    found = f"{table} has {counts[0]} rows" if counts else f"there is no universe {universe}"
    raise UsageError(f"no {entity} at turn {state.turn}: {found}")


def _parsed(schema: Schema, entity: str) -> tuple[int, str, int]:
    """Split a text id into universe, table and slot; its generation is checked for form only."""
    parts = entity.split("/")
    slot, _, generation = parts[-1].partition(":")
    numbers = [parts[0], slot, *([generation] if ":" in parts[-1] else [])]
    if len(parts) != 3 or not all(n.isascii() and n.isdigit() and len(n) <= 10 for n in numbers):
        raise UsageError(f"expected an entity as universe/table/slot:generation, found {entity!r}")
    if parts[1] not in schema.positions:
        raise UsageError(f"no table {parts[1]!r}; there are {', '.join(schema.positions)}")
    return int(parts[0]), parts[1], int(slot)
