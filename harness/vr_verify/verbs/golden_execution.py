"""A recorded run executed for its answer: on both engines, and anew where the log is outdated.

Spec: contract, section 3 (`golden`). It must not read or write an answer.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from vr_verify.answers.play_again import play_again
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import SkippedError
from vr_verify.model.limits import Limits
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import Report
from vr_verify.runlog.reader import RunLog
from vr_verify.session.lockstep import RECORDED, Progress
from vr_verify.session.log_engine import engine_of_log
from vr_verify.verbs.replay import replay


@dataclass(frozen=True, slots=True)
class Engines:
    """Who executes: builds as the command line names them, None for what the log says.

    `declared` is a file of the differences that they may have, `today` the day it is held against.
    """

    engine: str | None = None
    against: str | None = None
    limits: Limits | None = None
    progress: Progress | None = None
    declared: Path | None = None
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Execution:
    """What engines made of a question. `log` is theirs: the given one, or one recorded anew.

    `report` is of the engines along that log; unless it says `agreed` there is no answer. `first`
    is what they said of the given log where that was not agreement: a report, or why it was not
    executed.
    """

    report: Report
    log: Path
    first: Report | SkippedError | None = None

    @property
    def agreed(self) -> bool:
        """Whether all engines led to the same."""
        return self.report.outcome == Outcome.AGREED

    @property
    def builds(self) -> dict[str, str]:
        """The builds of the engines that executed, by name."""
        sides = self.report.sides or {}
        return {name: sides[name].build for name in sorted(sides) if name != RECORDED}


def execute(log: Path, engines: Engines, scratch: Path) -> Execution:
    """Execute a question; where the engines part from its log, record it anew in a folder.

    Raises VrVerifyError where it cannot be executed.
    """
    try:
        first: Report | SkippedError = _replay(log, engines)
    except SkippedError as error:
        first = error
    if isinstance(first, Report) and first.outcome != Outcome.DIVERGED:
        return Execution(first, log)
    again = scratch / log.name
    _record_anew(log, engines, again)
    return Execution(_replay(again, engines), again, first)


def _replay(log: Path, engines: Engines) -> Report:
    return replay(
        log,
        engines.engine,
        engines.against,
        progress=engines.progress,
        limits=engines.limits,
        declared=engines.declared,
        today=engines.today,
        one_of_many=True,
    )


def _record_anew(log: Path, engines: Engines, path: Path) -> None:
    with RunLog.open(log) as opened:
        named = engines.engine
        spec = engine_of_log(opened.header) if named is None else resolve_build(named)
        with Engine(spec, engines.limits) as engine:
            play_again(opened, engine, path, engines.progress)
