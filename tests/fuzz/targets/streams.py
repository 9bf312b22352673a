"""Fuzzes streams and row deltas (FORMAT.md, "States").

What is decoded has the size of its shape; a delta that is taken says what changed, and no less.
"""

import numpy as np

from tests.harness.canonical.examples import SCHEMA, small_state
from tests.harness.runlog.runs import applied
from vr_verify.canonical.state import TableData
from vr_verify.runlog import delta, streams
from vr_verify.runlog.streams import Shape

TABLE = SCHEMA.tables[0]
BEFORE = small_state(1, units=40).universes[0].tables[0]
AFTER = small_state(2, units=48).universes[0].tables[0]
WIDTHS = (1, 2, 3, 4, 8)
HEAD_BYTES = 4


def run(data: bytes) -> str:
    """Take the data as streams of any shapes, or as the streams of a delta."""
    if len(data) < HEAD_BYTES:
        return "refused"
    head, body = data[:HEAD_BYTES], data[HEAD_BYTES:]
    return run_delta(head, body) if head[0] & 1 else run_streams(head, body)


def run_streams(head: bytes, body: bytes) -> str:
    """Decode streams; the head says how many, of which width and count."""
    count = int.from_bytes(head[2:4], "little")
    shape = Shape(count, WIDTHS[head[1] % len(WIDTHS)], signed=bool(head[1] & 0x80))
    shapes = [shape] * (head[0] >> 1 & 3)
    try:
        payloads = streams.decode(body, shapes)
    except ValueError:
        return "refused"
    assert [len(payload) for payload in payloads] == [shape.size for shape in shapes]
    return "taken"


def run_delta(head: bytes, body: bytes) -> str:
    """Apply a delta; the head says which columns, how many rows of each, and the rows now."""
    columns = [at for at in range(len(TABLE.columns)) if head[0] >> at + 1 & 1]
    counts, rows = [head[1] + 1] * len(columns), BEFORE.rows + head[2]
    if not columns or counts[0] > rows:
        return "refused"
    try:
        payloads = streams.decode(body, delta.shapes(TABLE, columns, counts))
        found = applied(TABLE, BEFORE, delta.from_parts(rows, columns, counts, payloads))
    except ValueError:
        return "refused"
    check_delta(found, columns, counts)
    return "taken"


def check_delta(found: TableData, columns: list[int], counts: list[int]) -> None:
    """What was applied is what differs now, row for row."""
    made = delta.table_delta(TABLE, BEFORE, found)
    assert made is not None
    assert [one.column for one in made.columns] == columns
    assert [one.count for one in made.columns] == counts
    assert applied(TABLE, BEFORE, made) == found


def seeds() -> list[bytes]:
    """Return streams of each method, and a delta of some columns."""
    made = []
    for at, width in enumerate(WIDTHS):
        shape = Shape(64, width)
        payload = np.arange(64 * width, dtype="u1").tobytes()
        head = bytes([2, at, 64, 0])
        made.append(head + streams.encode([(shape, payload)]))
        made.append(head + streams.HEAD.pack(0, len(payload)) + payload)
        zstd = streams.compress_frame(payload)
        made.append(head + streams.HEAD.pack(1, len(zstd)) + zstd)
    change = delta.table_delta(TABLE, BEFORE, AFTER)
    assert change is not None
    for one in change.columns:
        parts = delta.parts(TABLE, delta.TableDelta(change.rows, (one,)))
        head = bytes([1 | 1 << one.column + 1, one.count - 1, change.rows - BEFORE.rows, 0])
        made.append(head + streams.encode(parts))
    return made
