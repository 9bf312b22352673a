"""What an open log keeps of each turn: packed, little, and enough to notice another turn there."""

import gc
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness.canonical.examples import small_state
from tests.harness.runlog.logs import commands_of, digests_of, header_of, write_log
from vr_verify.errors import BadLogError
from vr_verify.runlog.chains import SEAL_BYTES
from vr_verify.runlog.places import KEPT, TurnPlace, TurnPlaces
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.writer import RunLogWriter

OFFSETS = st.integers(0, 2**64 - 1)
PLACES = st.builds(
    TurnPlace,
    start=OFFSETS,
    size=OFFSETS,
    crc=st.integers(0, 2**32 - 1),
    mark=st.binary(min_size=8, max_size=8),
    kept=st.sampled_from(KEPT),
    halted=st.booleans(),
)
TURN_BYTES_MAX = 52
"""37 of each turn and 8 of a keyframe, and what arrays add so that they can grow."""
MEANWHILE_BYTES_MAX = 256 * 2**10
"""What opening takes beside that, for one record or one piece of the closing part."""


@given(st.lists(PLACES, max_size=20), st.slices(20))
def test_packed_places_are_those_of_a_plain_list(plain: list[TurnPlace], some: slice) -> None:
    packed = TurnPlaces()
    for place in plain:
        packed.append(place)
    assert (len(packed), list(packed), packed[some]) == (len(plain), plain, plain[some])
    for at in range(-len(plain), len(plain)):
        assert packed[at] == plain[at]
    for beyond in (len(plain), -len(plain) - 1):
        with pytest.raises(IndexError):
            packed[beyond]


@pytest.mark.parametrize("part", ["none", "run_chain", "seal", "all"])
def test_another_turn_in_the_place_of_a_checked_one_is_noticed(tmp_path: Path, part: str) -> None:
    path = write_log(tmp_path / "a.log")
    other = replace(header_of(), rules_version="r2")
    exchanged = write_log(tmp_path / "b.log", header=other).read_bytes()
    data = path.read_bytes()
    with RunLog.open(path) as log:
        record, size = log.record(2), len(data)
        assert len(exchanged) == size, "the same places"
        last_of_chain = data.rindex(record.run_chain, 0, data.index(record.seal)) + 31
        last_of_seal = data.index(record.seal) + SEAL_BYTES - 1
        ends = {"run_chain": last_of_chain, "seal": last_of_seal}
        changed = bytearray(exchanged if part == "all" else data)
        if part in ends:
            changed[ends[part]] ^= 1
        path.write_bytes(changed)
        if part == "none":
            assert log.record(2) == record
            return
        with pytest.raises(BadLogError, match="expected the turn that was checked, found another"):
            log.record(2)


def test_seal_and_chain_of_each_turn_are_its_own(tmp_path: Path) -> None:
    data = write_log(tmp_path / "a.log", turns=5).read_bytes()
    with RunLog.open(tmp_path / "a.log") as log:
        found = [log.record(turn) for turn in log.turns]
        assert data.count(found[-1].run_chain) == 2, "in its turn, and in the end"
        assert [data.count(one.seal) for one in found] == [1] * 6
        places = [data.index(one.seal) for one in found]
        assert places == sorted(places)


def opened_bytes(path: Path) -> tuple[int, int]:
    """Return what an open log holds, and the most that was held while it was opened."""
    tracemalloc.start()
    try:
        with RunLog.open(path):
            gc.collect()
            return tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("mode", ["full", "delta", "sparse"])
def test_opening_keeps_little_of_each_turn(tmp_path: Path, mode: str) -> None:
    held, lengths = list[tuple[int, int]](), (200, 1000)
    header = replace(header_of(), snapshots=mode)
    for turns in lengths:
        path = tmp_path / f"{turns}.log"
        with RunLogWriter(path, header) as writer:
            writer.write_first(small_state(0), digests_of(header, 0))
            for turn in range(1, turns + 1):
                state = small_state(turn) if writer.wants_state() else None
                writer.write_turn(turn, commands_of(turn), state, digests_of(header, turn))
            writer.finish()
        held.append(opened_bytes(path))
    (few, _), (many, peak) = held
    assert many - few < TURN_BYTES_MAX * (lengths[1] - lengths[0])
    assert peak - many < MEANWHILE_BYTES_MAX
