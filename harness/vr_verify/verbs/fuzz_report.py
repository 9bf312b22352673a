"""What a campaign found as a document, and what it comes to.

Spec: contract, section 4. It must not play anything.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vr_verify.errors import EngineError
from vr_verify.fuzzing.campaign import FAILURES_MAX, Campaign
from vr_verify.fuzzing.canary import Canary
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.faults import Fault
from vr_verify.fuzzing.findings import Finding
from vr_verify.model.outcome import Outcome, worst
from vr_verify.model.report import Side
from vr_verify.report.failure_text import STOPPED, told
from vr_verify.report.fault_row import FaultRow
from vr_verify.report.fuzz_document import Campaigned, CanaryRow, FindingRow, FuzzReport
from vr_verify.report.shrink_document import RunSize
from vr_verify.session.declared import unmet_texts
from vr_verify.session.declared_runs import over_runs

_ENDS: Final = ("start", "end")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller asked for, as commands that show it again need it."""

    cases: int
    seed: int
    engine: str | None
    against: str | None
    sources: tuple[str, ...]
    size: int
    turns: int
    search: bool
    declared: Path | None = None

    def sides(self) -> list[str]:
        """Return the options that name the two builds."""
        words = [] if self.engine is None else ["--engine", self.engine]
        return words + ([] if self.against is None else ["--against", self.against])

    def replay(self, folder: Path, log: str) -> str:
        """Return the command that replays a log that was kept."""
        words = ["vr-verify", "replay", _shown_path(folder / log), *self.sides()]
        return shlex.join([*words, *self._known()])

    def _known(self) -> list[str]:
        """Return the option that names the file of declared differences."""
        return [] if self.declared is None else ["--declared", _shown_path(self.declared)]

    def record(self, folder: Path, parts: Sequence[str], turns: int, engine: str) -> str:
        """Return the command that records a case from its parts, as far as the engine plays it."""
        scenario, commands = (_shown_path(folder / part) for part in parts)
        words = ["vr-verify", "record", scenario, "--commands", commands, "--turns", str(turns)]
        log = str(Path(scenario).with_suffix(".log"))
        return shlex.join([*words, "--engine", self.engine or engine, "-o", log])

    def campaign(self, cases: int) -> str:
        """Return the command of the first cases of the same campaign."""
        words = ["vr-verify", "fuzz", *self.sides(), "--cases", str(cases)]
        words += ["--seed", str(self.seed), "--size", str(self.size), "--turns", str(self.turns)]
        for source in self.sources:
            words += ["--from", _shown_path(Path(source))]
        words += ["--search"] if self.search else []
        return shlex.join([*words, *self._known()])


def fuzz_report(
    asked: Asked,
    campaign: Campaign,
    folder: Path,
    stopped: EngineError | KeyboardInterrupt | None = None,
) -> FuzzReport:
    """Put the document together; `stopped` is what cut the campaign short."""
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
            _finding(asked, one, folder, campaign.residents.specs[0].text)
            for one in campaign.findings.listed
        ),
        declared=declared,
    )


def _judged(
    campaign: Campaign, stopped: EngineError | KeyboardInterrupt | None, unmet: list[str]
) -> tuple[Outcome, list[str]]:
    """Judge: what cut it short, faults, nothing compared, a canary that was not found.

    `unmet` names declared differences that must go.
    """
    tally, said, outcomes = campaign.tally, list[str](), list[Outcome]()
    if isinstance(stopped, EngineError):
        outcomes.append(Outcome(stopped.outcome))
        said.append(told(stopped))
    elif stopped is not None:
        outcomes.append(Outcome.INTERRUPTED)
        said.append(STOPPED)
    outcomes += [_outcome(finding.fault) for finding in campaign.findings.listed]
    if campaign.gave_up:
        said.append(f"given up after {FAILURES_MAX} failures of an engine")
    if not tally.turns and not outcomes:
        outcomes.append(Outcome.NOTHING_COMPARED)
        said.append("no turn was executed and compared")
    elif stopped is None and any(canary.sighting is None for canary in campaign.canaries):
        outcomes.append(Outcome.NOTHING_COMPARED)
        said.append("a planted lie was not found: this campaign proves nothing")
    outcomes += [Outcome.VIOLATED] if unmet else []
    return worst(outcomes or [Outcome.AGREED]), said + unmet


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


def _finding(asked: Asked, finding: Finding, folder: Path, engine: str) -> FindingRow:
    fault, kept = finding.fault, [one for one in (finding.kept, finding.kept_before) if one]
    return FindingRow(
        fault=FaultRow(fault.id, *(getattr(fault, n) for n in FaultRow.__struct_fields__[1:])),
        case=finding.number,
        seen=finding.seen,
        reproduced=finding.reproduced,
        after_case_before=None if finding.reproduced else finding.after_case_before,
        files=tuple(file for one in kept for file in one.files),
        found=_size(finding.case),
        kept=_size(finding.small),
        shown=finding.shown,
        message=finding.message or None,
        reproduce=_again(asked, finding, folder, engine),
    )


def _again(asked: Asked, finding: Finding, folder: Path, engine: str) -> str | None:
    """Return the command that shows a finding again; None if it could not be kept."""
    if not finding.reproduced:
        return asked.campaign(finding.number + 1)
    if finding.kept is None:
        return None
    if finding.kept.log:
        return asked.replay(folder, finding.kept.log)
    return asked.record(folder, finding.kept.parts, max(1, len(finding.small.turns)), engine)


def _size(case: Case) -> RunSize:
    return RunSize(len(case.turns), case.commands, len(case.scenario))


def _shown_path(path: Path) -> str:
    """Return a path as a document may have it: the same on every machine."""
    return path.name if path.is_absolute() else str(path)
