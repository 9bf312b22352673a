"""Two sparse logs name the rows in which they part, by their sketches alone."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.harness.session.written_logs import SCHEMA, Written, spoiled
from tests.support.toy_builds import MILL, variant
from vr_verify.canonical.state import format_value
from vr_verify.errors import UsageError
from vr_verify.model.run import Command
from vr_verify.report.diff_document import LogDiff, SketchedRow
from vr_verify.report.json import encode
from vr_verify.report.text import render
from vr_verify.runlog.reader import RunLog
from vr_verify.verbs.diff import diff
from vr_verify.verbs.record import record

CLEAN = Written(snapshots="sparse", sketch_cells=96)


def sketched(log: Written) -> Written:
    """Return how to write a log as a sparse one with sketches."""
    return replace(log, snapshots="sparse", sketch_cells=96)


def compared(folder: Path, left: Written, right: Written) -> LogDiff:
    """Write two logs and compare them."""
    return diff(left.write(folder / "left.log"), right.write(folder / "right.log"))


def test_a_planted_fault_is_named_from_two_sparse_logs_alone(tmp_path: Path) -> None:
    found = compared(tmp_path, CLEAN, sketched(spoiled(range(3, 9))))
    assert found.outcome == "finding"
    assert found.divergence is not None
    assert (found.divergence.turn, found.divergence.entity) == (3, None)
    assert found.sketched is not None
    assert (found.sketched.turn, found.sketched.cells, found.sketched.whole) == (3, 96, True)
    assert found.sketched.rows == (SketchedRow("0/unit/1", "both"),)
    said = render(found, 100).plain
    assert "Named by sketches alone at turn 3" in said
    assert "0/unit/1  both" in said


def test_values_of_named_rows_are_told_by_the_log_that_holds_them(tmp_path: Path) -> None:
    right = replace(spoiled(range(3, 9)), sketch_cells=96)
    found = compared(tmp_path, CLEAN, right)
    assert found.sketched is not None
    (row,) = found.sketched.rows
    assert row.held is not None
    assert list(row.held) == ["right"]
    column, raw = SCHEMA.table("unit").column("hp"), 5
    assert row.held["right"].keys() == SCHEMA.table("unit").positions.keys()
    assert row.held["right"]["hp"] == format_value(column, raw)
    said = " ".join(render(found, 100).plain.split())
    assert f"0/unit/1 in right generation 1, alive true, hp {format_value(column, raw)}," in said


def given(turns: range) -> Callable[[int], Sequence[Sequence[Command]]]:
    """Give the first step a command in some turns."""
    return lambda turn: (({"kind": "wait"},) * (turn in turns), ())


SPOILT = sketched(spoiled(range(3, 9)))
OTHER_BUILD = "toy:" + "cd" * 32
REPLAY = "vr-verify replay left.log --engine toy --against {} --turns 3:3"
STRESS = "vr-verify stress left.log"
RECORD = (
    "vr-verify record SCENARIO --engine {}{} --turns {} --snapshots delta -o left-again.log && "
    "vr-verify record SCENARIO --engine {}{} --turns {} --snapshots delta -o right-again.log"
)
LEFT_FILE, RIGHT_FILE = " --commands LEFT.json", " --commands RIGHT.json"
RULES = "They were recorded under different rules versions, 1 and 2. Record each again with its own"
NEXT: list[tuple[Written, Written, str, str, str]] = [
    (CLEAN, replace(SPOILT, engine="other"), REPLAY.format("other"), "on both engines", "Record"),
    (
        CLEAN,
        replace(SPOILT, build=OTHER_BUILD),
        REPLAY.format("E"),
        "put for E where the build of right is",
        "Record",
    ),
    (CLEAN, SPOILT, STRESS, "One build gave both answers", "Record"),
    # Commands are a cause up to the turn in which the sides part, and none behind it.
    (
        CLEAN,
        replace(SPOILT, commands=given(range(4, 9))),
        STRESS,
        "One build gave",
        "commands diff",
    ),
    (
        CLEAN,
        replace(SPOILT, commands=given(range(3, 4)), engine="other"),
        RECORD.format("toy", "", 3, "other", RIGHT_FILE, 3),
        "Their commands differ from turn 3 on. Record each again",
        "rules versions",
    ),
    (
        replace(CLEAN, commands=given(range(1, 6))),
        replace(SPOILT, commands=given(range(2, 7)), build=OTHER_BUILD),
        RECORD.format("toy", LEFT_FILE, 5, "E", RIGHT_FILE, 6),
        "for RIGHT.json the commands of right and for E where the build of right is",
        "rules versions",
    ),
    (
        CLEAN,
        replace(SPOILT, rules_version="2", build=OTHER_BUILD),
        RECORD.format("toy", "", 3, "E", "", 3),
        RULES,
        "commands differ",
    ),
    (
        replace(CLEAN, first_turn=2),
        replace(SPOILT, first_turn=1, rules_version="2", engine="other"),
        RECORD.format("toy", "", 1, "other", "", 2),
        RULES,
        "put for E",
    ),
]


@pytest.mark.parametrize(("left", "right", "command", "said", "unsaid"), NEXT)
def test_what_is_unknown_is_left_out_and_the_next_command_is_told(
    left: Written, right: Written, command: str, said: str, unsaid: str, tmp_path: Path
) -> None:
    found = compared(tmp_path, left, right)
    assert found.divergence is not None
    assert found.divergence.reproduce == command
    assert found.message is not None
    assert said in found.message
    assert unsaid not in found.message
    assert command in render(found, 100).plain
    written = json.loads(encode(found))["divergence"]
    assert written.keys() == {"kind", "turn", "last_equal_turn", "persists", "reproduce"}


def test_states_that_were_not_compared_are_not_called_equal(tmp_path: Path) -> None:
    def wrong(turn: int) -> int:
        return 99 if turn == 4 else turn

    for snapshots, scenario, entities in (
        ("sparse", b"{}", None),
        ("delta", b"{}", 0),
        ("sparse", CLEAN.scenario, 0),
    ):
        left = replace(CLEAN, snapshots=snapshots)
        found = compared(tmp_path, left, replace(left, scenario=scenario, draws=wrong))
        assert found.divergence is not None
        assert (found.divergence.kind, found.divergence.turn) == ("draws", 4)
        assert found.divergence.differing_entities == entities
        said = " ".join(render(found, 100).plain.split())
        assert ("the states are equal" in said) == (entities == 0)
        assert ("so not compared: 1:8" in said) == (entities is None)


def test_equal_logs_are_named_nothing(tmp_path: Path) -> None:
    found = compared(tmp_path, CLEAN, CLEAN)
    assert (found.outcome, found.sketched) == ("agreed", None)
    assert "sketches" not in render(found, 100).plain


@pytest.mark.parametrize(
    "right",
    [
        replace(spoiled(range(3, 9)), snapshots="sparse"),
        replace(spoiled(range(3, 9)), snapshots="sparse", sketch_cells=384),
        replace(sketched(spoiled(range(3, 9))), first_turn=3),
        replace(spoiled(range(3, 9)), sketch_cells=96),
    ],
)
def test_only_sketches_of_one_size_and_turn_are_compared(tmp_path: Path, right: Written) -> None:
    """None, others, those of a first turn; with a delta log they help as with a sparse one."""
    found = compared(tmp_path, CLEAN, right)
    assert found.outcome == "finding"
    assert (found.sketched is not None) == (right.sketch_cells == 96 and right.first_turn == 0)


def test_where_values_are_known_sketches_are_not_asked(tmp_path: Path) -> None:
    logs = (replace(CLEAN, snapshots="delta"), replace(spoiled(range(3, 9)), sketch_cells=96))
    found = compared(tmp_path, *logs)
    assert found.sketched is None
    assert [row.entity for row in found.values] == ["0/unit/1:1"]


def test_too_many_rows_are_some_of_them(tmp_path: Path) -> None:
    logs = (
        replace(CLEAN, sketch_cells=3),
        replace(spoiled(range(3, 9)), snapshots="sparse", sketch_cells=3),
    )
    found = compared(tmp_path, *logs)
    assert found.sketched is not None
    assert (found.sketched.whole, found.sketched.rows) == (False, ())
    assert "too full to tell" in render(found, 100).plain


def test_a_recorded_fault_is_named_without_running_an_engine_again(tmp_path: Path) -> None:
    logs = [tmp_path / name for name in ("good.log", "bad.log", "twin.log")]
    for log, engine in zip(logs, (MILL, variant("FineMill"), MILL), strict=True):
        record("mill-20", log, turns=6, engine=engine, snapshots="sparse", sketch=96)
    found = diff(logs[0], logs[1])
    assert found.sketched is not None
    assert found.sketched.turn == 4
    assert (found.sketched.whole, found.sketched.rows) == (
        True,
        (SketchedRow("3/cell/2", "both"),),
    )
    assert diff(logs[0], logs[2]).sketched is None


def test_a_log_with_sketches_tells_the_same_run_and_is_gone_on_with(tmp_path: Path) -> None:
    plain, path = tmp_path / "plain.log", tmp_path / "a.log"
    record("mill-3", plain, turns=6, engine=MILL)
    record("mill-3", path, turns=3, engine=MILL, sketch=96)
    record("mill-3", path, turns=6, engine=MILL, resume=True)
    whole = tmp_path / "whole.log"
    record("mill-3", whole, turns=6, engine=MILL, sketch=96)
    assert path.read_bytes() == whole.read_bytes()
    with RunLog.open(plain) as one, RunLog.open(whole) as other:
        assert one.record(6).run_chain == other.record(6).run_chain
        assert (one.sketch(6), one.header.sketch_cells) == (None, 0)
        assert other.sketch(6) is not None
    with pytest.raises(UsageError, match="--sketch 96, not 384"):
        record("mill-3", path, turns=8, engine=MILL, resume=True, sketch=384)


@pytest.mark.parametrize("cells", [1, 97, 3 * 2**16 + 3])
def test_cells_that_no_sketch_has_are_refused(tmp_path: Path, cells: int) -> None:
    with pytest.raises(UsageError, match=f"multiple of 3 from 3 to 196608, found {cells}; give 96"):
        record("mill-3", tmp_path / "a.log", turns=1, engine=MILL, sketch=cells)
    assert not (tmp_path / "a.log").exists()
