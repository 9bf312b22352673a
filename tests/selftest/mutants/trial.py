"""One mutant told from the true engine: found by digests on residents, then reported by `replay`.

What the report says is held against what `truth.py` says and against the law's phases.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.selftest.mutants.mutator import Mutant
from tests.selftest.mutants.python_rules import Runs
from tests.selftest.mutants.rule_phases import phases_of
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import EngineError, VrVerifyError
from vr_verify.fuzzing.bout import play_case
from vr_verify.model.closing import Closing
from vr_verify.model.limits import Limits
from vr_verify.model.report import Divergence, Report
from vr_verify.model.run import StepSpec
from vr_verify.runlog.reader import RunLog
from vr_verify.session.turns import LiveSide
from vr_verify.verbs.replay import replay

MARKS: Final = ("detected", "kind", "turn", "place")
LIMITS: Final = Limits(answer_s=6.0, memory_bytes=512 * 1024**2)
FAILURES: Final = {"crash": {"crashed"}, "hang": {"timed_out", "out_of_memory"}}
"""The outcomes of a mutant that raises, and of one that does not come to an end."""
ANOTHER_SCHEMA: Final = "declares another one under the same rules version"


@dataclass(frozen=True, slots=True)
class Found:
    """What the harness makes of a mutant in the first run that tells it: a report, or a refusal."""

    log: Path
    report: Report | None = None
    message: str = ""


class Bench(Closing):
    """The fast engine, kept running, against one mutant after another. A context manager."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs
        self._spec = resolve_build("rust")
        self._rust: Engine | None = None

    def close(self) -> None:
        """End the fast engine; it starts again when it is needed."""
        if self._rust is not None:
            self._rust.close()
        self._rust = None

    def found(self, build: str) -> Found | None:
        """Play runs until one parts the mutant from the true engine; None if none does."""
        number = self._telling(build)
        if number is None:
            return None
        return reported(self.runs.logs[number], build)

    def _telling(self, build: str) -> int | None:
        """Return the number of the first run in which the sides part, or the mutant fails."""
        if self._rust is None:
            self._rust = Engine(self._spec, LIMITS)
        rust = LiveSide("rust", self._rust)
        number = 0
        try:
            with Engine(resolve_build(build), LIMITS) as changed:
                sides = (rust, LiveSide("python", changed))
                for number, case in enumerate(self.runs.cases):
                    if play_case(case, sides).parted:
                        return number
        except EngineError:
            self.close()  # what it was asked beyond that turn is not taken
            return number
        return None


def reported(log: Path, build: str) -> Found:
    """Replay a log on the true engine and the mutant, as a person would."""
    try:
        report = replay(log, "rust", build, fail_fast=True, limits=LIMITS)
    except VrVerifyError as error:
        return Found(log, None, error.message)
    return Found(log, report, report.message or "")


def marks(mutant: Mutant, found: Found | None, true: dict[str, Any]) -> dict[str, bool | None]:
    """Hold what was said of a mutant against what it truly does first; None: nothing to know."""
    if found is None:
        return dict.fromkeys(MARKS, False)
    if found.report is None:
        kind = ANOTHER_SCHEMA in found.message
        return {"detected": True, "kind": kind, "turn": None, "place": None}
    with RunLog.open(found.log) as log:
        steps = log.header.steps
    step = None if true["step"] is None else steps[true["step"]]
    if found.report.divergence is None:
        failures = FAILURES.get(true["kind"], set())
        # Turn 0 is the first state; None is a mutant that never comes to an end.
        words = f"turn {true['turn']}, " if true["turn"] else "in init: "
        turn = None if true["turn"] is None else words in found.message
        place = None if step is None else f"step {step.name}: " in found.message
        kind = found.report.outcome in failures
        return {"detected": kind, "kind": kind, "turn": turn, "place": place}
    return {"detected": True} | _parted_marks(mutant, found.report.divergence, true, step)


def _parted_marks(
    mutant: Mutant, parted: Divergence, true: dict[str, Any], step: StepSpec | None
) -> dict[str, bool | None]:
    """Mark a divergence: a first state has no step; else the phase is one of the rule's own."""
    if step is None:
        place = (parted.step, parted.phase) == (None, None)
    else:
        place = parted.step == step.name and parted.phase in phases_of(mutant.file, mutant.function)
    if step is not None and true["phase"] is not None:
        place = place and parted.phase == step.phases[true["phase"]]
    kind = parted.kind == true["kind"] and parted.odd_one_out == "python"
    return {"kind": kind, "turn": parted.turn == true["turn"], "place": place}


@dataclass
class Score:
    """Counts of trials: of each mark those that are right, and those that could be."""

    runs: int = 0
    right: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)

    def count(self, marks: dict[str, bool | None]) -> None:
        """Add one trial."""
        self.runs += 1
        for name, mark in marks.items():
            self.right[name] += bool(mark)
            self.known[name] += mark is not None

    def line(self, name: str) -> str:
        """Write a row of the table; a dash where there is nothing to know."""
        known = [f"{self.right[m]}/{self.known[m]}" if self.known[m] else "-" for m in MARKS]
        return f"{name:30}{self.runs:>6}" + "".join(f"{share:>10}" for share in known)
