"""What a keyframe and a delta of a million units take, in bytes and in time, beside zstd-19.

The table and its changes are `units`; FORMAT.md says how they are stored.
"""

from dataclasses import dataclass
from typing import Any

import zstandard

from tests.bench import units
from tests.bench.pairs import Ratio, compare, timed
from tests.harness.runlog.runs import applied
from vr_verify.canonical.state import State, TableData
from vr_verify.runlog import messages, snapshots, streams

ROWS = 1_000_000
SHARE = 0.01
CLUSTERS = {"scattered": 1, "in runs of 100": 100}
ZSTD_LEVEL = 19


@dataclass(frozen=True, slots=True)
class Size:
    """A number of bytes as a share of another: sizes do not depend on the machine."""

    what: str
    stored_bytes: int
    of_bytes: float
    goal_max: float

    @property
    def share(self) -> float:
        """Stored bytes over those that they are held against."""
        return self.stored_bytes / self.of_bytes

    def document(self) -> dict[str, object]:
        """Give the figures as JSON values."""
        return {
            "what": self.what,
            "stored_bytes": self.stored_bytes,
            "of_bytes": round(self.of_bytes),
            "share": round(self.share, 5),
            "goal_max": self.goal_max,
        }


def measure(rows: int = ROWS) -> tuple[list[Ratio], list[Size]]:
    """Measure keyframe and delta of a table of so many rows; takes about a minute for a million."""
    before = units.at_war(rows)
    state = units.state_of(0, before)
    data = state.universes[0].tables[0]
    frame, ratios = _zstd_and_keyframe(data)
    stored = _stored(data)
    ratios += [_decoding(data, frame, stored), _control(data)]
    sizes = [Size(f"keyframe of {rows} rows / zstd-{ZSTD_LEVEL}", len(stored), len(frame), 0.85)]
    for name, cluster_rows in CLUSTERS.items():
        fights = units.fight(before, SHARE, cluster_rows)
        stored_bytes = _delta_bytes(state, units.state_of(1, fights.columns))
        what = f"delta, {SHARE:.0%} of rows {name}"
        sizes.append(Size(f"{what} / zstd-{ZSTD_LEVEL} of all", stored_bytes, len(frame), 0.008))
        entropy_bytes = fights.entropy_bits / 8
        sizes.append(Size(f"{what} / entropy of the change", stored_bytes, entropy_bytes, 1.5))
    return ratios, sizes


def _streams_of(data: TableData) -> list[tuple[streams.Shape, Any]]:
    shapes = snapshots.table_shapes(units.schema().tables[0], data.rows)
    return list(zip(shapes, data.columns, strict=True))


def _stored(data: TableData) -> bytes:
    return streams.encode(_streams_of(data))


def _zstd_and_keyframe(data: TableData) -> tuple[bytes, list[Ratio]]:
    """Compress once by zstd, which takes long, between two keyframes: two pairs share it."""
    whole, frames = b"".join(data.columns), list[bytes]()
    compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
    _stored(data)
    first = timed(lambda: _stored(data))
    slow = timed(lambda: frames.append(compressor.compress(whole)))
    keyframes = (first, timed(lambda: _stored(data)))
    what = f"write: zstd-{ZSTD_LEVEL} / keyframe, {data.rows} rows (goal: 100 or more)"
    return frames[0], [
        Ratio(
            what,
            tuple(slow / one for one in keyframes),
            (slow / 1e9,) * 2,
            tuple(one / 1e9 for one in keyframes),
        )
    ]


def _decoding(data: TableData, frame: bytes, stored: bytes) -> Ratio:
    shapes = [shape for shape, _ in _streams_of(data)]
    assert streams.decode(stored, shapes) == list(data.columns), "what is read is what was written"
    decompressor = zstandard.ZstdDecompressor()
    return compare(
        f"read: zstd-{ZSTD_LEVEL} / keyframe, {data.rows} rows",
        lambda: timed(lambda: decompressor.decompress(frame)),
        lambda: timed(lambda: streams.decode(stored, shapes)),
        pairs=7,
    )


def _control(data: TableData) -> Ratio:
    return compare(
        "control: keyframe / keyframe",
        lambda: timed(lambda: _stored(data)),
        lambda: timed(lambda: _stored(data)),
        pairs=3,
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
