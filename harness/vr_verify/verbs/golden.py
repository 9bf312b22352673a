"""`golden`: recorded runs held against their answers by executing them; answers blessed and listed.

Spec: contract, section 3; CONTRIBUTING.md says how an answer is blessed. It must not print, ask or
exit.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from msgspec import structs

from vr_verify.engines.registry import resolve_build
from vr_verify.errors import UsageError, VrVerifyError
from vr_verify.model.limits import Limits
from vr_verify.model.outcome import Outcome, worst
from vr_verify.report.failure_text import STOPPED
from vr_verify.report.golden_document import REFUSED, GoldenCase, GoldenReport
from vr_verify.session.golden_pairs import Pair, find_pairs
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
) -> GoldenReport:
    """Check, bless or list golden answers: the whole command as one function.

    `paths` are logs or folders of them, by default all; `replays` and `answers` name the folders
    of questions and answers where they are not `replays/` and `golden/runs/`. A blessing needs a
    `reason` and asks nobody. Raises VrVerifyError for what cannot be begun.
    """
    if action not in ACTIONS:
        raise UsageError(f"golden: expected one of {', '.join(ACTIONS)}, found {action!r}")
    if (reason is not None) != (action == "bless"):
        raise UsageError("golden: a reason belongs to bless, and only there")
    engines = Engines(engine, against, limits, progress)
    if reason is not None:
        with _proposed(paths, reason, engines, replays, answers) as proposal:
            return proposal.accept()
    pairs = find_pairs(paths, replays, answers)
    return _listed(pairs) if action == "list" else _checked(pairs, engines)


def propose(
    paths: Paths,
    reason: str,
    engine: str | None = None,
    against: str | None = None,
    *,
    replays: Path | str | None = None,
    answers: Path | str | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> Proposal:
    """Execute questions and return what would be blessed; nothing is written before `accept`.

    Close the proposal (it is a context manager). Only two engines that agree can bless: with one,
    or with two that part, its document says so and it cannot be accepted.
    """
    engines = Engines(engine, against, limits, progress)
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
        proposal.document = _report("bless", cases, stopped)
    except BaseException:
        proposal.close()
        raise
    return proposal


def _checked(pairs: Iterable[Pair], engines: Engines) -> GoldenReport:
    """Execute each question and hold it against its answer; stopped by Ctrl-C, say so."""
    _check_engines(engines)
    with TemporaryDirectory(prefix="vr-golden-") as scratch:
        cases, stopped = _each(pairs, lambda p: golden_case.checked(p, engines, Path(scratch)))
    return _report("check", cases, stopped)


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


def _report(action: str, cases: list[GoldenCase], stopped: bool) -> GoldenReport:
    outcomes = [Outcome(case.outcome) for case in cases]
    outcome = Outcome.INTERRUPTED if stopped else worst(outcomes)
    said = STOPPED if stopped else None
    complete = not stopped and all(case.verdict != REFUSED for case in cases)
    return GoldenReport(
        action=action,
        outcome=str(outcome),
        complete=complete,
        cases=tuple(cases),
        message=NOTHING if not cases and not stopped else said,
    )
