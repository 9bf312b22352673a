"""What a campaign found as a document, and what it comes to.

Spec: contract, section 4. It must not play anything.
"""

import os
from collections.abc import Sequence
from typing import Final

from vr_verify.engines.registry import BuildSpec
from vr_verify.errors import EngineError, VrVerifyError
from vr_verify.fuzzing.campaign import FAILURES_MAX, Campaign
from vr_verify.fuzzing.canary import Canary
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.faults import Fault, fault_row
from vr_verify.fuzzing.findings import Finding
from vr_verify.fuzzing.regress import Kept
from vr_verify.model.outcome import Outcome, worst
from vr_verify.model.report import Side
from vr_verify.report.failure_text import STOPPED, told, without_folders
from vr_verify.report.fuzz_document import Campaigned, CanaryRow, FindingRow, FuzzReport
from vr_verify.report.shrink_document import RunSize
from vr_verify.session.declared import unmet_texts
from vr_verify.session.declared_runs import over_runs
from vr_verify.verbs.fuzz_commands import Asked, again

_ENDS: Final = ("start", "end")


Stopped = VrVerifyError | OSError | KeyboardInterrupt | None
"""What cut a campaign short."""


def fuzz_report(asked: Asked, campaign: Campaign, stopped: Stopped = None) -> FuzzReport:
    """Put the document together."""
    complete = stopped is None and not campaign.gave_up
    met = campaign.tally.declared
    declared = None if met is None else over_runs([met], part=not complete)
    outcome, message = _judged(campaign, stopped, unmet_texts(declared or ()))
    pairs = zip(_ENDS, campaign.canaries, strict=True)
    return FuzzReport(
        outcome=str(outcome),
        complete=complete,
        sides={
            side.name: Side(side.engine.spec.build, side.engine.description.rules_version)
            for side in campaign.residents.sides
        },
        seed=str(asked.seed),
        search=asked.search,
        campaign=_campaigned(asked, campaign),
        message="; ".join(message) or None,
        first_refusal=campaign.tally.first_refusal or None,
        canaries=tuple(_canary(at, canary) for at, canary in pairs if complete or canary.tries),
        findings=tuple(
            _finding(asked, one, campaign.residents.specs) for one in campaign.findings.listed
        ),
        declared=declared,
    )


def _judged(campaign: Campaign, stopped: Stopped, unmet: list[str]) -> tuple[Outcome, list[str]]:
    """Judge: what cut it short, faults, nothing compared, a canary that was not found.

    `unmet` names declared differences that must go.
    """
    tally, said, outcomes = campaign.tally, list[str](), list[Outcome]()
    if stopped is not None:
        outcome, message = _cut(stopped)
        outcomes.append(outcome)
        said.append(message)
    outcomes += [_outcome(finding.fault) for finding in campaign.findings.listed]
    if campaign.gave_up:
        said.append(f"given up after {FAILURES_MAX} failures of an engine")
    if not tally.turns and not outcomes:
        outcomes.append(Outcome.NOTHING_COMPARED)
        said.append("no turn was executed and compared")
    elif stopped is None and any(canary.sighting is None for canary in campaign.canaries):
        outcomes.append(Outcome.NOTHING_COMPARED)
        tried = any(canary.tries and canary.sighting is None for canary in campaign.canaries)
        lie = "a planted lie was not found" if tried else "no lie could be planted"
        said.append(f"{lie}: this campaign proves nothing")
    outcomes += [Outcome.VIOLATED] if unmet else []
    return worst(outcomes or [Outcome.AGREED]), said + unmet


def _cut(stopped: VrVerifyError | OSError | KeyboardInterrupt) -> tuple[Outcome, str]:
    """Return the outcome of what cut a campaign short, and say it."""
    if isinstance(stopped, KeyboardInterrupt):
        return Outcome.INTERRUPTED, STOPPED
    if isinstance(stopped, EngineError):
        return Outcome(stopped.outcome), told(stopped)
    if isinstance(stopped, VrVerifyError):
        return Outcome(stopped.outcome), without_folders(stopped.message)
    # A file's name says nothing here, and may be that of a file for a moment.
    return Outcome.IO_FAILED, str(stopped) if stopped.errno is None else os.strerror(stopped.errno)


def _outcome(fault: Fault) -> Outcome:
    """Return what a fault comes to: sides that part are a finding, a failure is what it is."""
    outcome = Outcome(fault.outcome)
    return Outcome.FINDING if outcome is Outcome.DIVERGED else outcome


def _campaigned(asked: Asked, campaign: Campaign) -> Campaigned:
    tally, source = campaign.tally, campaign.source
    never = tuple(rule for rule, times in tally.rules.items() if not times)
    return Campaigned(
        asked=asked.cases,
        cases=tally.cases,
        refused=tally.refused,
        given=source.given,
        generated=source.generated,
        changed=source.changed,
        turns=tally.turns,
        halted=tally.halted,
        failures=tally.failures,
        rules_fired=len(tally.rules) - len(never),
        rules_total=len(tally.rules),
        rules_never_fired=never,
    )


def _canary(at: str, canary: Canary) -> CanaryRow:
    seen = canary.sighting
    if seen is None:
        return CanaryRow(at, False, canary.tries)
    return CanaryRow(at, True, canary.tries, seen.lie, seen.case, seen.turn, seen.place)


def _finding(asked: Asked, finding: Finding, specs: Sequence[BuildSpec]) -> FindingRow:
    fault, kept, reproduce = finding.fault, finding.kept or Kept(), again(asked, finding, specs)
    return FindingRow(
        fault=fault_row(fault),
        case=finding.number,
        seen=finding.seen,
        reproduced=finding.reproduced,
        after_case_before=None if finding.reproduced else finding.after_case_before,
        files=(*kept.files, *finding.kept_else),
        beside=kept.beside or None,
        found=_size(finding.case),
        kept=_size(finding.small),
        shown=finding.shown,
        message=finding.message or None,
        reproduce=reproduce.command,
        reproduce_where=reproduce.where or None,
    )


def _size(case: Case) -> RunSize:
    return RunSize(len(case.turns), case.commands, len(case.scenario))
