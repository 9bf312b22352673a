"""Which factor flips a build's answer: the same run twice first, then each factor, then together.

Spec: contract, section 3 (stress, bisect). It plays through a function that it is given, so it
knows neither engines nor logs; what it finds are counts of equal and unequal answers.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from vr_verify.bisection.proportion import separated
from vr_verify.bisection.run_answer import RunAnswer
from vr_verify.engines.factors import FACTORS, Factor, Setting

TIMES_DEFAULT: Final = 3
RUNS_UNSTEADY_MIN: Final = 10
RUNS_SETTLED_MAX: Final = 20
# More runs of what hangs or fills the machine would say no more, and cost as much again.
_COSTLY: Final = frozenset({"timed_out", "out_of_memory"})
Play = Callable[[Sequence[Setting]], RunAnswer]
Refusal = Callable[[Setting], str | None]
Progress = Callable[[str, int, int], None]


@dataclass
class Tally:
    """The answers of runs under the same settings, in the order of the runs."""

    settings: tuple[Setting, ...] = ()
    answers: list[RunAnswer] = field(default_factory=list)

    @property
    def runs(self) -> int:
        """How many runs there were."""
        return len(self.answers)

    @property
    def steady(self) -> bool:
        """Whether all runs gave one answer."""
        return all(answer == self.answers[0] for answer in self.answers)

    def usual(self, preferred: RunAnswer | None = None) -> RunAnswer:
        """Return the preferred answer if a run gave it, else the most frequent, the earliest."""
        if preferred is not None:
            for answer in self.answers:
                if not answer.failure and answer.difference(preferred) is None:
                    return answer
        (answer, _), *_ = Counter(self.answers).most_common(1)
        return answer

    def differing(self, reference: RunAnswer) -> list[RunAnswer]:
        """Return the answers that are not this one."""
        return [answer for answer in self.answers if answer != reference]

    def unusual(self) -> int:
        """Count the runs that did not give the most frequent answer."""
        return len(self.differing(self.usual()))


@dataclass
class Trial:
    """Settings of one factor, or of several at once, as they were tried.

    `refused` says why they could not be varied. `reference` is the answer that they were held
    against. `flips`: the answer changes with them, or it becomes steady by them (`steadies`), in
    more runs than chance explains.
    """

    pairs: tuple[tuple[Factor, Setting], ...]
    tally: Tally
    reference: RunAnswer
    refused: str | None = None
    flips: bool = False
    steadies: bool = False

    @property
    def setting(self) -> Setting:
        """The setting of a trial of one factor."""
        ((_, setting),) = self.pairs
        return setting

    @property
    def differing(self) -> list[RunAnswer]:
        """The answers that are not the reference."""
        return self.tally.differing(self.reference)


class Flipping:
    """Runs under ever other settings. What was found so far can be read at any time.

    `trials` are those of each factor alone, by its name; `together` those of all factors at once,
    and `combination` the one of which no factor can be left out. `answers` are those of all runs.
    `bases` are the tallies of the plain runs: the first one is played under nothing, each further
    one under one more setting that makes the answer steadier. `preferred` is the answer that
    counts as the right one if the build gives it at all: that of the log.
    """

    def __init__(
        self,
        play: Play,
        refusal: Refusal,
        factors: Sequence[Factor] = FACTORS,
        times: int = TIMES_DEFAULT,
        preferred: RunAnswer | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._play, self._refusal, self._preferred = play, refusal, preferred
        self._progress = progress
        self.factors, self.times = tuple(factors), times
        self.bases: list[Tally] = []
        self.trials: dict[str, list[Trial]] = {}
        self.combination: Trial | None = None
        self.together: list[Trial] = []
        self.answers: list[RunAnswer] = []
        settings = sum(len(factor.settings) for factor in factors)
        self._planned = 1 + times * (1 + settings)
        self._seen: dict[RunAnswer, RunAnswer] = {}

    @property
    def runs(self) -> int:
        """How many runs were played in all."""
        return len(self.answers)

    @property
    def base(self) -> Tally:
        """The plain runs that factors are held against now."""
        return self.bases[-1]

    @property
    def failed(self) -> bool:
        """Whether the first of the present plain runs failed, so that nothing can be held to it."""
        return bool(self.base.answers and self.base.answers[0].failure)

    @property
    def blamed(self) -> list[Trial]:
        """The settings that flip the answer, each alone, in the order of the factors."""
        return [trial for listed in self.trials.values() for trial in listed if trial.flips]

    def run(self) -> None:
        """Repeat the plain run; then vary each factor, and all together if none alone matters.

        Where plain runs differ among themselves, factors are tried until one makes them steady; it
        stays, and the others are varied on top of it. A first run that fails is the only one.
        """
        left = list(self.factors)
        self._repeat(())
        waiting = list(left)
        while waiting and not self.failed:
            factor, was_steady = waiting.pop(0), self.base.steady
            self._vary(factor)
            steadying = [trial for trial in self.trials[factor.name] if trial.steadies]
            if steadying:
                left.remove(factor)
                self._repeat((*self.base.settings, steadying[0].setting))
                waiting = list(left)
            elif was_steady and not self.base.steady:
                waiting = list(left)
        if not self.failed and not self.blamed:
            self._try_together()

    def _repeat(self, settings: tuple[Setting, ...]) -> None:
        """Play the plain run again and again."""
        self.bases.append(Tally(settings))
        while self.base.runs <= self.times and not self.failed:
            self._again(self.base)
        self._know_base()

    def _know_base(self) -> None:
        """Play unsteady plain runs until their share is known at all."""
        while not self.base.steady and self.base.runs < RUNS_UNSTEADY_MIN:
            self._again(self.base)

    def _again(self, tally: Tally) -> None:
        """Play one run more; equal answers are kept once."""
        played = self._play(tally.settings)
        answer = self._seen.setdefault(played, played)
        tally.answers.append(answer)
        self.answers.append(answer)
        if self._progress is not None:
            self._planned = max(self._planned, self.runs)
            self._progress("stress", self.runs, self._planned)

    def _vary(self, factor: Factor) -> None:
        """Try all settings of one factor."""
        self._know_base()
        listed = self.trials[factor.name] = []
        for setting in factor.settings:
            trial = self._trial([(factor, setting)])
            trial.refused = self._refusal(setting)
            listed.append(trial)
            if trial.refused is None:
                self._try(trial)

    def _trial(self, pairs: Sequence[tuple[Factor, Setting]]) -> Trial:
        """Return settings to be tried on top of those of the plain runs."""
        tally = Tally((*self.base.settings, *(setting for _, setting in pairs)))
        return Trial(tuple(pairs), tally, self.base.usual(self._preferred))

    def _try(self, trial: Trial) -> None:
        """Play a setting's runs, and more of them and of the plain ones until all is told."""
        tally, base = trial.tally, self.base
        while tally.runs < self.times and not self._costly(tally):
            self._again(tally)
        most = max(RUNS_SETTLED_MAX, self.times)
        while self._undecided(trial) and min(tally.runs, base.runs) < most:
            self._again(tally if tally.runs <= base.runs else base)
        trial.reference = base.usual(self._preferred)
        trial.steadies = not base.steady and self._told_apart(trial)
        trial.flips = self._told_apart(trial)

    def _costly(self, tally: Tally) -> bool:
        return any(answer.failure in _COSTLY for answer in tally.answers)

    def _undecided(self, trial: Trial) -> bool:
        """Whether a setting seems to matter, and it may yet be chance."""
        return self._seems(trial) and not self._told_apart(trial) and not self._costly(trial.tally)

    def _seems(self, trial: Trial) -> bool:
        """Whether a setting changes a steady answer, or makes an unsteady one steady."""
        if self.base.steady:
            return bool(trial.tally.differing(self.base.usual()))
        return trial.tally.steady

    def _told_apart(self, trial: Trial) -> bool:
        """Whether the setting's runs and the plain ones are hardly of one kind."""
        if not self._seems(trial):
            return False
        tally, base = trial.tally, self.base
        if base.steady:
            differing = len(tally.differing(base.usual()))
            return separated(differing, tally.runs, 0, base.runs)
        return separated(0, tally.runs, base.unusual(), base.runs)

    def _try_together(self) -> None:
        """Vary all factors at once; if that matters, leave out what is not needed for it."""
        for at in (0, -1):
            pairs = self._open_pairs(at)
            if len(pairs) < 2:
                return
            trial = self._trial(pairs)
            self._try(trial)
            self.together.append(trial)
            if trial.flips:
                self.combination = self._smallest(trial)
                return

    def _open_pairs(self, at: int) -> list[tuple[Factor, Setting]]:
        """Return one setting of each factor, the first or the last that can be varied."""
        open_trials = (
            [trial for trial in listed if trial.refused is None] for listed in self.trials.values()
        )
        return [listed[at].pairs[0] for listed in open_trials if listed]

    def _smallest(self, trial: Trial) -> Trial:
        """Leave out one factor after the other as long as the rest still matters."""
        for pair in trial.pairs:
            rest = [other for other in trial.pairs if other != pair]
            fewer = self._trial(rest)
            if rest:
                self._try(fewer)
            if fewer.flips:
                trial = fewer
        return trial


def flipping_factors(
    play: Play,
    refusal: Refusal,
    factors: Sequence[Factor] = FACTORS,
    times: int = TIMES_DEFAULT,
    preferred: RunAnswer | None = None,
    progress: Progress | None = None,
) -> Flipping:
    """Find which factor, alone, flips an answer, else which few together; the same run twice first.

    `play` plays a run under settings (`Repetition.play`), `refusal` says why one cannot be varied
    (`Repetition.refusal`). In the result `bases[0].steady` is False for a build that differs from
    itself, `blamed` are the settings that matter alone, `combination` those that do together.
    """
    found = Flipping(play, refusal, factors, times, preferred, progress)
    found.run()
    return found
