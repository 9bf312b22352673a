"""Questions to a live engine: Rust's answer is that of the harness, which looks at every row."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import hypothesis
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st

from void_reckoning_rust import CommandError, Engine
from void_reckoning_scenarios.resolve import resolve
from vr_verify.canonical import query
from vr_verify.canonical.query import Exact, Filter, In, Query, Range
from vr_verify.canonical.schema import Schema, Table, parse_schema
from vr_verify.canonical.state import TableData

TURNS = 40
Answer = tuple[list[int], int, bool]
Select = Callable[[str, Query], Answer]


class World:
    """The first universe of `medium` after some turns, in the engine and as values."""

    def __init__(self) -> None:
        self.engine = Engine()
        begun = self.engine.init(resolve("medium", None)[0])
        turn = b"[" + b",".join([b"[]"] * len(begun["steps"])) + b"]"
        assert self.engine.play(b"[" + b",".join([turn] * TURNS) + b"]") == TURNS
        self.schema: Schema = parse_schema(begun["schema"])
        self.tables = {
            table.name: TableData(
                len(self.engine.view(0, table.name, "alive")),
                tuple(
                    bytes(memoryview(self.engine.view(0, table.name, column.name)))
                    for column in table.columns
                ),
            )
            for table in self.schema.tables
        }

    def plain(self, table: str, asked: Query) -> Answer:
        """Answer by the harness."""
        found = query.select(self.schema.table(table), [self.tables[table]], asked)
        return [slot for _, slot in found.rows], found.total, found.has_more

    def native(self, table: str, asked: Query) -> Answer:
        """Answer by the engine."""
        filters = [(name, native(wanted)) for name, wanted in asked.filters]
        sort = None if asked.sort is None else (asked.sort, asked.descending)
        slots, total, has_more = self.engine.select(0, table, filters, sort, asked.limit)
        return memoryview(slots).cast("I").tolist(), total, has_more

    def dead(self, table: str) -> int:
        """Count the free slots of a table."""
        return self.tables[table].columns[1].count(0)


def native(wanted: Filter) -> Any:
    """Write a filter as the engine takes it."""
    if isinstance(wanted, Exact):
        return wanted.value
    if isinstance(wanted, Range):
        return (wanted.low, wanted.high)
    return set(wanted.values)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def filters_of(there: list[int]) -> st.SearchStrategy[Filter]:
    """Draw what a column must be; most values stand in it, or beside one that does."""
    near = {value + by for value in there for by in (-1, 0, 1)}
    ends = [-(2**63), -1, 0, 1, 2**32 - 1, 2**63 - 1]
    value = st.sampled_from([*ends, *sorted(near.difference([-(2**63) - 1, 2**63]))])
    return st.one_of(
        st.builds(Exact, value),
        st.builds(Range, value, value),
        st.builds(In, st.frozensets(value, max_size=4)),
    )


def asked(world: World) -> st.SearchStrategy[tuple[str, Query]]:
    """Draw a table and a question."""

    def of_table(table: Table) -> st.SearchStrategy[tuple[str, Query]]:
        views = {c.name: world.engine.view(0, table.name, c.name) for c in table.columns}
        filters = {name: filters_of([*map(int, memoryview(v))]) for name, v in views.items()}
        pairs = st.one_of([st.tuples(st.just(name), found) for name, found in filters.items()])
        sort, limit = st.none() | st.sampled_from(list(views)), st.none() | st.integers(0, 40)
        several = st.lists(pairs, max_size=3).map(tuple)
        return st.tuples(st.just(table.name), st.builds(Query, several, sort, st.booleans(), limit))

    return st.one_of([of_table(table) for table in world.schema.tables])


def test_an_engine_finds_what_the_harness_finds(world: World) -> None:
    assert world.dead("unit") > 0, "without free slots the question whether a row lives is not put"
    seen: set[str] = set()

    @hypothesis.settings(max_examples=300, deadline=None)
    @given(asked(world))
    def agree(case: tuple[str, Query]) -> None:
        found = world.native(*case)
        assert found == world.plain(*case)
        seen.update(["more"] if found[2] else ["some"] if found[0] else ["none"])

    agree()
    assert seen == {"more", "some", "none"}


def without_high(world: World) -> Select:
    """Ask the engine as if the upper end of a range were outside."""

    def select(table: str, asked: Query) -> Answer:
        filters = tuple(
            (name, Range(wanted.low, int(wanted.high) - 1))
            if isinstance(wanted, Range) and int(wanted.high) > -(2**63)
            else (name, wanted)
            for name, wanted in asked.filters
        )
        return world.native(table, Query(filters, asked.sort, asked.descending, asked.limit))

    return select


def without_order(world: World) -> Select:
    """Ask the engine for the least first, always."""

    def select(table: str, asked: Query) -> Answer:
        return world.native(table, Query(asked.filters, asked.sort, False, asked.limit))

    return select


def without_total(world: World) -> Select:
    """Count only the rows that were given."""

    def select(table: str, asked: Query) -> Answer:
        slots, _, has_more = world.native(table, asked)
        return slots, len(slots), has_more

    return select


@pytest.mark.parametrize("fault", [without_high, without_order, without_total])
def test_a_planted_fault_is_seen(world: World, fault: Callable[[World], Select]) -> None:
    faulty = fault(world)
    settings = hypothesis.settings(
        max_examples=2000, derandomize=True, database=None, deadline=None, phases=[Phase.generate]
    )
    case = hypothesis.find(
        asked(world), lambda case: faulty(*case) != world.plain(*case), settings=settings
    )
    assert world.native(*case) == world.plain(*case), "its clean twin"


def test_what_cannot_be_asked_is_refused(world: World) -> None:
    engine = world.engine
    with pytest.raises(CommandError, match="init comes before"):
        Engine().select(0, "unit")
    with pytest.raises(CommandError, match="no table 0/ship"):
        engine.select(0, "ship")
    with pytest.raises(CommandError, match="no table 7/unit"):
        engine.select(7, "unit")
    with pytest.raises(CommandError, match='unit: no column "morale"'):
        engine.select(0, "unit", [("morale", 1)])
    with pytest.raises(CommandError, match='unit: no column "morale"'):
        engine.select(0, "unit", sort=("morale", True))
    wrong: list[Any] = ["1", 2**63, (1,), (1, 2, 3), {"a"}, 0.5]
    for wanted in wrong:
        with pytest.raises(TypeError):
            engine.select(0, "unit", [("hp", wanted)])


def test_questions_change_nothing_and_may_be_put_by_several_threads(world: World) -> None:
    before = world.engine.tops()
    wanted = world.plain("unit", Query(sort="hp", descending=True))
    answers: list[Answer] = []

    def ask() -> None:
        answers.extend(world.native("unit", Query(sort="hp", descending=True)) for _ in range(20))

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [wanted] * 80
    assert world.engine.tops() == before
