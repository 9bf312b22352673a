"""One engine plays a scenario and every turn goes into a log.

Spec: contract, sections 3 and 8. What the log says comes from the engine alone; digests that it
does not report are computed from its values.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from blake3 import blake3

from vr_verify.canonical.state import State
from vr_verify.engines.client import Engine
from vr_verify.errors import EngineProtocolError, EngineRowsUntrue
from vr_verify.model.run import Digests, Halt, TurnCommands
from vr_verify.runlog.kept_states import ChangedState
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.records import LogHeader
from vr_verify.runlog.sketches import TurnSketch
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
from vr_verify.session.turns import LiveSide, TurnResult
from vr_verify.session.views import Hasher

_AGAIN: Final = "record again, by --snapshots full if the engine cannot be mended"


@dataclass(frozen=True, slots=True)
class Keeping:
    """How a log is kept: the states of its turns (`SNAPSHOT_MODES`), and how safely.

    `sketch_cells` is the size of each turn's sketch, 0 for none.
    """

    snapshots: str = "delta"
    durable: bool = False
    sketch_cells: int = 0


@dataclass(frozen=True, slots=True)
class _Taken:
    """What an engine was asked for at a turn's end."""

    state: State | ChangedState | None
    sketched: TurnSketch | None


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
        self.side = LiveSide(engine.name, engine)
        self.scenario = scenario
        self.keeping = keeping or Keeping()
        self.watch = watch or Stopwatch()
        self.opening = engine.init(scenario)
        if start is not None:
            self.opening = engine.restore(start)
        self._held_at = self.opening.turn
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
            held = self._held_at = log.turns[-1]
            self.coverage.compared(held, {}, False)
            if (halt := log.record(held).halt) is not None:
                self.halt = (held, halt)
            if self.sketcher.cells:
                self.sketcher.begin(self.side.engine.state())
            with RunLogWriter(path, log, self.keeping.durable) as writer:
                self._play(writer, range(held + 1, first + turns + 1), given, progress)
        return None

    def _play(
        self, log: RunLogWriter, turns: range, given: GivenCommands, progress: Progress | None
    ) -> None:
        """Play and write these turns, and close the log."""
        commanded = frozenset(turn for turn, _ in given)
        for turn in turns:
            if self.halt is not None:
                break
            result = self._stream.play(
                self._commands(turn, given), partial(self._unasked, log, turns[-1], commanded)
            )
            taken = self._take(log, result)
            # Nothing more is asked about this turn: the next one is played while it is written.
            if turn < turns[-1] and self._goes_on(result, commanded):
                self._stream.begin([self._commands(turn + 1, {})])
            self._write(log, result, self._commands(turn, given), taken)
            if progress is not None:
                progress("record", turn - turns[0] + 1, len(turns))
        if log.standing is not None and log.standing.turn != self._held_at:
            self._held(log.standing, self._read_state())
        log.finish()
        self.coverage.count_rules(rules_fired([self.side]))

    def _commands(self, turn: int, given: GivenCommands) -> TurnCommands:
        return tuple(given.get((turn, step), ()) for step in range(len(self.side.engine.steps)))

    def _take(self, log: RunLogWriter, result: TurnResult) -> _Taken:
        """Ask the engine for all that the log keeps of the turn that has just ended."""
        if result.halt is not None:
            return _Taken(None, None)
        if result.digests.state is not None and not log.wants_state():
            return _Taken(None, self.sketcher.after_turn(None))
        if result.digests.state is not None and self._tells_changes():
            with self.watch.part("transport"):
                changes = self.side.engine.changed_rows()
            sketched = self.sketcher.after_turn(None, changes)
            if not log.wants_whole(changes):
                return _Taken(ChangedState(changes, None), sketched)
            whole = self._read_state()
            return _Taken(ChangedState(changes, partial(self._held, whole=whole)), sketched)
        state = self._read_state()
        return _Taken(state, self.sketcher.after_turn(state))

    def _write(
        self, log: RunLogWriter, result: TurnResult, commands: TurnCommands, taken: _Taken
    ) -> None:
        """Write a turn that was played, without a word to the engine."""
        turn, state, digests = result.turn, taken.state, result.digests
        if result.halt is not None:
            self.halt = (turn, result.halt)
            # A halt undoes the whole turn: the log keeps its commands, and no state.
            log.write_turn(turn, commands, None, Digests(), result.halt)
        else:
            if isinstance(state, State):
                digests = self._digests(digests, state)
                state = state if log.wants_state() else None
            log.write_turn(turn, commands, state, digests, sketched=taken.sketched)
        self.coverage.turns += 1
        self.coverage.steps += len(result.phase_digests)
        self.coverage.compared(turn, {}, False)

    def _unasked(self, log: RunLogWriter, last: int, commanded: Collection[int]) -> int:
        """How many turns can be played with nothing asked before the end of the last of them.

        0 where the next one has commands: what refuses those is asked step by step; and where each
        turn's state is kept and small: there the step that fails is worth more than the time.
        """
        turn = self.side.engine.turn + 1
        if self._is_small() and self.keeping.snapshots != "sparse":
            return 0
        turns = 1
        if self._plays_many():
            turns += log.stateless_ahead(min(UNASKED_TURNS_MAX, last + 1 - turn) - 1)
        return next((at for at in range(turns) if turn + at in commanded), turns)

    def _goes_on(self, result: TurnResult, commanded: Collection[int]) -> bool:
        """Whether the turn behind this one is asked for before this one is written.

        Not where turns are asked for by the dozen, nor where `_unasked` would say 0.
        """
        if result.halt is not None or result.turn + 1 in commanded or self._plays_many():
            return False
        may = self.keeping.snapshots == "sparse" or not self._is_small()
        return may and self.side.engine.can("advance")

    def _plays_many(self) -> bool:
        """Whether most turns end without a call."""
        is_sparse = self.keeping.snapshots == "sparse"
        return is_sparse and self.side.engine.can("digest") and not self.sketcher.cells

    def _is_small(self) -> bool:
        return present_bytes(self.side.engine) <= self.small_bytes

    def _tells_changes(self) -> bool:
        """Whether changed rows are asked for in place of the whole state."""
        tells = self.keeping.snapshots == "delta" and self.side.engine.can("changed_rows")
        return tells and not self._is_small()

    def _read_state(self) -> State:
        with self.watch.part("transport"):
            return self.side.engine.state()

    def _held(self, standing: StandingState | None, whole: State) -> State:
        """Refuse rows told as changed that have not led to the whole state, which is returned."""
        if standing is not None and (place := standing.differs_from(whole)) is not None:
            raise self._untrue(standing.turn, place)
        self._held_at = whole.turn
        return whole

    def _untrue(self, turn: int, place: str) -> EngineProtocolError:
        """Blame changed rows that have led elsewhere; what was written by them is not true."""
        first, written = self._held_at + 1, self.coverage.last_turn
        assert written is not None, "the first state was written"
        told = f"the changed rows of turns {first} to {turn}"
        found = f"{told}: expected rows that lead to the state, found others in {place}"
        if written < first:
            return EngineProtocolError(self.side.name, found)
        states = f"so what the log holds of turns {first} to {written} is not to be trusted"
        return EngineRowsUntrue(self.side.name, f"{found}; {states}: {_AGAIN}")

    def _digests(self, digests: Digests, state: State) -> Digests:
        """Fill in the state's digest where the engine reports none."""
        if digests.state is not None:
            return digests
        with self.watch.part("digest"):
            return replace(digests, state=self.hasher.digest(state))
