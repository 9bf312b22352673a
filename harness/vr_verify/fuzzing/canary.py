"""The canary: an engine that surely lies, played on a campaign's own cases, must be found out.

Spec: contract, section 3 (no vacuous pass). The same engine stands on both sides, once wrapped in
the saboteur, so that nothing but the planted lie can part them.
"""

from dataclasses import dataclass
from typing import Final

from vr_verify.canonical.schema import Schema
from vr_verify.canonical.state import State
from vr_verify.engines.registry import resolve_build
from vr_verify.engines.saboteur.faults import Lie
from vr_verify.engines.saboteur.lies import false_state
from vr_verify.fuzzing.bout import Played
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.residents import Residents
from vr_verify.session.lockstep import RECORDED

TRIES_MAX: Final = 8
_FAULT: Final = "field"


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

        A case without a turn is no try, nor one without a value that may not differ.
        """
        if not case.turns or played.refused:
            return
        engine = residents.sides[0].engine
        opening = engine.init(case.scenario) if case.start is None else engine.restore(case.start)
        # All turns but the last one of a run that stopped early were surely played to their end.
        sure = min(played.turns - 1, len(case.turns)) - played.ended
        ahead = max(1, (sure + 1) // 2)
        lie = _lie(residents, opening.turn + ahead)
        if lie is None:
            return
        self.tries += 1
        honest = residents.specs[0]
        liar = resolve_build(f"saboteur:{lie.text}:{honest.text}")
        short = Case(case.scenario, case.turns[:ahead], case.start)
        # Under the campaign's names, since differences may be declared of those alone.
        names = [side.name for side in residents.sides[:2]]
        with Residents(
            (honest, liar), residents.limits, declared=residents.declared, names=names
        ) as pair:
            seen = pair.play(short)
            if seen.failure is None and (seen.turn, seen.kind) == (lie.turn, "state"):
                fault = pair.fault(short, seen)
                place = ".".join(filter(None, (fault.table, fault.column)))
                self.sighting = Sighting(lie.text, number, lie.turn, place)


def _lie(residents: Residents, turn: int) -> Lie | None:
    """Choose the lie: in any column, but where differences are declared in one of which none is.

    None where there is no such value in the state in which the first side stands.
    """
    lie = Lie(_FAULT, turn)
    if residents.declared is None:
        return lie
    engine = residents.sides[0].engine
    names = (*(side.name for side in residents.sides), RECORDED)
    rows = residents.declared.tally(engine.schema, names).rows(part=True)
    return undeclared_lie(lie, engine.schema, engine.state(), [row.path for row in rows])


def undeclared_lie(lie: Lie, schema: Schema, state: State, declared: list[str]) -> Lie | None:
    """Return the lie in the first column that changes a state and is not declared; None if none is.

    A declaration of one universe (`3/cell.flour`) counts for all of them.
    """
    for table in schema.tables:
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            if any(path == name or path.endswith(f"/{name}") for path in declared):
                continue
            chosen = Lie(lie.fault, lie.turn, (table.name, column.name))
            if false_state(chosen, schema, state) != state:
                return chosen
    return None
