"""Turns played unwatched give the reports of turns that are watched, whatever is told or hidden."""

from functools import partial
from itertools import count
from pathlib import Path

import pytest

from tests.selftest.builds import TURNS, wet_log
from tests.support.open_mill import open_mill
from tests.support.toy_builds import MILL
from vr_verify.engines.saboteur.faults import FAULTS
from vr_verify.errors import UsageError
from vr_verify.model.limits import Limits
from vr_verify.model.report import Report
from vr_verify.report import json as report_json
from vr_verify.session import lockstep, unwatched
from vr_verify.session.pace import Pace
from vr_verify.verbs.record import record
from vr_verify.verbs.replay import replay

TURN = 4
MOODY = "python-class:tests.support.moody_mill:MoodyMill"
FROSTY = "python-class:tests.support.moody_mill:FrostyMill"
STEPPED = "right-only-when-stepped"
MEMORY_BYTES = 320 * 2**20


@pytest.fixture
def chunks(monkeypatch: pytest.MonkeyPatch) -> list[range]:
    """Have all states count as large, and note which turns are played unwatched."""
    strict = partial(lockstep.Lockstep, small_bytes=0)
    monkeypatch.setattr("vr_verify.verbs.replay.Lockstep", strict)
    seen: list[range] = []
    play = unwatched.play_unwatched

    def noting(log, sides, turns, hasher, agreed):  # type: ignore[no-untyped-def]
        seen.append(turns)
        return play(log, sides, turns, hasher, agreed)

    monkeypatch.setattr(lockstep, "play_unwatched", noting)
    return seen


def played(chunks: list[range]) -> list[int]:
    """Return the turns that were played unwatched."""
    return [turn for chunk in chunks for turn in chunk]


def replayed(log: Path, fault: str, right: str, fail_fast: bool) -> bytes:
    """Replay beside a liar, nothing audited."""
    limits = Limits(answer_s=5.0 if fault == "hang" else 120.0, memory_bytes=MEMORY_BYTES)
    shows = {"tree", "changed_rows"} & set(FAULTS[fault].needs)
    liar = f"saboteur:{fault}@{TURN}:{open_mill() if shows else MILL}"
    report = replay(log, liar, right, audit="off", limits=limits, fail_fast=fail_fast)
    return report_json.encode(report)


@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in ("growth", STEPPED)])
@pytest.mark.parametrize("right", ["none", MILL])
@pytest.mark.parametrize("fail_fast", [False, True])
def test_every_lie_reads_the_same(
    tmp_path: Path,
    chunks: list[range],
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    right: str,
    fail_fast: bool,
) -> None:
    log = wet_log(tmp_path, commands_at=(2, 5))
    unwatched_report = replayed(log, fault, right, fail_fast)
    assert played(chunks) == list(range(1, TURNS))
    monkeypatch.setattr(lockstep, "can_go_unwatched", lambda _: False)
    assert unwatched_report == replayed(log, fault, right, fail_fast)
    assert played(chunks) == list(range(1, TURNS))


def test_engines_that_advance_agree_and_only_the_ends_are_recomputed(
    tmp_path: Path, chunks: list[range]
) -> None:
    log = wet_log(tmp_path)
    report = replay(log, MILL, MILL, audit="off")
    assert report.outcome == "agreed"
    assert report.checked is not None
    assert (report.checked.turns, report.checked.turns_recomputed) == (TURNS, 2)
    assert report.checked.digests == 2 * 3 * (TURNS + 1)
    assert report.checked.entities_audited == 0
    assert "the audit was off" in (report.message or "")
    assert played(chunks) == list(range(1, TURNS))
    assert replay(log, MILL, MILL).checked != report.checked
    assert played(chunks) == list(range(1, TURNS)), "an audit is asked for after every turn"


def test_a_fault_that_does_not_show_again_is_kept(tmp_path: Path, chunks: list[range]) -> None:
    log = wet_log(tmp_path)
    assert replay(log, MILL, "none", audit="off").outcome == "agreed"
    found = replay(log, MOODY, "none", audit="off").divergence
    assert found is not None
    assert (found.kind, found.turn, found.last_equal_turn) == ("state", 3, 2)
    assert (found.differing_turns, found.persists, found.reproduced) == ((3,), False, False)
    assert len(chunks) == 2


