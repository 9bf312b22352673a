"""`replay`: execute a log again, one engine or two in lockstep, and compare every turn.

Spec: contract, sections 3 to 5. It must not print or exit.
"""

import shlex
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

from blake3 import blake3
from msgspec import structs

from vr_verify.engines.builds.spec import ignore_progress
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import EngineError, UsageError
from vr_verify.model.limits import Limits
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import Divergence, Report, Sampled, Side
from vr_verify.model.share import part_text, share_text
from vr_verify.report.failure_text import STOPPED, told
from vr_verify.runlog.reader import RunLog
from vr_verify.session import environment, remarks, verdict
from vr_verify.session.crew import Crew
from vr_verify.session.declared import DeclaredTally, open_declared
from vr_verify.session.locate import Located, locate
from vr_verify.session.lockstep import RECORDED, FirstDivergence, Lockstep, Options, Progress
from vr_verify.session.log_engine import (
    NO_ENGINE,
    build_against,
    engine_of_log,
    refuse_other_rules,
)
from vr_verify.session.milestones import milestones
from vr_verify.session.pace import Pace, SamplePace
from vr_verify.session.sample import choose
from vr_verify.session.segments import cut, play_segments
from vr_verify.session.turn_ranges import TurnRanges, turns_within
from vr_verify.session.turns import LiveSide, side_names

RECOMPUTE = ("auto", "every")
TRACES = ("phases", "draws", "events")
AUDITS = ("off", "light", "full", "deep")
SAMPLED_RANGES_SHOWN_MAX = 100


def replay(  # noqa: PLR0913, PLR0917 - one name for each option of the command
    log: Path | str,
    engine: str | None = None,
    against: str | None = None,
    turns: tuple[int, int] | None = None,
    recompute: str = "auto",
    trace: Sequence[str] = (),
    fail_fast: bool = False,
    progress: Progress | None = None,
    limits: Limits | None = None,
    declared: Path | str | None = None,
    today: date | None = None,
    one_of_many: bool = False,
    audit: str = "light",
    sample: Fraction | None = None,
    jobs: int = 1,
    anyway: bool = False,
) -> Report:
    """Execute a log again and compare all sides with each other.

    `engine` is a build, by default the log's engine; `against` another, by default the counterpart
    that it declares, "none" for no other. `turns` includes both ends. `recompute` is "auto" or
    "every"; `trace` names what is compared beside digests: "phases", "draws", "events"; `limits`
    are those of each worker. `declared` is a file of declared differences, `today` the day on
    which they must not have expired (by default the present day in UTC); with `one_of_many` the
    file is about other logs too, so the caller judges what is unused over them all. `audit` is
    "off", "light", "full" or "deep". With `sample` the second engine plays that share of the turns
    only; `jobs` parts of the run are played at the same time. Two engines that would take hours
    are refused unless `anyway`, a sample that would take hours as well. Raises VrVerifyError for
    what cannot be done. A divergence is a value of the report; so is the failure of an engine and
    Ctrl-C, with all that was compared before it.
    """
    if recompute not in RECOMPUTE or not set(trace) <= set(TRACES) or audit not in AUDITS:
        raise UsageError(f"expected recompute of {RECOMPUTE}, trace of {TRACES}, audit of {AUDITS}")
    _refuse_together(sample, jobs, declared)
    options = Options(turns, recompute, frozenset(trace), fail_fast, audit)
    watched = progress or ignore_progress
    with ExitStack() as stack:
        opened = stack.enter_context(RunLog.open(Path(log)))
        each = replace(limits or Limits(), workers=_workers(opened, turns, against, jobs))
        first = engine_of_log(opened.header) if engine is None else resolve_build(engine, watched)
        started = [stack.enter_context(Engine(first, each))]
        refuse_other_rules(opened.header, started)
        if (second := build_against(started[0], against, watched)) is not None:
            started.append(stack.enter_context(Engine(second, each)))
        refuse_other_rules(opened.header, started)
        names = side_names([live.name for live in started], (RECORDED,))
        crew = stack.enter_context(Crew(names, [one.spec for one in started], each, started))
        tally = _tally(opened, names, declared, today, one_of_many)
        lockstep = Lockstep(opened, crew.sides, options, progress=progress, declared=tally)
        lockstep.renew = crew.renew
        _sample(lockstep, sample)
        again = _command(Path(log).name, engine, against, declared)
        try:
            _play(lockstep, crew, jobs, anyway)
            parted = _divergence(lockstep, again)
        except (EngineError, KeyboardInterrupt) as error:
            return _unfinished(lockstep, again, error)
        return _report(lockstep, parted, *_judged(lockstep, parted))


