"""`shrink`: a failing run made minimal, still failing in the same way at the same place.

Spec: contract, section 3. It must not print or exit.
"""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from msgspec import structs

from vr_verify.engines.client import Engine
from vr_verify.engines.registry import BuildSpec, resolve_build
from vr_verify.errors import EngineError, MissingFileError, SkippedError, UsageError
from vr_verify.fuzzing.bout import DECLARED, REFUSAL, unlike
from vr_verify.fuzzing.cases import Case, case_of_log
from vr_verify.fuzzing.faults import NOT_REPRODUCED, Fault, fault_row
from vr_verify.fuzzing.keepsakes import able_sides, shown
from vr_verify.fuzzing.residents import Residents
from vr_verify.fuzzing.shrink_ways import Ways
from vr_verify.fuzzing.shrinking import TRIES_MAX
from vr_verify.model.limits import Limits
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import LogFacts, Report
from vr_verify.report.paths import shown_path
from vr_verify.report.shrink_document import ShrinkReport
from vr_verify.runlog.reader import RunLog
from vr_verify.session.declared_runs import DeclaredFile
from vr_verify.session.lockstep import RECORDED, Progress
from vr_verify.session.log_engine import (
    NO_ENGINE,
    build_against,
    engine_of_log,
    refuse_other_rules,
)
from vr_verify.verbs.replay import replay
from vr_verify.verbs.shrink_report import facts_of, shrink_report, unfinished

FOLDER: Final = Path("replays") / "regress"
_PLAYS_IF_UNSTEADY: Final = 10


def shrink(  # noqa: PLR0913, PLR0917 - one name for each option of the command
    log: Path | str,
    output: Path | str | None = None,
    engine: str | None = None,
    against: str | None = None,
    tries: int = TRIES_MAX,
    resume: bool = False,
    progress: Progress | None = None,
    limits: Limits | None = None,
    declared: Path | str | None = None,
    today: date | None = None,
) -> ShrinkReport:
    """Make the run of a log smaller while two engines part over it as they do over the whole.

    The engines are those of `replay`. What is smaller is written to `output` at once, by default
    to `replays/regress/` under the fault's name; `resume` goes on from there. `tries` bounds the
    runs that are played in each way that there is to shrink. `declared` is a file of differences
    that are no fault in any of them, `today` as for `replay`. Raises VrVerifyError for what cannot
    be done; Ctrl-C, and an engine that cannot go on, give a report of what was done.
    """
    if tries < 1:
        raise UsageError(f"tries: expected at least 1, found {tries}")
    source = Path(log)
    with RunLog.open(source) as opened:
        facts, case = facts_of(source, opened), case_of_log(opened)
        specs = _builds(opened, engine, against, limits)
    day = datetime.now(UTC).date() if today is None else today
    known = None if declared is None else DeclaredFile(Path(declared), day)
    each = replace(limits or Limits(), workers=len(specs))
    asked = _Asked(source, specs, each, known)
    with Residents(specs, each, declared=known) as residents:
        found = _fault(case, residents, facts, asked)
        if isinstance(found, ShrinkReport):
            return found
        ways = Ways(case, residents, found, _path(output, found, source, resume), _told(progress))
        try:
            if resume:
                ways.take_up()
            ways.run(tries)
        except (KeyboardInterrupt, EngineError, SkippedError) as error:
            return unfinished(ways, facts, case, error)
    try:
        return _verified(shrink_report(ways, facts, case), ways, asked)
    except KeyboardInterrupt as error:
        return unfinished(ways, facts, case, error)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The log and the builds. A small log is replayed by these, whoever has recorded it."""

    log: Path
    specs: list[BuildSpec]
    limits: Limits
    known: DeclaredFile | None

    @property
    def against(self) -> str:
        """The text of the second build."""
        return self.specs[1].text if len(self.specs) > 1 else NO_ENGINE

    def replayed(self, log: Path) -> Report:
        """Replay a log with the same engines."""
        return replay(
            log,
            self.specs[0].text,
            self.against,
            limits=self.limits,
            declared=None if self.known is None else self.known.path,
            today=None if self.known is None else self.known.today,
            one_of_many=True,
        )

    def command(self, log: Path) -> str:
        """Return the command that does so."""
        words = ["vr-verify", "replay", shown_path(log)]
        words += ["--engine", self.specs[0].text, "--against", self.against]
        words += [] if self.known is None else ["--declared", self.known.path.name]
        return shlex.join(words)


def _told(progress: Progress | None) -> Callable[[str, int], None] | None:
    """Return what tells of each try; how many it will take nobody knows."""
    if progress is None:
        return None
    return lambda start, tries: progress(f"shrink, from {start}", tries, 0)


def _builds(
    log: RunLog, engine: str | None, against: str | None, limits: Limits | None
) -> list[BuildSpec]:
    """Find the builds whose engines part: as named, else the log's and its counterpart."""
    first = engine_of_log(log.header) if engine is None else resolve_build(engine)
    with Engine(first, limits) as started:
        refuse_other_rules(log.header, [started])
        second = build_against(started, against)
    return [first] if second is None else [first, second]


