"""The rows in which two turns differ, named by their sketches alone: no state, no engine.

Spec: PROTOCOL.md, section 4.1. It must not judge; what is said here helps where values are unknown.
"""

from dataclasses import dataclass

from vr_verify.canonical.sketch import RowName, decode_difference, decode_sketch
from vr_verify.model.run import TableRows
from vr_verify.runlog.reader import RunLog

LEFT, RIGHT, BOTH = "left", "right", "both"


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row, `universe/table/slot`, and the side that changed it: `both` if each in its own way."""

    row: str
    changed_by: str


@dataclass(frozen=True, slots=True)
class SketchNames:
    """The rows that were named, in canonical order. `whole`: these are all that differ."""

    turn: int
    cells: int
    whole: bool
    rows: tuple[NamedRow, ...]


def named_by_sketches(left: RunLog, right: RunLog, turn: int) -> SketchNames | None:
    """Name the rows that differ at the end of a turn at whose start both states were equal.

    None where the logs have no sketches of it, or none that can be subtracted: of one size, one
    schema, and the same universes. A log's first turn has nothing to tell.
    """
    cells = left.header.sketch_cells
    comparable = cells == right.header.sketch_cells
    comparable &= left.header.schema.digest == right.header.schema.digest
    if not comparable or turn <= max(left.turns[0], right.turns[0]):
        return None
    mine, theirs = left.sketch(turn), right.sketch(turn)
    if mine is None or theirs is None:
        return None
    ids = [rows.universe for rows in mine.rows]
    if ids != [rows.universe for rows in theirs.rows]:
        return None
    most = [
        TableRows(one.universe, tuple(map(max, one.rows, other.rows)))
        for one, other in zip(mine.rows, theirs.rows, strict=True)
    ]
    sketches = decode_sketch(mine.data, cells), decode_sketch(theirs.data, cells)
    decoded = decode_difference(*sketches, most)
    sides: dict[RowName, str] = dict.fromkeys(decoded.left, LEFT)
    sides |= {name: BOTH if name in sides else RIGHT for name in decoded.right}
    tables = [table.name for table in left.header.schema.tables]
    rows = tuple(
        NamedRow(f"{ids[name.universe]}/{tables[name.table]}/{name.slot}", sides[name])
        for name in sorted(sides)
    )
    return SketchNames(turn, cells, decoded.whole, rows)
