"""The lies, as pure functions of true values: a state or a ledger in, a false one out.

Each is as small as a lie can be: one value, one pair of rows, one column, one draw. No I/O here.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from vr_verify.canonical.changed_rows import SLOT_BYTES, ChangedRows, Changes
from vr_verify.canonical.ledger import LedgerEntry, arrange
from vr_verify.canonical.schema import Column, Schema
from vr_verify.canonical.state import State, TableData, read_value
from vr_verify.engines.saboteur.faults import FAULTS, Lie
from vr_verify.model.run import StepSpec

_INTEGERS: Final = ("i", "u")
_ENTITY_COLUMNS: Final = 2


def false_state(lie: Lie, schema: Schema, state: State) -> State:
    """Return the state with the lie in it; unchanged if it holds nothing to alter."""
    if lie.fault == "order":
        return _swapped(schema, state)
    return _altered(lie, schema, state)


def forgetful_state(lie: Lie, schema: Schema, state: State) -> State:
    """Return the state with one column of its live rows back at zero, or at its least value."""
    for place, at, data, slots in _tables(schema, state):
        for index, column in _chosen(lie, schema, at):
            default = 0 if column.minimum <= 0 <= column.maximum else column.minimum
            payload = _written(column, data.columns[index], dict.fromkeys(slots, default))
            if payload != bytes(data.columns[index]):
                return _with_column(state, place, at, index, payload)
    return state


def knows_column(lie: Lie, schema: Schema) -> bool:
    """Whether the lie's column, where one was chosen, is one of numbers that can be altered."""
    tables = range(len(schema.tables))
    return lie.column is None or any(_chosen(lie, schema, at) for at in tables)


def false_ledger(
    entries: Sequence[LedgerEntry], steps: Sequence[StepSpec], universe: int
) -> tuple[LedgerEntry, ...]:
    """Return the ledger with one draw more in the last phase of the last step."""
    step, phase = len(steps) - 1, steps[-1].phases[-1]
    extra = LedgerEntry(universe, step, phase, "saboteur", (), "saboteur.extra", 1)
    for entry in entries:
        if (entry.step, entry.phase) == (step, phase):
            extra = replace(entry, count=1)
            break
    return arrange([*entries, extra], steps)


def false_digest(lie: Lie, digest: bytes) -> bytes:
    """Return a digest with one bit wrong, another one for each fault: two lies do not cancel."""
    at = list(FAULTS).index(lie.fault)
    return digest[:at] + bytes([digest[at] ^ 1]) + digest[at + 1 :]


def false_nodes(nodes: bytes) -> bytes:
    """Return digests of nodes, the first with one bit wrong."""
    return bytes([nodes[0] ^ 1]) + nodes[1:] if nodes else nodes


def false_changes(changes: Changes) -> Changes:
    """Leave out the last row of the table of which most have changed; none if none has."""
    tables = [table for universe in changes.universes for table in universe.tables]
    fullest = max(tables, key=lambda table: table.count, default=None)
    universes = [
        replace(universe, tables=tuple(_cut(t) if t is fullest else t for t in universe.tables))
        for universe in changes.universes
    ]
    return replace(changes, universes=tuple(universes))


def _cut(table: ChangedRows) -> ChangedRows:
    """Return a table's changed rows without the last of them."""
    if table.count == 0:
        return table
    kept = table.count - 1
    columns = (memoryview(column).cast("B") for column in table.columns)
    cut = tuple(column[: len(column) // table.count * kept] for column in columns)
    return replace(
        table, count=kept, slots=memoryview(table.slots)[: SLOT_BYTES * kept], columns=cut
    )


def _altered(lie: Lie, schema: Schema, state: State) -> State:
    """Change one number of the first live entity by one raw step, within its range."""
    for place, at, data, slots in _tables(schema, state):
        for index, column in _chosen(lie, schema, at):
            for slot in slots:
                raw = read_value(column, data.columns[index], slot)
                assert isinstance(raw, int)
                false = raw + 1 if raw < column.maximum else raw - 1
                payload = _written(column, data.columns[index], {slot: false})
                return _with_column(state, place, at, index, payload)
    return state


def _chosen(lie: Lie, schema: Schema, table_index: int) -> list[tuple[int, Column]]:
    """List a table's columns to alter: the chosen one, else the widest first.

    The widest of the fullest table is the kind of value that a real fault is in.
    """
    listed = sorted(_numbers(schema, table_index), key=lambda one: -one[1].width)
    if lie.column is None:
        return listed
    table = schema.tables[table_index]
    return [(at, one) for at, one in listed if (table.name, one.name) == lie.column]


def _swapped(schema: Schema, state: State) -> State:
    """Swap the values of the first two live rows of a table that differ in any number."""
    for place, at, data, slots in _tables(schema, state):
        for left, right in itertools.pairwise(slots):
            swapped = state
            for index, column in _numbers(schema, at):
                one = read_value(column, data.columns[index], left)
                two = read_value(column, data.columns[index], right)
                payload = _written(column, data.columns[index], {left: two, right: one})
                swapped = _with_column(swapped, place, at, index, payload)
            if swapped != state:
                return swapped
    return state


def _tables(schema: Schema, state: State) -> Iterator[tuple[int, int, TableData, list[int]]]:
    """Give (place of the universe, table index, table, its live slots), the fullest table first."""
    listed: list[tuple[int, int, TableData, list[int]]] = []
    for place, universe in enumerate(state.universes):
        for at, (table, data) in enumerate(zip(schema.tables, universe.tables, strict=True)):
            alive = bytes(data.columns[1]) if table.entity else b"\1" * data.rows
            live = [slot for slot in range(data.rows) if alive[slot]]
            listed.append((place, at, data, live))
    yield from sorted(listed, key=lambda one: -len(one[3]))


def _numbers(schema: Schema, table_index: int) -> list[tuple[int, Column]]:
    """List the integer columns of a table that no slot's life hangs on."""
    table = schema.tables[table_index]
    first = _ENTITY_COLUMNS if table.entity else 0
    listed = list(enumerate(table.columns))[first:]
    return [(at, column) for at, column in listed if column.type.startswith(_INTEGERS)]


def _written(
    column: Column, payload: bytes | bytearray | memoryview, values: dict[int, int | bytes]
) -> bytes:
    """Return a column's payload with other values in some slots."""
    written = bytearray(payload)
    for slot, value in values.items():
        assert isinstance(value, int)
        raw = value.to_bytes(column.width, "little", signed=column.type.startswith("i"))
        written[slot * column.width : (slot + 1) * column.width] = raw
    return bytes(written)


def _with_column(state: State, place: int, table: int, column: int, payload: bytes) -> State:
    """Return the state with one column replaced."""
    universe = state.universes[place]
    data = universe.tables[table]
    columns = (*data.columns[:column], payload, *data.columns[column + 1 :])
    tables = list(universe.tables)
    tables[table] = TableData(data.rows, columns)
    universes = list(state.universes)
    universes[place] = replace(universe, tables=tuple(tables))
    return replace(state, universes=tuple(universes))
