"""`shrink` under declared differences: the fault beside them is the one that is made small."""

from pathlib import Path

from tests.harness.session.test_declared import FLOUR, TODAY, declared
from tests.support.fine_mills import fine
from tests.support.fuzz_mills import BASE, build
from vr_verify.verbs.record import record
from vr_verify.verbs.shrink import shrink


def test_the_fault_beside_a_declared_difference_is_made_small(tmp_path: Path) -> None:
    base, log, small = (tmp_path / name for name in ("base.json", "run.log", "small.log"))
    base.write_bytes(BASE)
    record(base, log, turns=5, engine=build("HardyMill"))
    known = {"declared": declared(tmp_path, FLOUR | {"count_max": 9}), "today": TODAY}
    sides = {"engine": build("HardyMill"), "against": fine("FineSlowWheel"), "tries": 60}
    report = shrink(log, small, **sides, **known)
    assert report.fault is not None
    assert (report.fault.column, report.fault.phase, report.outcome) == (
        "water",
        "grind",
        "diverged",
    )
    assert "--declared differences.toml" in (report.reproduce or "")
    assert report.declared is not None
    clean = shrink(log, tmp_path / "none.log", build("HardyMill"), fine("FineHardy"), **known)
    assert (clean.outcome, clean.fault) == ("skipped", None)
