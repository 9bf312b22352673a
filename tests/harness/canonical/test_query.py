"""Questions to tables: what passes, in which order, how many; and as people write them."""

import struct
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import hypothesis
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st

from tests.harness.canonical.examples import ENTITY, column, schema_of
from vr_verify.canonical import query_text
from vr_verify.canonical.query import Exact, Filter, In, Query, Range, Selection, select
from vr_verify.canonical.schema import Column
from vr_verify.canonical.state import TableData, format_value, read_value

UNIT = schema_of(
    unit=[
        *ENTITY,
        column("hp", "i64", 2**32),
        column("home", "u32", refers="unit"),
        column("mass", "u64"),
        column("name", "bytes2"),
        column("heat", "f32"),
        column("drift", "f64"),
        column("third", "i8", 3),
    ]
).table("unit")
NAMES = [column.name for column in UNIT.columns]
Select = Callable[[Any, Any, Query], Selection]


def widest(kind: str) -> st.SearchStrategy[Any]:
    """Draw raw values of a column's type: mostly few, so that there are equal ones."""
    if kind.startswith("bytes"):
        return st.sampled_from([b"\0\0", b"\0\1", b"a\0", b"\xff\xff"])
    bits = 8 if kind == "bool" else int(kind[1:])
    if kind == "bool":
        return st.integers(0, 1)
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if kind[0] == "i" else (0, 2**bits - 1)
    return st.one_of(st.sampled_from([low, high, 0, 1]), st.integers(max(low, -3), 3))


@st.composite
def tables(draw: st.DrawFn) -> TableData:
    """Draw one universe's table."""
    rows = draw(st.integers(0, 12))
    columns = []
    for one in UNIT.columns:
        values = draw(st.lists(widest(one.type), min_size=rows, max_size=rows))
        signed = one.type.startswith("i")
        packed = (
            value
            if isinstance(value, bytes)
            else value.to_bytes(one.width, "little", signed=signed)
            for value in values
        )
        columns.append(b"".join(packed))
    return TableData(rows, tuple(columns))


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """Draw a question."""
    filters = []
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=2)):
        value = widest(UNIT.column(name).type)
        kinds = st.one_of(
            st.builds(Exact, value),
            st.builds(Range, value, value),
            st.builds(In, st.frozensets(value, max_size=3)),
        )
        filters.append((name, draw(kinds)))
    sort = draw(st.none() | st.sampled_from(NAMES))
    limit = draw(st.none() | st.integers(0, 15))
    return Query(tuple(filters), sort, draw(st.booleans()), limit)


def order(one: Column, raw: int | bytes) -> Any:
    """Return what Python orders as the column's values are; floats by sign, then by size."""
    if isinstance(raw, bytes) or not one.type.startswith("f"):
        return raw
    sign = 1 << (one.width * 8 - 1)
    return (1, raw) if raw < sign else (0, sign - raw)


def plainly(table: Any, datas: list[TableData], query: Query) -> Selection:
    """Answer row by row."""

    def value(place: tuple[int, int], name: str) -> Any:
        at = table.positions[name]
        return order(
            table.columns[at],
            read_value(table.columns[at], datas[place[0]].columns[at], place[1]),
        )

    def passes(place: tuple[int, int], name: str, wanted: Filter) -> bool:
        one, found = table.column(name), value(place, name)
        if isinstance(wanted, Exact):
            return bool(found == order(one, wanted.value))
        if isinstance(wanted, Range):
            return bool(order(one, wanted.low) <= found <= order(one, wanted.high))
        return found in [order(one, raw) for raw in wanted.values]

    places = [(at, slot) for at, data in enumerate(datas) for slot in range(data.rows)]
    live = [place for place in places if value(place, "alive") == 1]
    found = [place for place in live if all(passes(place, *one) for one in query.filters)]
    if query.sort is not None:
        name = query.sort
        found.sort(key=lambda place: value(place, name), reverse=query.descending)
    given = found[: query.limit]
    return Selection(tuple(given), len(live), len(found), len(given) < len(found))


def counts_dead(table: Any, datas: Any, query: Query) -> Selection:
    """Answer as if each row were alive: a fault."""
    at = table.positions["alive"]
    risen = [
        TableData(d.rows, (*d.columns[:at], b"\1" * d.rows, *d.columns[at + 1 :])) for d in datas
    ]
    return select(table, risen, query)


def leaves_out_high(table: Any, datas: Any, query: Query) -> Selection:
    """Answer as if the upper end of a range were outside: a fault."""
    filters = tuple(
        (name, Range(f.low, f.high - 1))
        if isinstance(f, Range) and isinstance(f.high, int)
        else (name, f)
        for name, f in query.filters
    )
    return select(table, datas, Query(filters, query.sort, query.descending, query.limit))


def turns_equals_round(table: Any, datas: Any, query: Query) -> Selection:
    """Answer with equal rows the other way about, where the greatest comes first: a fault."""
    if query.sort is None or not query.descending:
        return select(table, datas, query)
    rows = select(table, datas, Query(query.filters, query.sort)).rows[::-1]
    whole = select(table, datas, query)
    return Selection(rows[: query.limit], whole.live, whole.total, whole.has_more)


def differs(answers: Select) -> Callable[[tuple[list[TableData], Query]], bool]:
    """Tell of a table and a question whether they are answered otherwise than row by row."""
    return lambda case: answers(UNIT, *case) != plainly(UNIT, *case)


CASES = st.tuples(st.lists(tables(), max_size=3), queries())


