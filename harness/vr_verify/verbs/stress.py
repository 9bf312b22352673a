"""`stress`: one build again and again under what must not matter; it must give one answer.

Spec: contract, section 3. It must not print or exit.
"""

import shlex
from collections.abc import Sequence
from pathlib import Path

from vr_verify.bisection.flipping import TIMES_DEFAULT, Flipping, Progress, Trial
from vr_verify.bisection.proportion import METHOD, interval
from vr_verify.bisection.repetition import Repetition
from vr_verify.bisection.run_answer import RunAnswer
from vr_verify.engines.builds.spec import ignore_progress
from vr_verify.engines.factors import FACTORS, Factor, Setting
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import SkippedError, UsageError
from vr_verify.model.limits import Limits
from vr_verify.model.outcome import Outcome, worst
from vr_verify.model.report import LogFacts, Side
from vr_verify.report.failure_text import STOPPED, without_folders
from vr_verify.report.layout import condensed
from vr_verify.report.stress_document import (
    DIFFERS,
    INTERMITTENT,
    NO_DIFFERENCE,
    NOT_VARIED,
    Blame,
    Counted,
    FactorRow,
    SettingRow,
    Stress,
)
from vr_verify.runlog.reader import RunLog
from vr_verify.session.log_engine import engine_of_log

FACTOR_NAMES = tuple(one.name for one in FACTORS)


