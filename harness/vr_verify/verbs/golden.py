"""`golden`: recorded runs held against their answers by executing them; answers blessed and listed.

Spec: contract, section 3; CONTRIBUTING.md says how an answer is blessed. It must not print, ask or
exit.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from msgspec import structs

from vr_verify.answers.pairs import Pair, covers_all, find_pairs
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import UsageError, VrVerifyError
from vr_verify.model.limits import Limits
from vr_verify.model.outcome import Outcome, worst
from vr_verify.model.report import DeclaredDifference
from vr_verify.report.failure_text import STOPPED
from vr_verify.report.golden_document import REFUSED, GoldenCase, GoldenReport
from vr_verify.session.declared import unmet_texts
from vr_verify.session.declared_runs import over_runs
from vr_verify.session.lockstep import Progress
from vr_verify.session.log_engine import NO_ENGINE
from vr_verify.verbs import golden_case
from vr_verify.verbs.golden_bless import Proposal, check_reason
from vr_verify.verbs.golden_execution import Engines

ACTIONS: Final = ("check", "bless", "list")
NOTHING: Final = "there is no log and no answer; `vr-verify record … -o replays/S/C.log` makes one"
Paths = Sequence[Path | str]


def golden(  # noqa: PLR0913 - one name for each option of the command
    action: str = "check",
    paths: Paths = (),
    *,
    reason: str | None = None,
    engine: str | None = None,
    against: str | None = None,
    replays: Path | str | None = None,
    answers: Path | str | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
    declared: Path | str | None = None,
    today: date | None = None,
    one_of_many: bool = False,
) -> GoldenReport:
    """Check, bless or list golden answers: the whole command as one function.

    `paths` are logs or folders of them, by default all; `replays` and `answers` name the folders
    of questions and answers where they are not `replays/` and `golden/runs/`. A blessing needs a
    `reason` and asks nobody. `declared` is a file of declared differences that holds for each of
    the runs; one that none of them meets fails, unless `paths` name a part of the runs, or this is
    `one_of_many` calls and the caller judges. `today` is as for `replay`. Raises VrVerifyError for
    what cannot be begun.
    """
    if action not in ACTIONS:
        raise UsageError(f"golden: expected one of {', '.join(ACTIONS)}, found {action!r}")
    if (reason is not None) != (action == "bless"):
        raise UsageError("golden: a reason belongs to bless, and only there")
    if declared is not None and action == "list":
        raise UsageError("golden list executes nothing: there are no differences to declare")
    file = None if declared is None else Path(declared)
    engines = Engines(engine, against, limits, progress, file, today)
    if reason is not None:
        with _proposed(paths, reason, engines, replays, answers) as proposal:
            return proposal.accept()
    pairs = find_pairs(paths, replays, answers)
    if action == "list":
        return _listed(pairs)
    if one_of_many:
        return _checked(pairs, engines, judge_unmet=False)
    return _checked(pairs, engines, part=not covers_all(paths, replays, answers))


def propose(  # noqa: PLR0913 - one name for each option of the command
    paths: Paths,
    reason: str,
    engine: str | None = None,
    against: str | None = None,
    *,
    replays: Path | str | None = None,
    answers: Path | str | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
    declared: Path | str | None = None,
    today: date | None = None,
) -> Proposal:
    """Execute questions and return what would be blessed; nothing is written before `accept`.

    Close the proposal (it is a context manager). Only two engines that agree can bless: with one,
    or with two that part, its document says so and it cannot be accepted. What agrees by the
    `declared` differences alone can be blessed, and the answer names them.
    """
    file = None if declared is None else Path(declared)
    engines = Engines(engine, against, limits, progress, file, today)
    return _proposed(paths, reason, engines, replays, answers)


def _proposed(
    paths: Paths,
    reason: str,
    engines: Engines,
    replays: Path | str | None,
    answers: Path | str | None,
) -> Proposal:
    check_reason(reason)
    if engines.against == NO_ENGINE:
        raise UsageError("golden bless: only two engines that agree can bless, not one")
    _check_engines(engines)
    asked = [pair for pair in find_pairs(paths, replays, answers) if pair.asked]
    proposal = Proposal(reason.strip())
    try:
        cases, stopped = _each(asked, lambda pair: proposal.add(pair, engines))
        part = not covers_all(paths, replays, answers)
        proposal.document = _report("bless", cases, stopped, part)
    except BaseException:
        proposal.close()
        raise
    return proposal


def _checked(
    pairs: Iterable[Pair], engines: Engines, part: bool = True, judge_unmet: bool = True
) -> GoldenReport:
    """Execute each question and hold it against its answer; stopped by Ctrl-C, say so."""
    _check_engines(engines)
    with TemporaryDirectory(prefix="vr-golden-") as scratch:
        cases, stopped = _each(pairs, lambda p: golden_case.checked(p, engines, Path(scratch)))
    return _report("check", cases, stopped, part, judge_unmet)


def _listed(pairs: Iterable[Pair]) -> GoldenReport:
    """List questions and answers by what the files say; nothing is executed, nothing judged."""
    cases, stopped = _each(pairs, golden_case.listed)
    outcome = Outcome.AGREED if cases else Outcome.NOTHING_COMPARED
    report = _report("list", cases, stopped)
    return report if stopped else structs.replace(report, outcome=str(outcome))


def _check_engines(engines: Engines) -> None:
    """Refuse a build that is not there once, and not at each log."""
    for build in (engines.engine, engines.against):
        if build is not None and build != NO_ENGINE:
            resolve_build(build)


def _each(
    pairs: Iterable[Pair], judged: Callable[[Pair], GoldenCase]
) -> tuple[list[GoldenCase], bool]:
    """Judge each pair; a failure is that pair's outcome. Say too whether it was stopped."""
    cases: list[GoldenCase] = []
    for pair in pairs:
        try:
            case = judged(pair)
        except VrVerifyError as error:
            case = golden_case.failed(pair, error)
        except KeyboardInterrupt:
            return cases, True
        cases.append(case)
        if case.outcome == Outcome.INTERRUPTED:
            return cases, True
    return cases, False


def _report(
    action: str,
    cases: list[GoldenCase],
    stopped: bool,
    part: bool = True,
    judge_unmet: bool = True,
) -> GoldenReport:
    """Put the document together; `part`: there are more runs, not looked at here."""
    outcomes = [Outcome(case.outcome) for case in cases]
    declared = _declared(cases, part or stopped)
    unmet = unmet_texts(declared or ()) if judge_unmet else []
    outcome = Outcome.INTERRUPTED if stopped else worst(outcomes)
    if unmet and outcome is Outcome.AGREED:
        outcome = Outcome.VIOLATED
    said = "; ".join([STOPPED] if stopped else unmet) or None
    complete = not stopped and all(case.verdict != REFUSED for case in cases)
    return GoldenReport(
        action=action,
        outcome=str(outcome),
        complete=complete,
        cases=tuple(cases),
        message=NOTHING if not cases and not stopped else said,
        declared=declared,
    )


def _declared(cases: list[GoldenCase], part: bool) -> tuple[DeclaredDifference, ...] | None:
    """Add up what all cases met of declared differences.

    A case that was not compared to its end may have met more.
    """
    known = [case.declared for case in cases if case.declared is not None]
    if not known:
        return None
    cut = any(case.declared is None or case.verdict == REFUSED for case in cases)
    return over_runs(known, part or cut)
