"""One engine plays a scenario and every turn goes into a log.

Spec: contract, sections 3 and 8. What the log says comes from the engine alone; digests that it
does not report are computed from its values.
"""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from blake3 import blake3

from vr_verify.canonical.state import State
from vr_verify.engines.client import Engine
from vr_verify.errors import EngineProtocolError
from vr_verify.model.run import Digests, Halt
from vr_verify.runlog.kept_states import ChangedState
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.records import LogHeader
from vr_verify.runlog.standing import StandingState
from vr_verify.runlog.writer import RunLogWriter
from vr_verify.session import environment
from vr_verify.session.commands import GivenCommands
from vr_verify.session.coverage import Coverage, rules_fired
from vr_verify.session.lockstep import Progress
from vr_verify.session.milestones import STATE_SMALL_MAX_BYTES
from vr_verify.session.resume import catch_up, check_resumable
from vr_verify.session.sketching import Sketcher
from vr_verify.session.stopwatch import Stopwatch
from vr_verify.session.tree_sides import present_bytes
from vr_verify.session.turn_stream import UNASKED_TURNS_MAX, TurnStream
from vr_verify.session.turns import LiveSide
from vr_verify.session.views import Hasher


@dataclass(frozen=True, slots=True)
class Keeping:
    """How a log is kept: the states of its turns (`SNAPSHOT_MODES`), and how safely.

    `sketch_cells` is the size of each turn's sketch, 0 for none.
    """

    snapshots: str = "delta"
    durable: bool = False
    sketch_cells: int = 0


