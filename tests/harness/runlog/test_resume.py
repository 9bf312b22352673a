"""A cut log that is gone on with has the bytes of the one that was never cut."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.harness.canonical.examples import small_state
from tests.harness.runlog.again import go_on, write_again
from tests.harness.runlog.logs import HALT, commands_of, digests_of, header_of, write_log
from tests.harness.runlog.test_damage import chunk_ends
from vr_verify.errors import IoFailed
from vr_verify.model.run import Digests
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.writer import RunLogWriter

MODES = ("full", "delta", "sparse")


@contextmanager
def model_of(folder: Path, mode: str, turns: int, halted: bool = False) -> Iterator[RunLog]:
    """Write a log that nobody cuts, and open it."""
    path = folder / "model.log"
    header = replace(header_of(), snapshots=mode)
    with RunLogWriter(path, header) as writer:
        writer.write_first(small_state(0), digests_of(header, 0))
        for turn in range(1, turns + 1):
            if halted and turn == turns:
                writer.write_turn(turn, commands_of(turn), None, Digests(), HALT)
                break
            state = small_state(turn) if writer.wants_state() else None
            writer.write_turn(turn, commands_of(turn), state, digests_of(header, turn))
        writer.finish()
    with RunLog.open(path) as log:
        yield log


def sizes_to_cut_to(data: bytes, step: int) -> list[int]:
    """Sizes from the first sealed chunk on, those around each chunk's end among them."""
    ends = chunk_ends(data)
    near = {end + by for end in ends for by in (0, 1, 48, 49, 50)}
    return sorted(size for size in {*near, *range(ends[0], len(data), step)} if size < len(data))


@pytest.mark.parametrize("step", [397, pytest.param(23, marks=pytest.mark.slow)])
@pytest.mark.parametrize("halted", [False, True], ids=["to-the-end", "to-a-halt"])
@pytest.mark.parametrize("mode", MODES)
def test_a_log_cut_anywhere_comes_to_the_same_bytes(
    tmp_path: Path, mode: str, halted: bool, step: int
) -> None:
    path = tmp_path / "a.log"
    with model_of(tmp_path, mode, 4, halted) as model:
        data = (tmp_path / "model.log").read_bytes()
        for size in sizes_to_cut_to(data, step):
            path.write_bytes(data[:size])
            go_on(model, path, durable=False)
            assert path.read_bytes() == data, f"cut to {size} bytes"


@pytest.mark.parametrize("mode", MODES)
def test_keyframes_stand_where_they_would_have_stood(tmp_path: Path, mode: str) -> None:
    """Where the next keyframe comes depends on turns before the cut."""
    path = tmp_path / "a.log"
    with model_of(tmp_path, mode, 140) as model:
        assert mode == "full" or 1 < len(model.keyframes) < 100
        data = (tmp_path / "model.log").read_bytes()
        ends = chunk_ends(data)
        for turn in (1, 3, 60, 126, 127, 128, 129):
            path.write_bytes(data[: ends[turn] + 5])
            go_on(model, path, durable=False)
            assert path.read_bytes() == data, f"cut behind turn {turn}"


@pytest.mark.parametrize("mode", MODES)
def test_a_closed_log_is_made_longer(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.log"
    with model_of(tmp_path, mode, 4) as model:
        for last in (0, 2, 3):
            write_again(model, path, durable=False, last=last)
            with RunLog.open(path) as shorter:
                assert (shorter.complete, shorter.turns[-1]) == (True, last)
            go_on(model, path, durable=False)
            assert path.read_bytes() == (tmp_path / "model.log").read_bytes()


def test_nothing_is_put_behind_a_halt(tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.log", 2, halted=True)
    with RunLog.open(path) as log, RunLogWriter(path, log) as writer:
        with pytest.raises(AssertionError, match="nothing comes after a halt"):
            writer.write_turn(3, commands_of(3), small_state(3), digests_of(log.header, 3))
        writer.finish()
    with RunLog.open(path) as log:
        assert (log.complete, log.halted, log.turns[-1]) == (True, True, 2)


def test_a_disk_that_fails_when_it_is_waited_for_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(number: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    path, header = tmp_path / "a.log", header_of()
    with RunLogWriter(path, header, durable=True) as writer:
        writer.write_first(small_state(0), digests_of(header, 0))
        monkeypatch.setattr(os, "fsync", fails)
        with pytest.raises(IoFailed, match=r"a\.log: cannot write the log: Input/output error"):
            writer.write_turn(1, commands_of(1), small_state(1), digests_of(header, 1))
    with RunLog.open(path) as log:
        assert log.state(0) == small_state(0)
    with RunLogWriter(path, header) as writer:
        writer.write_first(small_state(0), digests_of(header, 0))
        writer.finish()
