"""A bisection for people: the verdict, what differs around the runs, then the divergence.

It must not know how anything was found.
"""

from rich.text import Text

from vr_verify.model.outcome import Outcome
from vr_verify.report import divergence_text, layout
from vr_verify.report.advice import HEADLINES
from vr_verify.report.bisect_document import Bisection, BisectSide, RevisionRow, Searched
from vr_verify.report.layout import counted, listed

_STYLES = {Outcome.AGREED: "bold green", Outcome.FINDING: "bold red"}
_NAMES = ("good", "bad", "recorded")
_HASH_DIGITS = 12
_INSIDE = (
    "Run it in the folder that was given as --repo, where git: finds the revisions; a log from "
    "elsewhere needs its path."
)


def bisection(document: Bisection, width: int) -> list[Text]:
    """Set a bisection."""
    outcome = Outcome(document.outcome)
    style = _STYLES.get(outcome, "bold yellow")
    lines = layout.prose(_verdict(document, outcome), width, style=style)
    if document.message and outcome in _STYLES:
        lines += layout.prose(document.message, width, indent=layout.INDENT)
    lines += _intermittent(document, width)
    if not document.complete and outcome in _STYLES:
        cut = "A log was cut in mid-write; it counts up to its last sealed turn."
        lines += layout.prose(cut, width, indent=layout.INDENT, style="bold yellow")
    lines += _revisions(document, width)
    lines += _surroundings(document)
    if document.divergence is not None:
        place = divergence_text.place(document.divergence)
        lines += [layout.heading(f"Where good and bad part: {place}")]
        lines += divergence_text.body(document.divergence, width)
        lines += _where_to_run(document, width)
    lines += _varied(document, width)
    return [*lines, *_searched(document, width), *_sides(document)]


def _verdict(document: Bisection, outcome: Outcome) -> str:
    found = document.divergence
    if outcome is Outcome.AGREED and document.surroundings is not None:
        return "NO DIFFERENCE: nothing around the build flips its answer"
    if outcome is Outcome.AGREED:
        return f"NO DIFFERENCE: good and bad agree, {_span(document.searched)}"
    if outcome is not Outcome.FINDING:
        return f"{HEADLINES.get(outcome, outcome.upper())}: {document.message}"
    where = "" if found is None else divergence_text.headline(found)
    history = document.revisions
    if history is not None and history.first_bad is not None:
        return f"FOUND: {_named(history.first_bad)} is the first bad revision; it parts at {where}"
    if history is not None:
        many = counted(len(history.candidates), "revision")
        return f"FOUND: the first bad revision is one of {many}; those before it cannot be told"
    if document.surroundings is not None:
        return f"FOUND: {_factors(document)} flips the answer, at {where}"
    return f"FOUND: good and bad part at {where}"


def _named(row: RevisionRow) -> str:
    return f"{row.hash[:_HASH_DIGITS]} ({row.subject})"


def _factors(document: Bisection) -> str:
    assert document.surroundings is not None, "asked for where surroundings were varied"
    factors = document.surroundings.factors
    return listed([f"{name} ({setting})" for name, setting in factors.items()])


def _span(searched: Searched | None) -> str:
    if searched is None or searched.first_turn is None:
        return "no turn compared"
    first, last = searched.first_turn, searched.last_turn
    return f"{counted(searched.turns_compared, 'state')}, turns {first} to {last}"


def _intermittent(document: Bisection, width: int) -> list[Text]:
    """Set how often a build differs from itself."""
    found = document.intermittent
    if found is None:
        return []
    low, high = found.interval
    rows = [
        ("seen at", f"turn {found.turn}: two runs of {found.side} differ in {found.kind}"),
        ("again", f"{found.differing} of {found.runs} runs differ from the most common answer"),
        ("varied", listed(list(found.varied)) if found.varied else ""),
        ("chance", f"{low} to {high} ({found.method})"),
    ]
    return [Text(""), *layout.facts(rows, width)]


