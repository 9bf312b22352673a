"""Declared differences along a replay: each rule beside the case that breaks it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support.toy_builds import MILL, variant
from vr_verify.errors import MissingFileError, UsageError
from vr_verify.model.report import DeclaredDifference, Report
from vr_verify.verbs.record import record
from vr_verify.verbs.replay import replay

TURNS = 6
TODAY = date(2030, 1, 31)
FINE = variant("FineMill")
FLOUR = {"path": "cell.flour", "reason": "a finer sieve", "expiry": "2030-01-31", "count_max": 3}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Record the mill."""
    return recorded(tmp_path)


def recorded(folder: Path, name: str = "mill.log", **more: Any) -> Path:
    """Record the mill, with no cell dry."""
    scenario = folder / "wet.json"
    scenario.write_text('{"cells":["40","8","12","9"],"limit":"1000","seed":"5"}')
    record(scenario, folder / name, turns=TURNS, engine=MILL, **more)
    return folder / name


def declared(folder: Path, *entries: dict[str, object]) -> Path:
    """Write a file of declared differences."""
    lines = []
    for entry in entries:
        lines += ["[[difference]]", *(f"{key} = {value!r}" for key, value in entry.items())]
    path = folder / "differences.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def played(log: Path, against: str, *entries: dict[str, object], **more: Any) -> Report:
    """Replay the mill against another build, with what is declared."""
    file = declared(log.parent, *entries)
    return replay(log, MILL, against, declared=file, **({"today": TODAY} | more))


def row(report: Report) -> DeclaredDifference:
    """Return the only declaration of a report."""
    assert report.declared is not None
    (only,) = report.declared
    return only


def test_a_declared_difference_does_not_part_the_sides_and_is_counted(log: Path) -> None:
    bare = replay(log, MILL, FINE)
    assert (bare.outcome, bare.declared) == ("diverged", None)
    assert bare.divergence is not None
    assert (bare.divergence.turn, bare.divergence.column) == (4, "flour")
    report = played(log, FINE, FLOUR)
    assert (report.outcome, report.divergence, report.message) == ("agreed", None, None)
    found = row(report)
    assert (found.path, found.reason, found.expiry) == ("cell.flour", "a finer sieve", "2030-01-31")
    # One cell at the ends of turns 4, 5 and 6, by 1, 2 and 3.
    assert (found.counted, found.count_max, found.largest, found.status) == (3, 3, "3", "held")
    assert report.checked == bare.checked, "as much is compared with a declaration as without"


def test_the_same_engine_twice_leaves_a_declaration_unused_and_that_fails(log: Path) -> None:
    assert replay(log, MILL, MILL).outcome == "agreed"
    report = played(log, MILL, FLOUR)
    assert (report.outcome, row(report).status, row(report).counted) == ("violated", "unused", 0)
    assert report.message is not None
    assert report.message.startswith("the declared difference of cell.flour was not met: remove it")


@pytest.mark.parametrize("fault", ["field[cell.water]@5", "field[cell.flour]@5"])
def test_another_fault_is_found_at_its_place_beside_a_declared_one(log: Path, fault: str) -> None:
    liar = f"saboteur:{fault}:{FINE}"
    only_there = FLOUR | {"path": "3/cell.flour"}
    assert played(log, FINE, only_there).outcome == "agreed"
    found = played(log, liar, only_there).divergence
    assert found is not None
    assert (found.kind, found.turn, found.last_equal_turn) == ("state", 5, 4)
    column = fault.partition("]")[0].rpartition(".")[2]
    assert (found.entity, found.column) == ("0/cell/0:1", column)
    assert (found.odd_one_out, found.differing_columns) == ("saboteur-fine", (f"cell.{column}",))
    assert (found.differing_entities, found.differing_turns) == (1, (5, 6))


