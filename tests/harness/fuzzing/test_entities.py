"""Entities left out of a first state: dead slots, dependents too, and nothing else touched."""

from collections.abc import Iterable, Sequence

import pytest

from vr_verify.canonical import json_text
from vr_verify.canonical.schema import Schema, parse_schema
from vr_verify.canonical.state import State, TableData, Universe, check_state
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.entities import Entity, fewer_entities, living_entities, without

NONE = 2**32 - 1
FLEETS, UNITS, PURSE = 0, 1, 2


def column(name: str, kind: str, refers: str = "") -> dict[str, str]:
    fixed = {"min": "0", "max": str(NONE), "scale": "1", "unit": "count"}
    return {"name": name, "type": kind} | fixed | ({"refers": refers} if refers else {})


LIFE = [column("generation", "u32"), {**column("alive", "bool"), "max": "1"}]


@pytest.fixture(scope="module")
def schema() -> Schema:
    """Fleets with a flagship, units with a fleet and a leader, a purse that belongs to a fleet."""
    tables = [
        {"name": "fleet", "entity": True, "columns": [*LIFE, column("flagship", "u32", "unit")]},
        {
            "name": "unit",
            "entity": True,
            "columns": [
                *LIFE,
                column("fleet", "u32", "fleet"),
                column("leader", "u32", "unit"),
                column("hp", "u8"),
            ],
        },
        {"name": "purse", "entity": False, "columns": [column("owner", "u32", "fleet")]},
    ]
    tables[1]["columns"][-1]["max"] = "255"  # type: ignore[index]
    return parse_schema(json_text.encode({"format": "vr-schema/1", "tables": tables}))


def packed(values: Iterable[int], width: int = 4) -> bytes:
    return b"".join(value.to_bytes(width, "little") for value in values)


def table(rows: Sequence[Sequence[int]], widths: Sequence[int]) -> TableData:
    columns = tuple(
        packed(values, w) for values, w in zip(zip(*rows, strict=True), widths, strict=True)
    )
    return TableData(len(rows), columns)


def state() -> State:
    """Two universes alike: fleets 0 and 1; units 0, 1 (led by 0), 2 dead, 3 in fleet 1."""
    fleets = table([(5, 1, NONE), (6, 1, 3)], (4, 1, 4))
    units = table(
        [(1, 1, 0, NONE, 9), (1, 1, 0, 0, 8), (7, 0, 0, 0, 0), (2, 1, 1, NONE, 7)],
        (4, 1, 4, 4, 1),
    )
    tables = (fleets, units, table([(1,)], (4,)))
    return State(4, (Universe(0, tables), Universe(3, tables)))


def living(found: State, schema: Schema) -> dict[int, list[Entity]]:
    check_state(schema, found)
    return living_entities(found, schema)


def test_the_living_are_listed_by_table(schema: Schema) -> None:
    assert living(state(), schema) == {
        FLEETS: [(0, 0, 0), (0, 0, 1), (1, 0, 0), (1, 0, 1)],
        UNITS: [(0, 1, 0), (0, 1, 1), (0, 1, 3), (1, 1, 0), (1, 1, 1), (1, 1, 3)],
    }


@pytest.mark.parametrize(
    ("gone", "fleets", "units"),
    [
        ([], [0, 1], [0, 1, 3]),
        # One that nobody refers to goes alone; one that leads another takes it along.
        ([(0, UNITS, 1)], [0, 1], [0, 3]),
        ([(0, UNITS, 0)], [0, 1], [3]),
        # A fleet takes its units, and theirs; a unit the fleet whose flagship it is.
        ([(0, FLEETS, 0)], [1], [3]),
        ([(0, UNITS, 3)], [0], [0, 1]),
        ([(0, UNITS, 3), (0, UNITS, 0)], [0], []),
    ],
)
def test_who_refers_to_one_that_goes_goes_too(
    schema: Schema, gone: list[Entity], fleets: list[int], units: list[int]
) -> None:
    before, whole = state(), living(state(), schema)
    found = living(without(before, schema, gone), schema)
    assert [slot for universe, _, slot in found[FLEETS] if universe == 0] == fleets
    assert [slot for universe, _, slot in found[UNITS] if universe == 0] == units
    for at in (FLEETS, UNITS):
        other = [entity for entity in whole[at] if entity[0] == 1]
        assert [entity for entity in found[at] if entity[0] == 1] == other
    assert before == state(), "the state that was given stays as it is"


def test_a_slot_that_is_freed_is_zero_and_one_generation_on(schema: Schema) -> None:
    units = without(state(), schema, [(0, UNITS, 1)]).universes[0].tables[UNITS]
    zero = (0, 0, 0)
    rows = [(1, 1, 0, NONE, 9), (2, 0, *zero), (7, 0, *zero), (2, 1, 1, NONE, 7)]
    assert units == table(rows, (4, 1, 4, 4, 1))


def test_what_is_no_entity_stays(schema: Schema) -> None:
    found = without(state(), schema, [(0, FLEETS, 1)])
    assert found.universes[0].tables[PURSE] == state().universes[0].tables[PURSE]
    assert found.turn == state().turn


def test_as_few_entities_are_left_as_are_needed(schema: Schema) -> None:
    def holds(case: Case) -> bool:
        assert case.start is not None
        found = living(case.start, schema)
        return (1, UNITS, 1) in found[UNITS] and (0, FLEETS, 1) in found[FLEETS]

    whole = Case(b"{}", (), state())
    start = fewer_entities(whole, schema, holds).start
    assert start is not None
    # Unit 1 needs its leader and its fleet; fleet 1 its flagship.
    assert living(start, schema) == {
        FLEETS: [(0, 0, 1), (1, 0, 0)],
        UNITS: [(0, 1, 3), (1, 1, 0), (1, 1, 1)],
    }
    kept = fewer_entities(whole, schema, lambda case: case == whole)
    assert kept == whole
    plain = Case(b"{}", ())
    assert fewer_entities(plain, schema, lambda _: True) == plain