def _revisions(document: Bisection, width: int) -> list[Text]:
    """Set the revisions that were tried, and those that are left."""
    history = document.revisions
    if history is None:
        return []
    title = layout.heading(f"Revisions: {counted(history.between, 'revision')} after the good one")
    rows = [
        [row.hash[:_HASH_DIGITS], row.verdict, _when(row), row.subject] for row in history.tried
    ]
    lines = [title, *layout.table(["revision", "verdict", "at turn", "subject"], rows)]
    reasons = [(row.hash[:_HASH_DIGITS], row.reason or "") for row in history.tried]
    lines += layout.facts(reasons, width)
    if len(history.candidates) > 1:
        lines.append(layout.heading("The first bad one is one of"))
        lines += [Text(f"{layout.INDENT}{layout.printable(_named(r))}") for r in history.candidates]
    return lines


def _when(row: RevisionRow) -> str:
    return "" if row.turn is None else str(row.turn)


def _surroundings(document: Bisection) -> list[Text]:
    """Set the facts in which the runs' surroundings differ."""
    if not document.environment:
        return []
    names = [name for name in _NAMES if any(name in fact for fact in document.environment)]
    rows = [
        [fact["what"], *(layout.short(fact.get(name, "-")) for name in names)]
        for fact in document.environment
    ]
    title = layout.heading("What differs before any state does")
    return [title, *layout.table(["what", *names], rows)]


def _where_to_run(document: Bisection, width: int) -> list[Text]:
    """Say where the command finds its revisions."""
    assert document.divergence is not None, "asked for where there is one"
    if document.revisions is None or document.divergence.reproduce is None:
        return []
    return layout.prose(_INSIDE, width, indent=layout.INDENT)


def _varied(document: Bisection, width: int) -> list[Text]:
    """Set what was varied around one build, how often it ran, and what could not be varied."""
    found = document.surroundings
    if found is None:
        return []
    span = f"turns {found.first_turn} to {found.last_turn}"
    rows = [
        ("factors", listed(list(found.tried)) if found.tried else "none"),
        ("runs", f"{found.runs:,}, each of {counted(found.turns, 'turn')} ({span})"),
    ]
    lines = [layout.heading("Varied"), *layout.facts(rows, width)]
    if found.not_varied:
        reasons = list(found.not_varied.items())
        lines += [layout.heading("Not varied"), *layout.facts(reasons, width)]
    return lines


def _asked_again(document: Bisection) -> str:
    """Say how often each build that ran was asked again where the two part."""
    asked = {name: one for name, one in (document.sides or {}).items() if one.asked_again}
    if not asked or document.intermittent is not None:
        return ""
    each = "; ".join(f"{name} {counted(one.asked_again, 'time')}" for name, one in asked.items())
    if len(asked) > 1 and len({one.asked_again for one in asked.values()}) == 1:
        each = f"each {counted(next(iter(asked.values())).asked_again, 'time')}"
    factors = list(dict.fromkeys(name for one in asked.values() for name in one.varied))
    varied = f" (varied: {listed(factors)})" if factors else ""
    return f"{each} where they part, in fresh processes{varied}"


def _searched(document: Bisection, width: int) -> list[Text]:
    """Set how the turns were searched."""
    found = document.searched
    if found is None:
        return []
    if found.method == "scan":
        method = "recorded digests were scanned; nothing was executed"
    else:
        executed = counted(found.executions, "execution")
        many = counted(found.segments, "segment")
        method = f"{many} {found.method}: {executed}, each of both builds"
    played = f"{counted(found.turns, 'turn')} played"
    proven = {True: "yes", False: "no: a divergent turn, not proven first", None: ""}
    rows = [
        ("method", method),
        ("turns", f"{_span(found)}; {played}, {found.turns_recomputed:,} recomputed"),
        ("proven first", proven[found.proven_first]),
        ("asked again", _asked_again(document)),
    ]
    return [layout.heading("Searched"), *layout.facts(rows, width)]


def _sides(document: Bisection) -> list[Text]:
    """Set the two builds."""
    if not document.sides:
        return []
    rows = [
        [name, side.engine, side.rules_version, _runs(side), layout.short(side.build)]
        for name, side in document.sides.items()
    ]
    headers = ["side", "engine", "rules", "runs", "build"]
    if any(side.revision for side in document.sides.values()):
        headers.append("revision")
        for row, side in zip(rows, document.sides.values(), strict=True):
            row.append((side.revision or "")[:_HASH_DIGITS])
    return [layout.heading("Sides"), *layout.table(headers, rows)]


def _runs(side: BisectSide) -> str:
    parts = [str(side.runs) if side.runs else "", "recording" if side.recorded else ""]
    return " + ".join(filter(None, parts))
