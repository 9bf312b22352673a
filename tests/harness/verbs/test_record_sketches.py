"""`record --sketch`: the same log whoever sketches; an engine's false sketch is refused."""

from pathlib import Path

import pytest

from tests.support.toy_builds import MILL
from vr_verify.runlog.reader import RunLog
from vr_verify.verbs.record import record

MODES = ("full", "delta", "sparse")


def mill(name: str) -> str:
    """Name a mill that sketches as a build."""
    return f"python-class:tests.support.sketching_mills:{name}"


def sketches(folder: Path, engine: str, mode: str) -> list[bytes]:
    """Record with an engine and return the sketches of all turns."""
    path = folder / "a.log"
    report = record("mill-5", path, turns=4, engine=engine, snapshots=mode, sketch=96)
    assert report.outcome == "agreed"
    with RunLog.open(path) as log:
        assert log.header.sketch_cells == 96
        found = [log.sketch(turn) for turn in log.turns]
    return [one.data for one in found if one is not None]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["ChangesMill", "SketchMill"])
def test_an_engine_sketches_as_the_harness_does(name: str, mode: str, tmp_path: Path) -> None:
    by_states = sketches(tmp_path, MILL, mode)
    assert len(set(by_states)) == len(by_states) == 5
    assert sketches(tmp_path, mill(name), mode) == by_states


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("FalseSketchMill", "in sketch, turn 3: expected the sketch of the rows"),
        ("ShortSketchMill", "answer to sketch: expected 1732 bytes, found 1731"),
        ("OtherCellsMill", "expected a sketch of 96 cells, found 97"),
    ],
)
def test_a_false_sketch_is_refused(name: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    report = record("mill-5", path, turns=4, engine=mill(name), sketch=96)
    assert report.outcome == "protocol_error"
    assert said in (report.message or "")
    with RunLog.open(path) as log:
        assert not log.complete
    clean = record("mill-5", path, turns=4, engine=mill("SketchMill"), sketch=96)
    assert clean.outcome == "agreed"


def test_it_is_not_asked_where_no_sketch_is_wanted(tmp_path: Path) -> None:
    report = record("mill-5", tmp_path / "a.log", turns=4, engine=mill("ShortSketchMill"))
    assert report.outcome == "agreed"
