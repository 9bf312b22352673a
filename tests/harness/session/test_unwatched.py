"""Turns played unwatched give the reports of turns that are watched, whatever is told or hidden."""

from functools import partial
from pathlib import Path

import pytest

from tests.selftest.builds import TURNS, wet_log
from tests.support.toy_builds import MILL
from vr_verify.engines.saboteur.faults import FAULTS
from vr_verify.model.limits import Limits
from vr_verify.report import json as report_json
from vr_verify.session import lockstep, unwatched
from vr_verify.verbs.replay import replay

TURN = 4
MOODY = "python-class:tests.support.moody_mill:MoodyMill"
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


def replayed(log: Path, fault: str, right: str) -> bytes:
    """Replay beside a liar, nothing audited."""
    limits = Limits(answer_s=5.0 if fault == "hang" else 120.0, memory_bytes=MEMORY_BYTES)
    liar = f"saboteur:{fault}@{TURN}:{MILL}"
    return report_json.encode(replay(log, liar, right, audit="off", limits=limits))


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "growth"])
@pytest.mark.parametrize("right", ["none", MILL])
def test_every_lie_reads_the_same(
    tmp_path: Path, chunks: list[range], monkeypatch: pytest.MonkeyPatch, fault: str, right: str
) -> None:
    log = wet_log(tmp_path, commands_at=(2, 5))
    unwatched_report = replayed(log, fault, right)
    assert chunks == [range(1, TURNS)]
    monkeypatch.setattr(lockstep, "can_go_unwatched", lambda _: False)
    assert unwatched_report == replayed(log, fault, right)
    assert len(chunks) == 1


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
    assert chunks == [range(1, TURNS)]
    assert replay(log, MILL, MILL).checked != report.checked
    assert len(chunks) == 1, "an audit is asked for after every turn"


def test_a_fault_that_does_not_show_again_is_kept(tmp_path: Path, chunks: list[range]) -> None:
    log = wet_log(tmp_path)
    assert replay(log, MILL, "none", audit="off").outcome == "agreed"
    found = replay(log, MOODY, "none", audit="off").divergence
    assert found is not None
    assert (found.kind, found.turn, found.last_equal_turn) == ("state", 3, 2)
    assert (found.differing_turns, found.persists, found.reproduced) == ((3,), False, False)
    assert len(chunks) == 2
