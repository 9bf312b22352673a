"""How long a lockstep will take, from its first turns: one of hours is refused, with a way out.

Spec: contract, section 3. What is measured reaches the refusal and never a report of work done.
"""

import time
from collections.abc import Callable
from fractions import Fraction
from math import ceil
from typing import Final

from vr_verify.errors import UsageError
from vr_verify.model.share import share_text
from vr_verify.session.sample import Sample

LONG_S: Final = 3600.0
_AIM_S: Final = 600.0
_WARM_TURNS, _WARM_S, _ENOUGH_S = 3, 5.0, 30.0
_WARM_SAMPLED: Final = 2
_SHARES: Final = tuple(Fraction(one, 1000) for one in (200, 100, 50, 20, 10, 5, 2, 1))
Clock = Callable[[], float]
"""Gives seconds, ascending."""


class Pace:
    """Watches the first turns of `turns`, played by `workers` at the same time. Judges once.

    `judged` says whether it has; until then it is to be told often.
    Engines of one lockstep work at the same time, so a turn takes what its slowest side takes.
    """

    def __init__(self, turns: int, workers: int = 1, clock: Clock = time.monotonic) -> None:
        self._turns, self._workers, self._clock = turns, workers, clock
        self._started_s = clock()
        self.judged = False

    def begin(self) -> None:
        """Note that the first turn comes next: what it took to start does not count."""
        self._started_s = self._clock()

    def played(self, turns: int) -> None:
        """Note that `turns` turns are done; UsageError when the rest would take too long."""
        if self.judged:
            return
        spent_s = self._clock() - self._started_s
        warm = turns >= _WARM_TURNS and spent_s >= _WARM_S
        if not warm and spent_s < _ENOUGH_S:
            return
        self.judged = True
        left_s = spent_s / turns * (self._turns - turns) / self._workers
        if left_s > LONG_S:
            raise UsageError(_refusal(self._turns, left_s))


class SamplePace:
    """Watches the first turns of a lockstep in which the second side plays a sample. Judges once.

    A sampled turn takes what both sides take and what it takes to bring the second one there, so
    these and the turns of the first side alone are timed apart.
    """

    def __init__(self, sample: Sample, clock: Clock = time.monotonic) -> None:
        self._sample, self._clock = sample, clock
        self._now_s = clock()
        self._played = 0
        self._turns = {True: 0, False: 0}
        self._spent_s = {True: 0.0, False: 0.0}
        self.judged = False

    def begin(self) -> None:
        """Note that the first turn comes next: what it took to start does not count."""
        self._now_s = self._clock()

    def played(self, turns: int) -> None:
        """Note that `turns` turns are done; UsageError when the rest would take too long."""
        if self.judged:
            return
        before_s, self._now_s = self._now_s, self._clock()
        is_sampled = self._sample.turns[turns - 1] in self._sample
        self._spent_s[is_sampled] += self._now_s - before_s
        self._turns[is_sampled] += turns - self._played
        self._played = turns
        spent_s, sampled = sum(self._spent_s.values()), self._turns[True]
        warm = sampled >= _WARM_SAMPLED and spent_s >= _WARM_S
        if not warm and not (sampled and spent_s >= _ENOUGH_S):
            return
        self.judged = True
        left_s = self._takes_s(len(self._sample.chosen)) - spent_s
        if left_s > LONG_S:
            raise UsageError(self._refusal(left_s))

    def _takes_s(self, sampled: int) -> float:
        """Estimate how long the whole range takes with so many sampled turns."""
        each_s = {kind: self._spent_s[kind] / max(n, 1) for kind, n in self._turns.items()}
        return each_s[True] * sampled + each_s[False] * (len(self._sample.turns) - sampled)

    def _refusal(self, left_s: float) -> str:
        """Say how long it would take, and what takes less."""
        sample, total = self._sample, len(self._sample.turns)
        chosen = f"{len(sample.chosen):,} of {total:,} turns"
        words = f"a sample of {share_text(sample.share)} ({chosen}) would take about "
        smaller = [share for share in _SHARES if share < sample.share]
        takes_s = {share: self._takes_s(max(2, ceil(share * total))) for share in smaller}
        fitting = next((share for share in smaller if takes_s[share] <= _AIM_S), None)
        way = "a shorter --turns A:B takes less"
        if fitting is not None:
            minutes = max(1, round(takes_s[fitting] / 60))
            way = f"--sample {share_text(fitting)} takes about {minutes} min"
        return f"{words}{_hours_text(left_s)}; {way}, --anyway plays it all the same"


def _refusal(turns: int, left_s: float) -> str:
    """Say how long it would take, and what takes less."""
    fitting = next((share for share in _SHARES if share * left_s <= _AIM_S), _SHARES[-1])
    minutes = max(1, round(float(fitting) * left_s / 60))
    words = f"a lockstep over {turns:,} turns would take about {_hours_text(left_s)}"
    some = f"--sample {share_text(fitting)} lets the slower side play that share of them"
    return f"{words}; {some} (about {minutes} min of it), --anyway plays them all"


def _hours_text(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours:.1f} hours" if hours < 48 else f"{hours / 24:.1f} days"
