"""Questions to a table: which live rows pass all filters, in which order, how many at once.

Spec: PROTOCOL.md, section 2, for values. An engine may answer such questions in its own way and is
held against this plain one: look at every row, sort all, cut. It must not know texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vr_verify.canonical.packing import BytesLike
from vr_verify.canonical.schema import Column, Table
from vr_verify.canonical.state import TableData

Raw = int | bytes
"""A value as the state holds it: bytes for bytesN, else an integer (a float's bits)."""


@dataclass(frozen=True, slots=True)
class Exact:
    """This value."""

    value: Raw


@dataclass(frozen=True, slots=True)
class Range:
    """At least the first and at most the second."""

    low: Raw
    high: Raw


@dataclass(frozen=True, slots=True)
class In:
    """One of these."""

    values: frozenset[Raw]


Filter = Exact | Range | In


@dataclass(frozen=True, slots=True)
class Query:
    """Columns and what must stand in them, all of which must pass; a column to sort by.

    Equal rows stay in the order of their tables, then of their slots. `limit` None: all rows.
    """

    filters: tuple[tuple[str, Filter], ...] = ()
    sort: str | None = None
    descending: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows as (position of the table, slot), in the order asked for.

    `live` rows were looked at and `total` pass; `has_more`: more than were given.
    """

    rows: tuple[tuple[int, int], ...]
    live: int
    total: int
    has_more: bool


def select(table: Table, tables: Sequence[TableData], query: Query) -> Selection:
    """Return the live rows of one table, as each of several universes has it, that pass.

    KeyError for a column that the table does not have.
    """
    living = [_living(table, data) for data in tables]
    live = sum(map(int, map(np.count_nonzero, living)))
    pairs = zip(living, tables, strict=True)
    slots = [np.flatnonzero(alive & _all_pass(table, data, query)) for alive, data in pairs]
    places = np.repeat(np.arange(len(tables)), [len(part) for part in slots])
    found = np.concatenate([np.zeros(0, np.intp), *slots])
    if query.sort is not None and len(found):
        column = table.column(query.sort)
        keys = [_keys(column, _payload(table, data, query.sort)) for data in tables]
        parts = [of_table[part] for of_table, part in zip(keys, slots, strict=True)]
        order = _order(np.concatenate(parts), query.descending)
        places, found = places[order], found[order]
    given = slice(query.limit)
    rows = tuple(zip(places[given].tolist(), found[given].tolist(), strict=True))
    return Selection(rows, live, len(found), len(rows) < len(found))


def _payload(table: Table, data: TableData, name: str) -> BytesLike:
    return data.columns[table.positions[name]]


def _living(table: Table, data: TableData) -> Any:
    """Flag the rows that hold something: all of them in a table without entities."""
    if not table.entity:
        return np.ones(data.rows, np.bool_)
    return np.frombuffer(_payload(table, data, "alive"), np.uint8) == 1


def _all_pass(table: Table, data: TableData, query: Query) -> Any:
    """Flag the rows of one table that pass all filters."""
    passing = np.ones(data.rows, np.bool_)
    for name, wanted in query.filters:
        column = table.column(name)
        passing &= _passing(column, _keys(column, _payload(table, data, name)), wanted)
    return passing


def _keys(column: Column, payload: BytesLike) -> Any:
    """Return for each slot a key that is ordered as the column's values are.

    Floats go by IEEE's total order, so -0.0 comes before 0.0, and NaNs have places of their own.
    """
    width = column.width
    if column.type.startswith("bytes"):
        return np.frombuffer(payload, f"S{width}")
    if not column.type.startswith("f"):
        return np.frombuffer(payload, f"<{'i' if column.type.startswith('i') else 'u'}{width}")
    bits = np.frombuffer(payload, f"<i{width}")
    return np.where(bits < 0, bits ^ np.iinfo(bits.dtype).max, bits)


def _key(column: Column, raw: Raw) -> Raw:
    """Return the key of one raw value."""
    if isinstance(raw, bytes) or not column.type.startswith("f"):
        return raw
    sign = 1 << (column.width * 8 - 1)
    return raw if raw < sign else -(raw - sign) - 1


def _passing(column: Column, keys: Any, wanted: Filter) -> Any:
    if isinstance(wanted, Exact):
        return keys == _key(column, wanted.value)
    if isinstance(wanted, Range):
        return (keys >= _key(column, wanted.low)) & (keys <= _key(column, wanted.high))
    passing = np.zeros(len(keys), np.bool_)
    for value in wanted.values:
        passing |= keys == _key(column, value)
    return passing


def _order(keys: Any, descending: bool) -> Any:
    """Return the positions in the order of their keys; equal ones stay as they are."""
    if not descending:
        return np.argsort(keys, kind="stable")
    return len(keys) - 1 - np.argsort(keys[::-1], kind="stable")[::-1]
