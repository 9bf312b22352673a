"""Live sides and one turn played on all of them at once.

It must not compare: it hands over what each side answered.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from vr_verify.engines.client import Engine, StepResult
from vr_verify.errors import EngineError
from vr_verify.model.run import Digests, Halt, StepSpec, TurnCommands
from vr_verify.session.stopwatch import Stopwatch


@dataclass(frozen=True, slots=True)
class LiveSide:
    """A running engine under the name that the report gives it."""

    name: str
    engine: Engine

    def __post_init__(self) -> None:
        """Have the engine's errors name the side: two builds of one engine are told apart."""
        self.engine.process.name = self.name


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What one side answered in one turn; `phase_digests` by step, empty where not asked for."""

    turn: int
    halt: Halt | None
    digests: Digests
    phase_digests: tuple[tuple[bytes, ...], ...]


def side_names(engines: Sequence[str], taken: Sequence[str] = ("recorded",)) -> tuple[str, ...]:
    """Give each engine a name of its own: two builds of one engine are `rust` and `rust-2`."""
    names: list[str] = []
    for engine in engines:
        name, number = engine, 2
        while name in names or name in taken:
            name, number = f"{engine}-{number}", number + 1
        names.append(name)
    return tuple(names)


def commands_of(commands: TurnCommands, steps: Sequence[StepSpec]) -> TurnCommands:
    """Return commands for every step; a turn that halted was logged with fewer steps."""
    return (*commands, *((),) * (len(steps) - len(commands)))


def play_turn(
    sides: Sequence[LiveSide], commands: TurnCommands, phases: bool, watch: Stopwatch
) -> dict[str, TurnResult]:
    """Play the next turn on all sides, each step on all at the same time, to its end or halt."""
    results: dict[str, list[StepResult]] = {side.name: [] for side in sides}
    running = list(sides)
    for step_commands in commands:
        with watch.part("step"):
            for side in running:
                with _in_step(side):
                    asked = phases and side.engine.can("phases")
                    side.engine.begin_step(step_commands, None, asked)
            for side in running:
                with _in_step(side):
                    results[side.name].append(side.engine.end_step())
        running = [side for side in running if results[side.name][-1].halt is None]
    return {name: _turn_result(steps) for name, steps in results.items()}


@contextmanager
def _in_step(side: LiveSide) -> Iterator[None]:
    """Say in an engine's failure which step of which turn it was about to answer."""
    place = side.engine.place_next
    try:
        yield
    except EngineError as error:
        raise type(error)(side.name, f"{place}: {error.detail}") from error


def _turn_result(steps: Sequence[StepResult]) -> TurnResult:
    last = steps[-1]
    phases = tuple(step.phase_digests for step in steps)
    return TurnResult(last.turn, last.halt, last.digests, phases)
