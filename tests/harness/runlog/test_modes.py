"""Logs of full, delta and sparse states: what is kept, what is given, and going on with them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.harness.canonical.examples import small_state
from tests.harness.runlog.logs import HALT, commands_of, digests_of, header_of
from tests.harness.runlog.runs import (
    MODES,
    all_types,
    any_digests,
    any_run,
    run_of,
    write_run,
    write_states,
)
from tests.harness.runlog.test_damage import chunk_ends
from vr_verify.canonical.state import State
from vr_verify.errors import UsageError
from vr_verify.model.run import Digests
from vr_verify.runlog import keyframes
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.records import LogHeader
from vr_verify.runlog.writer import RunLogWriter

SPARSE = replace(header_of(has=("state",)), snapshots="sparse")


@pytest.fixture
def dense(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sparse logs have a keyframe for every 20 rows, so that short ones have some."""
    monkeypatch.setattr(keyframes, "SPARSE_ROWS_MAX", 20)


@pytest.fixture
def sparse(dense: None, tmp_path: Path) -> Iterator[RunLog]:
    """A sparse log of states of eight rows: every third turn is a keyframe."""
    write_run(tmp_path / "a.log", SPARSE, [small_state(turn) for turn in range(9)])
    with RunLog.open(tmp_path / "a.log") as log:
        yield log


def test_a_sparse_log_says_which_states_it_has(sparse: RunLog) -> None:
    assert list(sparse.states) == list(sparse.keyframes) == [0, 3, 6]
    assert (sparse.turns, sparse.complete) == (range(9), True)
    for turn in (6, 0, 3):
        assert sparse.state(turn) == small_state(turn)
    for turn in sparse.turns:
        assert sparse.record(turn).digests == any_digests(SPARSE, turn)
        assert sparse.state_before(turn) == turn - turn % 3


def test_a_state_that_a_sparse_log_has_not_is_named_with_the_nearest(sparse: RunLog) -> None:
    message = r"the log is sparse and has no state of turn 5; .* that of turn 3; replay"
    with pytest.raises(UsageError, match=message):
        sparse.state(5)
    with pytest.raises(UsageError, match="no turn 9 in the log"):
        sparse.state(9)


@pytest.mark.parametrize("mode", ["full", "delta"])
def test_the_other_logs_have_all_states(mode: str, tmp_path: Path) -> None:
    write_run(tmp_path / "a.log", replace(SPARSE, snapshots=mode), [small_state(t) for t in (0, 1)])
    with RunLog.open(tmp_path / "a.log") as log:
        assert list(log.states) == [0, 1]
        assert list(log.keyframes) == ([0, 1] if mode == "full" else [0])
        assert [log.state_before(turn) for turn in (0, 1)] == [0, 1]


@pytest.mark.parametrize("mode", MODES)
def test_a_halted_turn_has_no_state_and_the_last_one_before_it_is_named(
    mode: str, dense: None, tmp_path: Path
) -> None:
    header = replace(SPARSE, snapshots=mode)
    with RunLogWriter(tmp_path / "a.log", header) as writer:
        kept = write_states(writer, [small_state(turn) for turn in range(5)])
        writer.write_turn(5, commands_of(5), None, Digests(), HALT)
        writer.finish()
    with RunLog.open(tmp_path / "a.log") as log:
        assert (list(log.states), log.state_before(5)) == (kept, kept[-1])
        assert kept == ([0, 3] if mode == "sparse" else [0, 1, 2, 3, 4])
        with pytest.raises(UsageError, match="turn 5 halted and was undone"):
            log.state(5)


def test_a_sparse_log_does_not_keep_a_state_without_universes(dense: None, tmp_path: Path) -> None:
    """It could not be told from none; the next state that has some is kept instead."""
    states = [State(turn, ()) if turn == 3 else small_state(turn) for turn in range(9)]
    write_run(tmp_path / "a.log", SPARSE, states)
    with RunLog.open(tmp_path / "a.log") as log:
        assert list(log.states) == [0, 4, 7]
    write_run(tmp_path / "b.log", SPARSE, [State(0, ()), small_state(1)])
    with RunLog.open(tmp_path / "b.log") as log:
        assert list(log.states) == [0]
        assert log.state(0) == State(0, ())


def test_a_sparse_log_takes_no_less_than_it_wants(dense: None, tmp_path: Path) -> None:
    with RunLogWriter(tmp_path / "a.log", SPARSE) as writer:
        write_states(writer, [small_state(turn) for turn in range(2)])
        assert not writer.wants_state()
        writer.write_turn(2, commands_of(2), None, any_digests(SPARSE, 2))
        assert writer.wants_state()
        with pytest.raises(AssertionError, match="a turn has a state"):
            writer.write_turn(3, commands_of(3), None, any_digests(SPARSE, 3))


@pytest.mark.parametrize("mode", ["full", "delta"])
def test_the_other_logs_want_every_state(mode: str, tmp_path: Path) -> None:
    with RunLogWriter(tmp_path / "a.log", replace(SPARSE, snapshots=mode)) as writer:
        for turn in range(4):
            write_states(writer, [small_state(turn)])
            assert writer.wants_state()
        with pytest.raises(AssertionError, match="a turn has a state"):
            writer.write_turn(4, commands_of(4), None, any_digests(SPARSE, 4))


def check_resumed(path: Path, header: LogHeader, states: list[State]) -> None:
    """Cut a log behind every turn and go on: the bytes are those of the log that was not cut."""
    write_run(path, header, states)
    whole = path.read_bytes()
    for at, end in enumerate(chunk_ends(whole)[:-1]):
        path.write_bytes(whole[: end + at % 3])
        with RunLog.open(path) as log, RunLogWriter(path, log) as writer:
            write_states(writer, states[at + 1 :])
            writer.finish()
        assert path.read_bytes() == whole, f"cut behind state {at}"


@pytest.mark.parametrize("mode", MODES)
def test_a_log_gone_on_with_is_the_one_that_was_never_cut(
    mode: str, dense: None, tmp_path: Path
) -> None:
    header = replace(SPARSE, snapshots=mode, schema=all_types())
    check_resumed(tmp_path / "a.log", header, run_of(header.schema, 0, 12, Random(2)))


@pytest.mark.parametrize(
    "seed", [*range(6), *(pytest.param(s, marks=pytest.mark.slow) for s in range(6, 60))]
)
def test_any_log_gone_on_with_is_the_one_that_was_never_cut(
    seed: int, dense: None, tmp_path: Path
) -> None:
    check_resumed(tmp_path / "a.log", *any_run(seed))


def test_delta_is_the_default_and_smaller(tmp_path: Path) -> None:
    header = header_of()
    assert header.snapshots == "delta"
    sizes = {}
    for mode in MODES:
        path = tmp_path / mode
        with RunLogWriter(path, replace(header, snapshots=mode)) as writer:
            writer.write_first(small_state(0, 900), digests_of(header, 0))
            for turn in range(1, 9):
                state = small_state(turn, 900) if writer.wants_state() else None
                writer.write_turn(turn, commands_of(turn), state, digests_of(header, turn))
            writer.finish()
        sizes[mode] = path.stat().st_size
    assert sizes["full"] > sizes["delta"] > sizes["sparse"]
