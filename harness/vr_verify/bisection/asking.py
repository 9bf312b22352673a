"""A build asked again at one turn, in a fresh process each time, before anything is blamed on it.

Two runs agree by luck more often than one thinks; hash seeds and address layout are varied where
they can be. It must not know what is blamed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final

from vr_verify.bisection.flipping import Tally
from vr_verify.bisection.repetition import Repetition
from vr_verify.bisection.run_answer import Difference, RunAnswer
from vr_verify.engines.factors import Setting, factor
from vr_verify.session.lockstep import Progress

HASH_SEED: Final = "hash-seed"
LAYOUT: Final = "address-layout"
_SEED: Final = "PYTHONHASHSEED"


@dataclass(frozen=True, slots=True)
class Again:
    """What a build answered before, and when it was asked again. `varied` are factors' names."""

    before: RunAnswer
    tally: Tally
    varied: tuple[str, ...]

    @property
    def place(self) -> Difference | None:
        """Where the build differs from itself first; None if all answers are one."""
        answers = self.tally.answers
        places = [answer.difference(self.before) for answer in answers]
        places += [answer.difference(answers[0]) for answer in answers[1:]]
        found = [place for place in places if place is not None]
        return min(found, key=lambda place: place.turn, default=None)


def ask_again(
    played: Repetition,
    before: RunAnswer,
    runs: int,
    manner: Sequence[Setting] = (),
    progress: Progress | None = None,
) -> Again:
    """Play a build's turns `runs` times more, each under a hash seed and a layout of its own.

    `before` is its answer over the same turns. Raises the failure of a run that fails.
    """
    tally, names = Tally(), dict[str, None]()
    for number, varied in enumerate(_surroundings(played, runs), start=1):
        names |= dict.fromkeys(varied)
        answer = played.play((*manner, *varied.values()))
        if answer.error is not None:
            raise answer.error
        tally.answers.append(answer)
        if progress is not None:
            progress("asked again", number, runs)
    return Again(before, tally, tuple(names))


def _surroundings(played: Repetition, runs: int) -> list[dict[str, Setting]]:
    """Give each run its settings by factor: no two have the same hash seed."""
    seeds = [Setting(str(seed), ((_SEED, str(seed)),)) for seed in range(runs)]
    layouts = islice(cycle(factor(LAYOUT).settings), runs)
    return [
        {
            name: setting
            for name, setting in ((HASH_SEED, seed), (LAYOUT, layout))
            if played.refusal(setting) is None
        }
        for seed, layout in zip(seeds, layouts, strict=True)
    ]
