"""Ctrl-C at each stage of a recording: what stands in the log, and what to do."""

from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.support.toy_builds import MILL
from vr_verify.errors import BadLogError, Interrupted
from vr_verify.report.text import render
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.sink import LogSink
from vr_verify.runlog.writer import RunLogWriter
from vr_verify.session.recorder import Recorder
from vr_verify.verbs.record import record


def stop(*_: Any, **__: Any) -> NoReturn:
    """Be stopped."""
    raise KeyboardInterrupt


def stopped(path: Path, resume: bool = False) -> str:
    """Record until it is stopped; return what is said."""
    with pytest.raises(Interrupted) as found:
        record("mill-3", path, turns=4, engine=MILL, resume=resume)
    assert found.value.message.startswith("stopped from the keyboard or by a signal ")
    return found.value.message.removeprefix("stopped from the keyboard or by a signal ")


@pytest.mark.parametrize("resume", [False, True])
def test_nothing_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resume: bool) -> None:
    path = tmp_path / "a.log"
    record("mill-3", path, turns=2, engine=MILL)
    held = path.read_bytes()
    monkeypatch.setattr(Recorder, "__init__", stop)
    way = "goes on with it" if resume else "replaces it"
    wanted = f"before anything was written: a.log is as it was. The same command {way}."
    assert stopped(path, resume) == wanted
    assert path.read_bytes() == held
    wanted = "before anything was written: there is no new.log. The same command starts anew."
    assert stopped(tmp_path / "new.log") == wanted
    assert not (tmp_path / "new.log").exists()


def test_a_log_without_a_sealed_state_is_worth_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.log"
    with monkeypatch.context() as patch:
        patch.setattr(RunLogWriter, "write_first", stop)
        said = stopped(path)
    assert said.startswith("before the first state was sealed: nothing in a.log is worth keeping.")
    assert "The same command writes it anew" in said
    with pytest.raises(BadLogError), RunLog.open(path):
        pass
    assert record("mill-3", path, turns=4, engine=MILL).outcome == "agreed", "as was said"


def test_a_first_state_is_kept_and_gone_on_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, path = tmp_path / "whole.log", tmp_path / "a.log"
    record("mill-3", whole, turns=4, engine=MILL)
    first = RunLogWriter.write_first

    def written(*given: Any) -> None:
        first(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RunLogWriter, "write_first", written)
        said = stopped(path)
    assert said == (
        "before a turn was sealed: a.log holds the state of turn 0 alone. "
        "The same command with --resume goes on from there."
    )
    with monkeypatch.context() as patch:
        patch.setattr(RunLogWriter, "write_turn", stop)
        report = record("mill-3", path, turns=4, engine=MILL)
    assert (report.outcome, report.complete) == ("interrupted", False)
    assert report.message is not None
    assert report.message.endswith(
        "before a turn was sealed: a.log holds the state of turn 0 alone"
    )
    assert "--resume goes on from there" in " ".join(render(report, 100).plain.split())
    assert record("mill-3", path, turns=4, engine=MILL, resume=True).outcome == "agreed"
    assert path.read_bytes() == whole.read_bytes()


def test_sealed_turns_are_told(tmp_path: Path) -> None:
    def progress(_: str, done: int, __: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    report = record("mill-3", tmp_path / "a.log", turns=4, engine=MILL, progress=progress)
    assert report.message is not None
    assert report.message.endswith("when a.log held turns 0 to 2")


@pytest.mark.parametrize("settled", [1, 2, 4])
def test_a_turn_that_the_disk_is_waited_for_is_in_the_log_and_told(
    settled: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, settle, calls = tmp_path / "a.log", LogSink.settle, list[int]()

    def waited(sink: LogSink) -> None:
        settle(sink)
        calls.append(1)
        if len(calls) == settled:
            raise KeyboardInterrupt

    monkeypatch.setattr(LogSink, "settle", waited)
    if settled == 1:
        said = stopped(path)
    else:
        report = record("mill-3", path, turns=4, engine=MILL)
        said = report.message or ""
        assert report.log is not None
        told = (report.log.turns, report.log.bytes, report.log.last_turn)
        assert told == (settled, path.stat().st_size, settled - 1)
    with RunLog.open(path) as log:
        assert list(log.turns) == list(range(settled))
    when = {1: "state of turn 0 alone", 2: "held turns 0 to 1", 4: "held turns 0 to 3"}
    assert when[settled] in said
