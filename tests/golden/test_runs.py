"""Each recorded run still gives its golden answer on both engines; no change of one slips by.

The faults are planted in a copy of `replays/` and `golden/runs/`.
"""

import json
import shutil
from pathlib import Path

import pytest
from msgspec import structs

import vr_verify
from tests.support.tree import ROOT
from vr_verify.answers.answer import Previous, answer_text, read_answer, sealed
from vr_verify.report.text import render


def test_every_recorded_run_gives_its_golden_answer() -> None:
    report = vr_verify.golden("check", [ROOT / "replays"])
    assert report.outcome == "agreed", render(report).plain
    assert len(report.cases) >= 2, "a check over nothing is a failure"
    for case in report.cases:
        assert set(case.engines or {}) == {"python", "rust"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the questions and answers of one suite."""
    for folder in ("replays/edge", "golden/runs/edge"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def outcome(copy: Path) -> tuple[str, str | None]:
    """Check the copy as `make test` checks the tree."""
    report = vr_verify.golden("check", [copy / "replays"])
    return report.outcome, report.cases[0].change


def test_a_changed_answer_without_a_reason_fails(copy: Path) -> None:
    path = copy / "golden/runs/edge/orders.json"
    assert outcome(copy) == ("agreed", None), "the clean twin"
    value = json.loads(path.read_text())
    value["facts"]["run_chain"] = "0" * 64
    path.write_text(json.dumps(value))
    assert outcome(copy) == ("golden_outdated", "answer"), "edited by hand"
    value["reason"] = ""
    path.write_text(json.dumps(value))
    assert outcome(copy) == ("golden_outdated", "answer"), "its reason taken away as well"


def test_a_new_answer_must_say_something_else_than_the_last(copy: Path) -> None:
    path = copy / "golden/runs/edge/orders.json"
    answer = read_answer(path)
    assert outcome(copy) == ("agreed", None), "the clean twin"
    before = (Previous("0" * 64, answer.reason),)
    for forged in (
        structs.replace(answer, reason=""),
        structs.replace(answer, previous=before),
    ):
        path.write_text(answer_text(sealed(forged)))
        assert outcome(copy) == ("golden_outdated", "reason"), "its seal is right"
    other = structs.replace(answer, previous=before, reason="a better rule")
    path.write_text(answer_text(sealed(other)))
    assert outcome(copy) == ("agreed", None), "a reason of its own"