def never_fired(report: Report) -> tuple[str, ...]:
    """Return the rules that a report says have never fired."""
    assert report.checked is not None
    return report.checked.rules_never_fired


@pytest.mark.parametrize("against", ["none", FROSTY])
@pytest.mark.parametrize("fault", ["field", "draw"])
def test_rules_of_turns_that_were_not_checked_have_not_fired(
    tmp_path: Path, chunks: list[range], monkeypatch: pytest.MonkeyPatch, against: str, fault: str
) -> None:
    log = wet_log(tmp_path)
    assert never_fired(replay(log, FROSTY, against, audit="off")) == ("flood",)
    liar = f"saboteur:{fault}@{TURN}:{FROSTY}"
    unwatched_report = replay(log, liar, against, audit="off", fail_fast=True)
    assert unwatched_report.checked is not None
    assert unwatched_report.checked.last_turn == TURN
    assert never_fired(unwatched_report) == ("flood", "frost")
    assert played(chunks) == 2 * list(range(1, TURNS))
    monkeypatch.setattr(lockstep, "can_go_unwatched", lambda _: False)
    watched_report = replay(log, liar, against, audit="off", fail_fast=True)
    assert report_json.encode(unwatched_report) == report_json.encode(watched_report)


@pytest.mark.parametrize("snapshots", ["delta", "sparse"])
def test_rules_that_fired_on_the_way_to_a_range_are_not_counted(
    tmp_path: Path, chunks: list[range], snapshots: str
) -> None:
    scenario = tmp_path / "wet.json"
    scenario.write_text('{"cells":["40","8"],"limit":"1000","seed":"1"}')
    log = tmp_path / "frosty.log"
    record(scenario, log, turns=9, engine=FROSTY, snapshots=snapshots)
    for build in (FROSTY, f"saboteur:draw@8:{FROSTY}"):
        report = replay(log, build, FROSTY, turns=(7, 9), audit="off")
        assert (report.outcome == "agreed") is (build == FROSTY)
        assert never_fired(report) == ("flood", "frost")
    assert never_fired(replay(log, FROSTY, FROSTY, turns=(5, 9), audit="off")) == ("flood",)
    assert played(chunks) == [8, 8, 6, 7, 8]


def test_a_refusal_of_hours_waits_for_one_turn_and_not_for_a_chunk(
    tmp_path: Path, chunks: list[range], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "mill.log"
    record("mill-4", log, turns=100, engine=MILL)
    still = partial(Pace, clock=lambda: 0.0)
    monkeypatch.setattr("vr_verify.verbs.replay.Pace", still)
    assert replay(log, MILL, MILL, audit="off").outcome == "agreed"
    assert [len(chunk) for chunk in chunks] == [1, 2, 4, 8, 16, 32, 36]
    chunks.clear()
    hours = count()
    hourly = partial(Pace, clock=lambda: next(hours) * 3600.0)
    monkeypatch.setattr("vr_verify.verbs.replay.Pace", hourly)
    with pytest.raises(UsageError, match="would take about"):
        replay(log, MILL, MILL, audit="off")
    assert chunks == [range(1, 2)]
    chunks.clear()
    assert replay(log, MILL, MILL, audit="off", anyway=True).outcome == "agreed"
    assert [len(chunk) for chunk in chunks] == [64, 35]


@pytest.mark.parametrize("against", ["none", MILL])
def test_an_engine_that_is_wrong_only_when_it_advances_is_found(
    tmp_path: Path, chunks: list[range], against: str
) -> None:
    log, liar = wet_log(tmp_path), f"saboteur:{STEPPED}@{TURN}:{MILL}"
    assert replay(log, f"saboteur:none@{TURN}:{MILL}", against, audit="off").outcome == "agreed"
    found = replay(log, liar, against, audit="off").divergence
    assert found is not None
    assert (found.kind, found.turn, found.last_equal_turn) == ("state", TURN, TURN - 1)
    assert found.reproduced is False
    watched = replay(log, liar, against)
    assert watched.outcome == "nothing_compared"
    assert "was played step by step" in (watched.message or "")
    assert chunks