class Recorder:
    """An engine that has been given its scenario, and what it has done so far.

    `start` is the first state of a run that begins later than its scenario. States of `small_bytes`
    or less are read whole at every turn, larger ones by the rows that a turn has changed, where
    the engine tells them; what these lead to is held against the whole at keyframes and at the end.
    """

    def __init__(
        self,
        engine: Engine,
        scenario: bytes,
        keeping: Keeping | None = None,
        watch: Stopwatch | None = None,
        start: State | None = None,
        small_bytes: int = STATE_SMALL_MAX_BYTES,
    ) -> None:
        self.small_bytes = small_bytes
        self._held_at: int | None = None
        self.side = LiveSide(engine.name, engine)
        self.scenario = scenario
        self.keeping = keeping or Keeping()
        self.watch = watch or Stopwatch()
        self.opening = engine.init(scenario)
        if start is not None:
            self.opening = engine.restore(start)
        self.hasher = Hasher(engine.schema, blake3(scenario).digest(), self.watch)
        self.sketcher = Sketcher(engine, self.keeping.sketch_cells)
        self.coverage = Coverage()
        self._stream = TurnStream(self.side, self.watch)
        self.halt: tuple[int, Halt] | None = None

    def header(self) -> LogHeader:
        """Return what the log says of the run as a whole."""
        engine = self.side.engine
        has = {"draws": "ledger", "events": "events"}
        declared = tuple(name for capability, name in has.items() if engine.can(capability))
        return LogHeader(
            engine=engine.name,
            build=engine.spec.build,
            rules_version=engine.description.rules_version,
            scenario=self.scenario,
            schema=engine.schema,
            steps=engine.steps,
            first_turn=self.opening.turn,
            environment=environment.facts(),
            has=("state", *declared),
            snapshots=self.keeping.snapshots,
            sketch_cells=self.sketcher.cells,
        )

    def record(
        self, path: Path, turns: int, given: GivenCommands, progress: Progress | None = None
    ) -> None:
        """Play and write `turns` turns from the first state, fewer if the run halts."""
        engine, first = self.side.engine, self.opening.turn
        state = engine.state()  # first: a failure here must not cost a log that is there
        sketched = self.sketcher.begin(state)
        with RunLogWriter(path, self.header(), self.keeping.durable) as log:
            log.write_first(state, self._digests(self.opening.digests, state), sketched)
            self.coverage.compared(first, {}, False)
            self._play(log, range(first + 1, first + turns + 1), given, progress)

    def resume(
        self, path: Path, turns: int, given: GivenCommands, progress: Progress | None = None
    ) -> str | None:
        """Go on with a cut log until it holds `turns` turns; say so if that cannot be done.

        The file is not touched before the engine stands where the log stops.
        """
        first = self.opening.turn
        with RunLog.open(path) as log:
            check_resumable(log, self.header(), first + turns, given)
            if (problem := catch_up(log, self.side, self.hasher)) is not None:
                return problem
            held = log.turns[-1]
            self.coverage.compared(held, {}, False)
            if (halt := log.record(held).halt) is not None:
                self.halt = (held, halt)
            if self.sketcher.cells:
                self.sketcher.begin(self.side.engine.state())
            with RunLogWriter(path, log.header, self.keeping.durable, resumed=log) as writer:
                self._play(writer, range(held + 1, first + turns + 1), given, progress)
        return None

    def _play(
        self, log: RunLogWriter, turns: range, given: GivenCommands, progress: Progress | None
    ) -> None:
        """Play and write these turns, and close the log."""
        for turn in turns:
            if self.halt is not None:
                break
            self._turn(log, turn, given, turns[-1])
            if progress is not None:
                progress("record", turn - turns[0] + 1, len(turns))
        if log.standing is not None and log.standing.turn != self._held_at:
            self._whole(log.standing)
        log.finish()
        self.coverage.count_rules(rules_fired([self.side]))

    def _turn(self, log: RunLogWriter, turn: int, given: GivenCommands, last: int) -> None:
        engine = self.side.engine
        commands = tuple(given.get((turn, step), ()) for step in range(len(engine.steps)))
        result = self._stream.play(commands, partial(self._unasked, log, turn, given, last))
        if result.halt is not None:
            self.halt = (turn, result.halt)
            # A halt undoes the whole turn: the log keeps its commands, and no state.
            log.write_turn(turn, commands, None, Digests(), result.halt)
        elif result.digests.state is not None and not log.wants_state():
            sketched = self.sketcher.after_turn(None)
            log.write_turn(turn, commands, None, result.digests, sketched=sketched)
        elif result.digests.state is not None and self._tells_changes():
            with self.watch.part("transport"):
                changes = engine.changed_rows()
            sketched = self.sketcher.after_turn(None, changes)
            changed = ChangedState(changes, self._whole)
            log.write_turn(turn, commands, changed, result.digests, sketched=sketched)
        else:
            with self.watch.part("transport"):
                state = engine.state()
            digests = self._digests(result.digests, state)
            kept, sketched = state if log.wants_state() else None, self.sketcher.after_turn(state)
            log.write_turn(turn, commands, kept, digests, sketched=sketched)
        self.coverage.turns += 1
        self.coverage.steps += len(result.phase_digests)
        self.coverage.compared(turn, {}, False)

    def _unasked(self, log: RunLogWriter, turn: int, given: GivenCommands, last: int) -> int:
        """How many turns can be played with nothing asked before the end of the last of them.

        0 where this one has commands: what refuses those is asked step by step; and where each
        turn's state is kept and small: there the step that fails is worth more than the time.
        """
        is_small = present_bytes(self.side.engine) <= self.small_bytes
        if is_small and self.keeping.snapshots != "sparse":
            return 0
        turns = 1
        if self.side.engine.can("digest") and not self.sketcher.cells:
            turns += log.stateless_ahead(min(UNASKED_TURNS_MAX, last + 1 - turn) - 1)
        commanded = {place[0] for place in given}
        return next((at for at in range(turns) if turn + at in commanded), turns)

    def _tells_changes(self) -> bool:
        """Whether changed rows are asked for in place of the whole state."""
        engine = self.side.engine
        if self.keeping.snapshots != "delta" or not engine.can("changed_rows"):
            return False
        return present_bytes(engine) > self.small_bytes

    def _whole(self, standing: StandingState | None) -> State:
        """Read the whole state, and refuse rows told as changed that have not led to it."""
        with self.watch.part("transport"):
            state = self.side.engine.state()
        if standing is not None and (place := standing.differs_from(state)) is not None:
            since = self.opening.turn if self._held_at is None else self._held_at
            told = f"the changed rows of turns {since + 1} to {standing.turn}"
            found = f"expected rows that lead to the state, found others in {place}"
            raise EngineProtocolError(self.side.name, f"{told}: {found}")
        self._held_at = state.turn
        return state

    def _digests(self, digests: Digests, state: State) -> Digests:
        """Fill in the state's digest where the engine reports none."""
        if digests.state is not None:
            return digests
        with self.watch.part("digest"):
            return replace(digests, state=self.hasher.digest(state))
