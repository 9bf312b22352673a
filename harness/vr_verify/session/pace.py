"""How long a lockstep will take, from its first turns: one of hours is refused, with a way out.

Spec: contract, section 3. What is measured reaches the refusal and never a report of work done.
"""

import time
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from vr_verify.errors import UsageError
from vr_verify.model.share import share_text

LONG_S: Final = 3600.0
_AIM_S: Final = 600.0
_WARM_TURNS, _WARM_S, _ENOUGH_S = 3, 5.0, 30.0
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
