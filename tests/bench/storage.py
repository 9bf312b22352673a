"""What a keyframe and a delta of a million units take, in bytes and in time, beside zstd-19.

The table and its changes are `units`; FORMAT.md says how they are stored.
"""

from collections.abc import Iterator
from typing import Any

import zstandard

from tests.bench import units
from tests.bench.pairs import interleaved, timed
from tests.bench.rows import Case, Share, at_least, at_most
from tests.harness.runlog.runs import applied
from vr_verify.canonical.state import State, TableData
from vr_verify.runlog import messages, snapshots, streams

ROWS = 1_000_000
SHARE = 0.01
CLUSTERS = {"scattered": 1, "in runs of 100": 100}
ZSTD_LEVEL = 19
KEYFRAME_MAX, DELTA_MAX, ENTROPY_MAX = 0.85, 0.008, 1.5


def cases(rows: int = ROWS) -> Iterator[Case | Share]:
    """Measure keyframe and delta of a table of so many rows; takes minutes for a million."""
    before = units.at_war(rows)
    state = units.state_of(0, before)
    data = state.universes[0].tables[0]
    frame = zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(b"".join(data.columns))
    stored = _stored(data)
    yield _writing(data)
    yield _decoding(data, frame, stored)
    yield from shares(before, len(frame), len(stored))


def shares(before: units.Columns, frame_bytes: int, stored_bytes: int) -> Iterator[Share]:
    """Give the sizes of a keyframe and of deltas of these columns, over those of others."""
    keyframe, of = f"keyframe of {len(before['alive']):,} rows", f"zstd-{ZSTD_LEVEL}"
    goal = at_most(KEYFRAME_MAX)
    yield Share("storage/keyframe", keyframe, of, stored_bytes, frame_bytes, goal)
    state = units.state_of(0, before)
    for name, cluster_rows in CLUSTERS.items():
        fights = units.fight(before, SHARE, cluster_rows)
        delta_bytes = _delta_bytes(state, units.state_of(1, fights.columns))
        key, what = f"storage/delta {name}", f"delta, {SHARE:.0%} of rows {name}"
        goal = at_most(DELTA_MAX)
        yield Share(key, what, f"{of} of all rows", delta_bytes, frame_bytes, goal)
        bits, goal = fights.entropy_bits, at_most(ENTROPY_MAX)
        yield Share(f"{key} entropy", what, "entropy of the change", delta_bytes, bits / 8, goal)


def _streams_of(data: TableData) -> list[tuple[streams.Shape, Any]]:
    shapes = snapshots.table_shapes(units.schema().tables[0], data.rows)
    return list(zip(shapes, data.columns, strict=True))


def _stored(data: TableData) -> bytes:
    return streams.encode(_streams_of(data))


def _writing(data: TableData) -> Case:
    whole = b"".join(data.columns)
    compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
    return Case(
        "storage/write",
        f"zstd-{ZSTD_LEVEL} of {data.rows:,} rows",
        "a keyframe of them, written",
        interleaved(
            lambda: timed(lambda: compressor.compress(whole)), lambda: timed(lambda: _stored(data))
        ),
        at_least(100),
        better="more",
        # The ratio is far from its goal, and each sample takes half a minute.
        rounds_min=1,
        rounds_max=1,
    )


def _decoding(data: TableData, frame: bytes, stored: bytes) -> Case:
    shapes = [shape for shape, _ in _streams_of(data)]
    assert streams.decode(stored, shapes) == list(data.columns), "what is read is what was written"
    decompressor = zstandard.ZstdDecompressor()
    return Case(
        "storage/read",
        f"zstd-{ZSTD_LEVEL} of {data.rows:,} rows, read",
        "the keyframe of them, read",
        interleaved(
            lambda: timed(lambda: decompressor.decompress(frame)),
            lambda: timed(lambda: streams.decode(stored, shapes)),
        ),
        better="more",
    )


def _delta_bytes(before: State, after: State) -> int:
    """Return the stored bytes of a delta that was read back right."""
    schema = units.schema()
    [(_, stored)], stored_bytes = snapshots.delta_messages(schema, before, after)
    message = messages.parse("Delta", stored)
    old = before.universes[0].tables[0]
    change = snapshots.read_delta(message, schema.tables[0], old.rows)
    assert applied(schema.tables[0], old, change) == after.universes[0].tables[0], (
        "what is read is what was written"
    )
    return stored_bytes
