"""A changed row left out and a false node are found, each by whoever reads such an answer.

What the saboteur says of a turn's rows, trees and sketch fits the values that it shows.
"""

from functools import partial
from pathlib import Path

import pytest

from tests.selftest.builds import HASTY, NO_DIGEST, WATCHED
from tests.support.open_mill import open_mill
from vr_verify.canonical import sketch, tree
from vr_verify.canonical.changed_rows import Changes
from vr_verify.canonical.changes import changes_between
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import Report
from vr_verify.report.diff_document import SketchedRow
from vr_verify.report.text import render
from vr_verify.runlog.kept_states import KeptStates
from vr_verify.session.locate import locate
from vr_verify.session.lockstep import Lockstep
from vr_verify.session.recorder import Recorder
from vr_verify.verbs.diff import diff
from vr_verify.verbs.inspect import inspect
from vr_verify.verbs.record import record
from vr_verify.verbs.replay import replay

TURN, TURNS = 4, 6
KEPT_WANTS = KeptStates.wants_whole
SKETCHING = "python-class:tests.support.sketching_mills:SketchMill"


def lying(fault: str, engine: str | None = None) -> str:
    return f"saboteur:{fault}@{TURN}:{engine or open_mill()}"


def always_wanted(kept: KeptStates, changes: Changes) -> bool:
    """Have each turn read whole, behind its changed rows."""
    KEPT_WANTS(kept, changes)
    return True


