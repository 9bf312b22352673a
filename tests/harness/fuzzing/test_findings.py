"""Faults that were met: one of each, and the files that are left of them."""

from pathlib import Path

import pytest

from tests.support.fuzz_mills import BASE, build
from vr_verify.engines.registry import resolve_build
from vr_verify.fuzzing.bout import Played
from vr_verify.fuzzing.cases import Case, case_of_log
from vr_verify.fuzzing.faults import Fault
from vr_verify.fuzzing.findings import KEPT_WHOLE, Findings, Met
from vr_verify.fuzzing.keepsakes import keep_case, shows
from vr_verify.fuzzing.regress import Kept, keep_for_ever, run_digest
from vr_verify.fuzzing.residents import Residents
from vr_verify.runlog.reader import RunLog

CASE = Case(BASE, ((),) * 5)
COMMAND = {"universe": 3, "slot": 1, "add": "7"}


def residents(*names: str) -> Residents:
    return Residents([resolve_build(build(name)) for name in names])


SHORT = Case(BASE, ((),))
"""Too short for the slow wheel to show."""


def slow_wheel(pair: Residents, case: Case = CASE) -> Fault:
    """Name the slow wheel's fault."""
    return pair.fault(case, pair.play(case))


def test_the_same_fault_is_one_finding_under_whatever_name_it_was_met(tmp_path: Path) -> None:
    shrunk = []

    def shrinker(case: Case, fresh: Residents, fault: Fault) -> Case:
        shrunk.append((len(fresh.sides), fault.kind))
        return Case(case.scenario, case.turns[:2])

    with residents("HardyMill", "SlowWheel") as pair:
        found = Findings(pair.specs, None, tmp_path / "new" / "folder", shrinker)
        played = pair.play(CASE)
        fault = pair.fault(CASE, played)
        first, spoilt = found.note(fault, Met(4, CASE, played, None))
        assert not spoilt
        assert found.note(fault, Met(5, CASE, played, None)) == (first, False)
        # Met under another name: fresh workers know it again, so those that met it are spoilt.
        other = Fault("diverged", "state", detail="not when played again")
        assert found.note(other, Met(6, CASE, played, None)) == (first, True)
        assert (found.listed, first.seen, first.number) == ([first], 3, 4)
        assert (first.reproduced, first.shown, first.message) == (True, True, "")
        assert shrunk == [(2, "state")]
        assert first.kept == Kept(f"{fault.id}.log")
        with RunLog.open(tmp_path / "new" / "folder" / first.kept.log) as log:
            assert log.header.engine == "slow-hardy"
            assert len(case_of_log(log).turns) == 2
        # The other name is not the first one's for ever.
        second, spoilt = found.note(other, Met(7, SHORT, played, None))
        assert (found.listed, second.fault, second.reproduced) == ([first, second], other, False)
        assert spoilt


def test_a_known_fault_is_looked_at_again_at_its_2nd_4th_and_8th_sighting(tmp_path: Path) -> None:
    with residents("HardyMill", "SlowWheel") as pair:
        found = Findings(pair.specs, None, tmp_path)
        fault, played = slow_wheel(pair), Played(2, 2, "state")
        first = found.note(fault, Met(0, CASE, played, None)).finding
        noted = [found.note(fault, Met(at, SHORT, played, None)) for at in range(1, 9)]
        assert [one.finding for one in noted] == [first] * 8
        # What spoilt workers show under a known name is told from what all show.
        assert [first.seen, *[one.spoilt for one in noted]] == [
            9, True, False, True, False, False, False, True, False,
        ]  # fmt: skip
        assert not found.note(fault, Met(9, CASE, played, None)).spoilt


