"""Any document as a page for people: the verdict in one line first, the rest below it.

Spec: contract, section 4; the page is rendered from the document and from nothing else.
"""

from rich.text import Text

from vr_verify.model.outcome import Outcome
from vr_verify.model.report import Halted, Report
from vr_verify.report import coverage_text, declared_text, divergence_text, flaws_text, layout
from vr_verify.report.advice import HEADLINES, advice
from vr_verify.report.bisect_document import Bisection
from vr_verify.report.bisect_text import bisection
from vr_verify.report.diff_document import LogDiff
from vr_verify.report.diff_text import log_diff
from vr_verify.report.documents import Checkup, Document, EngineList, Inspection
from vr_verify.report.fuzz_document import FuzzReport
from vr_verify.report.fuzz_text import fuzz_page
from vr_verify.report.golden_document import GoldenReport
from vr_verify.report.golden_text import golden_page
from vr_verify.report.inspection_text import inspection
from vr_verify.report.layout import WIDTH_DEFAULT, counted, listed
from vr_verify.report.machine_text import checkup, engine_list
from vr_verify.report.shrink_document import ShrinkReport
from vr_verify.report.shrink_text import shrink_page
from vr_verify.report.stress_document import Stress
from vr_verify.report.stress_text import stress

_RULE_BROKEN = "a rule of the auditor was broken"
_GOOD, _BAD, _OTHER = "bold green", "bold red", "bold yellow"


def render(document: Document, width: int = WIDTH_DEFAULT) -> Text:
    """Return a document as styled text, `width` columns wide; `.plain` is the text alone."""
    match document:
        case Inspection():
            return layout.page(inspection(document, width))
        case LogDiff():
            return layout.page(log_diff(document, width))
        case Bisection():
            return layout.page(bisection(document, width))
        case FuzzReport():
            return layout.page(fuzz_page(document, width))
        case GoldenReport():
            return layout.page(golden_page(document, width))
        case ShrinkReport():
            return layout.page(shrink_page(document, width))
        case Stress():
            return layout.page(stress(document, width))
        case EngineList():
            return layout.page(engine_list(document, width))
        case Checkup():
            return layout.page(checkup(document, width))
        case Report():
            return layout.page(_report(document, width))


def _report(report: Report, width: int) -> list[Text]:
    """Set a report, part by part."""
    outcome = Outcome(report.outcome)
    lines = _verdict(report, outcome, width)
    if report.message and outcome not in HEADLINES:
        lines += layout.prose(report.message, width, indent=layout.INDENT)
    if report.divergence is not None:
        lines += divergence_text.body(report.divergence, width)
    # A failure is not complete either, and speaks for itself.
    if not report.complete and report.checked is not None and outcome not in HEADLINES:
        cut = "The log was cut in mid-write; it counts up to its last sealed turn."
        lines += [Text(""), *layout.prose(cut, width, indent=layout.INDENT, style=_OTHER)]
    lines += coverage_text.violations(report, width)
    lines += declared_text.declared(report.declared, width)
    lines += flaws_text.flaws(report.flaws, width)
    lines += coverage_text.checked(report, width)
    lines += coverage_text.sides(report)
    lines += coverage_text.environment(report)
    way_on = advice(outcome, report.command, report.log is not None and not report.complete)
    if way_on:
        lines += [Text(""), *layout.prose(way_on, width)]
    return lines


def _verdict(report: Report, outcome: Outcome, width: int) -> list[Text]:
    """Set the verdict: what happened, where, in one line where it fits one."""
    if outcome is Outcome.DIVERGED and report.divergence is not None:
        text = f"DIVERGED at {divergence_text.headline(report.divergence)}"
        return layout.prose(text, width, style=_BAD)
    if outcome is Outcome.VIOLATED:
        lines = layout.prose(f"VIOLATED: {_violated(report)}", width, style=_BAD)
        # A replay that diverged says so first: here the sides are equal, in the wrong together.
        said = "" if report.command == "record" else "All sides agree on every compared turn."
        return lines + layout.prose(said, width, indent=layout.INDENT)
    if outcome is Outcome.AGREED:
        lines = layout.prose(_agreed(report), width, style=_GOOD)
        halted = report.halted
        said = "" if halted is None else _halted(halted, report.command)
        return lines + layout.prose(said, width, indent=layout.INDENT)
    text = f"{HEADLINES.get(outcome, outcome.upper())}: {report.message or 'no more is known'}"
    lines = layout.prose(text, width, style=_OTHER)
    if report.divergence is not None:
        found = f"found before: diverged at {divergence_text.headline(report.divergence)}"
        lines += layout.prose(found, width, indent=layout.INDENT, style=_BAD)
    return lines


def _violated(report: Report) -> str:
    found = report.violations
    if not found:
        return declared_text.unmet(report.declared) or report.message or _RULE_BROKEN
    rules = list(dict.fromkeys(violation.rule for violation in found))
    first = min(found, key=lambda violation: violation.turn)
    count, kinds = counted(len(found), "violation"), counted(len(rules), "rule")
    return f"{count} of {kinds}, the first at turn {first.turn}: {first.rule}"


def _agreed(report: Report) -> str:
    """Say who agrees on how much; a recording says what it wrote."""
    if report.command == "record" and report.log is not None:
        log = report.log
        size = f"{log.turns:,} states, {log.bytes:,} bytes"
        return f"RECORDED {log.path}: {size}"
    names = list(report.sides or {})
    who = listed(names) if names else "all sides"
    verb = "agrees with itself" if len(names) == 1 else "agree"
    if report.checked is None:
        return f"AGREED: {who} {verb}"
    declared = declared_text.met(report.declared)
    with_declared = f", with {declared}" if declared else ""
    sampled = coverage_text.sample(report.sampled)
    of_sample = f"; {sampled}" if sampled else ""
    covered = coverage_text.turns(report.checked)
    return f"AGREED: {who} {verb}, {covered}{with_declared}{of_sample}"


def _halted(halted: Halted, command: str) -> str:
    """Say that the run, or every side of it, ended in a named error, and where."""
    slot = None if halted.slot is None else str(halted.slot)
    where = "/".join(filter(None, [halted.table, slot, halted.column]))
    phase = ", ".join(filter(None, [halted.step, halted.phase, where]))
    who = "The run halted" if command == "record" else "All sides halted alike"
    return f"{who} at turn {halted.turn}{f' ({phase})' if phase else ''}: {halted.error}"
