"""A case kept as a log: by the last side that can play it, whole or not at all."""

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.fuzz_mills import BASE, build
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import IoFailed, SkippedError
from vr_verify.fuzzing import keepsakes as module
from vr_verify.fuzzing.cases import Case, case_of_log
from vr_verify.fuzzing.keepsakes import able_sides, keep_case, shows
from vr_verify.fuzzing.residents import Residents
from vr_verify.runlog.reader import RunLog

COMMAND = {"universe": 3, "slot": 1, "add": "7"}
CASE = Case(BASE, (((COMMAND,), ()), ((), ()), ((), ()), ((), ())))
FOUR_CELLS = Case(BASE.replace(b'"6"', b'"6","9"'), CASE.turns)


def residents(*names: str) -> Residents:
    return Residents([resolve_build(build(name)) for name in names])


def kept(path: Path) -> tuple[str, bool, Case]:
    """Return who recorded a log, whether it is whole, and its case."""
    with RunLog.open(path) as log:
        return log.header.engine, log.complete, case_of_log(log)


@pytest.mark.parametrize(
    ("names", "failing", "case", "by"),
    [
        (("HardyMill", "SlowWheel"), "", CASE, "slow-hardy"),
        (("HardyMill", "SlowWheel"), "slow-hardy", CASE, "hardy"),
        # The last one refuses it; the last one breaks, whether that is known or not.
        (("HardyMill", "Picky"), "", FOUR_CELLS, "hardy"),
        (("HardyMill", "Breaking"), "breaking", CASE, "hardy"),
        (("HardyMill", "Breaking"), "", CASE, "hardy"),
    ],
)
def test_the_last_side_that_can_play_it_records_it(
    tmp_path: Path, names: tuple[str, ...], failing: str, case: Case, by: str
) -> None:
    path = tmp_path / "kept.log"
    path.write_bytes(b"something else")
    with residents(*names) as pair:
        keep_case(case, pair, path, failing)
        assert kept(path) == (by, True, case)
        # They can be given the next case.
        assert not pair.play(Case(BASE, ((),))).parted
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_case_that_starts_from_a_later_state_is_kept_with_it(tmp_path: Path) -> None:
    with residents("HardyMill", "HardyMill") as pair:
        assert not pair.play(CASE).parted
        state = pair.sides[0].engine.state()
        case = Case(BASE, (((), (COMMAND,)),), state)
        keep_case(case, pair, tmp_path / "kept.log")
    assert state.turn == 4
    assert kept(tmp_path / "kept.log") == ("hardy", True, case)


@pytest.mark.parametrize(
    ("names", "failing", "message"),
    [
        (("Breaking",), "breaking", "breaking fails, and no other engine is there"),
        (("Breaking", "Breaking"), "", "no engine plays this run to its end"),
    ],
)
def test_what_nobody_can_play_leaves_what_was_there(
    tmp_path: Path, names: tuple[str, ...], failing: str, message: str
) -> None:
    path = tmp_path / "kept.log"
    path.write_bytes(b"something else")
    with residents(*names) as pair:
        with pytest.raises(SkippedError, match=message):
            keep_case(CASE, pair, path, failing)
        assert not pair.play(Case(BASE, ((),))).parted
    assert path.read_bytes() == b"something else"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_the_failing_side_is_not_asked() -> None:
    with residents("HardyMill", "Breaking") as pair:
        assert able_sides(pair) == [1, 0]
        assert able_sides(pair, "breaking") == [0]
        assert able_sides(pair, "hardy") == [1]


def test_a_log_shows_a_fault_where_the_live_sides_part_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "kept.log"
    with residents("HardyMill", "SlowWheel") as pair:
        fault = pair.fault(CASE, pair.play(CASE))
        keep_case(CASE, pair, path)
        assert shows(path, pair.specs, None, fault)
        # Another fault of the same kind.
        assert not shows(path, pair.specs, None, replace(fault, phase="rain"))
    with residents("HardyMill", "HardyMill") as mended:
        # Only the recording is odd.
        assert not shows(path, mended.specs, None, fault)
    path.write_bytes(path.read_bytes()[:100])
    assert not shows(path, pair.specs, None, fault)


def test_a_failure_is_shown_by_the_log_of_the_side_that_survives(tmp_path: Path) -> None:
    path = tmp_path / "kept.log"
    with residents("Breaking", "HardyMill") as pair:
        fault = pair.fault(CASE, pair.play(CASE))
        keep_case(CASE, pair, path)
    assert fault.side == "breaking"
    assert shows(path, pair.specs, None, fault)
    with residents("HardyMill", "HardyMill") as mended:
        assert not shows(path, mended.specs, None, fault)


def test_two_that_keep_one_name_at_a_time_do_not_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, record = tmp_path / "kept.log", module.record_case
    with residents("HardyMill") as one, residents("SlowWheel") as other:

        def meanwhile(*given: Any) -> Any:
            monkeypatch.setattr(module, "record_case", record)
            recorded = record(*given)
            keep_case(CASE, other, path)
            assert kept(path)[:2] == ("slow-hardy", True)
            return recorded

        monkeypatch.setattr(module, "record_case", meanwhile)
        keep_case(CASE, one, path)
    assert kept(path) == ("hardy", True, CASE)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_disk_that_refuses_is_told_without_passing_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "as the system has it", "some/.kept.log.x7.part")

    with residents("HardyMill") as pair:
        monkeypatch.setattr(module, "record_case", full)
        with pytest.raises(IoFailed, match=r"^kept.log cannot be written: No space left on device"):
            keep_case(CASE, pair, tmp_path / "kept.log")
    assert not list(tmp_path.iterdir())
