"""The native engine from Python: views, trees, changed rows, mapped archives, surroundings."""

import mmap
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from void_reckoning_adapter.rust import RustEngine
from void_reckoning_reference.schema import TABLES
from void_reckoning_reference.state import WIDTHS
from void_reckoning_rust import CommandError, Engine
from void_reckoning_scenarios.resolve import resolve
from vr_verify.canonical import tree

FORMATS = {"u8": "B", "bool": "?", "u32": "I", "i64": "q"}


@pytest.fixture(scope="module")
def scenario() -> bytes:
    """Return the canonical scenario `small`."""
    return resolve("small", None)[0]


@pytest.fixture
def engine(scenario: bytes) -> RustEngine:
    """Start a run of `small`."""
    started = RustEngine()
    started.init(scenario)
    return started


@pytest.fixture
def native(scenario: bytes) -> Engine:
    """Start a run of `small` on the native module itself."""
    started = Engine()
    started.init(scenario)
    return started


def turns(engine: RustEngine, scenario: bytes, count: int) -> list[list[list[Any]]]:
    """Return turns without commands."""
    steps: Any = RustEngine().init(scenario)["steps"]
    return [[[] for _ in steps] for _ in range(count)]


def columns(engine: RustEngine) -> Iterator[tuple[str, Any, int, bytes]]:
    """Give table, column, rows and a copy of the values of each column of the first universe."""
    for table, listed in TABLES.items():
        rows = len(memoryview(engine._engine.view(0, table, "alive")))
        for column in listed:
            yield table, column, rows, bytes(engine.values(0, table, column.name, 0, rows))


def test_a_view_is_read_only_typed_and_stays_as_it_was(native: Engine, scenario: bytes) -> None:
    view = memoryview(native.view(0, "unit", "hp"))
    assert (view.readonly, view.format, view.itemsize, view.ndim) == (True, "q", 8, 1)
    first = view.tolist()
    with pytest.raises(TypeError, match="read-only"):
        view[0] = 0
    array = np.frombuffer(native.view(0, "unit", "hp"), dtype="<i8")
    assert array.tolist() == first
    assert not array.flags.writeable
    assert np.asarray(view).dtype == np.dtype("i8")
    steps = native.init(scenario)["steps"]
    native.play(b"[" + b",".join([b"[" + b",".join([b"[]"] * len(steps)) + b"]"] * 30) + b"]")
    assert memoryview(native.view(0, "unit", "hp")).tolist() != first
    assert view.tolist() == first
    assert array.tolist() == first
    del native
    assert view.tolist() == first


def test_every_column_has_a_view_of_its_type(engine: RustEngine) -> None:
    native = engine._engine
    for table, column, rows, payload in columns(engine):
        view = memoryview(native.view(0, table, column.name))
        assert (view.format, view.itemsize) == (FORMATS[column.type], WIDTHS[column.type])
        assert len(view) == rows == len(native.view(0, table, column.name))
        assert view.tobytes() == payload == native.values(0, table, column.name, 0, rows)
    assert bytes(engine.values(0, "unit", "hp", 1, 2)) == native.values(0, "unit", "hp", 1, 2)
    for first, count in ((0, 10**6), (-1, 1), (10**6, 0), (2, -1)):
        with pytest.raises(CommandError, match=f"no {count} values of 0/unit.hp from {first} on"):
            engine.values(0, "unit", "hp", first, count)
    with pytest.raises(CommandError, match=r"no column 0/unit\.morale"):
        native.view(0, "unit", "morale")


