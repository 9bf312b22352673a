"""The page of `shrink`: how small the run became, what was cut, how to see the fault again.

It must not know how a run is made smaller.
"""

from rich.text import Text

from vr_verify.model.outcome import Outcome
from vr_verify.report import declared_text, divergence_text, layout
from vr_verify.report.advice import HEADLINES
from vr_verify.report.fault_row import place
from vr_verify.report.layout import counted
from vr_verify.report.shrink_document import RunSize, ShrinkReport, WayRow

_FAILURES = frozenset({Outcome.SKIPPED, Outcome.INTERMITTENT})


def shrink_page(document: ShrinkReport, width: int) -> list[Text]:
    """Set a document of `shrink`."""
    outcome = Outcome(document.outcome)
    failed = outcome in _FAILURES or document.small is None
    headline = _failure(document, outcome) if failed else _headline(document, outcome)
    lines = layout.prose(headline, width, style="bold yellow")
    if document.message and not failed:
        lines += layout.prose(document.message, width, indent=layout.INDENT)
    if document.fault is not None:
        named = f"fault {document.fault.id}: {place(document.fault)}"
        lines += layout.prose(named, width, indent=layout.INDENT)
    if len(document.ways) > 1:
        lines += [layout.heading("ways to start")]
        lines += layout.table(["", "tries", "bytes", ""], [_way(way) for way in document.ways])
    if document.cuts:
        lines += [layout.heading("cut")]
        rows = [(cut.what, _change(cut.before, cut.after), str(cut.tries)) for cut in document.cuts]
        lines += layout.table(["", "", "tries"], rows)
    if document.others:
        lines += [layout.heading("seen on the way, not followed")]
        lines += layout.table(["", ""], [(fault.id, place(fault)) for fault in document.others])
    if document.divergence is not None:
        lines += [layout.heading("what is left")]
        lines += divergence_text.body(document.divergence, width)
    lines += declared_text.declared(document.declared, width)
    if document.reproduce is not None and document.divergence is None:
        lines += [layout.heading("see it again"), layout.verbatim(document.reproduce)]
    return lines


def _failure(document: ShrinkReport, outcome: Outcome) -> str:
    said = document.message or "no more is known"
    return f"{HEADLINES.get(outcome, outcome.upper())}: {said}"


def _headline(document: ShrinkReport, outcome: Outcome) -> str:
    small, before, after = document.small, document.before, document.after
    assert small is not None, "there is a smaller log"
    assert before is not None, "what was shrunk was measured"
    assert after is not None, "what is left was measured"
    word = "SHRUNK" if document.complete else "SHRUNK, NOT TO THE END"
    word = f"INTERRUPTED: {word}" if outcome is Outcome.INTERRUPTED else word
    sizes = f"{document.log.bytes:,} to {small.bytes:,} bytes"
    return f"{word}: {small.path}: {sizes}, {_change(before, after) or 'as it was'}"


def _way(way: WayRow) -> tuple[str, str, str, str]:
    """Set one way as a row of the table."""
    size = "" if way.bytes is None else f"{way.bytes:,}"
    said = ["taken"] if way.taken else []
    said += [] if way.complete else ["not to the end"]
    return f"from {way.start}", f"{way.tries:,}", size, ", ".join(said)


def _change(before: RunSize, after: RunSize) -> str:
    """Say what became smaller, and what the run brings along now."""
    pairs = [
        (before.turns, after.turns, "turn", "turns"),
        (before.commands, after.commands, "command", "commands"),
        (before.scenario_bytes, after.scenario_bytes, "scenario byte", "scenario bytes"),
        (before.entities, after.entities, "entity at the start", "entities at the start"),
    ]
    said = [
        counted(new, *what) if old is None else f"{old:,} to {counted(new, *what)}"
        for old, new, *what in pairs
        if old != new and new is not None
    ]
    return ", ".join(said)
