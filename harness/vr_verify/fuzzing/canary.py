"""The canary: an engine that surely lies, played on a campaign's own cases, must be found out.

Spec: contract, section 3 (no vacuous pass). The same engine stands on both sides, once wrapped in
the saboteur, so that nothing but the planted lie can part them.
"""

from dataclasses import dataclass
from typing import Final

from vr_verify.engines.registry import resolve_build
from vr_verify.fuzzing.bout import Played
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.residents import Residents

TRIES_MAX: Final = 8


@dataclass(frozen=True, slots=True)
class Sighting:
    """A canary that was found: by which case, at which turn, and in which `table.column`."""

    lie: str
    case: int
    turn: int
    place: str


class Canary:
    """One canary, until it is found or was tried on `TRIES_MAX` cases."""

    def __init__(self) -> None:
        self.sighting: Sighting | None = None
        self.tries = 0

    @property
    def wanted(self) -> bool:
        """Whether there is still something to find, and a try left."""
        return self.sighting is None and self.tries < TRIES_MAX

    def try_on(self, residents: Residents, number: int, case: Case, played: Played) -> None:
        """Plant the lie amid the turns of a case that the residents have played, and play it.

        A case without a turn is no try.
        """
        if not case.turns or played.refused:
            return
        self.tries += 1
        engine = residents.sides[0].engine
        opening = engine.init(case.scenario) if case.start is None else engine.restore(case.start)
        # All turns but the last one of a run that stopped early were surely played to their end.
        sure = min(played.turns - 1, len(case.turns)) - played.ended
        ahead = max(1, (sure + 1) // 2)
        lie = f"field@{opening.turn + ahead}"
        honest = residents.specs[0]
        liar = resolve_build(f"saboteur:{lie}:{honest.text}")
        short = Case(case.scenario, case.turns[:ahead], case.start)
        with Residents((honest, liar), residents.limits) as pair:
            seen = pair.play(short)
            if seen.failure is None and (seen.turn, seen.kind) == (opening.turn + ahead, "state"):
                fault = pair.fault(short, seen)
                place = ".".join(filter(None, (fault.table, fault.column)))
                self.sighting = Sighting(lie, number, opening.turn + ahead, place)
