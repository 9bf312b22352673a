"""Two logs compared, for people: the verdict, the first difference, then all that differs.

It must not know how logs are read or compared.
"""

from collections.abc import Sequence

from rich.text import Text

from vr_verify.model.outcome import Outcome
from vr_verify.report import declared_text, divergence_text, layout
from vr_verify.report.advice import HEADLINES
from vr_verify.report.diff_document import Compared, LogDiff, SketchedRow
from vr_verify.report.layout import counted

_SIDES = ("left", "right")
_RANGES_SHOWN = 12
_CELL_MIN = 12
_SKETCHED_SHOWN = 20
_STYLES = {
    Outcome.AGREED: "bold green",
    Outcome.FINDING: "bold red",
    Outcome.VIOLATED: "bold red",
}


def log_diff(document: LogDiff, width: int) -> list[Text]:
    """Set a comparison of two logs."""
    outcome = Outcome(document.outcome)
    style = _STYLES.get(outcome, "bold yellow")
    lines = layout.prose(_verdict(document, outcome), width, style=style)
    if document.message and outcome in _STYLES:
        lines += layout.prose(document.message, width, indent=layout.INDENT)
    if not document.complete:
        cut = "A log was cut in mid-write; it counts up to its last sealed turn."
        lines += layout.prose(cut, width, indent=layout.INDENT, style="bold yellow")
    lines += _logs(document)
    lines += _surroundings(document)
    lines += _scenario(document, width)
    lines += _schema(document, width)
    lines += _commands(document, width)
    lines += _turns(document, width)
    lines += _values(document)
    lines += _sketched(document, width)
    lines += declared_text.declared(document.declared, width)
    return lines + _compared(document, width)


def _verdict(document: LogDiff, outcome: Outcome) -> str:
    if outcome is Outcome.AGREED:
        said = f"NO DIFFERENCE: left and right are equal, {_span(document.compared)}"
        if declared := declared_text.met(document.declared):
            said = f"NO OTHER DIFFERENCE than {declared}, {_span(document.compared)}"
        return "; ".join([said, *_longer(document)])
    if outcome is Outcome.VIOLATED:
        return f"VIOLATED: {declared_text.unmet(document.declared)}"
    if outcome is not Outcome.FINDING:
        return f"{HEADLINES.get(outcome, outcome.upper())}: {document.message}"
    if document.divergence is not None:
        return f"FOUND: left and right part at {divergence_text.headline(document.divergence)}"
    parts = {
        "the scenarios": document.scenario,
        "the schemas or steps": document.schema_differences,
        "the commands": document.commands,
    }
    names = layout.listed([name for name, differs in parts.items() if differs])
    return f"FOUND: {names} differ; every compared state is equal"


def _longer(document: LogDiff) -> list[str]:
    """Name each log that holds turns which the other does not."""
    outside = document.outside or {}
    return [f"turns {_ranges(spans)} are only in {side}" for side, spans in outside.items()]


def _span(compared: Compared) -> str:
    count = counted(compared.turns, "state")
    if compared.turns < 2:
        return f"{count}, that of turn {compared.first_turn}"
    return f"{count}, turns {compared.first_turn} to {compared.last_turn}"


def _logs(document: LogDiff) -> list[Text]:
    """Set the two logs beside each other."""
    rows = [
        [
            name,
            side.log.path,
            side.engine,
            side.rules_version,
            f"{side.first_turn} to {side.log.last_turn}",
            "complete" if side.complete else "cut",
        ]
        for name, side in ((name, document.sides[name]) for name in _SIDES)
    ]
    headers = ["side", "log", "engine", "rules", "turns", "state"]
    return [layout.heading("Logs"), *layout.table(headers, rows)]


def _surroundings(document: LogDiff) -> list[Text]:
    if not document.environment:
        return []
    rows = [
        [fact["what"], *(layout.short(fact[side]) for side in _SIDES)]
        for fact in document.environment
    ]
    title = layout.heading("Surroundings that differ")
    return [title, *layout.table(["what", *_SIDES], rows)]


