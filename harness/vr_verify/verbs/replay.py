"""`replay`: execute a log again, one engine or two in lockstep, and compare every turn.

Spec: contract, sections 3 to 5. It must not print or exit.
"""

import shlex
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from vr_verify.engines.client import Engine
from vr_verify.engines.registry import BuildSpec, resolve_build, resolve_registered
from vr_verify.errors import UsageError
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import Divergence, Report, Side
from vr_verify.runlog.reader import RunLog
from vr_verify.session import environment, verdict
from vr_verify.session.locate import locate
from vr_verify.session.lockstep import RECORDED, Comparison, Lockstep, Options, Progress
from vr_verify.session.turns import LiveSide, side_names

NO_ENGINE = "none"
RECOMPUTE = ("auto", "every")
TRACES = ("phases", "draws", "events")


def replay(
    log: Path | str,
    engine: str | None = None,
    against: str | None = None,
    turns: tuple[int, int] | None = None,
    recompute: str = "auto",
    trace: Sequence[str] = (),
    fail_fast: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Execute a log again and compare all sides with each other.

    `engine` is a build, by default the log's engine; `against` another, by default the counterpart
    that it declares, "none" for no other. `turns` includes both ends. `recompute` is "auto" or
    "every"; `trace` names what is compared beside digests: "phases", "draws", "events". Raises
    VrVerifyError for what cannot be done; a divergence is a value of the report.
    """
    if recompute not in RECOMPUTE or not set(trace) <= set(TRACES):
        raise UsageError(f"expected recompute of {RECOMPUTE} and trace of {TRACES}")
    options = Options(turns, recompute, frozenset(trace), fail_fast)
    with ExitStack() as stack:
        opened = stack.enter_context(RunLog.open(Path(log)))
        first = _log_engine(opened) if engine is None else resolve_build(engine)
        started = [stack.enter_context(Engine(first))]
        if (second := _against(started[0], against)) is not None:
            started.append(stack.enter_context(Engine(second)))
        names = side_names([live.name for live in started], (RECORDED,))
        sides = tuple(LiveSide(*pair) for pair in zip(names, started, strict=True))
        lockstep = Lockstep(opened, sides, options, progress=progress)
        found = lockstep.run()
        again = _command(Path(log).name, engine, against)
        return _report(opened, sides, found, _divergence(lockstep, again))


def _log_engine(log: RunLog) -> BuildSpec:
    """Look the log's engine up by its name; a log never says what to run."""
    try:
        return resolve_registered(log.header.engine)
    except UsageError as error:
        advice = "name the engine to replay it with by --engine"
        raise UsageError(f"the log's engine: {error.message}; {advice}") from error


def _against(engine: Engine, against: str | None) -> BuildSpec | None:
    """Find the engine to compare with."""
    if against == NO_ENGINE:
        return None
    if against is not None:
        return resolve_build(against)
    counterpart = engine.description.counterpart
    if counterpart is None:
        return None
    try:
        return resolve_registered(counterpart)
    except UsageError as error:
        advice = "name another by --against, or none"
        raise UsageError(f"the counterpart of {engine.name}: {error.message}; {advice}") from error


def _command(log: str, engine: str | None, against: str | None) -> list[str]:
    """Return the command that replays this log with these engines, as the caller named them."""
    words = ["vr-verify", "replay", log]
    words += [] if engine is None else ["--engine", engine]
    return words + ([] if against is None else ["--against", against])


def _divergence(lockstep: Lockstep, command: list[str]) -> Divergence | None:
    """Run the first divergent turn again on fresh workers, and put together what is known."""
    first = lockstep.found.first
    if first is None:
        return None
    specs = [(side.name, side.engine.spec) for side in lockstep.sides]
    located = locate(lockstep.log, specs, first.turn, lockstep.hasher)
    again = [*command, "--turns", f"{first.turn}:{first.turn}", "--trace", "draws"]
    evidence = verdict.Evidence(lockstep.log, lockstep.found, first, located, shlex.join(again))
    return verdict.divergence(evidence)


def _report(
    log: RunLog, sides: Sequence[LiveSide], found: Comparison, parted: Divergence | None
) -> Report:
    """Judge: a divergence over a violation over nothing compared over agreement."""
    header, coverage = log.header, found.coverage
    outcome = Outcome.AGREED
    message: str | None = None
    violations = coverage.violations()
    if parted is not None:
        outcome = Outcome.DIVERGED
        message = verdict.unlocated(parted, log.turns[0], sides)
    elif violations:
        outcome = Outcome.VIOLATED
    elif not coverage.turns or not coverage.digests:
        outcome, message = Outcome.NOTHING_COMPARED, "no turn was executed and compared"
    live = [side.name for side in sides]
    described = {
        side.name: Side(side.engine.spec.build, side.engine.description.rules_version)
        for side in sides
    }
    agreed_halt = found.halt if parted is None or parted.kind != "halt" else None
    return Report(
        command="replay",
        outcome=str(outcome),
        complete=log.complete,
        message=message,
        sides=described | {RECORDED: Side(header.build, header.rules_version)},
        checked=coverage.checked(),
        environment=environment.differences(header.environment, environment.facts(), live),
        divergence=parted,
        halted=None if agreed_halt is None else verdict.halted(*agreed_halt, header.steps),
        violations=violations,
    )
