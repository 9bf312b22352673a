"""Differences of states: descent to the value, and what one side lacks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vr_verify.canonical import json_text, tree
from vr_verify.canonical.schema import parse_schema
from vr_verify.canonical.state import State, TableData, Universe
from vr_verify.compare.states import (
    ABSENT,
    PLACES_KEPT_MAX,
    HashedState,
    Place,
    difference,
    entity_text,
    value_texts,
)


def column(name: str, kind: str, scale: int = 1) -> dict[str, str]:
    """Describe a column."""
    largest = {"u32": 2**32 - 1, "bool": 1, "i64": 2**62}.get(kind, 0)
    limits = {"max": str(largest), "min": "0"}
    return {"name": name, "scale": str(scale), "type": kind, "unit": "m"} | limits


ENTITY = [column("generation", "u32"), column("alive", "bool")]
SCHEMA = parse_schema(
    json_text.encode(
        {
            "format": "vr-schema/1",
            "tables": [
                {"columns": [*ENTITY, column("x", "i64", 2)], "entity": True, "name": "unit"},
                # 3 does not divide 256, so that values lie across leaves.
                {"columns": [column("tag", "bytes3")], "entity": False, "name": "mark"},
            ],
        }
    )
)


def state(xs: list[int], tags: list[bytes], universe: int = 0) -> State:
    """Make a state of one universe."""
    rows = len(xs)
    generation, alive = (7).to_bytes(4, "little") * rows, b"\1" * rows
    packed = b"".join(x.to_bytes(8, "little", signed=True) for x in xs)
    units = TableData(rows, (generation, alive, packed))
    return State(3, (Universe(universe, (units, TableData(len(tags), (b"".join(tags),)))),))


def hashed(value: State) -> HashedState:
    """Hash a state."""
    return HashedState(value, tree.build_state(SCHEMA, b"\0" * 32, value))


def test_one_value_is_found_and_equal_states_have_no_difference() -> None:
    left, right = state([1, 2, 3], [b"abc"]), state([1, 5, 3], [b"abc"])
    assert difference(SCHEMA, {"a": hashed(left), "b": hashed(left)}).places == ()
    found = difference(SCHEMA, {"a": hashed(left), "b": hashed(right)})
    place = Place(0, 0, 2, 1)
    assert found.places == (place,)
    assert (found.columns, found.entities, found.rows) == (("unit.x",), 1, ())
    states = {"a": left, "b": right}
    assert value_texts(SCHEMA, place, states) == (
        {"a": "1", "b": "2.5"},
        {"a": "2", "b": "5"},
    )
    assert entity_text(SCHEMA, place, states) == "0/unit/1:7"


def test_rows_and_universes_that_a_side_lacks_are_found() -> None:
    left, right = state([1, 2], [b"abc"]), state([1], [b"abc"])
    found = difference(SCHEMA, {"a": hashed(left), "b": hashed(right)})
    assert [(r.universe, r.table, r.rows) for r in found.rows] == [(0, "unit", {"a": 2, "b": 1})]
    assert {place.slot for place in found.places} == {1}
    values, raw = value_texts(SCHEMA, Place(0, 0, 2, 1), {"a": left, "b": right})
    assert (values["b"], raw["b"]) == (ABSENT, ABSENT)

    elsewhere = state([1, 2], [b"abc"], universe=4)
    found = difference(SCHEMA, {"a": hashed(left), "b": hashed(elsewhere)})
    assert {place.universe for place in found.places} == {0, 4}
    assert found.entities == 6


def test_three_sides_differ_where_any_two_do() -> None:
    sides = {"a": state([1, 2], []), "b": state([1, 3], []), "c": state([9, 2], [])}
    found = difference(SCHEMA, {name: hashed(value) for name, value in sides.items()})
    assert found.places == (Place(0, 0, 2, 0), Place(0, 0, 2, 1))


def test_the_number_of_kept_places_is_bounded_and_the_count_is_not() -> None:
    rows = PLACES_KEPT_MAX + 7
    left, right = state([1] * rows, []), state([2] * rows, [])
    found = difference(SCHEMA, {"a": hashed(left), "b": hashed(right)})
    assert (len(found.places), found.entities) == (PLACES_KEPT_MAX, rows)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=120),
    st.lists(st.binary(min_size=3, max_size=3), min_size=1, max_size=300),
    st.data(),
)
def test_descent_finds_what_a_plain_search_finds(
    xs: list[int], tags: list[bytes], data: st.DataObject
) -> None:
    other_xs = data.draw(st.lists(st.integers(0, 3), min_size=len(xs), max_size=len(xs)))
    other_tags = list(tags)
    for slot in data.draw(st.sets(st.integers(0, len(tags) - 1), max_size=4)):
        other_tags[slot] = bytes(3) if tags[slot] != bytes(3) else b"xyz"
    left, right = hashed(state(xs, tags)), hashed(state(other_xs, other_tags))
    found = difference(SCHEMA, {"a": left, "b": right})
    plain = [Place(0, 0, 2, i) for i, x in enumerate(xs) if x != other_xs[i]]
    plain += [Place(0, 1, 0, i) for i, tag in enumerate(tags) if tag != other_tags[i]]
    assert list(found.places) == plain
    assert found.entities == len(plain)


@pytest.mark.parametrize("alive", [0, 1])
def test_the_generation_is_that_of_a_side_where_the_entity_lives(alive: int) -> None:
    one = TableData(1, ((1).to_bytes(4, "little"), bytes([alive]), bytes(8)))
    two = TableData(1, ((2).to_bytes(4, "little"), b"\1", bytes(8)))
    empty = TableData(0, (b"",))
    states = {
        "a": State(0, (Universe(0, (one, empty)),)),
        "b": State(0, (Universe(0, (two, empty)),)),
    }
    assert entity_text(SCHEMA, Place(0, 0, 2, 0), states) == f"0/unit/0:{1 if alive else 2}"
