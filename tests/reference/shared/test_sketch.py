"""The reference's sketch against the harness's: two implementations of the same page."""

import struct
from random import Random

import pytest

from tests.harness.canonical.examples import SCHEMA
from void_reckoning_reference.shared.sketch import (
    CELLS_DEFAULT,
    CELLS_MAX,
    ChangedTable,
    ChangedUniverse,
    SketchError,
    sketch,
)
from vr_verify.canonical.changed_rows import ChangedRows, Changes, UniverseChanges
from vr_verify.canonical.sketch import build, empty


def some_changes(seed: int) -> tuple[list[ChangedUniverse], Changes]:
    """Make changed rows of two universes, in the forms of the reference and of the harness."""
    random = Random(seed)
    universes, changes = [], []
    for universe in (0, 2**32 - 1):
        tables, changed = [], []
        for table in SCHEMA.tables:
            slots = sorted(random.sample(range(500), random.randrange(60)))
            columns = [[random.randbytes(c.width) for _ in slots] for c in table.columns]
            tables.append(ChangedTable(table.name, slots, columns))
            packed = tuple(b"".join(values) for values in columns)
            numbers = struct.pack(f"<{len(slots)}I", *slots)
            changed.append(ChangedRows(500, len(slots), numbers, packed))
        universes.append(ChangedUniverse(universe, tables))
        changes.append(UniverseChanges(universe, tuple(changed)))
    return universes, Changes(1, tuple(changes))


@pytest.mark.parametrize("cells", [3, CELLS_DEFAULT, 384, CELLS_MAX])
def test_it_is_the_sketch_of_the_harness(cells: int) -> None:
    universes, changes = some_changes(cells)
    found = sketch(universes, cells)
    assert found == build(SCHEMA, changes, cells).encode()
    assert found != sketch(some_changes(cells + 1)[0], cells)


def test_no_changed_rows_are_cells_of_zeros() -> None:
    assert sketch([], 96) == empty(96).encode()


@pytest.mark.parametrize("cells", [-3, 0, 1, 97, CELLS_MAX + 3])
def test_cells_that_no_sketch_has_are_refused(cells: int) -> None:
    with pytest.raises(SketchError, match="multiple of 3"):
        sketch([], cells)


def test_more_tables_than_names_are_refused() -> None:
    tables = [ChangedTable("t", (), ())] * (2**16 + 1)
    with pytest.raises(SketchError, match="at most 65536"):
        sketch([ChangedUniverse(0, tables)], 96)
    assert sketch([ChangedUniverse(0, tables[1:])], 96) == empty(96).encode()
