"""One planted fault and one replay: what was planted where, what the report said, and how well.

What is false is worked out from the log's true states, value by value, without the comparison code.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from vr_verify.canonical.state import State, read_value
from vr_verify.engines.saboteur import lies
from vr_verify.engines.saboteur.faults import FAULTS, Lie, lies_of
from vr_verify.errors import VrVerifyError
from vr_verify.model.limits import Limits
from vr_verify.model.outcome import EXIT_CODES, Outcome
from vr_verify.model.report import Divergence, Report
from vr_verify.runlog.reader import RunLog
from vr_verify.verbs.replay import replay

MIB: Final = 1024**2
HANG_LIMIT_S: Final = 5.0
LIMITS: Final = Limits(answer_s=120.0, memory_bytes=320 * MIB)
# The outcome of each fault; a divergence by its kinds.
FAILURES: Final = {
    "lost-in-restore": "protocol_error",
    "no-digest": "protocol_error",
    "crash": "crashed",
    "hang": "timed_out",
    "growth": "out_of_memory",
    "torn-frame": "crashed",
    "garbage-frame": "protocol_error",
}
KINDS: Final = {
    "field": {"state"},
    "order": {"state"},
    "draw": {"draws"},
    "late": {"digest"},
    "digest-of-truth": {"digest"},
    "wrong-digest": {"digest"},
    "planted": {"state"},
    "swallowed-command": {"state", "events"},
    "right-until-asked-twice": {"digest", "state"},
    "right-only-when-watched": {"digest"},
    "false-node": {"state"},  # small states are read whole, and nobody asks for a node
}
VALUE_LIES: Final = frozenset(
    {"field", "order", "digest-of-truth", "planted", "right-until-asked-twice", "false-node"}
)


@dataclass(frozen=True)
class Trial:
    """Two live sides along a log, at least one of which is a saboteur; `turns` to replay."""

    log: Path
    left: str
    right: str
    turns: tuple[int, int] | None = None

    @property
    def lies(self) -> list[Lie]:
        """All lies of both sides."""
        return [*lies_of(self.left), *lies_of(self.right)]


@dataclass(frozen=True)
class Told:
    """What the harness said: a report, or the error that ended it."""

    outcome: str
    code: int
    message: str
    divergence: Divergence | None = None


@dataclass
class Score:
    """Counts of trials of one row: of each mark those that are right, and those that could be."""

    runs: int = 0
    right: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    def count(self, trial: Trial, told: Told, marks: Mapping[str, bool | None]) -> None:
        """Add one trial."""
        self.runs += 1
        for name, mark in marks.items():
            self.right[name] += bool(mark)
            self.known[name] += mark is not None
        if not all(mark in (True, None) for mark in marks.values()):
            self.missed.append(f"{trial} {marks} {told}")


def perform(trial: Trial) -> Told:
    """Replay, with the limits that the fault calls for."""
    limits = LIMITS
    if any(lie.fault == "hang" for lie in trial.lies):
        limits = Limits(answer_s=HANG_LIMIT_S, memory_bytes=LIMITS.memory_bytes)
    try:
        report = replay(trial.log, trial.left, trial.right, turns=trial.turns, limits=limits)
    except VrVerifyError as error:
        return Told(str(error.outcome), EXIT_CODES[Outcome(error.outcome)], error.message)
    return _told(report)


def _told(report: Report) -> Told:
    code = EXIT_CODES[Outcome(report.outcome)]
    return Told(report.outcome, code, report.message or "", report.divergence)


def marks(trial: Trial, told: Told) -> dict[str, bool | None]:
    """Hold what was said against the one lie that was told; None where there is nothing to know."""
    (lie,) = trial.lies
    detected = told.code in (1, 4)
    if not detected:
        return {"detected": False, "kind": False, "turn": False, "place": False}
    if lie.fault in FAILURES:
        kind = told.outcome == FAILURES[lie.fault]
        return {"detected": True, "kind": kind, **_failure_marks(trial, lie, told.message)}
    found = told.divergence
    assert found is not None
    with RunLog.open(trial.log) as log:
        turn = told_turn(log, lie)
        place = _place_is_right(log, lie, found)
    liar = found.odd_one_out is not None and found.odd_one_out.startswith("saboteur-")
    kind = found.kind in KINDS[lie.fault] and liar
    return {"detected": True, "kind": kind, "turn": found.turn == turn, "place": place}


def told_turn(log: RunLog, lie: Lie) -> int | None:
    """Return the turn at which a lie is told in a replay of the whole log; None for never."""
    if lie.fault == "swallowed-command":
        later = [turn for turn in log.turns if turn >= lie.turn]
        return next((turn for turn in later if any(log.record(turn).commands_by_step)), None)
    if lie.fault in ("lost-in-restore", "none") or lie.turn > log.turns[-1]:
        return None
    return lie.turn


def _failure_marks(trial: Trial, lie: Lie, message: str) -> dict[str, bool | None]:
    """Find turn and step, or turn and column, in what is said of a failed engine."""
    with RunLog.open(trial.log) as log:
        if lie.fault == "lost-in-restore":
            assert trial.turns is not None
            turn = trial.turns[0] - 1
            false = lies.forgetful_state(lie, log.header.schema, log.state(turn))
            lost = differing(log, turn, false)
            place = any(f"{column} are not as restored" in message for column, _ in lost)
            place = place and any(f" of {entity}: expected" in message for _, entity in lost)
            return {"turn": f"after restoring turn {turn}," in message, "place": place}
        last = log.header.steps[-1].name
    return {"turn": f"turn {lie.turn}, " in message, "place": f"step {last}: " in message}


def _place_is_right(log: RunLog, lie: Lie, found: Divergence) -> bool | None:
    """Whether step, phase and value are those of the lie, as far as one can know them."""
    steps = log.header.steps
    if lie.fault == "right-only-when-watched":
        return None  # watched, it is right: no step can be known
    if lie.fault == "swallowed-command":
        commands = log.record(found.turn).commands_by_step
        given = next(at for at, listed in enumerate(commands) if listed)
        return (found.step, found.phase) == (steps[given].name, steps[given].phases[0])
    step_known = lie.fault != "right-until-asked-twice"
    ends = (found.step, found.phase) == (steps[-1].name, steps[-1].phases[-1])
    if step_known and not ends:
        return False
    if lie.fault == "draw":
        counts = [n for name, n in (found.draws or {}).items() if name not in ("stream", "site")]
        return len(counts) == 2 and abs(int(counts[0]) - int(counts[1])) == 1
    if lie.fault not in VALUE_LIES:
        return found.entity is None
    false = lies.false_state(lie, log.header.schema, log.state(lie.turn))
    return (f"{found.table}.{found.column}", found.entity) in differing(log, lie.turn, false)


def differing(log: RunLog, turn: int, false: State) -> set[tuple[str, str]]:
    """List (table.column, entity) of all values in which a false state differs from the log's."""
    found: set[tuple[str, str]] = set()
    for true_one, false_one in zip(log.state(turn).universes, false.universes, strict=True):
        for at, table in enumerate(log.header.schema.tables):
            true_data, false_data = true_one.tables[at], false_one.tables[at]
            for slot in range(true_data.rows):
                first = read_value(table.columns[0], true_data.columns[0], slot)
                generation = int(first) if table.entity else 0
                for index, column in enumerate(table.columns):
                    pair: list[Any] = [
                        read_value(column, data.columns[index], slot)
                        for data in (true_data, false_data)
                    ]
                    if pair[0] != pair[1]:
                        entity = f"{true_one.id}/{table.name}/{slot}:{generation}"
                        found.add((f"{table.name}.{column.name}", entity))
    return found


def single_faults() -> list[str]:
    """List the lies that a watched replay meets.

    Not the control, nor what is told unwatched, nor what only recordings ask for.
    """
    unmet = {"none", "right-only-when-stepped", "row-left-out"}
    return [name for name in FAULTS if name not in unmet]
