"""`golden` with declared differences: one file for all runs, counted, and what blesses by it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from tests.harness.session.test_declared import FLOUR, TODAY, declared
from tests.harness.verbs.test_golden import MILL, SECOND, ask, bless
from tests.support.toy_builds import variant
from vr_verify.answers.answer import read_answer
from vr_verify.errors import UsageError
from vr_verify.model.report import DeclaredDifference
from vr_verify.report.golden_document import GoldenReport
from vr_verify.report.schema import published
from vr_verify.report.text import render
from vr_verify.verbs.golden import golden

FINE = variant("FineMill")
EARLY = FLOUR | {"turns": "0:3"}
"""No mill shows it."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project of a long run, in which the fine mill shows, and one too short for it."""
    ask(tmp_path, "smoke/wet")
    ask(tmp_path, "smoke/other", seed=9)
    assert bless(tmp_path).outcome == "agreed"
    return tmp_path


def check(
    project: Path, against: str, *entries: dict[str, object], name: str = "", **more: Any
) -> GoldenReport:
    """Check a project, or one run of it, with what is declared."""
    file = declared(project, *entries)
    words: dict[str, Any] = {"engine": MILL, "against": against, "today": TODAY} | more
    return golden("check", [project / "replays" / name], declared=file, **words)


def row(rows: tuple[DeclaredDifference, ...] | None) -> DeclaredDifference:
    """Return the only declaration."""
    assert rows is not None
    (only,) = rows
    return only


def test_a_declared_difference_is_ok_counted_and_said_and_another_one_is_refused(
    project: Path,
) -> None:
    bare = golden("check", [project / "replays"], engine=MILL, against=FINE)
    assert (bare.outcome, bare.declared) == ("diverged", None)
    report = check(project, FINE, FLOUR | {"count_max": 1})
    assert (report.outcome, [case.verdict for case in report.cases]) == ("agreed", ["ok", "ok"])
    each = [row(case.declared) for case in report.cases]
    # One value at turn 4, the last one of each run: the bound holds for each, not for both.
    assert [(one.counted, one.count_max, one.runs) for one in each] == [(1, 1, None)] * 2
    over = row(report.declared)
    assert (over.counted, over.runs, over.largest, over.status) == (2, 2, "1", "held")
    page = " ".join(render(report).plain.split())
    assert "4 fine and mill, with 1 declared difference of cell.flour" in page
    assert "cell.flour: 2 in 2 runs, at most 1 in each, the largest 1 count, held" in page
    Draft202012Validator(json.loads(published())).validate(json.loads(msgspec.json.encode(report)))
    planted = check(project, f"saboteur:field[cell.water]@3:{FINE}", FLOUR)
    assert planted.outcome == "diverged"
    parted = planted.cases[0].divergence
    assert parted is not None
    assert (parted.turn, parted.column) == (3, "water")


def test_one_run_that_meets_it_is_enough_and_none_fails(project: Path) -> None:
    liar = f"saboteur:field[treasury.toll]@4:{MILL}"
    toll = FLOUR | {"path": "treasury.toll", "turns": "4:4"}
    used = check(project, liar, toll)
    assert (used.outcome, row(used.declared).status) == ("agreed", "held")
    unused = check(project, SECOND, FLOUR)
    assert (unused.outcome, row(unused.declared).status) == ("violated", "unused")
    assert [case.verdict for case in unused.cases] == ["ok", "ok"]
    assert unused.message == "the declared difference of cell.flour was not met: remove it"
    assert render(unused).plain.startswith("VIOLATED: the declared difference of cell.flour was")
    both = check(project, FINE, FLOUR | {"turns": "4:9"}, EARLY)
    assert both.declared is not None
    assert [one.status for one in both.declared] == ["held", "unused"]


def test_a_part_of_the_runs_or_a_refused_one_leaves_it_unreached(project: Path) -> None:
    part = check(project, SECOND, FLOUR, name="smoke/wet.log")
    assert (part.outcome, row(part.declared).status) == ("agreed", "not_reached")
    many = check(project, SECOND, FLOUR, one_of_many=True)
    assert (many.outcome, row(many.declared).status) == ("agreed", "not_reached")
    (project / "golden/runs/smoke/other.json").unlink()
    missing = check(project, SECOND, FLOUR)
    assert (missing.outcome, row(missing.declared).status) == ("golden_missing", "not_reached")


def test_an_expired_one_fails_met_or_not(project: Path) -> None:
    late = date(2030, 2, 1)
    unmet = check(project, SECOND, FLOUR, today=late)
    assert (unmet.outcome, row(unmet.declared).status) == ("violated", "expired")
    met = check(project, FINE, FLOUR, today=late)
    assert (met.outcome, row(met.declared).status) == ("diverged", "expired")


def test_a_blessing_by_declaration_names_it_and_needs_it_again(project: Path) -> None:
    answer = project / "golden" / "runs" / "smoke" / "wet.json"
    answer.unlink()
    exact = bless(project, MILL, FINE, reason="a finer sieve")
    assert exact.outcome == "diverged"
    assert not answer.exists()
    file = declared(project, FLOUR)
    words: dict[str, Any] = {"engine": MILL, "against": FINE, "reason": "a finer sieve"}
    report = golden("bless", [project / "replays"], declared=file, today=TODAY, **words)
    assert report.outcome == "agreed"
    assert (report.cases[0].verdict, report.cases[0].blessed_with) == ("unchanged", None)
    named = row(read_answer(answer).declared)
    assert (named.path, named.reason, named.counted) == ("cell.flour", "a finer sieve", 1)
    assert row(report.cases[1].blessed_with) == named
    listed = golden("list", [project / "replays"])
    assert "1 declared difference of cell.flour" in " ".join(render(listed).plain.split())
    assert check(project, FINE, FLOUR).outcome == "agreed"
    assert check(project, SECOND, EARLY, name="smoke/wet.log").outcome == "agreed"
    bare = golden("check", [project / "replays"], engine=MILL, against=FINE)
    assert "was blessed with declared differences of cell.flour" in (bare.cases[1].message or "")
    # An answer without any has no word of it, so that those blessed before are as they were.
    assert "declared" not in json.loads((answer.with_name("other.json")).read_text())
    with pytest.raises(UsageError, match="golden list executes nothing"):
        golden("list", [project / "replays"], declared=file)