def test_a_fault_later_in_schema_order_is_named_and_not_the_declared_one(log: Path) -> None:
    water = FLOUR | {"path": "cell.water", "count_max": 20}
    liar = f"saboteur:field[cell.water]@4:{MILL}"
    assert played(log, liar, water).outcome == "agreed"
    both = f"saboteur:field[treasury.toll]@5:{liar}"
    found = played(log, both, water).divergence
    assert found is not None
    assert (found.turn, found.entity, found.column) == (5, "0/treasury/0:0", "toll")


def test_over_its_count_a_difference_is_a_divergence(log: Path) -> None:
    assert played(log, FINE, FLOUR).outcome == "agreed"
    report = played(log, FINE, FLOUR | {"count_max": 2})
    found = report.divergence
    assert found is not None
    assert (found.turn, found.last_equal_turn, found.entity) == (6, 5, "3/cell/2:1")
    assert (found.column, found.persists) == ("flour", True)
    said = "turn 6: the declared difference of cell.flour is over its count_max of 2: 3 by now"
    assert said in (report.message or "")
    assert (row(report).status, row(report).failed_turn, row(report).counted) == ("exceeded", 6, 3)
    # The turns before count as well, so that the last one alone would not show it again.
    assert "--declared differences.toml --turns 0:6" in (found.reproduce or "")


@pytest.mark.parametrize(
    ("tolerance", "turn"), [("3", None), ("2.999", 6), ("1", 5), (1, 5), (0, 4)]
)
def test_outside_its_tolerance_a_difference_is_a_divergence(
    log: Path, tolerance: object, turn: int | None
) -> None:
    report = played(log, FINE, FLOUR | {"tolerance": tolerance})
    if turn is None:
        assert (report.outcome, row(report).status) == ("agreed", "held")
        return
    assert report.divergence is not None
    assert (report.divergence.turn, report.divergence.column) == (turn, "flour")
    assert row(report).status == "outside"
    assert row(report).counted == turn - 4
    said = f"3/cell/2:1 differs by {turn - 3} count, the tolerance is {tolerance}"
    assert said in (report.message or "")


def test_beside_a_value_outside_its_tolerance_the_accepted_ones_are_not_named(log: Path) -> None:
    known = FLOUR | {"count_max": 9, "tolerance": 2}
    liar = f"saboteur:field[cell.flour]@5:{FINE}"
    assert played(log, liar, known | {"tolerance": 3}).outcome == "agreed"
    report = played(log, liar, known)
    found = report.divergence
    assert found is not None
    assert (found.turn, found.entity, found.differing_entities) == (6, "3/cell/2:1", 1)
    # Two by the fine sieve at turns 4 and 5, two by the liar at turns 5 and 6.
    assert (row(report).counted, row(report).failed_turn) == (4, 6)


def test_the_last_day_still_holds_and_the_next_one_does_not(log: Path) -> None:
    assert played(log, FINE, FLOUR, today=date(2030, 1, 31)).outcome == "agreed"
    report = played(log, FINE, FLOUR, today=date(2030, 2, 1))
    assert report.divergence is not None
    assert (report.divergence.turn, row(report).status) == (4, "expired")
    said = "turn 4: the declared difference of cell.flour expired on 2030-01-31"
    assert said in (report.message or "")
    # Expired and not met, it fails too.
    unmet = played(log, MILL, FLOUR, today=date(2030, 2, 1))
    assert (unmet.outcome, row(unmet).status) == ("violated", "expired")


@pytest.mark.parametrize(
    ("turns", "outcome"), [("4:6", "agreed"), ("0:99", "agreed"), ("5:6", "diverged")]
)
def test_a_declaration_holds_in_its_turns_only(log: Path, turns: str, outcome: str) -> None:
    report = played(log, FINE, FLOUR | {"turns": turns})
    assert report.outcome == outcome
    assert (report.divergence is None) == (outcome == "agreed")
    if report.divergence is not None:
        assert report.divergence.turn == 4
        assert row(report).counted == 2


