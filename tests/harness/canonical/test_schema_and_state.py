"""Schemas and states: what is accepted, what is refused and where, how a value reads."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness.canonical.examples import ENTITY, SCHEMA, column, schema_of, small_state
from vr_verify.canonical import json_text
from vr_verify.canonical.schema import Column, parse_schema
from vr_verify.canonical.state import (
    State,
    TableData,
    Universe,
    check_state,
    entity_id,
    format_raw,
    format_value,
    read_value,
)


def schema_text(table: dict[str, Any], **more: Any) -> bytes:
    return json_text.encode({"format": "vr-schema/1", "tables": [table]} | more)


def table(*columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"columns": list(columns), "entity": False, "name": "t"} | more


def test_the_schema_of_the_page_is_read() -> None:
    text = (
        b'{"format":"vr-schema/1","tables":[{"columns":[{"max":"4294967295","min":"0",'
        b'"name":"generation","scale":"1","type":"u32","unit":"count"},{"max":"1","min":"0",'
        b'"name":"alive","scale":"1","type":"bool","unit":"flag"}],"entity":true,"name":"unit"}]}'
    )
    schema = parse_schema(text)
    assert schema.table("unit").entity
    assert schema.table("unit").column("alive") == Column("alive", "bool", 1, "flag", 1, 0, 1)
    assert schema.text == text
    assert SCHEMA.table("unit").column("home").refers == "place"


A = column("a", "u8")
REFUSED = [
    (schema_text(table(A), format="vr-schema/2"), "schema format"),
    (schema_text(table(A), more=1), "the schema: expected"),
    (schema_text(table(A, more=1)), "a table: expected"),
    (schema_text(table(A, entity=1)), "t: expected entity as true"),
    (schema_text(table(A, entity=True)), "t: expected generation u32 and alive bool"),
    (schema_text(table(A, A)), "column of t 'a' stands twice"),
    (schema_text(table(A, name="")), "a table: expected a text"),
    (schema_text(table(A | {"type": "u24"})), "t.a: unknown column type 'u24'"),
    (schema_text(table(A | {"type": "bytes256"})), "unknown column type 'bytes256'"),
    (schema_text(table(A | {"type": "bytes0"})), "unknown column type 'bytes0'"),
    (schema_text(table(A | {"type": "bytes01"})), "unknown column type 'bytes01'"),
    (schema_text(table(A | {"max": 255})), "t.a: expected an integer as decimal text"),
    (schema_text(table(A | {"max": "256"})), "t.a: expected 0 ≤ min ≤ max ≤ 255"),
    (schema_text(table(A | {"min": "9", "max": "8"})), "t.a: expected 0 ≤ min"),
    (schema_text(table(A | {"min": "-0"})), "t.a: expected an integer as decimal text"),
    (schema_text(table(A | {"scale": "0"})), "t.a: expected a scale of at least 1"),
    (schema_text(table(A | {"unit": None})), "t.a: expected the unit as text"),
    (schema_text(table(A | {"refers": "u"})), "t.a refers to 'u', which is no table"),
    (schema_text(table(A)) + b" ", "not canonical JSON"),
    (b"[]", "the schema: expected an object"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_a_faulty_schema_is_refused_with_its_place(text: bytes, message: str) -> None:
    parse_schema(schema_text(table(A)))
    with pytest.raises(ValueError, match=message):
        parse_schema(text)


def shaped(*tables: TableData, ids: tuple[int, ...] = (0,)) -> State:
    return State(0, tuple(Universe(at, tables) for at in ids))


def test_a_state_of_another_shape_is_refused_with_its_place() -> None:
    unit, place = small_state(0).universes[0].tables
    check_state(SCHEMA, shaped(unit, place, ids=(0, 4)))
    longer = TableData(unit.rows + 1, unit.columns)
    three = TableData(1, (b"\0" * 4, b"\3", b"\0" * 8, b"\0" * 4))
    for state, message in [
        (shaped(unit, place, ids=(4, 0)), "ascending"),
        (shaped(unit, place, ids=(1, 1)), "ascending"),
        (shaped(unit), "0: expected 2 tables, found 1"),
        (shaped(unit, TableData(0, (b"",))), "0/place: expected 2 columns"),
        (shaped(longer, place), r"0/unit.generation: expected 6 x 4 bytes, found 20"),
        (shaped(three, place), "0/unit.alive: expected bools"),
    ]:
        with pytest.raises(ValueError, match=message):
            check_state(SCHEMA, state)


@given(st.sampled_from(["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"]), st.data())
def test_every_integer_is_read_as_it_was_packed(kind: str, data: st.DataObject) -> None:
    made = schema_of(t=[column("a", kind)]).tables[0].columns[0]
    values = data.draw(st.lists(st.integers(made.minimum, made.maximum), min_size=1, max_size=9))
    packed = b"".join(v.to_bytes(made.width, "little", signed=kind[0] == "i") for v in values)
    assert [read_value(made, packed, slot) for slot in range(len(values))] == values
    with pytest.raises(IndexError):
        read_value(made, packed, len(values))


def test_values_read_exactly_in_their_unit() -> None:
    def shown(kind: str, scale: int, raw: int) -> str:
        return format_value(Column("a", kind, 8, "", scale, 0, 0), raw)

    assert shown("i64", 2**32, 53687091200) == "12.5"
    assert shown("i64", 2**32, -1) == "-0.00000000023283064365386962890625"
    assert shown("i64", 2**32, -(2**63)) == "-2147483648"
    assert shown("u64", 1, 2**64 - 1) == "18446744073709551615"
    assert shown("i64", 100, -5) == "-0.05"
    assert shown("i64", 1000, 1050) == "1.05"
    assert shown("i64", 3, 7) == "7/3"
    assert shown("i64", 3, -6) == "-2"
    assert shown("i64", 6, 3) == "0.5"
    assert [shown("bool", 1, raw) for raw in (0, 1, 2)] == ["false", "true", "2"]
    bits = struct.unpack("<Q", struct.pack("<d", 0.1))[0]
    assert shown("f64", 1, bits) == "0.1"
    assert shown("f64", 1, 0x7FF8000000000001) == "nan(0x7ff8000000000001)"
    slot = Column("a", "u32", 4, "slot", 1, 0, 2**32 - 1, "fleet")
    assert [format_value(slot, raw) for raw in (0, 2**32 - 1)] == ["0", "none"]
    half = Column("a", "f32", 4, "", 1, 0, 0)
    assert format_value(half, 0x3F000000) == "0.5"


def test_bytes_and_ids_read_as_the_contract_writes_them() -> None:
    mark = SCHEMA.table("place").column("mark")
    raw = read_value(mark, b"abcxyz", 1)
    assert (raw, format_raw(raw), format_value(mark, raw)) == (b"xyz", "78797a", "78797a")
    assert format_raw(2**63) == "9223372036854775808"
    assert entity_id(0, "unit", 17, 2) == "0/unit/17:2"
    assert [c["name"] for c in ENTITY] == ["generation", "alive"]
