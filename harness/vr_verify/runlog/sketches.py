"""The sketch of a turn as a message, and back (FORMAT.md, "Messages").

Checked in form when a log is opened; what its cells say is the business of who compares two.
"""

from dataclasses import dataclass

from vr_verify.canonical import sketch
from vr_verify.model.run import TableRows
from vr_verify.runlog import messages
from vr_verify.runlog.records import LogHeader


@dataclass(frozen=True, slots=True)
class TurnSketch:
    """A turn's sketch, and the row counts of its state, which a name has to be within."""

    rows: tuple[TableRows, ...]
    data: bytes


def sketch_message(turn: int, recorded: TurnSketch) -> bytes:
    """Write a sketch."""
    return messages.serialize(
        "Sketch",
        turn=turn,
        universes=[rows.universe for rows in recorded.rows],
        rows=[count for rows in recorded.rows for count in rows.rows],
        data=recorded.data,
    )


def parse_sketch(data: bytes, turn: int, header: LogHeader) -> TurnSketch:
    """Read the sketch of a turn; ValueError says what is wrong."""
    message = messages.parse("Sketch", data)
    if message.turn != turn:
        raise ValueError(f"expected the sketch of turn {turn}, found {message.turn}")
    sketch.decode_sketch(message.data, header.sketch_cells)
    ids, counts = list(message.universes), list(message.rows)
    if ids != sorted(set(ids)):
        raise ValueError(f"expected universe ids in ascending order, found {ids!r:.80}")
    tables = len(header.schema.tables)
    if len(counts) != len(ids) * tables:
        wanted = f"{tables} row counts for each of {len(ids)} universes"
        raise ValueError(f"expected {wanted}, found {len(counts)}")
    starts = range(0, len(ids) * tables, tables or 1)
    rows = [tuple(counts[start : start + tables]) for start in starts]
    return TurnSketch(tuple(map(TableRows, ids, rows)), message.data)