def _workers(log: RunLog, turns: tuple[int, int] | None, against: str | None, jobs: int) -> int:
    """Return how many engines run at the same time at most; memory is divided among them."""
    sides = 1 if against == NO_ENGINE else 2
    if jobs == 1:
        return sides
    return min(jobs, len(cut(milestones(log), *turns_within(log.turns, turns)))) * sides


def _refuse_together(sample: Fraction | None, jobs: int, declared: Path | str | None) -> None:
    """Refuse what cannot be done together, and what makes no sense."""
    if sample is not None and not 0 < sample <= 1:
        wanted = "expected a share above 0 and at most 1"
        raise UsageError(f"sample: {wanted}, found {sample}; give one, such as 1/20")
    if jobs < 1:
        wanted = "expected 1 or more parts at the same time"
        raise UsageError(f"jobs: {wanted}, found {jobs}; give 1 to play the run in one piece")
    if jobs > 1 and declared is not None:
        reason = "declared differences are counted along the run, so it is played in one piece"
        raise UsageError(f"jobs beside declared differences: {reason}; leave one of them out")
    if jobs > 1 and sample is not None:
        raise UsageError("jobs beside a sample: leave one of them out")


def _sample(lockstep: Lockstep, share: Fraction | None) -> None:
    """Choose the turns that the second side plays."""
    if share is None:
        return
    if len(lockstep.sides) < 2:
        raise UsageError("a sample is of the turns of the second engine, and there is none")
    second = lockstep.sides[1]
    if not second.engine.can("snapshot"):
        reason = "it cannot be restored to a recorded state"
        raise UsageError(f"{second.name} cannot play a sample: {reason}")
    first = max(lockstep.first_turn, lockstep.log.turns[0] + 1)
    turns = range(first, lockstep.last_turn + 1)
    lockstep.sample = choose(share, blake3(lockstep.header.scenario).digest(), turns)


def _play(lockstep: Lockstep, crew: Crew, jobs: int, anyway: bool) -> None:
    """Play the turns, in one piece or in segments at the same time."""
    segments = cut(lockstep.milestones, lockstep.first_turn, lockstep.last_turn)
    at_once = min(jobs, len(segments))
    turns = lockstep.last_turn - max(lockstep.first_turn - 1, lockstep.log.turns[0])
    if len(lockstep.sides) > 1 and not anyway:
        sample = lockstep.sample
        lockstep.pace = Pace(turns, at_once) if sample is None else SamplePace(sample)
    if at_once == 1 or not all(side.engine.can("snapshot") for side in lockstep.sides):
        lockstep.run()
        return
    specs = [side.engine.spec for side in lockstep.sides]
    names = [side.name for side in lockstep.sides]
    with ExitStack() as stack:
        more = [
            stack.enter_context(Crew(names, specs, lockstep.sides[0].engine.limits))
            for _ in range(at_once - 1)
        ]
        play_segments(lockstep, [crew, *more], segments)


def _tally(
    log: RunLog,
    names: Sequence[str],
    declared: Path | str | None,
    today: date | None,
    one_of_many: bool,
) -> DeclaredTally | None:
    """Read the file of declared differences, if there is one."""
    if declared is None:
        return None
    day = datetime.now(UTC).date() if today is None else today
    sides = (*names, RECORDED)
    return open_declared(Path(declared), log.header.schema, sides, day, one_of_many)


def _command(
    log: str, engine: str | None, against: str | None, declared: Path | str | None
) -> list[str]:
    """Return the command that replays this log with these engines, as the caller named them."""
    words = ["vr-verify", "replay", log]
    words += [] if engine is None else ["--engine", engine]
    words += [] if against is None else ["--against", against]
    return words + ([] if declared is None else ["--declared", Path(declared).name])


def _divergence(lockstep: Lockstep, command: list[str]) -> Divergence | None:
    """Run the first divergent turn again on fresh workers, and put together what is known."""
    first = lockstep.found.first
    if first is None:
        return None
    specs = [(side.name, side.engine.spec) for side in lockstep.sides]
    limits = lockstep.sides[0].engine.limits
    found = first.undisputed
    located = locate(lockstep.log, specs, first.turn, lockstep.hasher, limits, found)
    return _described(lockstep, command, first, located)


def _described(
    lockstep: Lockstep, command: list[str], first: FirstDivergence, located: Located | None
) -> Divergence:
    """Say all that is known of the first divergence; `located` None: it was not run again."""
    counting = lockstep.declared is not None and lockstep.declared.exceeded_by(first.turn)
    start = lockstep.first_turn if counting else first.turn
    again = [*command, "--turns", f"{start}:{first.turn}"]
    again += ["--trace", "draws"] if all(s.engine.can("draws") for s in lockstep.sides) else []
    evidence = verdict.Evidence(lockstep.log, lockstep.found, first, located, shlex.join(again))
    return verdict.divergence(evidence)


