"""The cases of a campaign, by number: given ones, ones that an engine generates, changed ones.

What is generated for a number depends on the campaign's seed alone; what is changed depends on
the corpus too, so the same seed on the same engines is the same campaign. It must not play.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vr_verify.errors import UsageError
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.corpus import Corpus
from vr_verify.fuzzing.draws import SEED_MAX, Draws
from vr_verify.fuzzing.mutations import mutated
from vr_verify.fuzzing.residents import Residents

SIZE_DEFAULT: Final = 4
TURNS_DEFAULT: Final = 30


@dataclass(frozen=True, slots=True)
class Bounds:
    """The greatest size that is asked of a generator, and the most turns of a case."""

    size_max: int = SIZE_DEFAULT
    turns_max: int = TURNS_DEFAULT


class CaseSource:
    """Makes one case after another.

    `given`, `generated` and `changed` count those from the caller, and what was made how.
    """

    def __init__(self, residents: Residents, bases: Sequence[Case], bounds: Bounds) -> None:
        self._residents, self._bounds = residents, bounds
        self._bases = [cut_to(case, bounds.turns_max) for case in bases]
        makers = [at for at, side in enumerate(residents.sides) if side.engine.can("generate")]
        self._maker = makers[0] if makers else None
        self.corpus = Corpus(self._bases)
        self.given = self.generated = self.changed = 0
        if not bases and self._maker is None:
            names = " and ".join(side.name for side in residents.sides)
            raise UsageError(f"{names} generate no runs: name a log or a scenario by --from")
        if any(case.start is not None for case in bases):
            _refuse_unrestorable(residents)

    def make(self, number: int, draws: Draws) -> Case:
        """Return the case of a number: the given ones first, then every other one is changed."""
        if number < len(self._bases):
            self.given += 1
            return self._bases[number]
        if self._maker is not None and (number % 2 == 0 or not self.corpus):
            return self._generated(self._maker, draws)
        self.changed += 1
        case = self.corpus.pick(draws)
        return mutated(case, [self.corpus.pick(draws)], self._bounds.turns_max, draws)

    def _generated(self, maker: int, draws: Draws) -> Case:
        seed, size = draws.below(SEED_MAX + 1), draws.below(self._bounds.size_max + 1)
        self.generated += 1
        scenario, turns = self._residents.sides[maker].engine.generate(seed, size)
        return cut_to(Case(scenario, turns), self._bounds.turns_max)


def cut_to(case: Case, turns_max: int) -> Case:
    """Return a case without the turns beyond a number of them."""
    return Case(case.scenario, case.turns[:turns_max], case.start)


def _refuse_unrestorable(residents: Residents) -> None:
    """Raise UsageError where a side cannot start from a state."""
    for side in residents.sides:
        if not side.engine.can("snapshot"):
            reason = f"{side.name} has not the capability snapshot"
            raise UsageError(f"--from: a log that begins in mid-run cannot be played: {reason}")
