"""The reference's rules, changed one at a time: each mutant is a build of its own.

A copy of the package lies before the installed one on the module path of its worker. Runs to tell
mutants by, and what they truly do, are made here; `truth.py` does not ask the harness.
"""

import itertools
import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from tests.selftest.mutants import truth
from tests.selftest.mutants.mutator import Mutant, mutants_of
from tests.selftest.mutants.rule_phases import FILES, UNPLAYED
from tests.support.tree import ROOT
from vr_verify.engines.builds.spec import WORKER
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.fuzzing.cases import Case, case_of_log, record_case
from vr_verify.runlog.reader import RunLog

PACKAGE: Final = "void_reckoning_reference"
CLASS: Final = "void_reckoning_adapter.python:PythonEngine"
SHIPPED: Final = ("smoke/small.log", "edge/orders.log")
GENERATED: Final = ((11, 3), (12, 6), (13, 9), (14, 14), (15, 20), (16, 30))
"""Seed and size of each generated run that a mutant is tried on."""


def reference() -> Path:
    """Return the folder of the installed reference."""
    spec = find_spec(PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def all_mutants() -> list[Mutant]:
    """List every mutant of every rule that a phase asks for."""
    root = reference()
    listed = [m for file in FILES for m in mutants_of(file, (root / file).read_text())]
    return [one for one in listed if (one.file, one.function) not in UNPLAYED]


def chosen(count: int, seed: int) -> list[Mutant]:
    """Draw some mutants, of each kind as many as there are of the others, as far as they go."""
    draw, by_kind = random.Random(seed), dict[str, list[Mutant]]()
    for mutant in all_mutants():
        by_kind.setdefault(mutant.kind, []).append(mutant)
    for listed in by_kind.values():
        draw.shuffle(listed)
    rounds = itertools.zip_longest(*by_kind.values())
    return [one for together in rounds for one in together if one is not None][:count]


def plant(folder: Path, files: dict[str, str]) -> str:
    """Copy the reference with some files changed, by their paths in it; name it as a build."""
    assert os.pathsep not in str(folder), "a module path would fall apart there"
    root = folder / PACKAGE
    shutil.copytree(reference(), root, ignore=shutil.ignore_patterns(*_compiled(files)))
    for file, text in files.items():
        assert (root / file).is_file()
        (root / file).write_text(text)
    return build_of(folder)


def _compiled(files: dict[str, str]) -> list[str]:
    """List what was compiled of files that will change: the new text may be as long and as old."""
    return [f"{Path(file).stem}.cpython-*.pyc" for file in files]


def build_of(folder: Path) -> str:
    """Name the reference in a folder as a build."""
    words = ["env", f"PYTHONPATH={folder}", sys.executable, "-P", str(WORKER), CLASS]
    return "cmd:" + " ".join(words)


@dataclass(frozen=True, slots=True)
class Runs:
    """Logs by the fast engine, and beside them what the plain reference does, turn by turn."""

    logs: tuple[Path, ...]
    cases: tuple[Case, ...]
    runs_file: Path
    truth_file: Path

    def true_difference(self, folder: Path | None) -> dict[str, Any] | None:
        """Say where the reference in a folder first differs: run, kind, turn, step and phase.

        None for no difference in any run; kind "hang" for a copy that does not come to an end.
        """
        found = _truth(folder, str(self.runs_file), str(self.truth_file))
        assert found is None or isinstance(found, dict)
        return found


def make_runs(folder: Path, generated: tuple[tuple[int, int], ...] = GENERATED) -> Runs:
    """Collect the shipped logs, record the generated runs, and write down what is true of all."""
    logs = [ROOT / "replays" / name for name in SHIPPED]
    with Engine(resolve_build("rust")) as engine:
        for seed, size in generated:
            logs.append(folder / f"generated-{seed}.log")
            record_case(Case(*engine.generate(seed, size)), engine, logs[-1])
    cases = tuple(_case(log) for log in logs)
    runs = [{"scenario": case.scenario.decode(), "turns": case.turns} for case in cases]
    made = Runs(tuple(logs), cases, folder / "runs.json", folder / "truth.json")
    made.runs_file.write_text(json.dumps(runs))
    made.truth_file.write_text(json.dumps(_truth(None, str(made.runs_file))))
    return made


def _case(log: Path) -> Case:
    with RunLog.open(log) as opened:
        return case_of_log(opened)


def _truth(folder: Path | None, *words: str) -> Any:
    """Run the program `truth` with the reference of a folder, by default the installed one."""
    argv = [sys.executable, "-P", str(truth.__file__), *words]
    path = {} if folder is None else {"PYTHONPATH": str(folder)}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(argv, env=kept | path, capture_output=True, check=False)
    if done.returncode < 0:  # out of processor time
        return {"run": None, "kind": "hang", "turn": None, "step": None, "phase": None}
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)
