"""`record`: play a scenario on one engine, and write every turn to a log.

Spec: contract, sections 3 and 8. It must not print or exit.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from vr_verify.canonical import json_text
from vr_verify.canonical.sketch import CELLS_DEFAULT, check_cells
from vr_verify.engines.builds.spec import ignore_progress
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import BuildSpec, default_build, resolve_build
from vr_verify.errors import EngineError, EngineRowsUntrue, MissingFileError, UsageError
from vr_verify.model.limits import Limits
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import Flaw, LogFacts, Report, Side
from vr_verify.report.failure_text import STOPPED, told
from vr_verify.runlog.reader import RunLog
from vr_verify.session.commands import place_commands, read_commands
from vr_verify.session.lockstep import Progress
from vr_verify.session.log_engine import engine_of_log
from vr_verify.session.recorder import Keeping, Recorder
from vr_verify.session.verdict import halted
from vr_verify.verbs.record_stopped import held, stop_told

TURNS_DEFAULT = 30
SNAPSHOTS_DEFAULT = "delta"


def record(  # noqa: PLR0913 - one name for each option of the command
    scenario: str | Path,
    output: Path | str,
    turns: int | None = None,
    seed: int | None = None,
    engine: str | None = None,
    commands: Path | str | Sequence[Mapping[str, Any]] | None = None,
    progress: Progress | None = None,
    *,
    limits: Limits | None = None,
    snapshots: str | None = None,
    durable: bool = False,
    resume: bool = False,
    sketch: int | None = None,
) -> Report:
    """Record `turns` turns (30 by default) of a scenario: a file, or a name the engine knows.

    `seed` replaces the scenario's own; `engine` is a build, by default the first registered one;
    `commands` from outside is a JSON file, or its value: {"turn", "step", "commands"} each. Raises
    VrVerifyError for what cannot be done; a run that halts is recorded up to its halt. `limits` are
    the engine's; when it fails, or on Ctrl-C, the report says so and what was written before.

    `snapshots` says how states are kept: "full", "delta" (the default), or "sparse" (few of them).
    A `durable` log survives a loss of power up to its last turn. `resume` goes on with the log that
    is there, by default with its engine, its kind of snapshots and its sketches. `sketch` gives
    each turn a sketch of so many cells: two logs name by them what differs without states. 0: none.
    """
    wanted = TURNS_DEFAULT if turns is None else turns
    if wanted < 1:
        raise UsageError(f"turns: expected at least 1, found {wanted}")
    path = Path(output)
    if not path.parent.is_dir():
        raise MissingFileError(f"{path}: there is no folder {path.parent}")
    with ExitStack() as stack:
        stack.enter_context(stop_told(path, resume))
        spec, keeping = _ways(path if resume else None, engine, snapshots, sketch, progress)
        started = stack.enter_context(Engine(spec, limits))
        text, flaws = _scenario(started, str(scenario), seed)
        recorder = Recorder(started, text, replace(keeping, durable=durable))
        first = recorder.opening.turn
        given = {}
        if commands is not None:
            played = range(first + 1, first + wanted + 1)
            given = place_commands(*_commands(commands), started.steps, played)
        try:
            if not resume:
                recorder.record(path, wanted, given, progress)
            elif (problem := recorder.resume(path, wanted, given, progress)) is not None:
                return _parted(recorder, spec, problem)
        except (EngineError, KeyboardInterrupt) as error:
            if recorder.coverage.last_turn is None:
                raise
            return _unfinished(_report(recorder, spec, path, None), path, error)
        number = sum(map(len, given.values()))
        said = [] if commands is None else [f"commands: {number} given"]
        message = "; ".join([*said, *spec.notes]) or None
        return msgspec.structs.replace(_report(recorder, spec, path, message), flaws=flaws)


def _ways(
    resumed: Path | None,
    engine: str | None,
    snapshots: str | None,
    sketch: int | None,
    progress: Progress | None,
) -> tuple[BuildSpec, Keeping]:
    """Return the engine and what is kept; what was not asked for is as the log has it."""
    watched = progress or ignore_progress
    if sketch:
        try:
            check_cells(sketch)
        except ValueError as error:
            raise UsageError(f"sketch: {error}; give {CELLS_DEFAULT}, or 0 for none") from error
    if resumed is None:
        spec = default_build() if engine is None else resolve_build(engine, watched)
        return spec, Keeping(snapshots or SNAPSHOTS_DEFAULT, sketch_cells=sketch or 0)
    with RunLog.open(resumed) as log:
        spec = engine_of_log(log.header) if engine is None else resolve_build(engine, watched)
        cells = log.header.sketch_cells if sketch is None else sketch
        return spec, Keeping(snapshots or log.header.snapshots, sketch_cells=cells)


def _parted(recorder: Recorder, spec: BuildSpec, problem: str) -> Report:
    """Report a log that was not gone on with: the engine plays another run than it holds."""
    side = recorder.side
    return Report(
        command="record",
        outcome=str(Outcome.DIVERGED),
        complete=False,
        message=problem,
        sides={side.name: Side(spec.build, side.engine.description.rules_version)},
    )


def _unfinished(written: Report, path: Path, error: EngineError | KeyboardInterrupt) -> Report:
    """Report a recording that an engine's failure or Ctrl-C has ended before its last turn.

    A log that is known to be untrue is told by the message alone: there is no going on with it.
    """
    log, when = held(path)
    outcome, said = Outcome.INTERRUPTED, f"{STOPPED} {when}"
    if isinstance(error, EngineError):
        outcome, said = Outcome(error.outcome), told(error)
    kept = None if isinstance(error, EngineRowsUntrue) else log
    return msgspec.structs.replace(
        written, outcome=str(outcome), complete=False, message=said, log=kept
    )


def _commands(commands: Path | str | Sequence[Mapping[str, Any]]) -> tuple[str, Any]:
    """Return where commands come from, and their entries."""
    if isinstance(commands, Path | str):
        return f"commands in {Path(commands).name}", read_commands(Path(commands))
    return "commands", commands


def _scenario(engine: Engine, source: str, seed: int | None) -> tuple[bytes, tuple[Flaw, ...]]:
    """Resolve a scenario: by the engine if it can, else by reading the file as JSON.

    A flaw is reported with what was played; what cannot be played is the engine's refusal.
    """
    if engine.can("resolve"):
        return engine.resolve(source, None if seed is None else str(seed))
    path = Path(source)
    if not path.is_file():
        reason = f"no such file, and {engine.name} knows no scenarios by name"
        raise MissingFileError(f"scenario {source}: {reason}")
    if seed is not None:
        raise UsageError(f"--seed: {engine.name} cannot resolve scenarios, so it takes no seed")
    try:
        return json_text.encode(json_text.decode(path.read_bytes())), ()
    except ValueError as error:
        raise UsageError(f"scenario {source}: {error}") from error


def _report(recorder: Recorder, spec: BuildSpec, path: Path, message: str | None) -> Report:
    """Say what was recorded."""
    coverage, side = recorder.coverage, recorder.side
    last = coverage.last_turn
    assert last is not None, "the first state was written"
    halt = recorder.halt
    log_turns = last - recorder.opening.turn + 1
    return Report(
        command="record",
        outcome=str(Outcome.AGREED),
        message=message,
        sides={side.name: Side(spec.build, side.engine.description.rules_version)},
        checked=coverage.checked(),
        halted=None if halt is None else halted(halt[0], halt[1], side.engine.steps),
        log=LogFacts(path.name, log_turns, path.stat().st_size, last),
    )
