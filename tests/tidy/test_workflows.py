"""The workflows: ours calls make targets alone, the one for users calls what there is."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.harness.verbs.test_golden import MILL, SECOND, ask, bless
from tests.support.toy_builds import module_path
from tests.support.tree import ROOT

__all__ = ["module_path"]

WORKFLOWS = ROOT / ".github" / "workflows"
TARGETS = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


def workflow(name: str) -> dict[Any, Any]:
    """Read a workflow; YAML takes its key `on` for a truth value."""
    value = yaml.safe_load((WORKFLOWS / name).read_text())
    assert isinstance(value, dict)
    return value


def steps(value: Mapping[Any, Any]) -> Iterator[dict[str, Any]]:
    for job in value["jobs"].values():
        yield from job["steps"]


def not_targets(value: Mapping[Any, Any]) -> list[str]:
    """List the commands of a workflow that are no make target of ours."""
    commands = [step["run"] for step in steps(value) if "run" in step]
    assert commands, "a check over nothing is a failure"
    wanted = {f"make {target}" for target in TARGETS}
    return [command for command in commands if command not in wanted]


def test_ours_calls_make_targets_and_nothing_else() -> None:
    ours = workflow("ci.yml")
    assert not_targets(ours) == []
    commands = [step.get("run") for step in steps(ours)]
    assert "make test" in commands
    planted = {"jobs": {"test": {"steps": [{"run": "make test"}, {"run": "pytest tests"}]}}}
    assert not_targets(planted) == ["pytest tests"]


def test_no_workflow_puts_an_expression_into_a_command() -> None:
    paths = sorted(WORKFLOWS.glob("*.yml"))
    assert len(paths) >= 2, "a check over nothing is a failure"
    for path in paths:
        for step in steps(workflow(path.name)):
            assert "${{" not in step.get("run", ""), f"{path.name}: a caller's text would be run"


def test_each_input_of_the_one_for_users_is_used() -> None:
    users = workflow("verify.yml")
    inputs = users[True]["workflow_call"]["inputs"]
    assert {"logs", "install", "engine", "against"} <= inputs.keys()
    text = (WORKFLOWS / "verify.yml").read_text()
    assert [name for name in inputs if f"inputs.{name} " not in text] == []


@pytest.mark.parametrize(("fault", "code"), [(False, 0), (True, 3)])
def test_the_step_for_users_does_what_it_says(tmp_path: Path, fault: bool, code: int) -> None:
    ask(tmp_path, "own")
    bless(tmp_path)
    if fault:
        (tmp_path / "golden/runs/own.json").write_text("{}")
    check = next(step for step in steps(workflow("verify.yml")) if "golden" in step.get("run", ""))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    named = {"LOGS": "replays", "ENGINE": MILL, "AGAINST": SECOND, "PATH": path}
    done = subprocess.run(
        ["bash", "-e", "-c", check["run"]],
        cwd=tmp_path,
        env=os.environ | named,
        check=False,
        timeout=60,
        capture_output=True,
    )
    assert done.returncode == code, done.stderr
    document = json.loads((tmp_path / "vr-verify.json").read_text())
    assert document["cases"][0]["log"] == "replays/own.log"
