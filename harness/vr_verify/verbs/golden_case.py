"""One question held against its answer: ok, outdated, missing or unexpected, and what changed.

Three facts meet: the answer's, the log's, and those of the engines now. It must not write.
"""

from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from vr_verify.answers.answer import Answer, AnswerError, Facts, facts_of, read_answer
from vr_verify.answers.changes import Changes, changes, facts_change, first_changed_turn
from vr_verify.answers.pairs import Pair
from vr_verify.errors import EngineError, SkippedError, VrVerifyError
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import Report
from vr_verify.report.failure_text import told, without_folders
from vr_verify.report.golden_document import (
    ANSWERED,
    MISSING,
    OK,
    OUTDATED,
    REFUSED,
    UNEXPECTED,
    FieldRow,
    GoldenCase,
)
from vr_verify.runlog.reader import RunLog
from vr_verify.verbs.golden_execution import Engines, Execution, execute

FIELDS_SHOWN = 20
_TOLD = {
    "question": "the log asks something else than what was answered: another scenario, other "
    "commands, or another number of turns",
    "recorded": "the log was recorded anew and its answer was not blessed",
    "log": "the log holds other states than the engines and the answer, which agree",
    "values": "the engines agree on another answer",
    "halt": "the engines agree on another end of the run",
    "draws": "the states are the same, the engines agree on other draws",
    "events": "the states are the same, the engines agree on other events",
    "encoding": "all values are the same; only how they are written down changed",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """What engines say now, beside what the log says; `changed` is None where it is the same."""

    log: Facts
    now: Facts
    changed: Changes | None


def of(pair: Pair, verdict: str, outcome: Outcome) -> GoldenCase:
    """Return a case with its names and its verdict, and nothing else yet."""
    return GoldenCase(
        log=pair.log_name, answer=pair.answer_name, verdict=verdict, outcome=str(outcome)
    )


def failed(pair: Pair, error: VrVerifyError) -> GoldenCase:
    """Return the case of a question that could not be executed."""
    said = told(error) if isinstance(error, EngineError) else without_folders(error.message)
    return structs.replace(of(pair, REFUSED, Outcome(error.outcome)), message=said)


def listed(pair: Pair) -> GoldenCase:
    """Judge a pair by what its files say: nothing is executed, so the best of it is `answered`."""
    case = _judged_alone(pair)[0]
    return structs.replace(case, verdict=ANSWERED) if case.verdict == OK else case


def checked(pair: Pair, engines: Engines, scratch: Path) -> GoldenCase:
    """Judge a pair by executing its question; VrVerifyError where that cannot be done."""
    case, answer, facts = _judged_alone(pair)
    recorded = case.verdict == OUTDATED and case.change not in ("answer", "reason", "question")
    if answer is None or facts is None or not (case.verdict == OK or recorded):
        return case
    execution = execute(pair.log, engines, scratch)
    case = executed(case, execution)
    if not execution.agreed:
        return refused(case, execution.report)
    compared = compare(pair.log, execution)
    if compared.changed is None:
        return case if execution.first is None else unsettled(case, execution)
    if facts_change(answer.facts, compared.now) is None:
        return _outdated(with_changes(case, compared), "log", _TOLD["log"])
    case = with_changes(structs.replace(case, old=answer.facts.run_chain), compared)
    return _outdated(case, compared.changed.kind, _TOLD[compared.changed.kind])


def executed(case: GoldenCase, execution: Execution) -> GoldenCase:
    """Add who executed, and which declared differences they had."""
    return structs.replace(case, engines=execution.builds, declared=execution.report.declared)


def _judged_alone(pair: Pair) -> tuple[GoldenCase, Answer | None, Facts | None]:
    """Judge a pair without any engine; return what its files hold, as far as it was read."""
    if not pair.asked:
        case = of(pair, UNEXPECTED, Outcome.GOLDEN_UNEXPECTED)
        return structs.replace(case, message="there is no log that it answers"), None, None
    if not pair.answered:
        return of(pair, MISSING, Outcome.GOLDEN_MISSING), None, None
    case = of(pair, OK, Outcome.AGREED)
    try:
        answer = read_answer(pair.answer)
    except AnswerError as error:
        return _outdated(case, error.change, str(error)), None, None
    with RunLog.open(pair.log) as log:
        facts = facts_of(log)
    case = structs.replace(
        case,
        turns=len(facts.state_digests) - 1,
        reason=answer.reason,
        agreed={one.engine: one.build for one in answer.agreed},
        blessed_with=answer.declared or None,
    )
    change = facts_change(answer.facts, facts)
    if change is not None:
        case = structs.replace(
            _outdated(case, change, _TOLD["question" if change == "question" else "recorded"]),
            old=answer.facts.run_chain,
            new=facts.run_chain,
            first_changed_turn=first_changed_turn(answer.facts, facts),
        )
    return case, answer, facts


def _outdated(case: GoldenCase, change: str, message: str) -> GoldenCase:
    return structs.replace(
        case,
        verdict=OUTDATED,
        outcome=str(Outcome.GOLDEN_OUTDATED),
        change=change,
        message=without_folders(message),
    )


def compare(log: Path, execution: Execution) -> Compared:
    """Hold what the engines agreed on against what the log says."""
    with RunLog.open(log) as old:
        facts = facts_of(old)
        if execution.first is None:
            return Compared(facts, facts, None)
        with RunLog.open(execution.log) as new:
            now = facts_of(new)
            changed = changes(old, new, facts, now)
    if changed is None and isinstance(execution.first, SkippedError):
        # Steps and phases stand in no chain, and decide whether a log can be executed.
        changed = Changes("encoding", None, schema=(execution.first.message,))
    return Compared(facts, now, changed)


def with_changes(case: GoldenCase, compared: Compared) -> GoldenCase:
    """Add what changed from the log's states to those of the engines now."""
    changed = compared.changed
    assert changed is not None, "there is a change to tell"
    rows = tuple(
        FieldRow(c.field, c.first_turn, c.entity, c.unit, c.old, c.new, c.values, c.turns)
        for c in changed.fields.values()
    )
    return structs.replace(
        case,
        old=case.old or compared.log.run_chain,
        new=compared.now.run_chain,
        first_changed_turn=changed.first_turn,
        changed_turns=changed.turns or None,
        fields=rows[:FIELDS_SHOWN],
        fields_total=len(rows) or None,
        schema_changes=changed.schema,
    )


def refused(case: GoldenCase, report: Report) -> GoldenCase:
    """Return the case of engines that did not agree: their divergence, or their failure."""
    outcome = Outcome(report.outcome)
    said = report.message
    if outcome is Outcome.VIOLATED and report.violations:
        first = report.violations[0]
        said = f"turn {first.turn}: {first.rule}: {first.message}"
    elif outcome is Outcome.DIVERGED and said is None:
        said = "the engines do not agree with each other"
        if case.blessed_with and report.declared is None:
            paths = ", ".join(row.path for row in case.blessed_with)
            said += f"; the answer was blessed with declared differences of {paths} (--declared)"
    return structs.replace(
        case,
        verdict=REFUSED,
        outcome=report.outcome,
        change=None,
        message=said,
        divergence=report.divergence,
    )


def unsettled(case: GoldenCase, execution: Execution) -> GoldenCase:
    """Return the case of engines that parted from a log once, and not when asked again."""
    assert isinstance(execution.first, Report), "a skipped log is told as a change"
    said = "the engines parted from the log, and not when they were asked again"
    parted = structs.replace(execution.first, outcome=str(Outcome.INTERMITTENT), message=said)
    return refused(case, parted)
