"""The measurements of sizes hold water: what is measured is what the log stores, and no timing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import zstandard

from tests.bench import storage, units
from vr_verify.canonical.archive import ArchiveError, decode_archive, encode_archive
from vr_verify.runlog import streams

ROWS = 70_000


def test_a_delta_is_near_the_entropy_of_its_change_and_never_below_it() -> None:
    before = units.at_war(ROWS)
    data = units.state_of(0, before).universes[0].tables[0]
    frame = zstandard.ZstdCompressor(level=19).compress(b"".join(data.columns))
    found = list(storage.shares(before, len(frame), len(storage._stored(data))))
    shares = {one.key: one.share for one in found}
    entropies = [share for key, share in shares.items() if key.endswith("entropy")]
    assert len(entropies) == len(storage.CLUSTERS)
    assert all(1 < share < 1.5 for share in entropies)
    assert shares["storage/keyframe"] < 0.9, "0.85 of a million rows"


def test_the_entropy_grows_with_the_change_and_shrinks_with_its_order() -> None:
    before = units.at_war(ROWS)
    one, two = (units.fight(before, share, 1).entropy_bits for share in (0.01, 0.02))
    assert one < two < 2 * one
    assert units.fight(before, 0.01, 100).entropy_bits < one


def _numbers(kind: str) -> Any:
    rng = np.random.default_rng(3)
    few = np.repeat(rng.integers(0, 2**60, (ROWS // 40, 4)), 40, axis=0)
    kinds: dict[str, Callable[[], Any]] = {
        "rising": lambda: np.cumsum(rng.integers(0, 9, ROWS)),
        "spread": lambda: rng.integers(0, 2**60, ROWS),
        "coming again": lambda: few[np.arange(ROWS), rng.integers(0, 4, ROWS)],
        "one text": lambda: np.tile(rng.integers(0, 2**60, 1000), 70),
    }
    return kinds[kind]().astype("<u8")


@pytest.mark.parametrize(
    ("kind", "method", "share"),
    [
        ("rising", streams.PCO, 0.1),
        ("spread", streams.PCO, 0.96),
        ("coming again", streams.PCO, 0.2),
        ("one text", streams.ZSTD, 0.02),
    ],
)
def test_a_long_stream_is_stored_by_the_method_that_suits_it(
    kind: str, method: int, share: float
) -> None:
    values = _numbers(kind).tobytes()
    shape = streams.Shape(ROWS, 8)
    stored = streams.encode([(shape, values)])
    assert stored[0] == method
    assert len(stored) < share * len(values)
    assert streams.decode(stored, [shape]) == [values]


def test_fleets_that_come_again_are_looked_up_and_hull_points_are_not() -> None:
    war = units.at_war(ROWS)
    fleets, hull = streams.Shape(ROWS, 4), streams.Shape(ROWS, 8, signed=True)
    assert streams._sampled(fleets, war["fleet"].tobytes()) is streams._pco_lookback
    assert streams._sampled(hull, war["hp"].tobytes()) is streams._pco


def test_the_columns_of_an_archive_are_views_of_it() -> None:
    schema = units.schema()
    table = units.state_of(0, units.at_war(1000)).universes[0].tables[0]
    archive = encode_archive(schema.digest, table.rows, table.columns)
    opened = decode_archive(archive, schema, 0)
    whole = np.frombuffer(archive, "u1")
    assert opened == table
    assert all(np.shares_memory(np.frombuffer(one, "u1"), whole) for one in opened.columns)
    padding = archive[:4010] + b"\1" + archive[4011:]
    with pytest.raises(ArchiveError, match="at byte 4010 of the archive: expected zero padding"):
        decode_archive(padding, schema, 0)
