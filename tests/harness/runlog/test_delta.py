"""Row deltas lead to the state that they were made from, and what does not fit is refused."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness.canonical.examples import SCHEMA, column, schema_of, small_state
from tests.harness.runlog.runs import all_types, applied, changed, filled
from vr_verify.canonical.schema import Table
from vr_verify.canonical.state import State, TableData, Universe
from vr_verify.runlog import delta, messages, snapshots
from vr_verify.runlog.delta import ColumnDelta, TableDelta

ALL = all_types().tables[0]
WIDE = schema_of(t=[column("word", "u16"), column("odd", "bytes3")]).tables[0]


def plain(data: TableData) -> tuple[int, list[bytes]]:
    """Return a table as numbers and bytes."""
    return data.rows, [bytes(payload) for payload in data.columns]


def u32(*values: int) -> bytes:
    """Pack gaps."""
    return np.array(values, "<u4").tobytes()


@given(st.integers(0, 2**32 - 1))
def test_a_delta_leads_to_the_state_it_was_made_from(seed: int) -> None:
    random = Random(seed)
    before = filled(ALL, random.choice((0, 1, 2, 9, 60)), random)
    after = changed(ALL, before, random)
    change = delta.table_delta(ALL, before, after)
    assert (change is None) == (plain(before) == plain(after))
    if change is not None:
        assert plain(applied(ALL, before, change)) == plain(after)


@given(st.integers(0, 2**32 - 1))
def test_a_delta_message_leads_there_too(seed: int) -> None:
    random, schema = Random(seed), all_types()
    before = filled(ALL, random.choice((0, 1, 9, 60, 400)), random)
    after = changed(ALL, before, random)
    states = [State(at, (Universe(3, (one,)),)) for at, one in enumerate((before, after))]
    stored, stored_bytes = snapshots.delta_messages(schema, *states)
    assert (stored == []) == (plain(before) == plain(after))
    for _, data in stored:
        message = messages.parse("Delta", data)
        snapshots.check_delta(message, 1, 3, ALL, before.rows)
        found = snapshots.read_delta(message, ALL, before.rows)
        assert plain(applied(ALL, before, found)) == plain(after)
        assert stored_bytes == len(message.data)


def test_only_what_changed_is_kept() -> None:
    old = TableData(4, (np.array([1, 2, 65535, 4], "<u2").tobytes(), b"abcdefghijkl"))
    new = TableData(5, (np.array([1, 3, 0, 4, 0], "<u2").tobytes(), b"abcdefghijkm\0\0\0"))
    change = delta.table_delta(WIDE, old, new)
    assert change == TableDelta(
        5,
        (
            ColumnDelta(0, 2, u32(1, 0), np.array([1, 1], "<u2").tobytes()),
            ColumnDelta(1, 1, u32(3), bytes([0, 0, ord("l") ^ ord("m")])),
        ),
    )
    assert plain(applied(WIDE, old, change)) == plain(new)
    assert delta.table_delta(WIDE, old, old) is None


def test_rows_that_are_new_and_zero_are_a_change_without_columns() -> None:
    old, new = TableData(1, (b"ab", b"abc")), TableData(3, (b"ab\0\0\0\0", b"abc" + bytes(6)))
    change = delta.table_delta(WIDE, old, new)
    assert change == TableDelta(3, ())
    assert plain(applied(WIDE, old, change)) == plain(new)
    assert delta.split(b"", delta.shapes(WIDE, [], [])) == []


@pytest.mark.parametrize(
    ("changed_column", "message"),
    [
        (ColumnDelta(0, 1, u32(2), b"\0\0"), "one that stays as it is"),
        (ColumnDelta(1, 2, u32(0, 0), b"\0\0\0\0\0\1"), "one that stays as it is"),
        (ColumnDelta(0, 1, u32(4), b"\1\0"), "rows below 4, found row 4"),
        (ColumnDelta(1, 1, u32(2**32 - 1), b"\1\0\0"), f"found row {2**32 - 1}"),
        (ColumnDelta(0, 2, u32(2**32 - 1, 0), b"\1\0\1\0"), f"found row {2**32}"),
    ],
)
def test_a_delta_that_does_not_fit_is_refused(changed_column: ColumnDelta, message: str) -> None:
    old = TableData(4, (bytes(8), b"abcdefghijkl"))
    assert applied(WIDE, old, TableDelta(4, ())) == old, "the clean twin"
    with pytest.raises(ValueError, match=message):
        applied(WIDE, old, TableDelta(4, (changed_column,)))


def test_applying_leaves_the_state_before_as_it_was() -> None:
    old = TableData(4, (bytearray(8), bytearray(12)))
    new = applied(WIDE, old, TableDelta(4, (ColumnDelta(0, 1, u32(0), b"\1\0"),)))
    assert plain(old) == (4, [bytes(8), bytes(12)])
    assert plain(new) == (4, [b"\1" + bytes(7), bytes(12)])


def test_what_deltas_cannot_lead_to() -> None:
    one = small_state(1)
    table = one.universes[0].tables
    assert delta.reachable(one, small_state(2, units=6, places=3))
    assert delta.reachable(State(0, ()), State(1, ()))
    assert not delta.reachable(one, small_state(2, units=4))
    assert not delta.reachable(one, State(2, ()))
    assert not delta.reachable(one, State(2, (Universe(1, table),)))
    assert not delta.reachable(one, State(2, (Universe(0, table), Universe(1, table))))


def test_gaps_are_short_where_changes_are_near() -> None:
    """What makes deltas small: one changed row in a hundred is a gap of 99 each time."""
    table: Table = SCHEMA.tables[1]
    old = TableData(1000, (bytes(3000), bytes(1000)))
    cells = bytearray(1000)
    cells[99::100] = b"\5" * 10
    change = delta.table_delta(table, old, TableData(1000, (bytes(3000), bytes(cells))))
    assert change == TableDelta(1000, (ColumnDelta(1, 10, u32(*[99] * 10), b"\5" * 10),))
