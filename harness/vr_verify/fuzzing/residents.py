"""Engines that stay, and play one case after another: digests first, detail only when they part.

Spec: contract, sections 3 to 5. All engines are started anew after one has failed. It must not
know where cases come from.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from vr_verify.canonical.schema import Schema
from vr_verify.compare.states import Place, difference
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import BuildSpec
from vr_verify.errors import EngineError, SkippedError
from vr_verify.fuzzing.bout import DECLARED, REFUSAL, Played, hasher_of, play_case, unlike
from vr_verify.fuzzing.cases import Case, CaseScript
from vr_verify.fuzzing.faults import NOT_REPRODUCED, Fault, failure_fault, halt_fault, parted_fault
from vr_verify.model.limits import Limits
from vr_verify.model.outcome import Outcome
from vr_verify.session.declared import DeclaredTally
from vr_verify.session.declared_runs import DeclaredFile
from vr_verify.session.locate import locate_on
from vr_verify.session.lockstep import RECORDED
from vr_verify.session.stopwatch import Stopwatch
from vr_verify.session.turns import LiveSide, play_turn, side_names


class Residents:
    """Two or more engines at one case after another. Use it as a context manager.

    `starts` counts how often the engines were started: once, and once after each failure. `watch`
    adds up what is spent on values beside the engines' own work. `declared` is a file of the
    differences that they may have; without one they agree exactly or not at all. `names` are what
    the sides are called, None: what the engines call themselves.
    """

    def __init__(
        self,
        specs: Sequence[BuildSpec],
        limits: Limits | None = None,
        watch: Stopwatch | None = None,
        declared: DeclaredFile | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        self.specs, self.limits, self.declared = tuple(specs), limits, declared
        self._watch, self._names = watch, names
        self._running = ExitStack()
        self.sides: tuple[LiveSide, ...] = ()
        self.starts = 0
        self._standing: Case | None = None

    def __enter__(self) -> Self:
        self.restart()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._running.close()

    def restart(self) -> None:
        """Start all engines, in place of those that ran before."""
        self._running.close()
        with ExitStack() as started:
            engines = [started.enter_context(Engine(s, self.limits)) for s in self.specs]
            self._running = started.pop_all()
        names = self._names or side_names([engine.name for engine in engines], ())
        self.sides = tuple(LiveSide(*pair) for pair in zip(names, engines, strict=True))
        self.starts += 1
        self._standing = None

    def play(self, case: Case) -> Played:
        """Play a case on all sides and compare every turn.

        SkippedError where the sides are of different rules versions, UsageError for declared
        differences that are none of these sides'.
        """
        self._standing = case
        declaring = None if self.declared is None else self._tally
        try:
            return play_case(case, self.sides, self._watch, declaring)
        except EngineError as error:
            self.restart()
            return Played(failure=error)

    def _tally(self, schema: Schema) -> DeclaredTally:
        assert self.declared is not None, "asked for where differences are declared"
        # Logs of the same sides have a recorded one too, which a file may name.
        names = (*(side.name for side in self.sides), RECORDED)
        return self.declared.tally(schema, names)

    def fault(self, case: Case, played: Played) -> Fault:
        """Name the fault of a case in which the sides parted, by playing parts of it again.

        That is quickest right after it was played, while the sides stand where it ended.
        """
        if played.failure is not None:
            return failure_fault(played.failure)
        assert played.turn is not None, "the sides agree: there is no fault to name"
        if played.kind == REFUSAL:
            return Fault(str(Outcome.DIVERGED), REFUSAL)
        try:
            if played.kind == DECLARED:
                for side in self.sides:
                    side.engine.init(case.scenario)
                return Fault(str(Outcome.DIVERGED), DECLARED, detail=unlike(self.sides))
            return self._named(case, played)
        except SkippedError:
            return Fault(str(Outcome.DIVERGED), played.kind, detail=NOT_REPRODUCED)
        except EngineError as error:
            self.restart()
            return failure_fault(error)

    def _named(self, case: Case, played: Played) -> Fault:
        """Play the turn again, and name the fault by where it shows first."""
        if self._standing is not case:
            self.play(case)
        self._standing = None
        assert played.turn is not None, "the sides part at a turn"
        turn, kind, engine = played.turn, played.kind, self.sides[0].engine
        hasher = hasher_of(case, self.sides)
        script = CaseScript(case, engine.schema, engine.steps, turn - played.turns + 1)
        if kind == "halt":
            script.approach(self.sides, turn - 1, hasher)
            ends = play_turn(self.sides, script.commands(turn), False, Stopwatch())
            return halt_fault([end.halt for end in ends.values()])
        if any(side.engine.turn != turn for side in self.sides):
            script.approach(self.sides, turn, hasher)
        hashed = {side.name: hasher.hashed(side.engine.state()) for side in self.sides}
        accepted, undisputed = frozenset[Place](), None
        if played.weighing is not None:
            accepted = played.weighing.waiver.places(hashed)
            undisputed = played.weighing.undisputed
        columns = difference(engine.schema, hashed, accepted).columns
        if kind == "state" and not columns:
            kind = "digest"
        located = locate_on(script, self.sides, turn, hasher, undisputed)
        return parted_fault(kind, located, engine.schema, engine.steps, next(iter(columns), ""))
