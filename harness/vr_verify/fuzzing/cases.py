"""A case: a run as a value, made up or taken from a log, that any engine can be asked to play.

Spec: contract, section 2 (run). It holds no answer: what engines make of it is not in here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vr_verify.canonical.schema import Schema
from vr_verify.canonical.state import State
from vr_verify.engines.client import ADVANCE_TURNS_MAX, Engine
from vr_verify.errors import SkippedError
from vr_verify.model.run import StepSpec, TurnCommands
from vr_verify.runlog.reader import RunLog
from vr_verify.session.recorder import Keeping, Recorder
from vr_verify.session.scripts import Recorded
from vr_verify.session.turns import LiveSide, commands_of
from vr_verify.session.views import Hasher


@dataclass(frozen=True, slots=True)
class Case:
    """A run: a resolved scenario as canonical JSON, and each turn's commands by step.

    A turn may list fewer steps than there are; the others are given nothing. It may list more, as
    where a changed scenario has fewer of them; those are left out. `start` is the state that the
    first turn is played from; None: the scenario's own.
    """

    scenario: bytes
    turns: tuple[TurnCommands, ...]
    start: State | None = None

    @property
    def commands(self) -> int:
        """The number of commands in all turns."""
        return sum(len(commands) for turn in self.turns for commands in turn)


def commands_by_step(turn: TurnCommands, steps: Sequence[StepSpec]) -> TurnCommands:
    """Return what each of the steps that there are is given in a case's turn."""
    return commands_of(turn[: len(steps)], steps)


def case_of_log(log: RunLog, last: int | None = None) -> Case:
    """Take the run out of a log, up to turn `last` (its last one if None).

    A log that begins in mid-run gives a case that starts from its first state.
    """
    first = log.turns[0]
    turns = [log.record(turn).commands_by_step for turn in log.turns if turn > first]
    kept = turns if last is None else turns[: last - first]
    start = log.state(first) if first > 0 else None
    return Case(log.header.scenario, tuple(kept), start)


def cut_case(log: RunLog, first: int, last: int) -> Case:
    """Take the run of turns `first + 1` to `last`, from the recorded state of turn `first`."""
    turns = tuple(log.record(turn).commands_by_step for turn in range(first + 1, last + 1))
    return Case(log.header.scenario, turns, log.state(first))


def record_case(case: Case, engine: Engine, path: Path, snapshots: str = "delta") -> Recorder:
    """Have an engine play a case, and write it to a log; the recorder knows how far it came."""
    recorder = Recorder(engine, case.scenario, Keeping(snapshots), start=case.start)
    first = recorder.opening.turn + 1
    given = {
        (turn, step): commands
        for turn, by_step in enumerate(case.turns, start=first)
        for step, commands in enumerate(by_step)
        if commands
    }
    recorder.record(path, len(case.turns), given)
    return recorder


class CaseScript:
    """A case as a script, on engines that have been given its scenario before.

    Sides that give snapshots are brought to the same turn a second time from what each held there.
    """

    def __init__(self, case: Case, schema: Schema, steps: Sequence[StepSpec], first: int) -> None:
        self._case, self._schema, self._steps, self._first = case, schema, tuple(steps), first
        self._held: dict[str, State] = {}

    @property
    def first_turn(self) -> int:
        """The turn of the first state."""
        return self._first

    @property
    def schema(self) -> Schema:
        """The schema that the engines declare."""
        return self._schema

    @property
    def steps(self) -> Sequence[StepSpec]:
        """The steps that the engines declare."""
        return self._steps

    def start(self, sides: Sequence[LiveSide], _: Hasher) -> None:
        """Start the scenario anew, and restore the case's first state if it has one."""
        for side in sides:
            side.engine.init(self._case.scenario)
            if self._case.start is not None:
                side.engine.restore(self._case.start)

    def approach(self, sides: Sequence[LiveSide], turn: int, hasher: Hasher) -> None:
        """Start anew, and play all turns up to this one."""
        if self._restored(sides, turn, hasher):
            return
        self.start(sides, hasher)
        turns = [self.commands(t) for t in range(self._first + 1, turn + 1)]
        for at in range(0, len(turns), ADVANCE_TURNS_MAX):
            playing = [side.engine.advance(turns[at : at + ADVANCE_TURNS_MAX]) for side in sides]
            for results in zip(*playing, strict=True):
                if any(result.halt is not None for result in results):
                    raise SkippedError(f"a side halts before turn {turn}")
        if turns and all(side.engine.can("snapshot") for side in sides):
            self._held = {side.name: side.engine.state() for side in sides}

    def _restored(self, sides: Sequence[LiveSide], turn: int, hasher: Hasher) -> bool:
        """Put sides back where they stood; False where they did not, or do not stand there now."""
        held = [self._held.get(side.name) for side in sides]
        for side, state in zip(sides, held, strict=True):
            if state is None or state.turn != turn:
                return False
            reported = side.engine.restore(state).digests.state
            if reported is not None and reported != hasher.digest(state):
                return False
        return True

    def repeatable(self, _: Sequence[LiveSide]) -> bool:
        """Any engine can be given a scenario again."""
        return True

    def commands(self, turn: int) -> TurnCommands:
        """Return the commands of a turn, for every step."""
        return commands_by_step(self._case.turns[turn - self._first - 1], self._steps)

    def recorded(self, _: int) -> Recorded | None:
        """Nothing was recorded of a case."""
        return None

    def first_recorded(self, _: Hasher) -> bytes | None:
        """Nothing was recorded of a case."""
        return None
