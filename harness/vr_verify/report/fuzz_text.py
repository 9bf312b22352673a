"""The page of `fuzz`: the verdict, each fault with its way back, what was covered.

It must not know how cases are made.
"""

from rich.text import Text

from vr_verify.model.outcome import Outcome
from vr_verify.report import declared_text, layout
from vr_verify.report.advice import HEADLINES, advice
from vr_verify.report.fault_row import place
from vr_verify.report.fuzz_document import Campaigned, CanaryRow, FindingRow, FuzzReport
from vr_verify.report.layout import counted, listed
from vr_verify.report.shrink_document import RunSize

_GOOD, _BAD, _OTHER = "bold green", "bold red", "bold yellow"


def fuzz_page(document: FuzzReport, width: int) -> list[Text]:
    """Set a document of `fuzz`."""
    outcome = Outcome(document.outcome)
    lines = _verdict(document, outcome, width)
    for finding in document.findings:
        lines += _finding(finding, width)
    lines += declared_text.declared(document.declared, width)
    lines += [layout.heading("Covered"), *layout.facts(_covered(document), width)]
    builds = [(name, layout.short(side.build)) for name, side in document.sides.items()]
    lines += [layout.heading("Sides"), *layout.facts(builds, width)]
    way_on = advice(outcome, document.command)
    return lines + ([Text(""), *layout.prose(way_on, width)] if way_on else [])


def _verdict(document: FuzzReport, outcome: Outcome, width: int) -> list[Text]:
    """Set the verdict in one line."""
    done = f"{counted(document.campaign.cases, 'case')} of seed {document.seed}"
    faults = counted(len(document.findings), "fault")
    if outcome is Outcome.AGREED:
        known = declared_text.met(document.declared)
        done += f", with {known}" if known else ""
        text, style = f"AGREED: {listed(list(document.sides))} agree on {done}", _GOOD
    elif outcome is Outcome.FINDING:
        text, style = f"FOUND {faults} in {done}", _BAD
    else:
        text, style = f"{HEADLINES.get(outcome, outcome.upper())}: {faults} in {done}", _OTHER
    lines = layout.prose(text, width, style=style)
    return lines + layout.prose(document.message or "", width, indent=layout.INDENT)


def _finding(finding: FindingRow, width: int) -> list[Text]:
    """Set one fault: what, how often, how small, how to see it again."""
    rows = [
        ("fault", finding.fault.id),
        ("seen", f"{counted(finding.seen, 'time')}, first in case {finding.case}"),
        ("says", finding.message or ""),
        ("again", _again(finding)),
        ("run", _shrunk(finding.found, finding.kept)),
        ("kept as", _kept(finding)),
    ]
    lines = [layout.heading(place(finding.fault)), *layout.facts(rows, width)]
    if finding.reproduce is not None:
        lines.append(layout.verbatim(finding.reproduce))
    return lines + layout.prose(finding.reproduce_where or "", width, indent=layout.INDENT)


def _kept(finding: FindingRow) -> str:
    """Name the files, and the one in whose place they stand."""
    files = ", ".join(finding.files)
    if finding.beside is None:
        return files
    return f"{files}; {finding.beside} was there before and does not show it"


def _again(finding: FindingRow) -> str:
    """Say what it takes to see a fault again."""
    if finding.reproduced:
        if finding.shown:
            return ""
        if not finding.files:
            return "fresh workers show it; it could not be kept"
        if not finding.files[0].endswith(".log"):
            return "no engine plays it to its end: kept as scenario and commands"
        return "fresh workers show it, the kept log does not"
    if finding.after_case_before:
        return "only after another case on the same workers: state is left from case to case"
    return "not on fresh workers: state left from earlier cases, or chance"


def _shrunk(found: RunSize, kept: RunSize) -> str:
    """Say how large the run is, and how large it was."""
    size = f"{counted(kept.turns, 'turn')}, {counted(kept.commands, 'command')}"
    size = f"{size}, {counted(kept.scenario_bytes, 'scenario byte')}"
    if kept == found:
        return size
    return f"{size}; before: {found.turns:,}, {found.commands:,}, {found.scenario_bytes:,}"


def _covered(document: FuzzReport) -> list[tuple[str, str]]:
    done = document.campaign
    rows = [
        ("cases", _cases(done)),
        ("refused", f"first: {document.first_refusal}" if document.first_refusal else ""),
        ("turns", f"{done.turns:,} executed on each side"),
        ("rules", _rules(done)),
    ]
    return rows + [(f"canary, {row.at}", _canary(row)) for row in document.canaries]


def _cases(done: Campaigned) -> str:
    refused = f", {done.refused:,} refused," if done.refused else ""
    made = [
        f"{done.given:,} as given" if done.given else "",
        f"{done.generated:,} generated",
        f"{done.changed:,} changed",
    ]
    ended = [
        f"{done.halted:,} halted alike" if done.halted else "",
        counted(done.failures, "failure") if done.failures else "",
    ]
    parts = [", ".join(filter(None, part)) for part in (made, ended)]
    how = "; ".join(filter(None, parts))
    return f"{done.cases:,} compared{refused} of {done.asked:,} asked: {how}"


def _rules(done: Campaigned) -> str:
    if not done.rules_total:
        return ""
    never = ", ".join(done.rules_never_fired)
    said = f"{done.rules_fired} of {done.rules_total} rules fired"
    return f"{said}; never: {never}" if never else said


def _canary(row: CanaryRow) -> str:
    """Say where a canary was found, or that it was not."""
    if not row.tries:
        return "not tried"
    if not row.found:
        return f"not found in {counted(row.tries, 'case')}"
    return f"found at case {row.case}, turn {row.turn}, {row.place} ({row.lie})"
