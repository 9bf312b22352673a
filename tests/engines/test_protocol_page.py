"""The complete engine of PROTOCOL.md, taken from the page, verifies through the harness."""

import re
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from vr_verify.errors import UsageError
from vr_verify.verbs.record import record
from vr_verify.verbs.replay import replay

LINES_MAX = 80


@pytest.fixture
def counter(tmp_path: Path) -> str:
    """Save the page's engine and its scenario; return it as a build."""
    page = (files("vr_verify.engines") / "PROTOCOL.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    assert block.count("\n") < LINES_MAX
    program = tmp_path / "counter_engine.py"
    program.write_text(block, encoding="utf-8")
    (tmp_path / "counter.json").write_text('{"strides": ["1", "2", "5"]}')
    return f"cmd:{sys.executable} {program}"


def test_the_engine_of_the_page_records_and_replays(tmp_path: Path, counter: str) -> None:
    log = tmp_path / "counter.log"
    commands = tmp_path / "commands.json"
    given = '[{"turn":2,"step":"count","commands":[{"slot":1,"stride":"40"}]}]'
    commands.write_text(given)
    made = record(tmp_path / "counter.json", log, turns=4, engine=counter, commands=commands)
    assert made.outcome == "agreed"
    report = replay(log, counter, counter)
    assert report.outcome == "agreed"
    assert report.checked is not None
    assert (report.checked.turns, report.checked.turns_recomputed) == (4, 5)

    found = replay(log, counter, f"saboteur:field@3:{counter}").divergence
    assert found is not None
    assert (found.turn, found.entity, found.column) == (3, "0/counter/0:1", "count")


def test_the_engine_of_the_page_refuses_a_bad_scenario(tmp_path: Path, counter: str) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"strides": ["x"]}')
    with pytest.raises(UsageError, match="refuses the scenario"):
        record(bad, tmp_path / "bad.log", turns=1, engine=counter)