def _path(output: Path | str | None, fault: Fault, source: Path, resume: bool) -> Path:
    """Return the log to write; one of that fault that is kept already is not overwritten."""
    if output is None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        path = FOLDER / f"{fault.id}.log"
        if path.exists() and not resume:
            advice = "make it smaller with --resume, or name another file by -o"
            raise UsageError(f"{path} is there already: {advice}")
    else:
        path = Path(output)
        if not path.parent.is_dir():
            raise MissingFileError(f"{path}: there is no folder {path.parent}")
    if path.exists() and path.samefile(source):
        raise UsageError(f"{path} is the log to shrink: name another file to write by -o")
    return path


def _fault(
    case: Case, residents: Residents, facts: LogFacts, asked: _Asked
) -> Fault | ShrinkReport:
    """Name the fault of the whole run, which must show it each time; else say what is so."""
    faults = [shown(case, residents), shown(case, residents)]
    if faults == [None, None]:
        replayed = asked.replayed(asked.log)
        if len(residents.sides) == 1 or not _live_sides_part(replayed):
            return _nothing(residents, facts, replayed)
    first = faults[0]
    if first is not None and first.kind == DECLARED:
        names = " and ".join(side.name for side in residents.sides)
        what = unlike(residents.sides)
        raise SkippedError(f"{names} declare different {what} for this run: nothing to compare")
    if first is None or faults[1] != first or first.detail == NOT_REPRODUCED:
        faults += [shown(case, residents) for _ in range(_PLAYS_IF_UNSTEADY - len(faults))]
    if first is not None and faults.count(first) == len(faults):
        able_sides(residents, first.side)
        return first
    seen = next(filter(None, faults), None)
    said = "a fault that comes and goes cannot be shrunk; see `vr-verify stress`"
    return ShrinkReport(
        outcome=str(Outcome.INTERMITTENT),
        log=facts,
        complete=False,
        message=f"{_counted(seen, faults, 'the same run')}: {said}",
        fault=None if seen is None else fault_row(seen),
    )


def _live_sides_part(replayed: Report) -> bool:
    """Whether a replay tells engines apart, and not only from the log."""
    found = replayed.divergence
    return found is not None and found.odd_one_out not in {None, RECORDED}


def _counted(fault: Fault | None, faults: list[Fault | None], what: str) -> str:
    """Say how often a fault showed, and how often others did."""
    plays = f"{len(faults)} plays of {what}"
    if fault is None:
        return f"the sides part when the log is replayed, and in none of {plays}"
    others = sum(1 for found in faults if found is not None and found != fault)
    also = f", and another fault in {others}" if others else ""
    return f"{fault.place} shows in {faults.count(fault)} of {plays}{also}"


def _nothing(residents: Residents, facts: LogFacts, replayed: Report) -> ShrinkReport:
    """Say that no engine parts from another, and whether all of them part from the log."""
    names = [side.name for side in residents.sides]
    said = "the sides agree on all turns of this run: there is nothing to shrink"
    if replayed.divergence is not None:
        at = f"({replayed.divergence.kind}, turn {replayed.divergence.turn})"
        said = f"{' and '.join(names)} agree with each other, not with the log {at}"
        if len(names) == 1:
            said = f"{names[0]} plays the run to its end, not as the log has it {at}"
        said += ": the fault is not in the run, and there is nothing to shrink"
    return ShrinkReport(
        outcome=str(Outcome.SKIPPED),
        log=facts,
        complete=False,
        message=said,
        divergence=replayed.divergence,
    )


def _verified(report: ShrinkReport, ways: Ways, asked: _Asked) -> ShrinkReport:
    """Hold the small log against the fault, on fresh workers; then say what replaying it shows."""
    fault, path = ways.fault, ways.path
    with RunLog.open(path) as small:
        case = case_of_log(small)
    report = structs.replace(report, reproduce=asked.command(path))
    with Residents(asked.specs, asked.limits, declared=asked.known) as fresh:
        faults = [shown(case, fresh)]
        found = asked.replayed(path) if fault.kind != REFUSAL else None
        if faults[0] == fault and (found is None or _shows(found, fault)):
            return _ended(report, found)
        faults += [shown(case, fresh) for _ in range(_PLAYS_IF_UNSTEADY - 1)]
    said = f"{_counted(fault, faults, path.name)}, after it was shrunk to that"
    if found is not None and not _shows(found, fault):
        said += "; replaying it does not show it"
    return structs.replace(report, outcome=str(Outcome.INTERMITTENT), message=said)


def _shows(found: Report, fault: Fault) -> bool:
    """Whether a replay shows a fault of this kind; its place was compared before."""
    if fault.outcome != Outcome.DIVERGED:
        return found.outcome == fault.outcome
    return found.divergence is not None and found.divergence.kind == fault.kind


def _ended(report: ShrinkReport, found: Report | None) -> ShrinkReport:
    """Add what replaying the small log shows; None: one side refuses the run, so it cannot be."""
    if found is None:
        return report
    said = "; ".join(filter(None, (report.message, found.message))) or None
    return structs.replace(
        report,
        outcome=found.outcome,
        message=said,
        divergence=found.divergence,
        declared=found.declared,
    )
