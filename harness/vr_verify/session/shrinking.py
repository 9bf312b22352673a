"""A failing case made small while it keeps failing in the same way and at the same place.

Order: turns after the fault, start from a later state, what the engine itself can leave out,
entities, scenario, commands, values, the seed last. It must not write files.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from blake3 import blake3

from vr_verify.canonical import json_text
from vr_verify.canonical.schema import Schema
from vr_verify.engines.client import Engine
from vr_verify.engines.run_text import Reduction
from vr_verify.errors import EngineError, SkippedError, UsageError
from vr_verify.session import reductions
from vr_verify.session.bout import hasher_of
from vr_verify.session.cases import Case, CaseScript
from vr_verify.session.entities import fewer_entities, living_entities
from vr_verify.session.faults import Fault
from vr_verify.session.residents import Residents

TRIES_MAX: Final = 2000


@dataclass(frozen=True, slots=True)
class Size:
    """How large a case is. `entities` are the living ones of the first state, where it has one."""

    turns: int
    commands: int
    scenario_bytes: int
    entities: int | None


def size_of(case: Case, schema: Schema) -> Size:
    """Measure a case."""
    living = (
        None if case.start is None else sum(map(len, living_entities(case.start, schema).values()))
    )
    return Size(len(case.turns), case.commands, len(case.scenario), living)


@dataclass(frozen=True, slots=True)
class Cut:
    """One pass that made the case smaller: its name, the tries so far, the sizes around it."""

    name: str
    tries: int
    before: Size
    after: Size


@dataclass
class Shrunk:
    """What shrinking came to. `finished`: nothing more can be cut; else the tries were used up.

    `others` are faults that candidates showed instead; none of them was followed.
    """

    case: Case
    fault: Fault
    schema: Schema
    tries: int = 0
    finished: bool = False
    cuts: list[Cut] = field(default_factory=list)
    others: list[Fault] = field(default_factory=list)


class _UsedUpError(Exception):
    """All tries have been made."""


def shrink_case(
    case: Case,
    residents: Residents,
    fault: Fault,
    tries_max: int = TRIES_MAX,
    keep: Callable[[Case], None] | None = None,
    from_later_state: bool = True,
) -> Shrunk:
    """Make a case smaller as long as it shows the same fault.

    `keep` is called with each smaller case that does. `from_later_state`: the case may start from
    a state of its own later turns, where all engines can restore one.
    """
    return Shrinker(case, residents, fault, tries_max, keep).run(from_later_state)


class Shrinker:
    """The best case so far, in `shrunk`, and the tries that led to it; see `shrink_case`."""

    def __init__(
        self,
        case: Case,
        residents: Residents,
        fault: Fault,
        tries_max: int,
        keep: Callable[[Case], None] | None,
    ) -> None:
        self._residents, self._tries_max, self._keep = residents, tries_max, keep
        self._best = _key(case)
        self._known = {self._best}
        # Taken now: engines that were started anew since know neither before their first run.
        engine = residents.sides[-1].engine
        self._first_turn = engine.init(case.scenario).turn
        self._steps = engine.steps
        self.shrunk = Shrunk(case, fault, engine.schema)

    def run(self, from_later_state: bool) -> Shrunk:
        """Make pass after pass until a round of them all cuts nothing, or the tries are used up."""
        try:
            self._pass("turns after the fault", self._without_later_turns)
            if from_later_state:
                self._pass("start from a later state", self._started_later)
            before = b""
            while before != self._best:
                before = self._best
                self._round()
            self._pass("seed", reductions.plainer_seed)
            self.shrunk.finished = True
        except _UsedUpError:
            pass
        return self.shrunk

    def _round(self) -> None:
        if self.shrunk.case.start is None:
            self._pass("what the engine can leave out", self._reduced_by_engine)
        else:
            self._pass("entities of the first state", self._with_fewer_entities)
        self._pass("items of the scenario", reductions.fewer_items)
        self._pass("commands", reductions.fewer_commands)
        self._pass("turns", reductions.fewer_turns)
        self._pass("values", reductions.smaller_values)

    def _pass(self, name: str, reduce: Callable[[Case, Callable[[Case], bool]], Case]) -> None:
        """Run one pass; what it cuts counts even if the tries are used up in the middle of it."""
        before, key = self.shrunk.case, self._best
        try:
            reduce(before, self._holds)
        finally:
            if key != self._best:
                sizes = (
                    size_of(before, self.shrunk.schema),
                    size_of(self.shrunk.case, self.shrunk.schema),
                )
                self.shrunk.cuts.append(Cut(name, self.shrunk.tries, *sizes))

    def _holds(self, case: Case) -> bool:
        """Whether a case shows the fault; then it is the best one from now on."""
        key = _key(case)
        if key in self._known:
            return key == self._best
        if self.shrunk.tries >= self._tries_max:
            raise _UsedUpError
        self.shrunk.tries += 1
        self._known.add(key)
        if not self._shows(case):
            return False
        self._best, self.shrunk.case = key, case
        if self._keep is not None:
            self._keep(case)
        return True

    def _shows(self, case: Case) -> bool:
        played = self._residents.play(case)
        if not played.parted:
            return False
        fault = self._residents.fault(case, played)
        if fault != self.shrunk.fault and fault not in self.shrunk.others:
            self.shrunk.others.append(fault)
        return fault == self.shrunk.fault

    def _without_later_turns(self, case: Case, holds: Callable[[Case], bool]) -> Case:
        """Cut the turns after the first that parts; after a failure, search for it by halves."""
        turn = self._residents.play(case).turn
        if turn is not None:
            shorter = replace(case, turns=case.turns[: turn - self._first(case)])
            return shorter if holds(shorter) else case
        low, high = 0, len(case.turns)
        while low < high:
            middle = (low + high) // 2
            if holds(replace(case, turns=case.turns[:middle])):
                high = middle
            else:
                low = middle + 1
        return self.shrunk.case

    def _started_later(self, case: Case, holds: Callable[[Case], bool]) -> Case:
        """Start from the latest state of the run from which the fault still shows."""
        sides = self._residents.sides
        if not all(side.engine.can("snapshot") for side in sides):
            return case
        low, high = 0, max(0, len(case.turns) - 1)
        while low < high:
            middle = (low + high + 1) // 2
            if (later := self._from(case, middle)) is not None and holds(later):
                low = middle
            else:
                high = middle - 1
        return self.shrunk.case

    def _from(self, case: Case, skipped: int) -> Case | None:
        """Return the case from the state after some of its turns, as the last side has it."""
        engine, first = self._residents.sides[-1].engine, self._first(case)
        script = CaseScript(case, self.shrunk.schema, self._steps, first)
        side = self._residents.sides[-1:]
        try:
            script.approach(side, first + skipped, hasher_of(case, side))
            state = engine.state()
        except (SkippedError, UsageError):
            return None
        except EngineError:
            self._residents.restart()
            return None
        return Case(case.scenario, case.turns[skipped:], state)

    def _with_fewer_entities(self, case: Case, holds: Callable[[Case], bool]) -> Case:
        return fewer_entities(case, self.shrunk.schema, holds)

    def _first(self, case: Case) -> int:
        """Return the turn of the case's first state."""
        return self._first_turn if case.start is None else case.start.turn

    def _reduced_by_engine(self, case: Case, holds: Callable[[Case], bool]) -> Case:
        """Take the first candidate of the engine that holds, and ask again from there."""
        while (smaller := next(filter(holds, self._candidates(case)), None)) is not None:
            case = smaller
        return case

    def _candidates(self, case: Case) -> Iterator[Case]:
        """Give the smaller runs that an engine knows of, page by page."""
        knowing = [s.engine for s in self._residents.sides if s.engine.can("reductions")]
        after = 0
        while knowing and (page := _page(knowing[0], case, after)):
            for smaller in page:
                scenario = case.scenario if smaller.scenario is None else smaller.scenario
                yield Case(scenario, case.turns if smaller.turns is None else smaller.turns)
            after += len(page)


def _page(engine: Engine, case: Case, after: int) -> list[Reduction]:
    """Ask for one page of smaller runs; an engine that does not take this run has none."""
    try:
        return engine.reductions(case.scenario, case.turns, after)
    except UsageError:
        return []


def _key(case: Case) -> bytes:
    """Tell cases apart by all that they hold."""
    hasher = blake3(case.scenario)
    hasher.update(json_text.encode(list(case.turns)))
    for universe in case.start.universes if case.start is not None else ():
        for table in universe.tables:
            for column in table.columns:
                hasher.update(column)
    return hasher.digest()
