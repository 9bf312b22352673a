"""A failing case made small while it keeps failing in the same way and at the same place.

Order: turns after the fault, start from a later state, entities, what the engine itself can leave
out, commands, scenario, values, the seed last. It must not write files.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from blake3 import blake3

from vr_verify.canonical import json_text
from vr_verify.canonical.schema import Schema
from vr_verify.engines.client import Engine
from vr_verify.engines.run_text import Reduction
from vr_verify.errors import EngineError, SkippedError, UsageError
from vr_verify.fuzzing import reductions
from vr_verify.fuzzing.bout import hasher_of
from vr_verify.fuzzing.cases import Case, CaseScript
from vr_verify.fuzzing.entities import fewer_entities, living_entities
from vr_verify.fuzzing.faults import Fault
from vr_verify.fuzzing.residents import Residents
from vr_verify.session.turns import LiveSide

TRIES_MAX: Final = 2000
# What an engine and what any scenario can leave out take turns as often as this and no more: each
# may undo what the other calls plain.
_SWEEPS: Final = 2


@dataclass(frozen=True, slots=True)
class Size:
    """How large a case is. `entities` are the living ones of a first state that it brings along."""

    turns: int
    commands: int
    scenario_bytes: int
    entities: int | None


def size_of(case: Case, schema: Schema | None) -> Size:
    """Measure a case; without a schema its entities are not counted."""
    living: int | None = None
    if case.start is not None and schema is not None:
        living = sum(map(len, living_entities(case.start, schema).values()))
    return Size(len(case.turns), case.commands, len(case.scenario), living)


@dataclass(frozen=True, slots=True)
class Cut:
    """One pass that made the case smaller: its name, the tries so far, the sizes around it.

    `parts` names what the engine itself knew to leave out.
    """

    name: str
    tries: int
    before: Size
    after: Size
    parts: tuple[str, ...] = ()


@dataclass
class Shrunk:
    """What shrinking came to. `finished`: nothing more can be cut; else the tries were used up.

    `others` are faults that candidates showed instead; none of them was followed. `schema` is that
    of the first state, if the case has one.
    """

    case: Case
    fault: Fault
    schema: Schema | None = None
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
    """The best case so far, in `shrunk`, and the tries that led to it; see `shrink_case`.

    `tried` is told the number of tries after each.
    """

    def __init__(
        self,
        case: Case,
        residents: Residents,
        fault: Fault,
        tries_max: int,
        keep: Callable[[Case], None] | None = None,
        tried: Callable[[int], None] | None = None,
    ) -> None:
        self._residents, self._tries_max = residents, tries_max
        self._keep, self._tried = keep, tried
        self._best = _key(case)
        self._known = {self._best}
        self._parts: list[str] = []
        self.shrunk = Shrunk(case, fault)
        if case.start is not None and (given := self._given(case)) is not None:
            self.shrunk.schema = given.engine.schema

    def run(self, from_later_state: bool) -> Shrunk:
        """Make pass after pass until a round of them all cuts nothing, or the tries are used up."""
        try:
            self._pass("turns after the fault", self._without_later_turns)
            if from_later_state:
                self._pass("start from a later state", self._started_later)
            for _ in range(_SWEEPS):
                self._rounds()
                self._generic()
            self._pass("seed", reductions.plainer_seed)
            self.shrunk.finished = True
        except _UsedUpError:
            pass
        return self.shrunk

    def _rounds(self) -> None:
        """Cut in the order of the domain until a round of it cuts nothing."""
        before = b""
        while before != self._best:
            before = self._best
            self._round()

    def _round(self) -> None:
        self._pass("entities of the first state", self._with_fewer_entities)
        if self._knowing() is None:
            self._generic()
        else:
            self._pass("what the engine can leave out", self._reduced_by_engine)
        self._pass("commands", reductions.fewer_commands)
        self._pass("turns", reductions.fewer_turns)
        self._pass("values of commands", reductions.smaller_commands)

    def _generic(self) -> None:
        """Cut what any scenario may do without."""
        self._pass("items of the scenario", reductions.fewer_items)
        self._pass("values of the scenario", reductions.smaller_values)

    def _pass(self, name: str, reduce: Callable[[Case, Callable[[Case], bool]], Case]) -> None:
        """Run one pass; what it cuts counts even if it ends in the middle."""
        before, key = self.shrunk.case, self._best
        self._parts = []
        try:
            reduce(before, self._holds)
        finally:
            if key != self._best:
                schema, now = self.shrunk.schema, self.shrunk.case
                sizes = size_of(before, schema), size_of(now, schema)
                self.shrunk.cuts.append(Cut(name, self.shrunk.tries, *sizes, tuple(self._parts)))

    def _holds(self, case: Case) -> bool:
        """Whether a case shows the fault; then it is kept, and the best one from now on."""
        key = _key(case)
        if key in self._known:
            return key == self._best
        if self.shrunk.tries >= self._tries_max:
            raise _UsedUpError
        self.shrunk.tries += 1
        if self._tried is not None:
            self._tried(self.shrunk.tries)
        self._known.add(key)
        if not self._shows(case):
            return False
        if self._keep is not None:
            self._keep(case)
        self._best, self.shrunk.case = key, case
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
        played = self._residents.play(case)
        if played.turn is not None:
            holds(replace(case, turns=case.turns[: played.turns - 1]))
            return self.shrunk.case
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
        if (given := self._given(case)) is None:
            return None
        engine = given.engine
        script = CaseScript(case, engine.schema, engine.steps, engine.turn)
        try:
            script.approach([given], engine.turn + skipped, hasher_of(case, [given]))
            state = engine.state()
        except (SkippedError, UsageError):
            return None
        except EngineError:
            self._residents.restart()
            return None
        self.shrunk.schema = engine.schema
        return Case(case.scenario, case.turns[skipped:], state)

    def _given(self, case: Case) -> LiveSide | None:
        """Give the last side that does not fail a case; None if it does not take it.

        Its engine stands at the first state then.
        """
        sides, failing = self._residents.sides, self.shrunk.fault.side
        side = next((one for one in reversed(sides) if one.name != failing), sides[-1])
        try:
            side.engine.init(case.scenario)
            if case.start is not None:
                side.engine.restore(case.start)
        except UsageError:
            return None
        except EngineError:
            self._residents.restart()
            return None
        return side

    def _with_fewer_entities(self, case: Case, holds: Callable[[Case], bool]) -> Case:
        schema = self.shrunk.schema
        return case if schema is None else fewer_entities(case, schema, holds)

    def _reduced_by_engine(self, case: Case, holds: Callable[[Case], bool]) -> Case:
        """Take each candidate of the engine that holds, and go on behind it in the smaller run.

        Those before it did not hold; they are asked for again in the next round. The first state
        stays, if the case has one: then the scenario need only fit it.
        """
        after = 0
        while page := self._page(case, after):
            for smaller in page:
                scenario = case.scenario if smaller.scenario is None else smaller.scenario
                turns = case.turns if smaller.turns is None else smaller.turns
                if holds(Case(scenario, turns, case.start)):
                    self._parts.append(smaller.name)
                    case = self.shrunk.case
                    break
                after += 1
        return case

    def _page(self, case: Case, after: int) -> list[Reduction]:
        """Ask for one page of smaller runs; an engine that does not take this run has none."""
        engine = self._knowing()
        assert engine is not None, "there is one to ask"
        try:
            return engine.reductions(case.scenario, case.turns, after)
        except UsageError:
            return []
        except EngineError:
            self._residents.restart()
            return []

    def _knowing(self) -> Engine | None:
        """Return the first engine that knows of smaller runs."""
        engines = (side.engine for side in self._residents.sides)
        return next((engine for engine in engines if engine.can("reductions")), None)


def _key(case: Case) -> bytes:
    """Tell cases apart by all that they hold."""
    hasher = blake3(case.scenario)
    hasher.update(json_text.encode(list(case.turns)))
    for universe in case.start.universes if case.start is not None else ():
        for table in universe.tables:
            for column in table.columns:
                hasher.update(column)
    return hasher.digest()
