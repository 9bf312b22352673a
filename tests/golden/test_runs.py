"""Each recorded run still gives its golden answer, on both engines."""

import json
from pathlib import Path

import pytest

import vr_verify
from tests.golden import runs

LOGS = sorted(runs.REPLAYS.rglob("*.log"))
BLESS = 'if the change is meant: python -m tests.golden.runs "REASON"'


def test_there_are_golden_runs() -> None:
    assert LOGS


def test_every_question_has_an_answer_and_every_answer_a_question() -> None:
    assert runs.orphans() == {"missing": [], "unexpected": []}, BLESS


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
def test_a_run_gives_its_golden_answer(log: Path) -> None:
    answer = json.loads(runs.answer_path(log).read_text())
    assert answer.pop("reason").strip()
    assert answer.pop("agreed") == ["python", "rust"]
    assert runs.facts(log) == answer, f"outdated; {BLESS}"
    assert vr_verify.replay(log).outcome == "agreed"
    # The same comparison sees a change of one digit.
    changed = answer | {"run_chain": "0" * 64}
    assert runs.facts(log) != changed
