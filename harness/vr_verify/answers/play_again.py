"""A recorded run's question put to an engine again, and its answer recorded as a new log.

The question is the scenario and the commands of each turn; what the old log says of states, rules
version or schema decides nothing. It must not compare.
"""

from pathlib import Path

from vr_verify.engines.client import Engine
from vr_verify.errors import SkippedError
from vr_verify.model.run import StepSpec
from vr_verify.runlog.reader import RunLog
from vr_verify.session.approach import restore_side
from vr_verify.session.commands import GivenCommands
from vr_verify.session.lockstep import Progress
from vr_verify.session.recorder import Keeping, Recorder


def play_again(log: RunLog, engine: Engine, path: Path, progress: Progress | None = None) -> None:
    """Write a new log of the same question, kept in the same way, by another build of any rules.

    SkippedError where the question cannot be put to this engine.
    """
    keeping = Keeping(log.header.snapshots, sketch_cells=log.header.sketch_cells)
    recorder = Recorder(engine, log.header.scenario, keeping)
    if recorder.opening.turn != log.turns[0]:
        _enter(log, recorder)
    given = _given(log, engine)
    recorder.record(path, len(log.turns) - 1, given, progress)


def _enter(log: RunLog, recorder: Recorder) -> None:
    """Bring the engine to a first state that is a snapshot: it is a part of the question."""
    engine, first = recorder.side.engine, log.turns[0]
    found = f"{engine.name} starts at turn {recorder.opening.turn}"
    if recorder.opening.turn > first or not engine.can("snapshot"):
        raise SkippedError(f"the log starts at turn {first}, {found} and cannot be put there")
    if engine.schema.digest != log.header.schema.digest:
        reason = f"its first state is of another schema than {engine.name} has now"
        raise SkippedError(f"the log starts in mid-run, at turn {first}, and {reason}")
    recorder.opening = restore_side(recorder.side, log.state(first), recorder.hasher)


def _given(log: RunLog, engine: Engine) -> GivenCommands:
    """Return all commands by turn and step; a step keeps its commands by its name."""
    places = {step.name: at for at, step in enumerate(engine.steps)}
    given = {}
    for turn in log.turns[1:]:
        steps: tuple[StepSpec, ...] = tuple(log.header.steps)
        for step, commands in zip(steps, log.record(turn).commands_by_step, strict=False):
            if commands and step.name not in places:
                found = f"{engine.name} has no such step"
                raise SkippedError(f"turn {turn} gives commands to step {step.name}; {found}")
            if commands:
                given[turn, places[step.name]] = commands
    return given
