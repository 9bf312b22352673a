"""`columns` gives what `values` gives column by column; an engine that cuts them wrong is told."""

from pathlib import Path

import pytest

from tests.engines.test_advance import CELLS, STRIDES, WET, counter
from tests.support.toy_builds import TOY, variant
from vr_verify.canonical.schema import Schema
from vr_verify.canonical.state import State
from vr_verify.engines import columns
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import EngineProtocolError
from vr_verify.model.run import TableRows

MISCOUNTING = "python-class:tests.engines.miscounting_toy:MiscountingToy"


def one_by_one(engine: Engine) -> State:
    listed = columns.places(engine.schema, engine.rows)
    payloads = [engine.values(p.universe, p.table, p.column.name, 0, p.rows) for p in listed]
    return columns.state_of(engine.turn, engine.schema, engine.rows, payloads)


@pytest.mark.parametrize("name", ["toy", "blind", "counter"])
def test_a_state_is_the_same_however_it_is_read(name: str, tmp_path: Path) -> None:
    builds = {"toy": TOY, "blind": variant("BlindMill"), "counter": counter(tmp_path)}
    scenario = {"toy": CELLS, "blind": WET, "counter": STRIDES}[name]
    with Engine(resolve_build(builds[name])) as engine:
        assert engine.can("columns") == (name != "counter")
        engine.init(scenario)
        read = [engine.state()]
        assert read[0] == one_by_one(engine)
        for _ in engine.steps:
            engine.step(())
        read.append(engine.state())
        assert read[1] == one_by_one(engine)
        assert read[0] != read[1]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_column_of_a_wrong_length_is_named(
    monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    if not at_once:
        monkeypatch.setattr(columns, "COLUMNS_MAX", 0)
    with Engine(resolve_build(MISCOUNTING)) as engine:
        engine.init(CELLS)
        with pytest.raises(EngineProtocolError, match=r"2 values of 8 bytes of cell\.heat"):
            engine.state()
    with Engine(resolve_build(TOY)) as engine:
        engine.init(CELLS)
        assert engine.state() == one_by_one(engine)


def test_a_bulk_is_cut_where_its_lengths_say_and_nowhere_else() -> None:
    with Engine(resolve_build(TOY)) as engine:
        engine.init(CELLS)
        listed = columns.places(engine.schema, engine.rows)
        data = bytes(range(26))
        assert columns.cut(data, [8, 2, 16], listed) == [data[:8], data[8:10], data[10:]]
        for lengths in ([8, 2, 15], [8, 18], [8, 2, 16, 0], [2, 8, 16]):
            with pytest.raises(ValueError, match="expected"):
                columns.cut(data, lengths, listed)
        assert columns.fit_one_bulk(listed)
        huge = columns.places(engine.schema, [TableRows(0, (2**28,))])
        assert not columns.fit_one_bulk(huge)
        many = columns.places(engine.schema, [TableRows(at, (1,)) for at in range(4000)])
        assert not columns.fit_one_bulk(many)
    assert columns.places(Schema((), b"", b""), []) == []
