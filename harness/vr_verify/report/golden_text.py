"""Golden answers for people: the verdict first, each case on a line, then what changed where.

It must not know how an answer is found, checked or written.
"""

from collections import Counter

from rich.text import Text

from vr_verify.model.outcome import Outcome
from vr_verify.report import declared_text, divergence_text, layout
from vr_verify.report.advice import HEADLINES
from vr_verify.report.golden_document import (
    ANSWERED,
    MISSING,
    OK,
    OUTDATED,
    REFUSED,
    UNEXPECTED,
    GoldenCase,
    GoldenReport,
)
from vr_verify.report.layout import counted

_GOOD, _BAD, _OTHER = "bold green", "bold red", "bold yellow"
_UNTOUCHED = frozenset({OK, ANSWERED, "unchanged"})
_VALUE_MAX = 28


def golden_page(document: GoldenReport, width: int) -> list[Text]:
    """Set a document of `golden`."""
    outcome = Outcome(document.outcome)
    style = _GOOD if outcome is Outcome.AGREED else _OTHER
    if outcome in (Outcome.GOLDEN_OUTDATED, Outcome.DIVERGED, Outcome.VIOLATED):
        style = _BAD
    lines = layout.prose(_headline(document, outcome), width, style=style)
    if document.cases:
        rows = [_row(case, document.action) for case in document.cases]
        lines += [Text(""), *layout.table(["log", "verdict", "turns", ""], rows)]
    for case in document.cases:
        if document.action == "list" or case.verdict not in _UNTOUCHED:
            lines += _details(case, width)
    lines += declared_text.declared(document.declared, width)
    return lines + _way_on(document, width)


def _headline(document: GoldenReport, outcome: Outcome) -> str:
    """Say in one line what holds and what does not."""
    if document.message:
        return f"{HEADLINES.get(outcome, outcome.upper())}: {document.message}"
    counts = Counter(case.verdict for case in document.cases)
    parts = [f"{count} {verdict}" for verdict, count in sorted(counts.items())]
    said = layout.listed(parts)
    if document.action == "list":
        return f"{', '.join(parts)}; nothing was executed: `vr-verify golden check` does that"
    if outcome is not Outcome.AGREED:
        total = counted(len(document.cases), "golden answer")
        name = HEADLINES.get(outcome, outcome.upper())
        return f"{name}: {total}: {said}{_by_less(document)}"
    if document.action == "bless":
        return f"BLESSED: {said}" if set(counts) - _UNTOUCHED else f"NOTHING TO BLESS: {said}"
    holding = counted(len(document.cases), "answer holds", "answers hold")
    return f"GOLDEN: {holding}{_by_less(document)}"


def _by_less(document: GoldenReport) -> str:
    """Say how many runs were executed by less than two builds: a weaker check than the usual."""
    executed = [case.engines for case in document.cases if case.engines]
    alone = sum(len(engines) == 1 for engines in executed)
    twice = sum(len(engines) > 1 and len(set(engines.values())) == 1 for engines in executed)
    parts: list[str] = []
    for count, by in ((alone, "by one engine"), (twice, "by one build twice")):
        of_them = "" if count == len(executed) else f"{count} of them "
        parts += [f"{of_them}{by}"] if count else []
    return f", {layout.listed(parts)}" if parts else ""


def _row(case: GoldenCase, action: str) -> list[str]:
    turns = "" if case.turns is None else f"{case.turns:,}"
    if case.verdict in _UNTOUCHED:
        said = layout.listed(list((case.agreed if action == "list" else case.engines) or {}))
        met = declared_text.met(case.blessed_with if action == "list" else case.declared)
        said += f", with {met}" if met else ""
    else:
        said = case.change or case.outcome.replace("_", " ")
    return [case.log, case.verdict, turns, said]


def _details(case: GoldenCase, width: int) -> list[Text]:
    """Set all that is known of one case that does not simply hold."""
    first = case.first_changed_turn
    turns = "" if case.changed_turns is None else f"; {counted(case.changed_turns, 'turn')} in all"
    rows = [
        ("what", case.message or ""),
        ("changed", case.change or ""),
        ("first changed turn", "" if first is None else f"{first}{turns}"),
        ("answer", case.answer),
        ("old run chain", layout.short(case.old or "")),
        ("new run chain", layout.short(case.new or "")),
        ("executed by", _builds(case.engines)),
        ("agreed on it", "" if case.agreed == case.engines else _builds(case.agreed)),
        ("blessed with", declared_text.met(case.blessed_with)),
        ("declared", declared_text.met(case.declared)),
        ("reason", case.reason or ""),
        ("schema", "\n".join(case.schema_changes)),
        ("log", "recorded anew: its states are the new answer" if case.recorded_anew else ""),
    ]
    lines = [layout.heading(f"{case.log}: {case.verdict}"), *layout.facts(rows, width)]
    lines += _fields(case)
    if case.divergence is not None:
        where = divergence_text.headline(case.divergence)
        lines += [Text(""), *layout.prose(f"They part at {where}", width, indent=layout.INDENT)]
        lines += divergence_text.body(case.divergence, width)
    return lines


def _builds(engines: dict[str, str] | None) -> str:
    return ", ".join(f"{name} ({layout.short(build)})" for name, build in (engines or {}).items())


def _fields(case: GoldenCase) -> list[Text]:
    """Set the changed tables and fields, each with its first change."""
    if not case.fields:
        return []
    rows = [
        [
            row.field,
            str(row.first_turn),
            str(row.turns),
            str(row.values),
            row.entity,
            _cut(row.old),
            _cut(row.new),
        ]
        for row in case.fields
    ]
    headers = ["field", "first", "turns", "values", "entity", "old", "new"]
    lines = [Text(""), *layout.table(headers, rows)]
    more = (case.fields_total or 0) - len(case.fields)
    return lines + ([Text(f"{layout.INDENT}and {more:,} more fields", "dim")] if more > 0 else [])


def _cut(text: str) -> str:
    return text if len(text) <= _VALUE_MAX else f"{text[: _VALUE_MAX - 1]}…"


def _way_on(document: GoldenReport, width: int) -> list[Text]:
    """Say what a person can do about what does not hold."""
    if document.action != "check":
        return []
    outdated = [c.log for c in document.cases if c.verdict in (OUTDATED, MISSING)]
    lines: list[Text] = []
    if outdated:
        said = "If this is meant, accept it; a run is blessed only if two engines agree:"
        names = " ".join(outdated)
        command = f'vr-verify golden bless {names} --reason "…"'
        lines += [Text(""), *layout.prose(said, width), layout.verbatim(command)]
    for case in document.cases:
        if case.verdict == UNEXPECTED:
            said = f"Delete {case.answer}, or bring back {case.log}."
            lines += [Text(""), *layout.prose(said, width)]
    if any(case.verdict == REFUSED and case.divergence is None for case in document.cases):
        said = "A refused run was not compared: see what its log needs by `vr-verify replay`."
        lines += [Text(""), *layout.prose(said, width)]
    return lines
