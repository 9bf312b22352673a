"""Changed rows give the deltas that two whole states give; a state in motion leaves others be."""

import struct
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness.runlog.runs import all_types, changed, filled
from vr_verify.canonical.changed_rows import ChangedRows, Changes, UniverseChanges
from vr_verify.canonical.schema import Table
from vr_verify.canonical.state import State, TableData, Universe
from vr_verify.runlog import delta, snapshots
from vr_verify.runlog.delta import ColumnDelta, TableDelta
from vr_verify.runlog.standing import StandingState, StandingTable

SCHEMA = all_types()
ALL = SCHEMA.tables[0]


def rows_of(table: Table, before: TableData, after: TableData, more: frozenset[int]) -> ChangedRows:
    """Compare two tables row by row; rows of `more` are named as well."""

    def row(data: TableData, slot: int) -> list[bytes]:
        pairs = zip(table.columns, data.columns, strict=True)
        return [bytes(own[slot * c.width : (slot + 1) * c.width]) for c, own in pairs]

    slots = [
        slot
        for slot in range(after.rows)
        if slot >= before.rows or slot in more or row(before, slot) != row(after, slot)
    ]
    rows = [row(after, slot) for slot in slots]
    columns = tuple(b"".join(one[at] for one in rows) for at in range(len(table.columns)))
    return ChangedRows(after.rows, len(slots), struct.pack(f"<{len(slots)}I", *slots), columns)


def plain(data: TableData) -> tuple[int, list[bytes]]:
    return data.rows, [bytes(payload) for payload in data.columns]


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_rows_lead_where_whole_states_do_turn_after_turn(seed: int) -> None:
    random = Random(seed)
    table = filled(ALL, random.choice((0, 1, 9, 60)), random)
    first = plain(table)
    state = State(0, (Universe(3, (table,)),))
    standing = StandingState(SCHEMA, state)
    for turn in range(1, 5):
        after = changed(ALL, table, random)
        more = frozenset(random.sample(range(after.rows), min(after.rows, 3)))
        rows = rows_of(ALL, table, after, more)
        next_state = State(turn, (Universe(3, (after,)),))
        changes = Changes(turn, (UniverseChanges(3, (rows,)),))
        taken = list(standing.take(changes))
        made = delta.table_delta(ALL, table, after)
        assert [change for _, _, change in taken] == ([] if made is None else [made])
        messages = [snapshots.delta_message(turn, *one)[0] for one in taken]
        assert messages == snapshots.delta_messages(SCHEMA, state, next_state)[0]
        assert standing.differs_from(next_state) is None
        assert plain(standing.state(turn).universes[0].tables[0]) == plain(after)
        table, state = after, next_state
    assert plain(TableData(first[0], tuple(first[1]))) == first


def test_what_was_handed_in_stays_as_it_was() -> None:
    random = Random(1)
    before = filled(ALL, 60, random)
    kept = plain(before)
    standing = StandingTable(ALL, before)
    after = before
    while (made := delta.table_delta(ALL, before, after)) is None:
        after = changed(ALL, before, random)
    standing.apply(made)
    assert plain(before) == kept
    assert plain(standing.data()) == plain(after) != kept
    assert all(memoryview(payload).readonly for payload in standing.data().columns)


def test_a_column_that_differs_is_named() -> None:
    random = Random(2)
    table = filled(ALL, 9, random)
    standing = StandingState(SCHEMA, State(0, (Universe(3, (table,)),)))
    assert standing.differs_from(State(5, (Universe(3, (table,)),))) is None
    own = bytearray(table.columns[2])
    own[-1] ^= 1
    other = TableData(9, (*table.columns[:2], bytes(own), *table.columns[3:]))
    name = f"3/{ALL.name}.{ALL.columns[2].name}"
    assert standing.differs_from(State(0, (Universe(3, (other,)),))) == name
    assert standing.differs_from(State(0, (Universe(4, (table,)),))) == "the universes"
    longer = filled(ALL, 10, random)
    assert standing.differs_from(State(0, (Universe(3, (longer,)),))) == f"the rows of 3/{ALL.name}"


def test_rows_reach_the_same_universes_with_no_fewer_rows() -> None:
    random = Random(3)
    table = filled(ALL, 9, random)
    standing = StandingState(SCHEMA, State(0, (Universe(3, (table,)),)))
    same = rows_of(ALL, table, table, frozenset())
    fewer = ChangedRows(8, 0, b"", same.columns)
    assert standing.reaches(Changes(1, (UniverseChanges(3, (same,)),)))
    assert not standing.reaches(Changes(1, (UniverseChanges(4, (same,)),)))
    assert not standing.reaches(Changes(1, (UniverseChanges(3, (fewer,)),)))


def test_a_delta_to_no_bool_is_refused() -> None:
    at = next(at for at, column in enumerate(ALL.columns) if column.type == "bool")
    zeros = TableData(2, tuple(bytes(2 * column.width) for column in ALL.columns))
    for change, fits in ((b"\1", True), (b"\2", False)):
        standing = StandingTable(ALL, zeros)
        made = TableDelta(2, (ColumnDelta(at, 1, bytes(4), change),))
        if fits:
            standing.apply(made)
            continue
        with pytest.raises(ValueError, match="expected bools 0 or 1"):
            standing.apply(made)
