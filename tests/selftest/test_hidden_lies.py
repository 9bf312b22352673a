"""Lies that show only on some occasion: a restore, a command, a second look, or nobody looking.

Each is found where it is told, and its clean twin on the same log gives nothing.
"""

from pathlib import Path

import pytest

import vr_verify
from tests.selftest.builds import MUTE, TURNS, wet_log
from tests.selftest.trials import differing
from tests.support.toy_builds import MILL
from vr_verify.errors import UsageError
from vr_verify.runlog.reader import RunLog
from vr_verify.verbs.replay import replay

TURN = 3
LIAR = "saboteur-mill"


def lying(fault: str, engine: str = MILL, turn: int = TURN) -> str:
    return f"saboteur:{fault}@{turn}:{engine}"


def test_a_column_lost_in_a_restore_is_named(tmp_path: Path) -> None:
    log, rest = wet_log(tmp_path), (TURN + 1, TURNS)
    assert replay(log, MILL, lying("none"), turns=rest).outcome == "agreed"
    report = replay(log, MILL, lying("lost-in-restore[cell.flour]"), turns=rest)
    assert report.outcome == "protocol_error"
    assert report.message is not None
    assert "after restoring turn 3" in report.message
    assert "2 entities in cell.flour are not as restored, the first flour of" in report.message


def test_a_column_lost_in_a_restore_shows_in_values_where_no_digest_is_reported(
    tmp_path: Path,
) -> None:
    log, rest = wet_log(tmp_path, MUTE), (TURN + 1, TURNS)
    assert replay(log, MUTE, MUTE, turns=rest).outcome == "agreed"
    found = replay(log, MUTE, lying("lost-in-restore", MUTE), turns=rest).divergence
    assert found is not None
    assert (found.kind, found.turn, found.odd_one_out) == ("state", TURN + 1, "saboteur-mute")
    assert found.table == "cell"


def test_a_run_without_a_restore_says_nothing_of_one(tmp_path: Path) -> None:
    report = replay(wet_log(tmp_path), MILL, lying("lost-in-restore"))
    assert report.outcome == "nothing_compared"
    assert report.message == (
        f"{LIAR} never told its lie lost-in-restore@3: "
        "nothing was restored to turn 3 or a later one"
    )


def test_a_swallowed_command_is_found_in_its_step(tmp_path: Path) -> None:
    log = wet_log(tmp_path, commands_at=(2, 5))
    assert replay(log, MILL, MILL).outcome == "agreed"
    found = replay(log, MILL, lying("swallowed-command")).divergence
    assert found is not None
    assert (found.kind, found.turn, found.odd_one_out) == ("state", 5, LIAR)
    assert (found.step, found.phase, found.reproduced) == ("evening", "grind", True)
    report = replay(log, MILL, lying("swallowed-command", turn=6))
    assert report.outcome == "nothing_compared"
    assert "the log has no command from turn 6 on" in (report.message or "")


@pytest.mark.parametrize("engine", [MILL, MUTE])
def test_values_that_change_when_read_again_are_found(tmp_path: Path, engine: str) -> None:
    log = wet_log(tmp_path, engine)
    assert replay(log, engine, engine).outcome == "agreed"
    found = replay(log, engine, lying("right-until-asked-twice", engine)).divergence
    assert found is not None
    kind = "digest" if engine == MILL else "state"
    assert (found.kind, found.turn, found.last_equal_turn) == (kind, TURN, TURN - 1)
    assert (found.table, found.column, found.entity) == ("cell", "water", "0/cell/0:1")
    assert found.odd_one_out is not None
    assert found.odd_one_out.startswith("saboteur-")


def test_an_engine_that_is_right_only_when_watched_is_found_and_not_reproduced(
    tmp_path: Path,
) -> None:
    log = wet_log(tmp_path)
    found = replay(log, MILL, lying("right-only-when-watched")).divergence
    assert found is not None
    assert (found.kind, found.turn, found.odd_one_out) == ("digest", TURN, LIAR)
    assert (found.reproduced, found.step, found.entity) == (False, None, None)
    watched = replay(log, MILL, lying("right-only-when-watched"), trace=("phases",))
    assert watched.divergence is None
    assert watched.outcome == "nothing_compared"
    assert "phases were traced at every turn" in (watched.message or "")
    assert replay(log, MILL, MILL, trace=("phases",)).outcome == "agreed"


def test_a_fault_in_a_column_that_no_rule_reads_is_found_though_nothing_follows_from_it(
    tmp_path: Path,
) -> None:
    log = wet_log(tmp_path)
    found = replay(log, MILL, lying("planted[treasury.toll]")).divergence
    assert found is not None
    assert (found.kind, found.turn, found.odd_one_out) == ("state", TURN, LIAR)
    assert (found.table, found.column, found.entity) == ("treasury", "toll", "0/treasury/0:0")
    assert found.differing_columns == ("treasury.toll",)
    assert found.persists is True


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "is_read"), [("faction.ships_built", False), ("unit.design", True)]
)
def test_in_the_twins_an_unread_fault_stays_alone_and_a_read_one_spreads(
    tmp_path: Path, column: str, is_read: bool
) -> None:
    true, false, liar = tmp_path / "true.log", tmp_path / "false.log", f"planted[{column}]"
    for path, engine in ((true, "python"), (false, lying(liar, "python"))):
        assert vr_verify.record("small", path, engine=engine, turns=12).outcome == "agreed"
    with RunLog.open(true) as first, RunLog.open(false) as second:
        spread = [{name for name, _ in differing(first, t, second.state(t))} for t in first.turns]
    assert spread[:TURN] == [set()] * TURN
    assert spread[TURN] == {column}
    assert any(columns - {column} for columns in spread) is is_read

    assert replay(true, "rust", "python").outcome == "agreed"
    found = replay(true, "rust", lying(liar, "python")).divergence
    assert found is not None
    assert (found.turn, f"{found.table}.{found.column}") == (TURN, column)
    assert found.odd_one_out == "saboteur-python"
    if not is_read:
        assert found.differing_turns == tuple(range(TURN, 13))


def test_an_unknown_column_is_refused(tmp_path: Path) -> None:
    log = wet_log(tmp_path)
    assert replay(log, MILL, lying("field[cell.flour]")).outcome == "diverged"
    with pytest.raises(UsageError, match="expected a column of integers"):
        replay(log, MILL, lying("field[cell.alive]"))


def test_a_saboteur_without_a_fault_is_silent_and_one_whose_turn_never_comes_proves_nothing(
    tmp_path: Path,
) -> None:
    log = wet_log(tmp_path, commands_at=(2, 5))
    assert replay(log, MILL, lying("none", turn=99)).outcome == "agreed"
    late = replay(log, MILL, lying("field", turn=TURNS + 1))
    assert (late.outcome, late.divergence) == ("nothing_compared", None)
    assert late.checked is not None
    assert late.checked.turns == TURNS
    assert replay(log, MILL, lying("field", turn=TURNS)).outcome == "diverged"