def _beside(headers: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[Text]:
    """Set rows that end in the two sides' texts; a text too wide for the page is cut, and said."""
    lines = layout.table([*headers, *_SIDES], rows)
    if all(len(line) <= width for line in lines):
        return lines
    places = [
        max(map(len, column)) for column in zip(headers, *(r[:-2] for r in rows), strict=True)
    ]
    room = max((width - sum(places)) // 2 - len(layout.INDENT) * (len(places) + 1), _CELL_MIN)
    cut = [[*row[:-2], *(_cut(text, room) for text in row[-2:])] for row in rows]
    note = Text(f"{layout.INDENT}texts that end in … are cut here", "dim")
    return [*layout.table([*headers, *_SIDES], cut), note]


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"


def _scenario(document: LogDiff, width: int) -> list[Text]:
    scenario = document.scenario
    if scenario is None:
        return []
    rows = [[row.path, row.left, row.right] for row in scenario.first]
    more = scenario.count - len(rows)
    title = f"Scenarios: {counted(scenario.count, 'difference')}"
    lines = [layout.heading(title), *_beside(["place"], rows, width)]
    return lines + ([Text(f"{layout.INDENT}and {more:,} more", "dim")] if more else [])


def _schema(document: LogDiff, width: int) -> list[Text]:
    if not document.schema_differences:
        return []
    rows = [[row.place, row.what, row.left, row.right] for row in document.schema_differences]
    title = layout.heading("Schemas and steps that differ")
    return [title, *_beside(["place", "what"], rows, width)]


def _commands(document: LogDiff, width: int) -> list[Text]:
    """Set the first command that is not the same."""
    found = document.commands
    if found is None:
        return []
    where = f"turn {found.turn}, step {found.step}, command {found.position}"
    rows = [
        ("first at", where),
        ("left", found.left),
        ("right", found.right),
        ("turns", _ranges(found.differing_turns)),
    ]
    return [layout.heading("Commands that differ"), *layout.facts(rows, width)]


def _ranges(texts: Sequence[str]) -> str:
    shown = ", ".join(texts[:_RANGES_SHOWN])
    more = len(texts) - _RANGES_SHOWN
    return f"{shown} and {counted(more, 'more range')}" if more > 0 else shown


def _turns(document: LogDiff, width: int) -> list[Text]:
    """Set the first differing turn and the list of all."""
    found = document.divergence
    if found is None:
        return []
    title = layout.heading(f"First difference: {divergence_text.place(found)}")
    total = counted(document.differing_turns_total, "turn")
    again = ", ".join(map(str, document.equal_again_at))
    rows = [
        ("differs there", ", ".join(document.differing_digests)),
        ("differing turns", f"{total}: {_ranges(document.differing_turns)}"),
        ("equal again at", again),
    ]
    body = divergence_text.body(found, width)
    return [title, *body, Text(""), *layout.facts(rows, width)]


def _values(document: LogDiff) -> list[Text]:
    """Set the values that differ beyond the first."""
    if len(document.values) < 2 or document.divergence is None:
        return []
    rows = [
        [row.entity, row.column, *(row.values[side] for side in _SIDES), row.unit]
        for row in document.values
    ]
    title = layout.heading(f"Values that differ at turn {document.divergence.turn} (the first)")
    return [title, *layout.table(["entity", "column", *_SIDES, "unit"], rows)]


def _sketched(document: LogDiff, width: int) -> list[Text]:
    """Set the rows that sketches alone name, and whether these are all."""
    found = document.sketched
    if found is None:
        return []
    title = layout.heading(f"Named by sketches alone at turn {found.turn}")
    shown = found.rows[:_SKETCHED_SHOWN]
    count, changed = counted(len(found.rows), "row"), " and ".join(_SIDES)
    if not found.whole:
        said = f"The sketches of {found.cells} cells are too full to tell all that differs. "
        said += f"Some of it: {count}." if found.rows else "They name nothing."
    else:
        said = f"{count}: all that differs; `both` is a row that {changed} changed differently."
    lines = [title, *layout.prose(said, width, indent=layout.INDENT)]
    if shown:
        lines += layout.table(["row", "changed by"], [[row.row, row.changed_by] for row in shown])
        lines += _held(shown, width)
    more = len(found.rows) - len(shown)
    return lines + ([Text(f"{layout.INDENT}and {more:,} more", "dim")] if more else [])


def _held(rows: Sequence[SketchedRow], width: int) -> list[Text]:
    """Set the values of named rows that stand in one of the logs."""
    said = [
        (f"{row.row} in {side}", ", ".join(f"{name} {value}" for name, value in values.items()))
        for row in rows
        for side, values in (row.held or {}).items()
    ]
    return [Text(""), *layout.facts(said, width)] if said else []


def _compared(document: LogDiff, width: int) -> list[Text]:
    compared = document.compared
    if not compared.turns:
        return []
    values = f"{compared.values:,} compared" if compared.values else ""
    columns = counted(compared.columns, "common column")
    rows = [
        ("turns", _span(compared)),
        ("digests", f"{compared.digests:,} compared" if compared.digests else ""),
        ("values", values),
        ("columns", f"{columns} of {counted(compared.tables, 'common table')}"),
        *(
            (f"only in {side}", f"turns {_ranges(spans)}")
            for side, spans in (document.outside or {}).items()
        ),
    ]
    return [layout.heading("Compared"), *layout.facts(rows, width)]
