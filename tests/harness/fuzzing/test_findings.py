"""Faults that were met: one of each, and the files that are left of them."""

from pathlib import Path

from tests.support.fuzz_mills import BASE, build
from vr_verify.engines.registry import resolve_build
from vr_verify.fuzzing.bout import Played
from vr_verify.fuzzing.cases import Case, case_of_log
from vr_verify.fuzzing.faults import Fault
from vr_verify.fuzzing.findings import Findings, Met
from vr_verify.fuzzing.regress import Kept, keep_for_ever
from vr_verify.fuzzing.residents import Residents
from vr_verify.runlog.reader import RunLog

CASE = Case(BASE, ((),) * 5)
COMMAND = {"universe": 3, "slot": 1, "add": "7"}


def residents(*names: str) -> Residents:
    return Residents([resolve_build(build(name)) for name in names])


def test_the_same_fault_is_one_finding_under_whatever_name_it_was_met(tmp_path: Path) -> None:
    shrunk = []

    def shrinker(case: Case, fresh: Residents, fault: Fault) -> Case:
        shrunk.append((len(fresh.sides), fault.kind))
        return Case(case.scenario, case.turns[:2])

    with residents("HardyMill", "SlowWheel") as pair:
        found = Findings(pair.specs, None, tmp_path / "new" / "folder", shrinker)
        played = pair.play(CASE)
        fault = pair.fault(CASE, played)
        first = found.note(fault, Met(4, CASE, played, None))
        assert found.note(fault, Met(5, CASE, played, None)) is first
        # Met under another name: fresh workers know it again, and from then on so do we.
        other = Fault("diverged", "state", detail="not when played again")
        assert found.note(other, Met(6, CASE, played, None)) is first
        assert found.note(other, Met(7, CASE, played, None)) is first
        assert (found.listed, first.seen, first.number) == ([first], 4, 4)
        assert first.reproduced
        assert shrunk == [(2, "state")]
        assert first.kept == Kept(f"{fault.id}.log")
        with RunLog.open(tmp_path / "new" / "folder" / first.kept.log) as log:
            assert log.header.engine == "slow-hardy"
            assert len(case_of_log(log).turns) == 2


def test_what_fresh_workers_do_not_show_is_told_apart(tmp_path: Path) -> None:
    fault, before = Fault("diverged", "state"), Case(BASE, ((),))
    with residents("HardyMill", "Lingering") as pair:
        found = Findings(pair.specs, None, tmp_path)
        kept = found.note(fault, Met(1, CASE, Played(2, 1, "state"), before))
        assert (kept.reproduced, kept.after_case_before, kept.fault) == (False, True, fault)
        assert kept.kept_before == Kept(f"{fault.id}.before.log")
    with residents("HardyMill", "HardyMill") as pair:
        found = Findings(pair.specs, None, tmp_path)
        kept = found.note(fault, Met(1, CASE, Played(2, 1, "state"), before))
        assert (kept.reproduced, kept.after_case_before) == (False, False)
        kept = found.note(Fault("diverged", "draws"), Met(0, CASE, Played(2, 1, "draws"), None))
        assert (kept.reproduced, kept.kept_before) == (False, None)


def test_a_case_is_recorded_by_the_last_side_that_can(tmp_path: Path) -> None:
    with residents("HardyMill", "Breaking") as pair:
        assert keep_for_ever(CASE, "one", tmp_path, pair) == Kept("one.log")
        with RunLog.open(tmp_path / "one.log") as log:
            assert (log.header.engine, log.turns[-1]) == ("hardy", 5)
    with residents("Breaking", "Breaking") as pair:
        case = Case(BASE, (((COMMAND,), ()), *CASE.turns))
        assert keep_for_ever(case, "two", tmp_path, pair).parts == ("two.json", "two.commands.json")
        wanted = [b'{"commands":[{"add":"7","slot":1,"universe":3}],"step":"morning","turn":1}']
        assert (tmp_path / "two.commands.json").read_bytes() == b"[" + wanted[0] + b"]"
        # What is there is left alone.
        (tmp_path / "two.json").write_bytes(b"mine")
        keep_for_ever(case, "two", tmp_path, pair)
        assert (tmp_path / "two.json").read_bytes() == b"mine"
    listed = sorted(path.name for path in tmp_path.iterdir())
    assert listed == ["one.log", "two.commands.json", "two.json"]