def stress(
    log: Path | str,
    engine: str | None = None,
    times: int = TIMES_DEFAULT,
    vary: Sequence[str] = (),
    turns: tuple[int, int] | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> Stress:
    """Play a log on one build again and again, and vary one factor after the other.

    `engine` is a build, by default the log's engine. Each setting is played `times` times, more
    often where answers differ. `vary` names factors (`FACTOR_NAMES`), by default all; `turns`
    includes both ends. Raises VrVerifyError for what cannot be done; an engine that fails in some
    surroundings is a value of the document, and so is Ctrl-C.
    """
    if times < 1:
        raise UsageError(f"expected times of 1 or more, found {times}")
    if unknown := [name for name in vary if name not in FACTOR_NAMES]:
        raise UsageError(f"unknown factor {unknown[0]!r}; there are: {', '.join(FACTOR_NAMES)}")
    factors = [one for one in FACTORS if not vary or one.name in vary]
    with RunLog.open(Path(log)) as opened:
        if engine is None:
            spec = engine_of_log(opened.header)
        else:
            spec = resolve_build(engine, progress or ignore_progress)
        repetition = Repetition(opened, spec, limits, turns)
        recorded = repetition.recorded()
        found = Flipping(repetition.play, repetition.refusal, factors, times, recorded, progress)
        again = ["vr-verify", "stress", Path(log).name]
        again += [] if engine is None else ["--engine", engine]
        again += [] if turns is None else ["--turns", f"{turns[0]}:{turns[1]}"]
        facts = LogFacts(Path(log).name, len(opened.turns), Path(log).stat().st_size)
        stopped = False
        try:
            found.run()
        except KeyboardInterrupt:
            stopped = True
        if found.failed and isinstance(error := found.answers[0].error, SkippedError):
            raise error
        return _Told(repetition, found, recorded, again).document(facts, stopped)


class _Told:
    """What was found, told as a document."""

    def __init__(
        self,
        repetition: Repetition,
        found: Flipping,
        recorded: RunAnswer,
        again: Sequence[str],
    ) -> None:
        self.repetition, self.found = repetition, found
        self.recorded, self.again = recorded, again
        self.answers = found.answers

    def document(self, log: LogFacts, stopped: bool) -> Stress:
        """Return the document; `stopped`: the work did not come to its end."""
        repetition = self.repetition
        outcome, message = self._judged(stopped)
        return Stress(
            outcome=str(outcome),
            complete=repetition.log.complete and not stopped and not self.found.failed,
            message=message,
            engine=repetition.name,
            side=Side(repetition.spec.build, repetition.rules_version),
            log=log,
            turns=repetition.turns,
            first_turn=repetition.first,
            last_turn=repetition.last,
            runs=self.found.runs,
            method=METHOD,
            plain=self._plain(),
            recorded=_counted(self.answers, self.recorded) if self.answers else None,
            together=self._together(),
            factors=tuple(
                self._factor(one, self.found.trials[one.name])
                for one in self.found.factors
                if one.name in self.found.trials
            ),
            blamed=self._blamed(),
        )

    def _judged(self, stopped: bool) -> tuple[Outcome, str | None]:
        """Judge: failures, then an unsteady answer, then another than the log's."""
        failures = {answer.failure: answer for answer in self.answers if answer.failure}
        notes = " ".join(self.repetition.spec.notes) or None
        if stopped:
            return Outcome.INTERRUPTED, f"{STOPPED}; {self._so_far()}"
        if failures:
            outcome = worst(map(Outcome, failures))
            error = failures[outcome].error
            assert error is not None, "a failure has its error"
            where = "" if self.found.failed else f"{self._failing()}: "
            return outcome, where + without_folders(condensed(error.message))
        if len(set(self.answers)) > 1:
            return Outcome.INTERMITTENT, notes
        if self.answers[0].difference(self.recorded) is not None:
            return Outcome.DIVERGED, notes
        if self.repetition.turns < 1:
            return Outcome.NOTHING_COMPARED, "no turn was executed"
        if not any(t.refused is None for listed in self.found.trials.values() for t in listed):
            return Outcome.NOTHING_COMPARED, "nothing that was asked for can be varied here"
        return Outcome.AGREED, notes

    def _so_far(self) -> str:
        if not self.answers:
            return "no run came to its end"
        runs = f"{len(self.answers)} runs"
        return f"{runs} give one answer" if len(set(self.answers)) == 1 else f"{runs} differ"

    def _failing(self) -> str:
        """Name the first settings under which the engine failed."""
        if any(answer.failure for answer in self.found.bases[0].answers):
            return "in a plain run"
        trials = [*(t for listed in self.found.trials.values() for t in listed)]
        for trial in [*trials, *self.found.together]:
            if any(answer.failure for answer in trial.tally.answers):
                return f"with {_named(trial)}"
        return "in a run"

    def _plain(self) -> Counted | None:
        """Count the plain runs against the answer that counts as theirs."""
        plain = self.found.bases[0] if self.found.bases else None
        if plain is None or not plain.answers:
            return None
        return _counted(plain.answers, plain.usual(self.recorded))

    def _together(self) -> Counted | None:
        """Count the runs in which all factors were varied at once."""
        if not self.found.together:
            return None
        answers = [answer for trial in self.found.together for answer in trial.tally.answers]
        return _counted(answers, self.found.together[0].reference)

    def _factor(self, one: Factor, trials: Sequence[Trial]) -> FactorRow:
        rows = tuple(map(self._setting, trials))
        verdicts = [row.counted.verdict for row in rows]
        order = (INTERMITTENT, DIFFERS, NO_DIFFERENCE, NOT_VARIED)
        return FactorRow(one.name, one.varies, min(verdicts, key=order.index), rows)

    def _setting(self, trial: Trial) -> SettingRow:
        if trial.refused is not None:
            return SettingRow(trial.setting.name, Counted(NOT_VARIED, 0, 0), reason=trial.refused)
        settings = trial.tally.settings[:-1]
        return SettingRow(
            setting=trial.setting.name,
            counted=_counted(trial.tally.answers, trial.reference),
            effect=_effect(trial) if trial.flips else None,
            on_top_of=tuple(map(self._place_of, settings)),
        )

    def _place_of(self, setting: Setting) -> str:
        """Name a setting with its factor."""
        owner = next(one for one in self.found.factors if setting in one.settings)
        return f"{owner.name} {setting.name}"

    def _blamed(self) -> tuple[Blame, ...]:
        """Name what flips the answer, each alone, else the few that do so together."""
        together = self.found.combination
        return tuple(
            Blame(
                tuple(f"{one.name} {setting.name}" for one, setting in trial.pairs),
                _effect(trial),
                self._reproduce(trial),
            )
            for trial in (self.found.blamed or ([together] if together else []))
        )

    def _reproduce(self, trial: Trial) -> str:
        """Return the command that varies the factors of a trial and nothing else."""
        before = trial.tally.settings[: -len(trial.pairs)]
        owners = [self._place_of(setting).partition(" ")[0] for setting in before]
        names = dict.fromkeys([*owners, *(one.name for one, _ in trial.pairs)])
        return shlex.join([*self.again, *(word for name in names for word in ("--vary", name))])


def _effect(trial: Trial) -> str:
    return "steadies" if trial.steadies else "changes"


def _named(trial: Trial) -> str:
    return " and ".join(f"{one.name} {setting.name}" for one, setting in trial.pairs)


def _counted(answers: Sequence[RunAnswer], reference: RunAnswer) -> Counted:
    """Count the answers that part from one, and find the earliest place at which one does."""
    partings = [(answer, answer.difference(reference)) for answer in answers]
    places = [(place.turn, place.kind) for _, place in partings if place is not None]
    failures = [answer.failure for answer, place in partings if place and answer.failure]
    if not places:
        return Counted(NO_DIFFERENCE, len(answers), 0)
    turn, kind = min(places)
    all_differ = len(places) == len(answers)
    return Counted(
        verdict=DIFFERS if all_differ else INTERMITTENT,
        runs=len(answers),
        differing=len(places),
        interval=interval(len(places), len(answers)),
        turn=turn,
        kind=kind,
        failure=failures[0] if failures else None,
    )
