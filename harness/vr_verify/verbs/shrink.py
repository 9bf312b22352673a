"""`shrink`: a failing run made minimal, still failing in the same way at the same place.

Spec: contract, section 3. It must not print or exit.
"""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from msgspec import structs

from vr_verify.engines.builds.spec import ignore_progress
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import BuildSpec, resolve_build
from vr_verify.errors import MissingFileError, UsageError
from vr_verify.model.limits import Limits
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import LogFacts, Report
from vr_verify.report.failure_text import STOPPED
from vr_verify.report.fault_row import FaultRow
from vr_verify.report.shrink_document import CutRow, RunSize, ShrinkReport
from vr_verify.runlog.reader import RunLog
from vr_verify.session.cases import Case, case_of_log
from vr_verify.session.faults import Fault
from vr_verify.session.keepsakes import keep_case, recording_side
from vr_verify.session.lockstep import Progress
from vr_verify.session.log_engine import build_against, engine_of_log, refuse_other_rules
from vr_verify.session.residents import Residents
from vr_verify.session.shrinking import TRIES_MAX, Shrinker, Shrunk, Size, size_of
from vr_verify.verbs.replay import replay

FOLDER: Final = Path("replays") / "regress"
_PLAYS_IF_UNSTEADY: Final = 10


def shrink(
    log: Path | str,
    output: Path | str | None = None,
    engine: str | None = None,
    against: str | None = None,
    tries: int = TRIES_MAX,
    resume: bool = False,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> ShrinkReport:
    """Make the run of a log smaller while two engines part over it as they do over the whole.

    The engines are those of `replay`. What is smaller is written to `output` at once, by default
    to `replays/regress/` under the fault's name; `resume` goes on from there. `tries` bounds the
    runs that are played. Raises VrVerifyError for what cannot be done; Ctrl-C gives what is done.
    """
    if tries < 1:
        raise UsageError(f"tries: expected at least 1, found {tries}")
    source = Path(log)
    with RunLog.open(source) as opened:
        facts, case = _facts(source, opened), case_of_log(opened)
        specs = _builds(opened, engine, against, limits, progress or ignore_progress)
    with Residents(specs, replace(limits or Limits(), workers=len(specs))) as residents:
        found = _fault(case, residents, facts)
        if isinstance(found, ShrinkReport):
            return found
        path = _path(output, found)
        if resume:
            case = _resumed(path, residents, found) or case
        work = _Work(residents, found, path, tries, progress)
        try:
            work.run(case)
        except KeyboardInterrupt:
            return _unfinished(work, facts, case)
    replayed = replay(path, engine, against, limits=limits)
    again = ["vr-verify", "replay", path.name, *_named("--engine", engine)]
    return _finished(work, facts, case, replayed, [*again, *_named("--against", against)])


def _named(name: str, value: str | None) -> list[str]:
    return [] if value is None else [name, value]


def _facts(path: Path, log: RunLog) -> LogFacts:
    return LogFacts(path.name, len(log.turns), path.stat().st_size, log.turns[-1])


def _builds(
    log: RunLog,
    engine: str | None,
    against: str | None,
    limits: Limits | None,
    told: Progress,
) -> list[BuildSpec]:
    """Find the builds whose engines part: as named, else the log's and its counterpart."""
    first = engine_of_log(log.header) if engine is None else resolve_build(engine, told)
    with Engine(first, limits) as started:
        refuse_other_rules(log.header, [started])
        second = build_against(started, against, told)
    return [first] if second is None else [first, second]


def _path(output: Path | str | None, fault: Fault) -> Path:
    if output is None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        return FOLDER / f"{fault.id}.log"
    path = Path(output)
    if not path.parent.is_dir():
        raise MissingFileError(f"{path}: there is no folder {path.parent}")
    return path


def _fault(case: Case, residents: Residents, facts: LogFacts) -> Fault | ShrinkReport:
    """Name the fault of the whole run, which must show it each time; else say what is so."""
    faults = [_shown(case, residents), _shown(case, residents)]
    first = faults[0]
    if first is not None and faults[1] == first:
        recording_side(residents, first)
        return first
    if faults == [None, None]:
        said = "the sides agree on all turns of this run: there is nothing to shrink"
        return ShrinkReport(outcome=str(Outcome.SKIPPED), log=facts, complete=False, message=said)
    faults += [_shown(case, residents) for _ in range(_PLAYS_IF_UNSTEADY - len(faults))]
    shown = next(fault for fault in faults if fault is not None)
    said = f"{shown.place} shows in {faults.count(shown)} of {len(faults)} plays of the same run"
    return ShrinkReport(
        outcome=str(Outcome.INTERMITTENT),
        log=facts,
        complete=False,
        message=f"{said}: a fault that comes and goes cannot be shrunk; see `vr-verify stress`",
        fault=_row(shown),
    )


def _shown(case: Case, residents: Residents) -> Fault | None:
    played = residents.play(case)
    return residents.fault(case, played) if played.parted else None


def _resumed(path: Path, residents: Residents, fault: Fault) -> Case | None:
    """Take up what an earlier shrink has left; None where there is nothing yet."""
    if not path.is_file():
        return None
    with RunLog.open(path) as log:
        case = case_of_log(log)
    found = _shown(case, residents)
    if found != fault:
        place = "no fault" if found is None else f"the fault {found.id} ({found.place})"
        raise UsageError(f"--resume: {path.name} shows {place}, expected {fault.id}")
    return case


class _Work:
    """The case made small in each way that there is, the smallest log of them kept."""

    def __init__(
        self,
        residents: Residents,
        fault: Fault,
        path: Path,
        tries: int,
        progress: Progress | None,
    ) -> None:
        self.fault, self.path = fault, path
        self._residents, self._tries, self._progress = residents, tries, progress
        self.shrunk: Shrunk | None = None

    def run(self, case: Case) -> None:
        """Start from a later state where that can be done; then from the scenario as well."""
        self._keep(case)
        sides = self._residents.sides
        restorable = all(side.engine.can("snapshot") for side in sides)
        self._shrink(case, restorable)
        if restorable and case.start is None:
            self._other_way(case)

    def _shrink(self, case: Case, from_later_state: bool) -> None:
        shrinker = Shrinker(case, self._residents, self.fault, self._tries, self._keep)
        self.shrunk = shrinker.shrunk
        shrinker.run(from_later_state)

    def _other_way(self, case: Case) -> None:
        """Shrink the whole run too, and take that if its log is the smaller one."""
        shrunk = Shrinker(case, self._residents, self.fault, self._tries, self._count).run(False)
        part = self.path.with_name(f".{self.path.name}.other")
        try:
            keep_case(shrunk.case, self._residents, self.fault, part)
            if part.stat().st_size < self.path.stat().st_size:
                part.replace(self.path)
                self.shrunk = shrunk
        finally:
            part.unlink(missing_ok=True)

    def _keep(self, case: Case) -> None:
        keep_case(case, self._residents, self.fault, self.path)
        self._count(case)

    def _count(self, case: Case) -> None:
        if self._progress is not None and self.shrunk is not None:
            self._progress(f"shrink to {len(case.turns)} turns", self.shrunk.tries, self._tries)


def _row(fault: Fault) -> FaultRow:
    return FaultRow(fault.id, *(getattr(fault, name) for name in FaultRow.__struct_fields__[1:]))


def _size(size: Size) -> RunSize:
    return RunSize(size.turns, size.commands, size.scenario_bytes, size.entities)


def _report(work: _Work, facts: LogFacts, whole: Case) -> ShrinkReport:
    """Say what was cut; the outcome is not known yet."""
    shrunk = work.shrunk
    assert shrunk is not None, "the work has begun"
    with RunLog.open(work.path) as small:
        left = _facts(work.path, small)
    cuts = [CutRow(c.name, c.tries, _size(c.before), _size(c.after)) for c in shrunk.cuts]
    start = shrunk.case.start
    return ShrinkReport(
        outcome=str(Outcome.INTERRUPTED),
        log=facts,
        complete=shrunk.finished,
        fault=_row(work.fault),
        small=left,
        tries=shrunk.tries,
        before=_size(size_of(whole, shrunk.schema)),
        after=_size(size_of(shrunk.case, shrunk.schema)),
        starts_from=None if start is None else start.turn,
        cuts=tuple(cuts),
        others=tuple(map(_row, shrunk.others)),
    )


def _unfinished(work: _Work, facts: LogFacts, whole: Case) -> ShrinkReport:
    if work.shrunk is None:
        raise KeyboardInterrupt
    said = f"{STOPPED}; {work.path.name} holds the smallest run so far: go on with --resume"
    return structs.replace(_report(work, facts, whole), complete=False, message=said)


def _finished(
    work: _Work, facts: LogFacts, whole: Case, replayed: Report, again: Sequence[str]
) -> ShrinkReport:
    """Say what is left, and that replaying it shows the fault."""
    outcome, said = replayed.outcome, replayed.message
    if outcome == Outcome.AGREED:
        outcome = str(Outcome.INTERMITTENT)
        said = f"{work.path.name} showed the fault while it was shrunk, and not when replayed"
    elif work.shrunk is not None and not work.shrunk.finished:
        said = (
            f"all {work.shrunk.tries} tries are used: go on with --resume, or give more by --tries"
        )
    return structs.replace(
        _report(work, facts, whole),
        outcome=outcome,
        message=said,
        divergence=replayed.divergence,
        reproduce=shlex.join(again),
    )
