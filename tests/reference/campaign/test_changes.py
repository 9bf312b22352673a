"""The reference's changed rows and sketches, held against two of its states by the harness."""

import struct
from collections.abc import Iterator

import pytest

from void_reckoning_adapter.python import PythonEngine
from void_reckoning_reference.campaign.engine import CommandError
from void_reckoning_reference.shared.sketch import SketchError
from vr_verify.canonical import archive
from vr_verify.canonical.changes import changes_between
from vr_verify.canonical.schema import Schema, parse_schema
from vr_verify.canonical.sketch import build, empty
from vr_verify.canonical.state import State, Universe

TURNS = 6


def state_of(engine: PythonEngine, schema: Schema, turn: int) -> State:
    """Read the state of an engine that plays one universe."""
    archives = engine.snapshot()
    tables = [archive.decode_archive(data, schema, at) for at, (_, _, data) in enumerate(archives)]
    return State(turn, (Universe(archives[0][0], tuple(tables)),))


def played() -> Iterator[tuple[PythonEngine, Schema, State, State]]:
    """Give the reference at the end of each turn, with the states before and after it."""
    engine = PythonEngine()
    opening = engine.init(engine.resolve("small", "7")[0])
    schema, steps = opening["schema"], opening["steps"]
    assert isinstance(schema, bytes)
    assert isinstance(steps, list)
    parsed = parse_schema(schema)
    before = state_of(engine, parsed, 0)
    for turn in range(1, TURNS + 1):
        for _ in steps:
            engine.step([], None, False)
        after = state_of(engine, parsed, turn)
        yield engine, parsed, before, after
        before = after


def test_changed_rows_and_sketches_are_those_of_its_states() -> None:
    rows = 0
    for engine, schema, before, after in played():
        changes = changes_between(schema, before, after)
        (universe,) = changes.universes
        wanted = [(bytes(t.slots), list(map(bytes, t.columns))) for t in universe.tables]
        assert engine.changed_rows() == wanted
        assert engine.sketch(96) == build(schema, changes, 96).encode()
        rows += sum(table.count for table in universe.tables)
    assert rows > 0


def test_nothing_has_changed_after_a_restore() -> None:
    engine, schema, before, _ = next(played())
    assert engine.sketch(96) != empty(96).encode()
    archives = [
        (
            before.universes[0].id,
            table.name,
            archive.encode_archive(schema.digest, t.rows, t.columns),
        )
        for table, t in zip(schema.tables, before.universes[0].tables, strict=True)
    ]
    engine.restore(0, archives)
    assert engine.sketch(96) == empty(96).encode()
    assert all(slots == b"" for slots, _ in engine.changed_rows())


def test_they_are_told_at_the_end_of_a_turn_only() -> None:
    engine, *_ = next(played())
    assert struct.unpack("<I", engine.sketch(3)[:4]) == (3,)
    with pytest.raises(SketchError, match="multiple of 3"):
        engine.sketch(4)
    engine.step([], None, False)
    for call in (engine.changed_rows, lambda: engine.sketch(96)):
        with pytest.raises(CommandError, match="end of a turn"):
            call()