def scenario(folder: Path, cells: int = 40, idle_from: int = 99) -> Path:
    """Write a mill that nothing changes from a turn on."""
    path = folder / f"mill-{idle_from}.json"
    listed = ",".join(f'"{3 * slot % 50 + 1}"' for slot in range(cells))
    path.write_text(
        f'{{"cells":[{listed}],"idle_from":"{idle_from}","limit":"1000000","seed":"1"}}'
    )
    return path


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have all states count as large."""
    ways = {"record.Recorder": Recorder, "replay.Lockstep": Lockstep, "replay.locate": locate}
    for place, plain in ways.items():
        monkeypatch.setattr(f"vr_verify.verbs.{place}", partial(plain, small_bytes=0))


@pytest.mark.usefixtures("large")
def test_a_row_left_out_is_found_where_the_whole_state_is_read(tmp_path: Path) -> None:
    idle = scenario(tmp_path, idle_from=TURN + 1)
    told = record(idle, tmp_path / "a.log", TURNS, engine=lying("row-left-out"))
    assert told.outcome == str(Outcome.PROTOCOL_ERROR)
    assert "expected rows that lead to the state, found others in 0/cell." in (told.message or "")
    assert not told.complete
    clean = record(idle, tmp_path / "b.log", TURNS, engine=lying("none"))
    assert clean.outcome == str(Outcome.AGREED)


@pytest.mark.usefixtures("large")
def test_a_log_of_rows_left_out_is_not_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle, path = scenario(tmp_path, idle_from=TURN + 1), tmp_path / "a.log"
    told = record(idle, path, TURNS, engine=lying("row-left-out"))
    assert inspect(path).states_false == (TURNS,)
    page = " ".join(render(told, 100).plain.split())
    wrong = f"what the log holds of turns 1 to {TURNS} is not to be trusted: record again"
    assert wrong in page
    assert "--resume" not in page
    assert told.log is None
    again = record(idle, path, TURNS, engine=lying("row-left-out"), snapshots="full")
    assert (again.outcome, inspect(path).states_false) == ("agreed", ()), "as was advised"
    # The whole state is read before the turn is written: the turns in the log are true.
    monkeypatch.setattr(KeptStates, "wants_whole", always_wanted)
    told = record(idle, path, TURNS, engine=lying("row-left-out"))
    assert told.outcome == str(Outcome.PROTOCOL_ERROR)
    assert told.log is not None
    assert told.log.last_turn == TURN - 1
    page = " ".join(render(told, 100).plain.split())
    assert f"the changed rows of turns {TURN} to {TURN}: " in page
    assert "--resume goes on from there" in page


@pytest.mark.usefixtures("large")
def test_rows_are_blamed_from_where_a_recording_went_on(tmp_path: Path) -> None:
    idle, path = scenario(tmp_path, idle_from=TURN + 1), tmp_path / "a.log"
    liar = lying("row-left-out")
    assert record(idle, path, TURN - 2, engine=liar).outcome == "agreed"
    told = record(idle, path, TURNS, engine=liar, resume=True)
    assert f"the changed rows of turns {TURN - 1} to {TURNS}: " in (told.message or "")
    assert f"what the log holds of turns {TURN - 1} to {TURNS} is not" in (told.message or "")


@pytest.mark.usefixtures("large")
def test_a_row_left_out_and_told_again_is_found_by_recomputing_every_turn(tmp_path: Path) -> None:
    busy, reports = scenario(tmp_path), list[Report]()
    for fault in ("row-left-out", "none"):
        log = tmp_path / f"{fault}.log"
        assert record(busy, log, TURNS, engine=lying(fault)).outcome == "agreed"
        assert replay(log, open_mill(), "none").outcome == "agreed"
        reports.append(replay(log, open_mill(), "none", recompute="every"))
    assert [report.outcome for report in reports] == ["diverged", "agreed"]
    found = reports[0].divergence
    assert found is not None
    assert (found.kind, found.turn, found.odd_one_out) == ("digest", TURN, "recorded")
    assert (found.differing_turns, found.table) == ((TURN,), "cell")


def test_a_sketch_without_a_row_is_not_that_of_the_values(tmp_path: Path) -> None:
    busy = scenario(tmp_path)
    liar = lying("row-left-out", SKETCHING)
    told = record(busy, tmp_path / "a.log", TURNS, engine=liar, sketch=96)
    assert told.outcome == str(Outcome.PROTOCOL_ERROR)
    assert f"in sketch, turn {TURN}: " in (told.message or "")
    clean = lying("none", SKETCHING)
    assert record(busy, tmp_path / "b.log", TURNS, engine=clean, sketch=96).outcome == "agreed"


def test_a_replay_that_asks_for_no_rows_proves_nothing_of_them(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    record(scenario(tmp_path), log, TURNS, engine=open_mill())
    report = replay(log, open_mill(), lying("row-left-out"))
    assert report.outcome == "nothing_compared"
    assert "a replay does not ask for changed rows" in (report.message or "")
    assert replay(log, open_mill(), lying("none")).outcome == "agreed"


@pytest.mark.usefixtures("large")
def test_a_false_node_is_found_by_the_digest_above_it(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    record(scenario(tmp_path, cells=700), log, TURNS, engine=open_mill())
    found, clean = (
        replay(log, open_mill(), lying(fault)).divergence for fault in ("false-node", "field")
    )
    assert found is not None
    assert (found.kind, found.turn, found.odd_one_out) == ("digest", TURN, "saboteur-open")
    assert clean is not None
    assert (clean.kind, clean.turn, clean.odd_one_out) == ("state", TURN, "saboteur-open")
    assert (clean.table, clean.column, clean.entity) == (found.table, found.column, found.entity)
    assert replay(log, open_mill(), lying("none")).outcome == "agreed"


@pytest.mark.parametrize(("fault", "rows"), [("field", ("0/cell/0",)), ("none", ())])
def test_two_sketches_name_the_row_of_a_lie(
    tmp_path: Path, fault: str, rows: tuple[str, ...]
) -> None:
    logs = [tmp_path / name for name in ("good.log", "bad.log")]
    for log, engine in zip(logs, (SKETCHING, lying(fault, SKETCHING)), strict=True):
        told = record(scenario(tmp_path), log, TURNS, None, engine, snapshots="sparse", sketch=96)
        assert told.outcome == "agreed"
    found = diff(*logs)
    if not rows:
        assert (found.outcome, found.sketched) == ("agreed", None)
        return
    assert found.sketched is not None
    assert (found.sketched.turn, found.sketched.whole) == (TURN, True)
    assert found.sketched.rows == tuple(SketchedRow(row, "both") for row in rows)


def plain(changes: Changes) -> list[tuple[bytes, list[bytes]]]:
    """Return changed rows as bytes, table by table."""
    tables = [table for universe in changes.universes for table in universe.tables]
    return [(bytes(table.slots), [bytes(one) for one in table.columns]) for table in tables]


@pytest.mark.parametrize("advances", [False, True])
@pytest.mark.parametrize(
    "fault", ["field", "order", "digest-of-truth", "planted", "false-node", "row-left-out", "none"]
)
def test_rows_sketch_and_tops_fit_the_values_that_are_shown(
    tmp_path: Path, fault: str, advances: bool
) -> None:
    text, differing = scenario(tmp_path).read_bytes(), list[int]()
    builds = (lying(fault, WATCHED), open_mill())
    with Engine(resolve_build(builds[0])) as liar, Engine(resolve_build(builds[1])) as true:
        for engine in (liar, true):
            engine.init(text)
        before = liar.state()
        for turn in range(1, TURNS + 1):
            for engine in (liar, true):
                if advances:
                    list(engine.advance([((), ())]))
                else:
                    assert [engine.step(()).turn for _ in engine.steps] == [turn, turn]
            shown = liar.state()
            wanted, told = changes_between(liar.schema, before, shown), liar.changed_rows()
            assert sketch.build(liar.schema, told, 96).encode() == liar.sketch(96)
            if plain(told) != plain(wanted):
                differing.append(turn)
            hashed = tree.build_state(liar.schema, bytes(32), shown)
            columns = [c for u in hashed.universes for table in u.tables for c in table.columns]
            assert liar.tops() == [column.levels[-1] for column in columns]
            if fault in ("none", "row-left-out"):
                assert shown == true.state()
            before = shown
    assert differing == ([TURN] if fault == "row-left-out" else [])


@pytest.mark.parametrize("fault", ["field", "none"])
def test_turns_before_a_lie_are_advanced_by_the_true_engine(tmp_path: Path, fault: str) -> None:
    with Engine(resolve_build(lying(fault, HASTY))) as engine:
        engine.init(scenario(tmp_path).read_bytes())
        told = list(engine.advance([((), ())] * TURNS))
    advanced = [one.turn for one in told if one.digests.state == NO_DIGEST]
    assert advanced == list(range(1, TURN if fault == "field" else TURNS + 1))
    assert [one.turn for one in told] == list(range(1, TURNS + 1))
