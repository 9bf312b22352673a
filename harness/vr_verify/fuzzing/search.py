"""The same campaign with hypothesis making the decisions: it aims at what the engines tell.

Derandomised by the seed and without a database. The optional package `hypothesis` is imported
here and nowhere else. It must not know how cases are made or played.
"""

from collections.abc import Callable, Sequence
from itertools import count
from tempfile import TemporaryDirectory
from typing import Final

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

from vr_verify.errors import VrVerifyError
from vr_verify.fuzzing.campaign import Campaign
from vr_verify.fuzzing.draws import SeededDraws
from vr_verify.session.lockstep import Progress

_PHASES: Final = (Phase.generate, Phase.target)
_WORDS, _WORD_BITS = 48, 16
# More than 24 bits, and hypothesis draws mostly small numbers.
_WORD = st.integers(0, 2**_WORD_BITS - 1)
_EXAMPLES: Final = st.tuples(*[_WORD] * _WORDS)
# Odd numbers, so that every word becomes another one.
_STRIDE, _SHIFT = 40503, 25717


class DrawnByHypothesis:
    """Decisions from the words of one example; fulfils `Draws`.

    Every example has as many words: what a case makes of them depends on the cases before it, and
    hypothesis asks that equal examples are drawn alike. Beyond them the words are a seed.
    """

    def __init__(self, words: Sequence[int]) -> None:
        self._words = map(_spread, count(), words)
        self._beyond = SeededDraws(*words)

    def below(self, bound: int) -> int:
        """Return a number from 0 to `bound` - 1; one above 256 depends on all words at once.

        hypothesis changes few words at a time, and the same seed again would be the same run.
        """
        word = next(self._words, None) if bound <= 2 ** (_WORD_BITS // 2) else None
        return self._beyond.below(bound) if word is None else (word * bound) >> _WORD_BITS


def _spread(position: int, word: int) -> int:
    """Turn the small numbers that hypothesis likes into all sorts, other ones at each position."""
    return (word * _STRIDE + position * _SHIFT) % (1 << _WORD_BITS)


def search(campaign: Campaign, cases: int, seed: int, progress: Progress | None = None) -> None:
    """Run a campaign of up to `cases` cases, aimed at rules that fire and at turns that are played.

    hypothesis may find that it has tried all there is to try, and end before.
    """
    stopped: list[VrVerifyError | OSError] = []

    def example(words: Sequence[int]) -> None:
        if stopped or campaign.gave_up or campaign.taken >= cases:
            return
        try:
            played = campaign.take(DrawnByHypothesis(words))
        except (VrVerifyError, OSError) as error:
            # hypothesis would take it for a failing test, and make the same example again.
            stopped.append(error)
            return
        hypothesis.target(float(played.turns), label="turns")
        hypothesis.target(float(campaign.rules_in_last), label="rules fired")
        if progress is not None:
            progress("fuzz", campaign.taken, cases)

    with TemporaryDirectory(prefix="vr-") as folder:
        # Even without a database hypothesis writes to its home, which is the present folder.
        set_hypothesis_home_dir(folder)
        try:
            _driven(example, cases, seed)()
        finally:
            set_hypothesis_home_dir(None)
    if stopped:
        raise stopped[0]
    campaign.finish()


def _driven(example: Callable[[Sequence[int]], None], cases: int, seed: int) -> Callable[[], None]:
    """Give a function to hypothesis, which calls it until it has seen enough."""
    driven = settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=_PHASES,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )(hypothesis.given(_EXAMPLES)(example))
    seeded: Callable[[], None] = hypothesis.seed(seed)(driven)
    return seeded
