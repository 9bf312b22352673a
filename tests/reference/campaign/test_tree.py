"""The reference's digest trees: their tops lead to the digest that it reports, their nodes to them.

Held against the harness's own tree, which is another implementation of the same page.
"""

import pytest

from void_reckoning_adapter.python import PythonEngine
from void_reckoning_reference.campaign.engine import CommandError
from void_reckoning_reference.schema import TABLES
from void_reckoning_reference.state import WIDTHS
from vr_verify.canonical import tree


@pytest.fixture(scope="module")
def engine() -> PythonEngine:
    """The reference in the middle of a run."""
    engine = PythonEngine()
    opening = engine.init(engine.resolve("small", "7")[0])
    steps = opening["steps"]
    assert isinstance(steps, list)
    for _ in range(3 * len(steps)):
        engine.step([], None, False)
    return engine


def test_all_levels_are_those_of_the_harness(engine: PythonEngine) -> None:
    universes = engine.step([], None, False)["universes"]
    assert isinstance(universes, list)
    universe, rows_of = universes[0]["id"], universes[0]["rows"]
    tops, levels_met = engine.tops(), 0
    places = [(table, column) for table, columns in TABLES.items() for column in columns]
    assert len(tops) == 32 * len(places)
    rows = dict(zip(TABLES, rows_of, strict=True))
    for at, (table, column) in enumerate(places):
        payload = engine.values(universe, table, column.name, 0, rows[table])
        assert len(payload) == rows[table] * WIDTHS[column.type]
        plain = tree.build_column(table, column.name, rows[table], payload)
        top = tops[32 * at : 32 * at + 32]
        assert top == (plain.levels[-1] or bytes(32))
        for level, digests in enumerate(plain.levels if payload else ()):
            count = len(digests) // 32
            found = engine.nodes(universe, table, column.name, level, 0, count)
            assert found == digests
            last = engine.nodes(universe, table, column.name, level, count - 1, 1)
            assert last == digests[-32:]
            levels_met = max(levels_met, level)
    assert levels_met >= 1


@pytest.mark.parametrize(
    "place",
    [
        (0, "unit", "hp", 0, 0, 10_000),
        (0, "unit", "hp", 9, 0, 1),
        (0, "unit", "hp", -1, 0, 1),
        (0, "unit", "hp", 0, -1, 1),
        (0, "unit", "size", 0, 0, 1),
        (9, "unit", "hp", 0, 0, 1),
    ],
)
def test_nodes_that_there_are_not_are_refused(
    engine: PythonEngine, place: tuple[int, str, str, int, int, int]
) -> None:
    with pytest.raises(CommandError, match="expected"):
        engine.nodes(*place)