@given(CASES)
def test_an_answer_is_what_looking_at_each_row_gives(case: tuple[list[TableData], Query]) -> None:
    assert not differs(select)(case)


@pytest.mark.parametrize("fault", [counts_dead, leaves_out_high, turns_equals_round])
def test_a_wrong_answer_is_seen(fault: Select) -> None:
    # Any case will do, so none is made smaller.
    settings = hypothesis.settings(
        database=None, derandomize=True, max_examples=2000, phases=[Phase.generate]
    )
    case = hypothesis.find(CASES, differs(fault), settings=settings)
    assert not differs(select)(case)


def test_a_column_must_be_there() -> None:
    empty = TableData(0, (b"",) * len(NAMES))
    assert select(UNIT, [empty], Query((("hp", Exact(1)),), "hp")) == Selection((), 0, 0, False)
    with pytest.raises(KeyError):
        select(UNIT, [empty], Query((("mood", Exact(1)),)))


READ: list[tuple[str, tuple[str, Filter]]] = [
    ("hp=12.5", ("hp", Exact(25 << 31))),
    ("hp=-1..2", ("hp", Range(-1 << 32, 2 << 32))),
    ("hp=0.1..0.15", ("hp", Range(429496730, 644245094))),
    ("third=0.5..0.6", ("third", Range(2, 1))),
    ("third=7/3", ("third", Exact(7))),
    ("home=none", ("home", Exact(2**32 - 1))),
    ("home=3,none,3", ("home", In(frozenset([3, 2**32 - 1])))),
    ("home=2..", ("home", Range(2, 2**32 - 2))),
    ("home=..2", ("home", Range(0, 2))),
    ("home=..", ("home", Range(0, 2**32 - 2))),
    ("hp=..2", ("hp", Range(-(2**63), 2 << 32))),
    ("alive=true", ("alive", Exact(1))),
    ("alive=false,1", ("alive", In(frozenset([0, 1])))),
    ("name=00fF", ("name", Exact(b"\x00\xff"))),
    ("name=0001..", ("name", Range(b"\x00\x01", b"\xff\xff"))),
    ("heat=0.1", ("heat", Exact(struct.unpack("<I", struct.pack("<f", 0.1))[0]))),
    ("drift=nan(0x7ff8000000000001)", ("drift", Exact(0x7FF8000000000001))),
    ("drift=..-inf", ("drift", Range(2**64 - 1, 0xFFF0000000000000))),
]


@pytest.mark.parametrize(("text", "wanted"), READ)
def test_a_filter_is_read(text: str, wanted: tuple[str, Filter]) -> None:
    assert query_text.read_filter(UNIT, text) == wanted


REFUSED = [
    ("hp", "expected COLUMN=VALUE, COLUMN=LOW..HIGH or COLUMN=A,B,C, found 'hp'; write it"),
    ("hp=", "expected COLUMN=VALUE"),
    ("mood=1", "expected a column of unit, found 'mood'; there are generation, alive, hp"),
    ("hp=0.1", "hp=0.1: expected a multiple of 1/4294967296, found '0.1'; ask for a range, such"),
    ("third=0.5", "such as third=1/3..2/3"),
    ("hp=none", "expected a number, found 'none'; write values as inspect prints them"),
    ("home=nobody", "expected a number or none, found 'nobody'"),
    ("alive=yes", "expected a number or false or true, found 'yes'"),
    ("hp=1..2..3", "expected a number, found '2..3'"),
    ("hp=1e3", "expected a number"),
    ("hp=1/0", "expected a number"),
    ("hp=2..1", "expected LOW at most HIGH, found more; turn them round"),
    ("drift=2..1", "expected LOW at most HIGH"),
    ("home=none..3", "expected a number, found 'none'; ask for it by name, as in home=none"),
    ("home=..none", "expected a number, found 'none'; ask for it by name, as in home=none"),
    ("name=ff00..00ff", "expected LOW at most HIGH"),
    ("name=00", "expected 4 hex digits, found '00'"),
    ("heat=1e300", "expected a number of type f32, found '1e300'"),
    ("heat=nan", "expected nan(0x…) with 8 digits, found 'nan'"),
    ("heat=warm", "expected a number of type f32, found 'warm'"),
    ("home=1,,2", "expected a number or none, found ''"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_a_filter_that_is_none_says_what_to_do(text: str, said: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the message is looked at below
        query_text.read_filter(UNIT, text)
    assert said in str(refused.value)


@given(st.sampled_from(NAMES), st.data())
def test_what_is_printed_can_be_asked_for(name: str, data: st.DataObject) -> None:
    one = UNIT.column(name)
    raw = data.draw(widest(one.type))
    assert query_text.read_filter(UNIT, f"{name}={format_value(one, raw)}") == (name, Exact(raw))


@given(st.fractions(-100, 100, max_denominator=1000), st.fractions(0, 9, max_denominator=1000))
def test_ends_between_two_values_go_inwards(low: Fraction, width: Fraction) -> None:
    _, found = query_text.read_filter(UNIT, f"hp={low}..{low + width}")
    assert isinstance(found, Range)
    assert isinstance(found.low, int)
    assert isinstance(found.high, int)
    assert found.low - 1 < low * 2**32 <= found.low
    assert found.high <= (low + width) * 2**32 < found.high + 1


def test_a_sort_is_read() -> None:
    assert query_text.read_sort(UNIT, "hp") == ("hp", False)
    assert query_text.read_sort(UNIT, "-hp") == ("hp", True)
    with pytest.raises(ValueError, match="expected a column of unit, found 'mood'"):
        query_text.read_sort(UNIT, "-mood")
