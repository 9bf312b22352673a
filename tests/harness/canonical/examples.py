"""Small schemas and states for the tests of the canonical room and of the run log."""

from typing import Any

from hypothesis import strategies as st

from vr_verify.canonical import json_text
from vr_verify.canonical.schema import Schema, parse_schema
from vr_verify.canonical.state import State, TableData, Universe

SCENARIO_DIGEST = bytes(range(32))


def column(name: str, kind: str, scale: int = 1, **more: str) -> dict[str, Any]:
    """Describe a column whose range is its type's."""
    bits = 0 if kind.startswith("bytes") else 1 if kind == "bool" else int(kind[1:])
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if kind[0] == "i" else (0, 2**bits - 1)
    value = {"max": str(high), "min": str(low), "name": name, "scale": str(scale)}
    return value | {"type": kind, "unit": "count"} | more


def schema_of(**tables: list[dict[str, Any]]) -> Schema:
    """Make a schema of plain tables; a table with a column named alive holds entities."""
    listed = [
        {"columns": columns, "entity": any(c["name"] == "alive" for c in columns), "name": name}
        for name, columns in tables.items()
    ]
    return parse_schema(json_text.encode({"format": "vr-schema/1", "tables": listed}))


ENTITY = [column("generation", "u32"), column("alive", "bool")]
SCHEMA = schema_of(
    unit=[*ENTITY, column("hp", "i64", 2**32), column("home", "u32", refers="place")],
    place=[column("mark", "bytes3"), column("cell", "u8")],
)


def state_of(schema: Schema, turn: int, *universes: list[list[bytes]]) -> State:
    """Make a state from each universe's tables, each a list of payloads; ids 0, 1, …."""
    made = []
    for at, tables in enumerate(universes):
        datas = []
        for table, columns in zip(schema.tables, tables, strict=True):
            rows = len(columns[0]) // table.columns[0].width
            datas.append(TableData(rows, tuple(columns)))
        made.append(Universe(at, tuple(datas)))
    return State(turn, tuple(made))


def small_state(turn: int, units: int = 5, places: int = 3) -> State:
    """Make a state of SCHEMA in which every value depends on the turn."""
    unit = [
        b"".join((slot + 1).to_bytes(4, "little") for slot in range(units)),
        b"\1" * units,
        b"".join((slot * 2**32 - turn).to_bytes(8, "little", signed=True) for slot in range(units)),
        b"".join((slot % max(places, 1)).to_bytes(4, "little") for slot in range(units)),
    ]
    place = [b"abc" * places, bytes((turn + slot) % 256 for slot in range(places))]
    return state_of(SCHEMA, turn, [unit, place])


@st.composite
def states(draw: st.DrawFn) -> State:
    """Any state of SCHEMA's shape, with up to three universes."""
    universes = []
    for _ in range(draw(st.integers(0, 3))):
        tables = []
        for table in SCHEMA.tables:
            rows = draw(st.integers(0, 70))
            tables.append(
                [
                    draw(st.binary(min_size=rows * c.width, max_size=rows * c.width))
                    if c.type != "bool"
                    else bytes(draw(st.lists(st.integers(0, 1), min_size=rows, max_size=rows)))
                    for c in table.columns
                ]
            )
        universes.append(tables)
    return state_of(SCHEMA, draw(st.integers(0, 2**64 - 1)), *universes)
