"""Two builds in a duel from start to finish: searched, played on, and run again in detail.

What is known so far stands in its fields at any time, for the report of work that did not end. It
must not write reports.
"""

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Final

from vr_verify.bisection.asking import Again, ask_again
from vr_verify.bisection.duel import Duel, Finding, Role, Unstable, first_sides
from vr_verify.bisection.repetition import Repetition
from vr_verify.bisection.segments import Hit, Segment, by_halves, in_order, segments_of
from vr_verify.bisection.walk import Walk
from vr_verify.engines.client import Engine
from vr_verify.engines.factors import Manner, Setting
from vr_verify.engines.registry import BuildSpec
from vr_verify.model.limits import Limits
from vr_verify.runlog.reader import RunLog
from vr_verify.session import environment
from vr_verify.session.locate import Located, locate
from vr_verify.session.lockstep import RECORDED, Comparison, Progress
from vr_verify.session.log_engine import refuse_other_rules
from vr_verify.session.turns import LiveSide

RUNS: Final = 2
"""How often a build runs at the same time; a recording of it is one of these runs."""
# A turn is played step by step in a duel, so it is when a build is asked again.
_STEPPED: Final = Setting("steps", manner=Manner.STEPPED)


class Entrant:
    """A build in the duel. `spec` None: it was recorded only. `recorded`: the log is its own."""

    def __init__(self, role: str, spec: BuildSpec | None, recorded: bool) -> None:
        assert spec is not None or recorded, "a build runs, or has run"
        self.role, self.spec, self.recorded = role, spec, recorded
        self.live: tuple[LiveSide, ...] = ()
        self.facts: dict[str, str] = {}

    @property
    def runs(self) -> int:
        """How many workers run it."""
        return 0 if self.spec is None else RUNS - self.recorded

    def start(self, stack: ExitStack, limits: Limits) -> None:
        """Start its workers, which end with the stack."""
        if self.spec is None:
            return
        names = [self.role, f"{self.role}, run again"][: self.runs]
        engines = [stack.enter_context(Engine(self.spec, limits)) for _ in names]
        self.facts = environment.build_facts(engines[0], self.spec)
        self.live = tuple(map(LiveSide, names, engines))


class Contest:
    """Two entrants along a log: `run` fills in the rest.

    `segments`, `executed` and `duel` say how far the search came; `finding` is what it found,
    `comparison` what came after a divergence, `located` where in its turn it is. `again`: what
    each live build said, by role, when it was asked `runs` times more at the divergent turn.
    """

    def __init__(
        self,
        log: RunLog,
        entrants: tuple[Entrant, Entrant],
        turns: tuple[int, int],
        limits: Limits,
        runs: int,
        progress: Progress | None = None,
    ) -> None:
        self.log, self.entrants, self.turns = log, entrants, turns
        self.limits = replace(limits, workers=max(1, sum(one.runs for one in entrants)))
        self._progress, self._runs = progress, runs
        self.segments: tuple[Segment, ...] = ()
        self.executed = 0
        self.duel: Duel | None = None
        self.finding: Finding | None = None
        self.comparison: Comparison | None = None
        self.located: Located | None = None
        self.again: dict[str, Again] = {}

    def run(self, by_halves_only: bool) -> None:
        """Search, in order or by halves; then play on, and run the divergent turn again."""
        with ExitStack() as stack:
            for entrant in self.entrants:
                entrant.start(stack, self.limits)
                refuse_other_rules(self.log.header, [side.engine for side in entrant.live])
            good, bad = (Role(one.role, one.live, one.recorded) for one in self.entrants)
            walk = Walk(self.log, [*good.live, *bad.live], self.turns, self._progress)
            self.duel = Duel(walk, (good, bad))
            self._search(self.duel, by_halves_only)
        if self.comparison is not None:
            self._ask_again(self.duel)
        if self.comparison is not None and self.comparison.first is not None:
            specs = [(one.role, one.spec) for one in self.entrants if one.spec is not None]
            turn, two = self.comparison.first.turn, replace(self.limits, workers=len(specs))
            self.located = locate(self.log, specs, turn, self.duel.walk.hasher, two)

    def _search(self, duel: Duel, by_halves_only: bool) -> None:
        """Find the first finding, and play on from a divergence."""
        self.finding = duel.open()
        segment = None
        self.segments = segments_of(self.log, *self.turns, restorable=duel.walk.restorable)
        if self.finding is None:
            search = by_halves if by_halves_only else in_order
            found = search(self.segments, partial(self._execute, duel))
            self.finding, segment = found.found, found.segment
        if self.finding is None or isinstance(self.finding, Unstable):
            return
        self.comparison = Comparison(first=self.finding, differing_turns=[self.finding.turn])
        after = duel.play_on(segment, self.finding)
        if isinstance(after, Unstable):
            self.finding, self.comparison = after, None
        else:
            self.comparison = after

    def _ask_again(self, duel: Duel) -> None:
        """Ask each build that runs once more and once more; one that wavers is not compared."""
        alone = replace(self.limits, workers=1)
        for entrant, role in zip(self.entrants, duel.roles, strict=True):
            if entrant.spec is None or not self._runs:
                continue
            before = duel.answer(role)
            turns = (before.first_turn, before.last_turn)
            played = Repetition(self.log, entrant.spec, alone, turns)
            again = ask_again(played, before, self._runs, [_STEPPED], self._progress)
            self.again[role.name] = again
            if (place := again.place) is not None:
                self.finding = Unstable(role.name, place.turn, place.kind)
                self.comparison = None
                return

    def _execute(self, duel: Duel, segment: Segment) -> Hit[Finding] | None:
        self.executed += 1
        return duel.execute(segment)

    @property
    def sides(self) -> list[LiveSide]:
        """The live side that stands for each entrant that has one."""
        return [] if self.duel is None else first_sides(self.duel.roles)

    def environment(self) -> tuple[dict[str, str], ...]:
        """List what differs around the runs."""
        header = self.log.header
        recorded = environment.recorded_facts(header.engine, header.build, header.rules_version)
        recorded |= header.environment
        own = {one.role: one.facts or recorded for one in self.entrants}
        return environment.side_differences(own | {RECORDED: recorded})