def test_trees_are_those_that_the_harness_builds(engine: RustEngine, scenario: bytes) -> None:
    list(engine.advance(turns(engine, scenario, 3)))
    tops = []
    for table, column, rows, payload in columns(engine):
        built = tree.build_column(table, column.name, rows, payload)
        for level, digests in enumerate(built.levels):
            if (count := len(digests) // 32) == 0:
                continue  # a column of no bytes has no node
            place = (0, table, column.name, level)
            assert engine.nodes(*place, 0, count) == bytes(digests)
            assert engine.nodes(*place, count - 1, 1) == bytes(digests)[-32:]
            with pytest.raises(CommandError, match=f"no 1 nodes of level {level} of"):
                engine.nodes(*place, count, 1)
        tops.append(bytes(built.levels[-1])[-32:] if payload else bytes(32))
    assert engine.tops() == b"".join(tops)


def test_changed_rows_are_those_that_differ(engine: RustEngine, scenario: bytes) -> None:
    assert all(slots == b"" for slots, _ in engine.changed_rows())
    changed_ever = 0
    for _ in range(5):
        before = list(columns(engine))
        list(engine.advance(turns(engine, scenario, 1)))
        after = list(columns(engine))
        told = engine.changed_rows()
        assert len(told) == len(TABLES)
        for table, (slots, values) in zip(TABLES, told, strict=True):
            old = [rows_of(column, payload) for t, column, _, payload in before if t == table]
            new = [rows_of(column, payload) for t, column, _, payload in after if t == table]
            rows = list(zip(*new, strict=True))
            past = list(zip(*old, strict=True)) + [None] * len(rows)
            changed = [slot for slot, row in enumerate(rows) if row != past[slot]]
            assert list(memoryview(slots).cast("I")) == changed
            assert values == [b"".join(column[slot] for slot in changed) for column in new]
            changed_ever += len(changed)
    assert changed_ever > 0
    engine.step([], None, False)
    with pytest.raises(CommandError, match="a turn has begun"):
        engine.changed_rows()


def rows_of(column: Any, payload: bytes) -> list[bytes]:
    """Cut a payload into its values."""
    width = WIDTHS[column.type]
    return [payload[at : at + width] for at in range(0, len(payload), width)]


def test_archives_are_restored_from_whatever_holds_them(
    engine: RustEngine, scenario: bytes, tmp_path: Path
) -> None:
    list(engine.advance(turns(engine, scenario, 2)))
    archives = engine.snapshot()
    wanted = engine.restore(2, archives)
    path = tmp_path / "state"
    starts = [0]
    with path.open("wb") as file:
        for _, _, archive in archives:
            file.write(archive + bytes(-len(archive) % 64))
            starts.append(file.tell())
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        whole = memoryview(mapped)
        places = zip(archives, starts, strict=False)
        mapped_parts = [(u, t, whole[at : at + len(a)]) for (u, t, a), at in places]
        assert engine.restore(2, mapped_parts) == wanted
        for _, _, part in mapped_parts:
            part.release()
        whole.release()
    writable = [(u, t, memoryview(bytearray(a))) for u, t, a in archives]
    assert engine.restore(2, writable) == wanted
    # A view that is read-only of what is not: it may be written to while the engine reads.
    held = [(u, t, bytearray(a)) for u, t, a in archives]
    assert engine.restore(2, [(u, t, memoryview(a).toreadonly()) for u, t, a in held]) == wanted
    shifted = [(u, t, memoryview(b"x" + a)[1:]) for u, t, a in archives]
    assert engine.restore(2, shifted) == wanted
    with pytest.raises(CommandError, match="0/campaign: archive offset 0"):
        engine.restore(2, [(u, t, memoryview(b"")) for u, t, _ in archives])
    with pytest.raises(BufferError):
        engine.restore(2, [(u, t, memoryview(a)[::2]) for u, t, a in archives])
    assert engine.step([], None, False)["turn"] == 3


def test_turns_before_a_refused_one_are_told(engine: RustEngine, scenario: bytes) -> None:
    played = turns(engine, scenario, 3)
    played[2][1] = [0.5]
    answers = engine.advance(played)
    assert [next(answers)["turn"], next(answers)["turn"]] == [1, 2]
    with pytest.raises(CommandError, match="commands"):
        next(answers)
    assert engine.step([], None, False)["turn"] == 3


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("VR_THREADS", "2", "2 "),
        ("VR_THREADS", "", " "),
        ("VR_THREADS", "0", "CommandError: VR_THREADS: expected 1 … 1024, found '0'"),
        ("VR_THREADS", "two", "CommandError: VR_THREADS: expected 1 … 1024, found 'two'"),
        ("VR_ISA", "baseline", " baseline"),
        ("VR_ISA", "pentium", "CommandError: VR_ISA: "),
    ],
)
def test_surroundings_are_heeded_or_refused(variable: str, value: str, said: str) -> None:
    asked = (
        "from void_reckoning_adapter.rust import RustEngine\n"
        "from void_reckoning_rust import CommandError, surroundings\n"
        "try:\n    RustEngine().describe()\n    print(*surroundings())\n"
        "except CommandError as error:\n    print(f'CommandError: {error}'.replace('\"', \"'\"))"
    )
    environment = {**os.environ, variable: value, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", asked]
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60)
    assert said in done.stdout.decode("utf-8")
