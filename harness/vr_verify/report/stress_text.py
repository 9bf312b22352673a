"""One build under stress, for people: the verdict, what flips the answer, then the table.

It must not know how a run is played or counted.
"""

from rich.text import Text

from vr_verify.model.outcome import Outcome
from vr_verify.report import layout
from vr_verify.report.advice import HEADLINES, advice
from vr_verify.report.layout import counted, listed
from vr_verify.report.stress_document import (
    DIFFERS,
    INTERMITTENT,
    NO_DIFFERENCE,
    NOT_VARIED,
    Blame,
    Counted,
    FactorRow,
    SettingRow,
    Stress,
)

_STYLES = {
    Outcome.AGREED: "bold green",
    Outcome.DIVERGED: "bold red",
    Outcome.INTERMITTENT: "bold red",
}


def stress(document: Stress, width: int) -> list[Text]:
    """Set the runs of one build in changed surroundings."""
    outcome = Outcome(document.outcome)
    style = _STYLES.get(outcome, "bold yellow")
    lines = layout.prose(_verdict(document, outcome), width, style=style)
    if document.message and outcome in _STYLES:
        lines += layout.prose(document.message, width, indent=layout.INDENT)
    lines += _blame(document, width)
    lines += _factors(document)
    lines += _not_varied(document, width)
    lines += _runs(document, width)
    # What a crash means is told by the table: it crashes under some setting, or at once.
    way_on = None if outcome is Outcome.CRASHED else advice(outcome, document.command)
    return lines + ([Text(""), *layout.prose(way_on, width)] if way_on else [])


def _verdict(document: Stress, outcome: Outcome) -> str:
    runs = counted(document.runs, "run")
    if outcome is Outcome.AGREED:
        varied = [row for row in document.factors if row.verdict != NOT_VARIED]
        told = f"{counted(len(varied), 'factor')} varied"
        return f"AGREED: {document.engine} gives one answer in {runs}, {told}"
    if outcome is Outcome.INTERMITTENT:
        return f"INTERMITTENT: {document.engine} does not give one answer; {_found(document)}"
    if outcome is Outcome.DIVERGED and document.recorded is not None:
        place = place_text(document.recorded)
        return f"DIVERGED: all {runs} of {document.engine} differ alike from the log{place}"
    return f"{HEADLINES.get(outcome, outcome.upper())}: {document.message or 'no more is known'}"


def _found(document: Stress) -> str:
    """Say in few words what flips the answer."""
    if document.blamed:
        named = [" with ".join(blame.settings) for blame in document.blamed]
        factors = list(dict.fromkeys(name.split(" ")[0] for name in named))
        if all(len(blame.settings) == 1 for blame in document.blamed):
            return f"it depends on {listed(factors)}"
        return f"it depends on {listed(list(document.blamed[0].settings))} together"
    assert document.plain is not None, "an answer that differs was counted"
    return "no factor was seen to explain it"


def _blame(document: Stress, width: int) -> list[Text]:
    """Set each thing that flips the answer, with the command that shows it."""
    lines: list[Text] = []
    for blame in document.blamed:
        lines += layout.prose(_blamed(blame), width, indent=layout.INDENT)
    commands = dict.fromkeys(blame.reproduce for blame in document.blamed)
    if commands:
        lines.append(layout.heading("show it again"))
    return lines + [layout.verbatim(command) for command in commands]


def _blamed(blame: Blame) -> str:
    named = listed(list(blame.settings))
    if blame.effect == "steadies":
        return f"{named}: the answer varies from run to run, and no more under this"
    return f"{named}: another answer than without it"


def _factors(document: Stress) -> list[Text]:
    """Set the table of what was varied."""
    rows: list[list[str]] = []
    marks: list[layout.Mark] = []
    for row in (_plain_row(document), *document.factors):
        for number, setting in enumerate(row.settings if row is not None else ()):
            assert row is not None, "it has settings"
            if setting.effect:
                marks.append(layout.Mark(len(rows), setting.effect))
            name = row.factor if number == 0 else ""
            rows.append([name, _setting(setting), *_cells(setting)])
    if not rows:
        return []
    headers = ("factor", "setting", "runs", "differing", "verdict")
    return [layout.heading("varied"), *layout.table(headers, rows, marks)]


def _plain_row(document: Stress) -> FactorRow | None:
    """Set the plain runs as a factor of its own: nothing is changed, only repeated."""
    if document.plain is None:
        return None
    settings = [SettingRow("none", document.plain)]
    if document.together is not None:
        settings.append(SettingRow("all at once", document.together))
    return FactorRow("(repeated)", "", document.plain.verdict, tuple(settings))


def _setting(row: SettingRow) -> str:
    """Name a setting with what was in place for it."""
    return f"{row.setting} (with {listed(list(row.on_top_of))})" if row.on_top_of else row.setting


def _cells(row: SettingRow) -> list[str]:
    if row.counted.verdict == NOT_VARIED:
        return ["0", "-", NOT_VARIED]
    return [str(row.counted.runs), str(row.counted.differing), counted_text(row.counted)]


def counted_text(found: Counted) -> str:
    """Return a verdict as a table tells it: `differs: turn 12`, `2 of 10 (0.025 to 0.557)`."""
    if found.verdict == DIFFERS:
        return f"differs{place_text(found)}"
    if found.verdict == INTERMITTENT and found.interval is not None:
        low, high = found.interval
        share = f"{found.differing} of {found.runs} ({low} to {high})"
        return f"{share}{place_text(found)}"
    return found.verdict


def place_text(found: Counted) -> str:
    """Return where runs differ first, to be appended; empty where they do not."""
    return "" if found.turn is None else f": turn {found.turn}, {found.kind}"


def _not_varied(document: Stress, width: int) -> list[Text]:
    """Say why what was not varied was not."""
    facts = [
        (f"{row.factor} {setting.setting}", setting.reason)
        for row in document.factors
        for setting in row.settings
        if setting.reason is not None
    ]
    if not facts:
        return []
    return [layout.heading(NOT_VARIED), *layout.facts(facts, width)]


def _runs(document: Stress, width: int) -> list[Text]:
    """Set what was played and how it was counted."""
    side, log = document.side, document.log
    span = f"{document.first_turn} to {document.last_turn}"
    facts = [
        ("build", layout.short(side.build)),
        ("log", f"{log.path}, turns {span}, {counted(document.turns, 'turn')} executed a run"),
        ("runs", f"{document.runs:,}"),
        ("the log", _log_text(document)),
        ("intervals", document.method if _has_interval(document) else ""),
    ]
    return [layout.heading("checked"), *layout.facts(facts, width)]


def _log_text(document: Stress) -> str:
    if document.recorded is None:
        return ""
    if document.recorded.verdict == NO_DIFFERENCE:
        return "all runs agree with it"
    return (
        f"{document.recorded.differing} of {counted(document.recorded.runs, 'run')} differ from it"
    )


def _has_interval(document: Stress) -> bool:
    found = [document.plain, *(s.counted for row in document.factors for s in row.settings)]
    return any(one is not None and one.verdict == INTERMITTENT for one in found)