def test_a_declaration_holds_for_its_sides_only(log: Path) -> None:
    assert played(log, FINE, FLOUR | {"sides": ["fine"]}).outcome == "agreed"
    report = played(log, FINE, FLOUR | {"sides": ["recorded"]})
    assert report.divergence is not None
    assert (report.divergence.turn, report.divergence.odd_one_out) == (4, "fine")
    assert "differs between sides other than recorded" in (report.message or "")
    # Nobody but the named side may stand apart, and then from sides that agree.
    liar = f"saboteur:field[cell.flour]@5:{MILL}"
    assert played(log, liar, FLOUR | {"sides": ["saboteur-mill"]}).outcome == "agreed"
    with pytest.raises(UsageError, match=r"sides: expected sides of mill, fine, recorded, found"):
        played(log, FINE, FLOUR | {"sides": ["fien"]})


@pytest.mark.parametrize("more", [{"turns": (1, 3)}, {"turns": (0, 3)}])
def test_a_part_of_a_run_does_not_fail_what_it_cannot_reach(
    log: Path, more: dict[str, Any]
) -> None:
    report = played(log, FINE, FLOUR, **more)
    assert (report.outcome, row(report).status) == ("agreed", "not_reached")
    whole = played(log, MILL, FLOUR, turns=(0, TURNS))
    assert (whole.outcome, row(whole).status) == ("violated", "unused")


def test_stopping_at_the_first_divergence_leaves_the_rest_unreached(log: Path) -> None:
    liar = f"saboteur:field[cell.water]@2:{FINE}"
    fast, slow = (played(log, liar, FLOUR, fail_fast=stop) for stop in (True, False))
    assert (fast.outcome, row(fast).status) == ("diverged", "not_reached")
    assert (slow.outcome, row(slow).status, row(slow).counted) == ("diverged", "held", 3)


def test_a_failed_engine_leaves_what_was_counted_before(log: Path) -> None:
    report = played(log, f"saboteur:crash@6:{FINE}", FLOUR)
    assert (report.outcome, report.complete) == ("crashed", False)
    assert (row(report).counted, row(report).status) == (2, "held")
    early = played(log, f"saboteur:crash@2:{FINE}", FLOUR)
    assert (early.outcome, row(early).status) == ("crashed", "not_reached")


def test_a_halt_counts_its_state_once_and_leaves_the_rest_unreached(tmp_path: Path) -> None:
    scenario = tmp_path / "flood.json"
    scenario.write_text('{"cells":["40","8","12","9"],"limit":"88","seed":"5"}')
    log = tmp_path / "flood.log"
    recorded_halt = record(scenario, log, turns=9, engine=MILL).halted
    assert recorded_halt is not None
    assert recorded_halt.turn > 5
    met = recorded_halt.turn - 4  # the turn that halts is undone, its state counted before
    report = played(log, FINE, FLOUR | {"count_max": met})
    assert (report.outcome, row(report).counted) == ("agreed", met)
    over = played(log, FINE, FLOUR | {"count_max": met - 1})
    assert (over.outcome, row(over).failed_turn) == ("diverged", recorded_halt.turn - 1)
    clean = played(log, MILL, FLOUR)
    assert (clean.outcome, row(clean).status) == ("agreed", "not_reached")


def test_a_digest_that_is_not_of_its_own_values_stays_a_divergence(log: Path) -> None:
    report = played(log, f"saboteur:wrong-digest@5:{FINE}", FLOUR)
    found = report.divergence
    assert found is not None
    assert (found.kind, found.turn, found.odd_one_out) == ("digest", 5, "saboteur-fine")
    assert (found.column, found.differing_entities) == (None, 0), "no declared value is named"


def test_values_that_change_when_they_are_read_again_part_the_sides(log: Path) -> None:
    blind = FLOUR | {"path": "cell.water", "count_max": 99}
    plain = variant("PlainMill")
    assert played(log, plain, blind).outcome == "violated"
    fault = "right-until-asked-twice[cell.water]@2"
    report = played(log, f"saboteur:{fault}:{plain}", blind)
    assert report.divergence is not None
    assert (report.divergence.kind, report.divergence.odd_one_out) == ("digest", "saboteur-plain")


