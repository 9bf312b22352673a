"""`tops`, `nodes` and `changed_rows` tell what the state is; what is no such answer is refused."""

import struct
from collections.abc import Callable

import pytest

from tests.support.mill_engine import SCHEMA
from tests.support.open_mill import open_mill
from vr_verify.canonical import tree
from vr_verify.canonical.changed_rows import read_changes
from vr_verify.canonical.schema import parse_schema
from vr_verify.canonical.state import State
from vr_verify.engines import columns
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import EngineProtocolError
from vr_verify.model.run import TableRows

CELLS = b'{"cells":[%s],"limit":"1000000","seed":"1"}' % b",".join(b'"%d"' % n for n in range(90))


def played(engine: Engine, turns: int = 1) -> None:
    for _ in range(turns * len(engine.steps)):
        engine.step(())


@pytest.mark.parametrize("build", ["OpenMill", "saboteur"])
def test_the_tree_of_an_engine_is_that_of_its_values(build: str) -> None:
    text = open_mill() if build == "OpenMill" else f"saboteur:none@1:{open_mill()}"
    with Engine(resolve_build(text)) as engine:
        assert engine.can("tree")
        assert engine.can("changed_rows")
        engine.init(CELLS)
        played(engine)
        state, tops, met = engine.state(), engine.tops(), 0
        hashed = tree.build_state(engine.schema, bytes(32), state)
        places = columns.places(engine.schema, engine.rows)
        assert len(tops) == len(places)
        listed = [c for u in hashed.universes for table in u.tables for c in table.columns]
        for place, top, column in zip(places, tops, listed, strict=True):
            assert top == column.levels[-1]
            for level, digests in enumerate(column.levels):
                count = len(digests) // 32
                at = place.universe, place.table, place.column.name, level
                assert engine.nodes(*at, 0, count) == digests
                assert engine.nodes(*at, count - 1, 1) == digests[-32:]
                met = max(met, count)
        assert met > 1


def test_changed_rows_lead_from_one_state_to_the_next() -> None:
    with Engine(resolve_build(open_mill())) as engine:
        engine.init(CELLS)
        assert [t.count for u in engine.changed_rows().universes for t in u.tables] == [0] * 4
        played(engine, 2)
        middle = engine.state()
        played(engine)
        after, changes = engine.state(), engine.changed_rows()
        assert changes.turn == 3
        assert 0 < changes.universes[1].tables[0].count <= 90
        assert written(engine, middle) == payloads(after)
        assert payloads(middle) != payloads(after)
        engine.restore(middle)
        assert [t.count for u in engine.changed_rows().universes for t in u.tables] == [0] * 4


def payloads(state: State) -> list[bytes]:
    return [bytes(c) for u in state.universes for table in u.tables for c in table.columns]


def written(engine: Engine, state: State) -> list[bytes]:
    """Write the changed rows over a state's columns."""
    found = []
    changes = engine.changed_rows()
    for old, new in zip(state.universes, changes.universes, strict=True):
        for spec, data, rows in zip(engine.schema.tables, old.tables, new.tables, strict=True):
            slots = struct.unpack(f"<{rows.count}I", rows.slots)
            for index, column in enumerate(spec.columns):
                own, width = bytearray(data.columns[index]), column.width
                values = rows.columns[index]
                for at, slot in enumerate(slots):
                    own[slot * width : (slot + 1) * width] = values[at * width : (at + 1) * width]
                found.append(bytes(own))
    return found


@pytest.mark.parametrize(
    ("name", "ask", "said"),
    [
        ("Wordy", Engine.tops, "at most 320 bytes, found 321"),
        ("Wordy", lambda e: e.nodes(0, "cell", "water", 0, 0, 2), "64 bytes, found 63"),
        ("Wordy", Engine.changed_rows, "0/cell: expected ascending slots below 90"),
        ("Unsorted", Engine.changed_rows, "0/cell: expected ascending slots below 90"),
    ],
)
def test_a_wrong_answer_is_a_broken_protocol(
    name: str, ask: Callable[[Engine], object], said: str
) -> None:
    with Engine(resolve_build(open_mill(name))) as engine:
        engine.init(CELLS)
        played(engine)
        with pytest.raises(EngineProtocolError, match=said):
            ask(engine)
    with Engine(resolve_build(open_mill())) as engine:
        engine.init(CELLS)
        played(engine)
        ask(engine)


def test_changed_rows_are_exactly_their_bulk() -> None:
    schema = parse_schema(SCHEMA)
    rows = [TableRows(0, (3, 1))]
    row = b"\1\0\0\0" + b"\7\0\0\0" + b"\1" + bytes(8) + bytes(4)
    assert read_changes(schema, 1, rows, [1, 0], row).universes[0].tables[0].rows == 3
    wrong: list[tuple[list[int], bytes]] = [
        ([1], row),
        ([1, 0, 0], row),
        ([1, 0], row + b"\0"),
        ([2, 0], row),
        ([1, 1], row),
        ([2**40, 0], row),
        ([1, 0], b"\3" + row[1:]),
        ([1, 0], row[:8] + b"\2" + row[9:]),
    ]
    for counts, data in wrong:
        with pytest.raises(ValueError, match="expected"):
            read_changes(schema, 1, rows, counts, data)
