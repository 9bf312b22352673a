"""`golden bless`: a new answer proposed, shown, and written only when it is accepted.

Spec: contract, sections 2 and 3. Two engines must agree; log and answer are left consistent. It
must not ask anybody; the command line does.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from msgspec import structs

from vr_verify.answers.answer import (
    Agreed,
    Answer,
    AnswerError,
    answer_text,
    read_answer,
    reason_problem,
    replaced,
    sealed,
)
from vr_verify.answers.changes import facts_change, first_changed_turn
from vr_verify.answers.pairs import Pair
from vr_verify.errors import IoFailed, SkippedError, UsageError
from vr_verify.model.closing import Closing
from vr_verify.model.outcome import Outcome
from vr_verify.report.golden_document import (
    CHANGED,
    NEW,
    UNCHANGED,
    GoldenCase,
    GoldenReport,
)
from vr_verify.runlog.reader import RunLog
from vr_verify.verbs import golden_case
from vr_verify.verbs.golden_execution import Engines, Execution, execute

_TWO = "an answer is blessed only when two engines agree"


@dataclass(frozen=True, slots=True)
class _Write:
    """An answer that is ready, and the log that goes with it where it was recorded anew."""

    pair: Pair
    answer: Answer
    log: Path | None


def check_reason(reason: str) -> None:
    """Refuse a reason that says nothing."""
    if not any(character.isalpha() for character in reason):
        raise UsageError('golden bless: say in words why the new answer is right: --reason "…"')


class Proposal(Closing):
    """What would be blessed. `document` shows it; `accept` writes it, or nothing at all."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.document: GoldenReport
        self._writes: list[_Write] = []
        self._scratch = TemporaryDirectory(prefix="vr-golden-")

    def close(self) -> None:
        """Forget what was recorded for the proposal."""
        self._scratch.cleanup()

    @property
    def acceptable(self) -> bool:
        """Whether engines agreed on everything, and there is something to write."""
        return self.document.outcome == Outcome.AGREED and bool(self._writes)

    def add(self, pair: Pair, engines: Engines) -> GoldenCase:
        """Execute a question; return what its new answer changes, or why there is none."""
        with RunLog.open(pair.log) as log:
            if not log.complete:
                raise SkippedError("the log was cut in mid-write: record it again")
        folder = Path(mkdtemp(dir=self._scratch.name))
        execution = execute(pair.log, engines, folder)
        case = golden_case.of(pair, UNCHANGED, Outcome.AGREED)
        case = golden_case.executed(structs.replace(case, reason=self.reason), execution)
        if not execution.agreed:
            return golden_case.refused(case, execution.report)
        _check_two(execution)
        return self._changed(pair, case, execution)

    def _changed(self, pair: Pair, case: GoldenCase, execution: Execution) -> GoldenCase:
        """Prepare the new answer, unless the present one says the same."""
        compared = golden_case.compare(pair.log, execution)
        if compared.changed is None and execution.first is not None:
            return golden_case.unsettled(case, execution)
        facts = compared.now
        case = structs.replace(case, turns=len(facts.state_digests) - 1)
        present = _present(pair)
        before = None if present is None else facts_change(present.facts, facts)
        if compared.changed is None and present is not None and before is None:
            kept = {one.engine: one.build for one in present.agreed}
            with_these = present.declared or None
            return structs.replace(
                case, reason=present.reason, agreed=kept, blessed_with=with_these
            )
        previous = replaced(pair.answer)
        if (problem := reason_problem(self.reason, facts, previous)) is not None:
            raise UsageError(f"golden bless: {problem}")
        agreed = tuple(Agreed(*one) for one in execution.builds.items())
        met = tuple(row for row in case.declared or () if row.counted)
        answer = sealed(Answer(facts, agreed, self.reason, previous, declared=met))
        log = None if compared.changed is None else execution.log
        self._writes.append(_Write(pair, answer, log))
        case = structs.replace(
            case,
            verdict=CHANGED if pair.answered else NEW,
            new=facts.run_chain,
            old=previous[0].run_chain if previous else None,
            recorded_anew=log is not None,
            blessed_with=met or None,
        )
        if compared.changed is not None:
            kind = compared.changed.kind
            case = structs.replace(golden_case.with_changes(case, compared), change=kind)
            return structs.replace(
                case, message=_shortened(compared.log.last_turn, facts.last_turn)
            )
        if present is not None and before is not None:
            first = first_changed_turn(present.facts, facts)
            return structs.replace(case, change=before, first_changed_turn=first)
        return structs.replace(case, change="answer") if pair.answered else case

    def accept(self) -> GoldenReport:
        """Write all answers and logs that changed; nothing where any question was refused.

        IoFailed where the disk refuses; what a later check then calls outdated is blessed again.
        """
        if not self.acceptable:
            return self.document
        for write in self._writes:
            if write.log is not None:
                _put(write.pair.log, partial(shutil.copyfile, write.log))
            text = answer_text(write.answer).encode()
            _put(write.pair.answer, partial(_fill, text))
        return self.document

    def declined(self) -> GoldenReport:
        """Return the document of a proposal that a person did not accept."""
        said = "nothing was written: the new answers were not accepted"
        outcome = str(Outcome.SKIPPED)
        return structs.replace(self.document, outcome=outcome, complete=False, message=said)


def _check_two(execution: Execution) -> None:
    """Refuse one engine, and one build that was started twice."""
    builds = execution.builds
    if len(builds) < 2:
        name = next(iter(builds))
        raise SkippedError(f"{_TWO}: {name} was alone; name another by --against")
    if len(set(builds.values())) < 2:
        raise SkippedError(f"{_TWO}: {' and '.join(builds)} are one build, started twice")


def _present(pair: Pair) -> Answer | None:
    """Return the present answer, if it is there and a blessing wrote it."""
    try:
        return read_answer(pair.answer) if pair.answered else None
    except AnswerError:
        return None


def _shortened(before: int, now: int) -> str | None:
    """Say what a run that halts earlier than before loses."""
    if now >= before:
        return None
    return f"the run ends at turn {now} now: the commands of later turns are dropped from the log"


def _fill(data: bytes, path: Path) -> None:
    path.write_bytes(data)


def _put(path: Path, write: Callable[[Path], object]) -> None:
    """Put a whole file, which `write` fills, in another's place."""
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write(beside)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise IoFailed(f"{path}: cannot write it: {error.strerror}") from error
