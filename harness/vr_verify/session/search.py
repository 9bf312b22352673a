"""The same campaign with hypothesis making the decisions: it aims at what the engines tell.

Derandomised by the seed and without a database. The optional package `hypothesis` is imported
here and nowhere else. It must not know how cases are made or played.
"""

from collections.abc import Callable
from typing import Final

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import strategies as st

from vr_verify.errors import VrVerifyError
from vr_verify.session.campaign import Campaign
from vr_verify.session.lockstep import Progress

_PHASES: Final = (Phase.generate, Phase.target)


class DrawnByHypothesis:
    """Decisions as draws of one example; fulfils `Draws`."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def below(self, bound: int) -> int:
        """Draw a number from 0 to `bound` - 1."""
        return self._data.draw(st.integers(0, bound - 1))


def search(campaign: Campaign, cases: int, seed: int, progress: Progress | None = None) -> None:
    """Run a campaign of up to `cases` cases, aimed at rules that fire and at turns that are played.

    hypothesis may find that it has tried all there is to try, and end before.
    """
    stopped: list[VrVerifyError | OSError] = []

    def example(data: st.DataObject) -> None:
        if stopped or campaign.gave_up or campaign.taken >= cases:
            return
        try:
            played = campaign.take(DrawnByHypothesis(data))
        except (VrVerifyError, OSError) as error:
            # hypothesis would take it for a failing test, and make the same example again.
            stopped.append(error)
            return
        hypothesis.target(float(played.turns), label="turns")
        hypothesis.target(float(campaign.rules_in_last), label="rules fired")
        if progress is not None:
            progress("fuzz", campaign.taken, cases)

    _driven(example, cases, seed)()
    if stopped:
        raise stopped[0]
    campaign.finish()


def _driven(example: Callable[[st.DataObject], None], cases: int, seed: int) -> Callable[[], None]:
    """Give a function to hypothesis, which calls it until it has seen enough."""
    driven = settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=_PHASES,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )(hypothesis.given(st.data())(example))
    seeded: Callable[[], None] = hypothesis.seed(seed)(driven)
    return seeded