def _judged(lockstep: Lockstep, parted: Divergence | None) -> tuple[Outcome, str | None]:
    """Judge: a divergence over a violation over nothing compared over agreement."""
    log, sides, coverage = lockstep.log, lockstep.sides, lockstep.found.coverage
    outcome, said = Outcome.AGREED, list[str]()
    untold = remarks.untold_lies(lockstep)
    if parted is not None:
        outcome = Outcome.DIVERGED
        unknown = [verdict.unlocated(parted, log.turns[0], sides), verdict.unvalued(parted, log)]
        said += filter(None, unknown)
    elif coverage.violations():
        outcome = Outcome.VIOLATED
    elif not coverage.turns or not coverage.digests:
        outcome, said = Outcome.NOTHING_COMPARED, ["no turn was executed and compared"]
    elif untold:
        outcome, said = Outcome.NOTHING_COMPARED, untold
    if lockstep.declared is not None:
        said += lockstep.declared.remarks()
        if unmet := lockstep.declared.unmet(_is_part(lockstep)):
            said += unmet if outcome is not Outcome.DIVERGED else []
            outcome = Outcome.VIOLATED if outcome is Outcome.AGREED else outcome
    said += [note for side in sides for note in side.engine.spec.notes]
    said += remarks.repeated(sides)
    said += remarks.unaudited(lockstep.options.audit)
    said += remarks.untraced(sides, lockstep.options.trace)
    said += remarks.clipped(lockstep.options.turns, log.turns[0], log.turns[-1])
    return outcome, "; ".join(said) or None


def _is_part(lockstep: Lockstep) -> bool:
    """Whether the run was not compared to its end, so that a difference may be still to come."""
    log, found, options = lockstep.log, lockstep.found, lockstep.options
    whole = (lockstep.first_turn, lockstep.last_turn) == (log.turns[0], log.turns[-1])
    stopped = options.fail_fast and found.coverage.last_turn != lockstep.last_turn
    part = not whole or lockstep.sample is not None
    return part or not log.complete or stopped or found.halt is not None


def _environment(log: RunLog, sides: Sequence[LiveSide]) -> tuple[dict[str, str], ...]:
    """List what differs around the run: the machine's facts, and the recorded engine's build."""
    header, live = log.header, [side.name for side in sides]
    same = {s.name: s.engine.spec.build for s in sides if s.engine.name == header.engine}
    facts = environment.differences(header.environment, environment.facts(), live)
    return facts + environment.build_difference(header.engine, header.build, same)


def _unfinished(
    lockstep: Lockstep, command: list[str], error: EngineError | KeyboardInterrupt
) -> Report:
    """Report what was found before an engine failed or the work was stopped.

    The failure is the outcome, whatever was found; a divergence stands beside it, as it was frozen.
    """
    found = lockstep.found
    first, last = found.first, found.coverage.last_turn
    parted = None if first is None else _described(lockstep, command, first, None)
    if first is not None:
        so_far = f"the sides part at turn {first.turn}"
    else:
        so_far = "no turn was compared" if last is None else f"all sides agree up to turn {last}"
    if isinstance(error, EngineError):
        outcome, said = Outcome(error.outcome), told(error)
    else:
        outcome, said = Outcome.INTERRUPTED, STOPPED
    report = _report(lockstep, parted, outcome, f"{said}; {so_far}")
    rows = None if lockstep.declared is None else lockstep.declared.rows(part=True)
    return structs.replace(report, complete=False, declared=rows)


def _report(
    lockstep: Lockstep, parted: Divergence | None, outcome: Outcome, message: str | None
) -> Report:
    """Put the report together."""
    log, sides, found = lockstep.log, lockstep.sides, lockstep.found
    header, coverage = log.header, found.coverage
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
        sampled=_sampled(lockstep),
        environment=_environment(log, sides),
        divergence=parted,
        halted=None if agreed_halt is None else verdict.halted(*agreed_halt, header.steps),
        violations=coverage.violations(),
        declared=None if lockstep.declared is None else lockstep.declared.rows(_is_part(lockstep)),
    )


def _sampled(lockstep: Lockstep) -> Sampled | None:
    """Say which turns the second side has played, as far as the run went."""
    sample, last = lockstep.sample, lockstep.found.coverage.last_turn
    if sample is None or last is None:
        return None
    played = TurnRanges(turn for turn in sample.chosen if turn <= last)
    turns = sum(turn <= last for turn in sample.turns)
    return Sampled(
        side=lockstep.sides[1].name,
        share=share_text(sample.share),
        share_played=part_text(played.total, turns),
        turns=turns,
        turns_played=played.total,
        played=played.texts()[:SAMPLED_RANGES_SHOWN_MAX],
    )
