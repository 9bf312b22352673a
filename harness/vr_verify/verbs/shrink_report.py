"""What shrinking came to as a document.

Spec: contract, section 4. It must not play anything.
"""

from pathlib import Path

from msgspec import structs

from vr_verify.errors import EngineError, SkippedError
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.faults import fault_row
from vr_verify.fuzzing.shrink_ways import Way, Ways
from vr_verify.fuzzing.shrinking import Shrunk, Size, size_of
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import LogFacts
from vr_verify.report.failure_text import STOPPED, told
from vr_verify.report.shrink_document import CutRow, RunSize, ShrinkReport, WayRow
from vr_verify.runlog.reader import RunLog


def facts_of(path: Path, log: RunLog) -> LogFacts:
    """Return what a document says of a log."""
    return LogFacts(path.name, len(log.turns), path.stat().st_size, log.turns[-1])


def shrink_report(ways: Ways, facts: LogFacts, whole: Case) -> ShrinkReport:
    """Say what was cut, and from how much; the outcome is the fault's as long as no more is known.

    `ways` may have been stopped at any moment.
    """
    taken, shrunk = ways.taken, ways.taken.shrunk
    case = taken.case if shrunk is None else shrunk.case
    schema = None if shrunk is None else shrunk.schema
    begun = [way.shrunk for way in ways.listed if way.shrunk is not None]
    cuts = [] if shrunk is None else shrunk.cuts
    others = dict.fromkeys(fault for one in begun for fault in one.others)
    finished = len(begun) == len(ways.listed) and all(one.finished for one in begun)
    return ShrinkReport(
        outcome=ways.fault.outcome,
        log=facts,
        complete=finished,
        message=None if finished else _tries_used(begun),
        fault=fault_row(ways.fault),
        small=_small(ways),
        tries=sum(one.tries for one in begun),
        before=_size(size_of(whole, schema)),
        after=_size(size_of(case, schema)),
        starts_from=None if case.start is None else case.start.turn,
        ways=tuple(_way_row(way, way is taken) for way in ways.listed if way.shrunk is not None),
        cuts=tuple(
            CutRow(cut.name, cut.tries, _size(cut.before), _size(cut.after), cut.parts)
            for cut in cuts
        ),
        others=tuple(map(fault_row, others)),
    )


def unfinished(
    ways: Ways, facts: LogFacts, whole: Case, error: KeyboardInterrupt | EngineError | SkippedError
) -> ShrinkReport:
    """Report what was done before the work was stopped or could not go on."""
    outcome, said = str(Outcome.INTERRUPTED), STOPPED
    if not isinstance(error, KeyboardInterrupt):
        outcome = error.outcome
        said = told(error) if isinstance(error, EngineError) else error.message
    report = shrink_report(ways, facts, whole)
    left = "nothing smaller was found before"
    if report.small is not None:
        left = f"{ways.path.name} holds the smallest run so far: go on with --resume"
    return structs.replace(report, outcome=outcome, complete=False, message=f"{said}; {left}")


def _tries_used(begun: list[Shrunk]) -> str:
    tries = sum(one.tries for one in begun)
    return (
        f"all {tries:,} tries are used: go on with --resume, or give more by --tries; until then a "
        "hidden file beside it, of the same name and .scenario, keeps the other way"
    )


def _small(ways: Ways) -> LogFacts | None:
    """Return what is known of the small log; None where none was written."""
    if not ways.listed[0].kept:
        return None
    with RunLog.open(ways.path) as small:
        return facts_of(ways.path, small)


def _way_row(way: Way, taken: bool) -> WayRow:
    shrunk = way.shrunk
    assert shrunk is not None, "the way was begun"
    return WayRow(way.start, shrunk.tries, shrunk.finished, taken, way.bytes)


def _size(size: Size) -> RunSize:
    return RunSize(size.turns, size.commands, size.scenario_bytes, size.entities)
