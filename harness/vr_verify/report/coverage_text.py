"""What a run covered, on what, and what the auditor found: the lower parts of the page.

It must not know of divergences.
"""

from collections.abc import Sequence

from rich.text import Text

from vr_verify.model.outcome import Outcome
from vr_verify.model.report import Checked, Report, Sampled, Violation
from vr_verify.report import layout
from vr_verify.report.layout import counted, listed

_FINDINGS_SHOWN = 3
_RANGES_SHOWN = 12
# Rules are counted when all turns are done; these outcomes end the work before that.
_UNDONE = (
    Outcome.INTERRUPTED,
    Outcome.CRASHED,
    Outcome.TIMED_OUT,
    Outcome.OUT_OF_MEMORY,
    Outcome.PROTOCOL_ERROR,
)
_SEVERITIES = ("critical", "major", "error", "warning", "minor", "info")


def sides(report: Report) -> list[Text]:
    """Set the sides with their rules versions and builds."""
    if not report.sides:
        return []
    rows = [
        [name, side.rules_version, layout.short(side.build)] for name, side in report.sides.items()
    ]
    return [layout.heading("Sides"), *layout.table(["side", "rules", "build"], rows)]


def turns(checked: Checked) -> str:
    """Say how many turns were executed and which."""
    count = counted(checked.turns, "turn")
    if checked.first_turn is None or checked.last_turn is None:
        return f"{count} executed"
    if checked.first_turn == checked.last_turn:
        return f"{count} executed, state {checked.first_turn}"
    return f"{count} executed, states {checked.first_turn} to {checked.last_turn}"


def sample(sampled: Sampled | None) -> str:
    """Say how much of the run a sampled side has played; empty where every side played all."""
    if sampled is None:
        return ""
    played = f"{sampled.turns_played:,} of {counted(sampled.turns, 'turn')}"
    return f"{sampled.side} played {played}, {sampled.share_played} ({sampled.share} asked for)"


def _sampled(sampled: Sampled | None) -> str:
    """Say which turns were sampled, and what became of the others."""
    if sampled is None:
        return ""
    listed_turns = ", ".join(sampled.played[:_RANGES_SHOWN])
    more = ", ..." if len(sampled.played) > _RANGES_SHOWN else ""
    how = "each from the nearest recorded state before it"
    rest = "the others were compared with the log only"
    return f"{sample(sampled)}: {listed_turns}{more}; {how}; {rest}"


def _rules(checked: Checked, outcome: str) -> str:
    """Say how many of the declared rules fired, and name those that never did."""
    if not checked.rules_total and outcome in _UNDONE:
        return "not counted: the work ended before its last turn"
    if not checked.rules_total:
        return "no engine declares its rules"
    never = ", ".join(checked.rules_never_fired)
    tail = f"; never: {never}" if never else ""
    return f"{checked.rules_fired} of {checked.rules_total} rules fired{tail}"


def _audited(checked: Checked) -> str:
    if not checked.entities_audited:
        return "nothing was audited"
    entities = counted(checked.entities_audited, "entity", "entities")
    return f"{entities} against {counted(checked.invariants, 'invariant')}"


def _detail(checked: Checked) -> str:
    """Count what was traced; what was not is compared by its digests all the same."""
    traced = [("phase", checked.phases), ("draw", checked.draws), ("event", checked.events)]
    counts = [counted(count, noun) for noun, count in traced if count]
    digests = [("draws", checked.draw_digests, checked.draws)]
    digests += [("events", checked.event_digests, checked.events)]
    by_digests = [what for what, compared, count in digests if compared and not count]
    unseen = [what for what, compared, count in digests if not compared and not count]
    said = [f"{listed(by_digests)} by their digests"] if by_digests else []
    said += [f"no {' and no '.join(unseen)}: not declared by the sides"] if unseen else []
    return ", ".join([counted(checked.steps, "step"), *counts, *said])


def checked(report: Report, width: int) -> list[Text]:
    """Set what was covered, in counts; what was not covered is said too."""
    counts = report.checked
    if counts is None:
        return []
    recomputed = counted(counts.turns_recomputed, "state")
    compared = [
        ("digests", f"{counts.digests:,} compared; {recomputed} recomputed from their values"),
        ("detail", _detail(counts)),
    ]
    recorded = report.command == "record"
    rows = [
        ("turns", turns(counts)),
        ("sample", _sampled(report.sampled)),
        *([] if recorded else compared),
        ("audit", "" if recorded and not counts.entities_audited else _audited(counts)),
        ("rules", _rules(counts, report.outcome)),
    ]
    return [layout.heading("Checked"), *layout.facts(rows, width)]


def environment(report: Report) -> list[Text]:
    """Set the facts in which the sides' surroundings differ."""
    if not report.environment:
        return []
    named = [key for fact in report.environment for key in fact if key != "what"]
    names = list(dict.fromkeys([*(s for s in report.sides or {} if s in named), *named]))
    rows = [
        [f.get("what", ""), *(layout.short(f.get(name, "-")) for name in names)]
        for f in report.environment
    ]
    return [layout.heading("Surroundings that differ"), *layout.table(["what", *names], rows)]


def _rank(violation: Violation) -> tuple[int, str, str]:
    known = violation.severity in _SEVERITIES
    position = _SEVERITIES.index(violation.severity) if known else len(_SEVERITIES)
    return position, violation.severity, violation.rule


def _group(found: Sequence[Violation], width: int) -> list[Text]:
    """Set the findings of one rule: a line for all, then the first few."""
    first = found[0]
    span = sorted({violation.turn for violation in found})
    when = f"turn {span[0]}" if len(span) == 1 else f"turns {span[0]} to {span[-1]}"
    reporters = list(dict.fromkeys(side for violation in found for side in violation.sides))
    by = f", reported by {listed(reporters)}" if reporters else ""
    head = f"{first.severity}  {first.rule}: {counted(len(found), 'time')}, {when}{by}"
    lines = layout.prose(head, width, indent=layout.INDENT, style="bold")
    for violation in found[:_FINDINGS_SHOWN]:
        where = " ".join(filter(None, [f"turn {violation.turn}", violation.entity]))
        text = f"{where}: {violation.message}"
        lines += layout.prose(text, width, indent=layout.INDENT * 3)
    if len(found) > _FINDINGS_SHOWN:
        more = f"and {len(found) - _FINDINGS_SHOWN:,} more"
        lines += layout.prose(more, width, indent=layout.INDENT * 3, style="dim")
    return lines


def violations(report: Report, width: int) -> list[Text]:
    """Set the auditor's findings, grouped by rule, the gravest first."""
    if not report.violations:
        return []
    lines = [layout.heading(f"Violations ({len(report.violations):,})")]
    for rank in sorted({_rank(violation) for violation in report.violations}):
        lines += _group([v for v in report.violations if _rank(v) == rank], width)
    return lines