@pytest.mark.slow
def test_a_fault_that_was_not_reproduced_is_tried_again_until_it_is(tmp_path: Path) -> None:
    with residents("HardyMill", "SlowWheel") as pair:
        found = Findings(pair.specs, None, tmp_path)
        fault, played = slow_wheel(pair), Played(2, 2, "state")
        one = found.note(fault, Met(3, SHORT, played, None)).finding
        assert (one.reproduced, one.shown, one.kept) == (False, False, Kept(f"{fault.id}.log"))
        assert found.note(fault, Met(4, SHORT, played, None)) == (one, True)
        assert found.note(fault, Met(5, CASE, played, None)) == (one, False)
        assert (one.reproduced, one.shown, one.number, one.seen) == (True, True, 5, 3)
        assert one.kept.beside == f"{fault.id}.log"
        assert one.kept_else == (f"{fault.id}.log",)
        assert shows(tmp_path / one.kept.log, pair.specs, None, fault)
        assert not shows(tmp_path / one.kept.beside, pair.specs, None, fault)
        assert found.listed == [one]


@pytest.mark.slow
def test_a_small_case_that_fresh_workers_do_not_show_is_not_the_one_that_is_kept(
    tmp_path: Path,
) -> None:
    for turns, kept, message in ((1, 5, KEPT_WHOLE), (2, 2, "")):
        with residents("HardyMill", "SlowWheel") as pair:
            small = Case(BASE, CASE.turns[:turns])
            found = Findings(pair.specs, None, tmp_path / str(turns), lambda *_, s=small: s)
            met = Met(0, CASE, pair.play(CASE), None)
            one = found.note(slow_wheel(pair), met).finding
            assert (len(one.small.turns), one.message, one.shown) == (kept, message, True)


def test_what_fresh_workers_do_not_show_is_told_apart(tmp_path: Path) -> None:
    fault, before = Fault("diverged", "state"), Case(BASE, ((),))
    with residents("HardyMill", "Lingering") as pair:
        found = Findings(pair.specs, None, tmp_path)
        kept = found.note(fault, Met(1, CASE, Played(2, 1, "state"), before)).finding
        assert (kept.reproduced, kept.after_case_before, kept.fault) == (False, True, fault)
        assert kept.kept_else == (f"{fault.id}.before.log",)
    with residents("HardyMill", "HardyMill") as pair:
        found = Findings(pair.specs, None, tmp_path)
        kept = found.note(fault, Met(1, CASE, Played(2, 1, "state"), before)).finding
        assert (kept.reproduced, kept.after_case_before) == (False, False)
        met = Met(0, CASE, Played(2, 1, "draws"), None)
        kept = found.note(Fault("diverged", "draws"), met).finding
        assert (kept.reproduced, kept.kept_else) == (False, ())


@pytest.mark.slow
def test_a_log_of_another_bug_at_the_same_place_has_the_new_run_beside_it(tmp_path: Path) -> None:
    with residents("HardyMill", "SlowWheel") as pair:
        fault = slow_wheel(pair)
        # The log of a bug that was mended: it shows nothing any more.
        keep_case(SHORT, pair, tmp_path / "bug.log")
        mended = (tmp_path / "bug.log").read_bytes()
        own = f"bug-{run_digest(CASE).hex()[:8]}.log"
        for _ in range(2):
            kept = keep_for_ever(CASE, "bug", tmp_path, pair, fault)
            assert kept == Kept(own, beside="bug.log")
        assert shows(tmp_path / own, pair.specs, None, fault)
        assert (tmp_path / "bug.log").read_bytes() == mended
        # One that shows it will do, whatever its run, and so will the same run.
        longer = Case(BASE, ((),) * 6)
        keep_case(longer, pair, tmp_path / "old.log")
        assert keep_for_ever(CASE, "old", tmp_path, pair, fault) == Kept("old.log")
        assert keep_for_ever(longer, "old", tmp_path, pair) == Kept("old.log")
        (tmp_path / "odd.log").write_bytes(b"mine")
        assert keep_for_ever(CASE, "odd", tmp_path, pair, fault).beside == "odd.log"
        assert (tmp_path / "odd.log").read_bytes() == b"mine"


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
        again = keep_for_ever(case, "two", tmp_path, pair)
        name = f"two-{run_digest(case).hex()[:8]}"
        assert again == Kept(parts=(f"{name}.json", f"{name}.commands.json"), beside="two.json")
        assert (tmp_path / "two.json").read_bytes() == b"mine"
    listed = sorted(path.name for path in tmp_path.iterdir())
    assert listed == sorted(["one.log", "two.commands.json", "two.json", *again.parts])