def test_draws_and_events_stay_exact(log: Path) -> None:
    talkative = played(log, variant("TalkativeMill"), FLOUR)
    assert talkative.divergence is not None
    assert (talkative.divergence.kind, talkative.divergence.turn) == ("events", 2)


def test_phases_are_not_compared_where_declared_differences_are_in_their_digests(
    log: Path,
) -> None:
    traces = ("phases", "draws", "events")
    clean = played(log, MILL, FLOUR, trace=traces)
    assert clean.checked is not None
    assert clean.checked.phases == 4 * TURNS
    report = played(log, FINE, FLOUR, trace=traces)
    assert report.outcome == "agreed"
    assert report.checked is not None
    assert (report.checked.phases, report.checked.draws) == (4 * 3, 8 * TURNS)
    said = "phases were not compared at turns 4:6: declared differences change their digests"
    assert report.message == said
    # A turn that only starts with one has it in its phases too, and ends without.
    spilling = played(log, variant("SpillingMill"), FLOUR, trace=traces)
    assert (spilling.outcome, row(spilling).counted) == ("agreed", 1)
    assert "at turns 4:5: declared" in (spilling.message or "")
    # A phase that parts before the declared difference is there is still found.
    late = f"saboteur:field[cell.water]@2:{FINE}"
    assert played(log, late, FLOUR, trace=traces).outcome == "diverged"


def test_values_that_a_sparse_log_lacks_are_those_of_an_equal_digest(tmp_path: Path) -> None:
    log = recorded(tmp_path, "sparse.log", snapshots="sparse")
    report = played(log, FINE, FLOUR)
    assert (report.outcome, row(report).counted) == ("agreed", 3)
    # Neither live side is what was recorded: a declared difference cannot be told from another.
    liar = f"saboteur:field[cell.flour]@4:{MILL}"
    file = declared(tmp_path, FLOUR | {"count_max": 99})
    unknown = replay(log, FINE, liar, declared=file, today=TODAY)
    assert unknown.divergence is not None
    assert unknown.divergence.turn == 4
    assert "turn 4: the values of recorded are not known, so declared" in (unknown.message or "")
    full = recorded(tmp_path, "full.log")
    assert replay(full, FINE, liar, declared=file, today=TODAY).outcome == "agreed"


def test_the_same_work_gives_the_same_report_whatever_the_day(log: Path) -> None:
    days = (date(2029, 1, 1), TODAY)
    first, second = (played(log, FINE, FLOUR, today=day) for day in days)
    assert first == second


def test_an_empty_file_declares_nothing_and_a_missing_one_is_named(log: Path) -> None:
    assert played(log, MILL).declared == ()
    with pytest.raises(MissingFileError, match=r"found none: none\.toml"):
        replay(log, MILL, MILL, declared=log.parent / "none.toml", today=TODAY)


def test_step_and_phase_are_those_of_what_is_not_declared(log: Path) -> None:
    both = variant("FineSlowWheelMill")
    known = FLOUR | {"path": "3/cell.flour", "count_max": 99}
    bare = replay(log, MILL, both).divergence
    assert bare is not None
    assert (bare.turn, bare.step, bare.phase, bare.column) == (3, "morning", "rain", "flour")
    found = played(log, both, known).divergence
    assert found is not None
    assert (found.turn, found.last_equal_turn) == (4, 3)
    assert (found.step, found.phase) == ("evening", "grind")
    assert (found.entity, found.column, found.reproduced) == ("3/cell/2:1", "water", True)


def test_running_again_shows_only_what_is_not_declared(log: Path) -> None:
    fault = f"saboteur:right-only-when-watched@5:{variant('FineMill')}"
    found = played(log, fault, FLOUR).divergence
    assert found is not None
    assert (found.kind, found.turn, found.phase, found.reproduced) == ("digest", 5, None, False)
