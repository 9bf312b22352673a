"""What a log holds, for people: header, turns, and the tables or entities that were asked for.

It must not know how a log is read.
"""

from rich.text import Text

from vr_verify.report import layout
from vr_verify.report.documents import ROWS_SHOWN, EntityRow, Inspection, Selected
from vr_verify.report.layout import counted

_DIGEST_SHOWN = 12


def inspection(document: Inspection, width: int) -> list[Text]:
    """Set an inspection; the turns are left out where one turn was asked for."""
    lines = [*_header(document, width)]
    if document.turn is None:
        return lines + _turns(document)
    return lines + _commands(document) + _tables(document) + _entities(document, width)


def _header(document: Inspection, width: int) -> list[Text]:
    log = document.log
    state = "complete" if document.complete else "cut in mid-write"
    title = f"{log.path}: {counted(log.turns, 'state')} of {document.engine}, {state}"
    cut = f"at byte {document.cut_at}" if document.cut_at is not None else ""
    rows = [
        ("engine", document.engine),
        ("build", layout.short(document.build)),
        ("rules version", document.rules_version),
        ("turns", f"{document.first_turn} to {log.last_turn}"),
        ("steps", ", ".join(document.steps)),
        ("size", f"{log.bytes:,} bytes"),
        ("cut", cut),
        ("snapshots", document.snapshots),
        ("sketches", _sketches(document)),
        ("verified", _states(document)),
        ("scenario digest", document.scenario_digest),
        ("schema digest", document.schema_digest),
        ("run chain", document.run_chain),
        ("recorded on", ", ".join(f"{k} {v}" for k, v in sorted(document.environment.items()))),
    ]
    return [*layout.prose(title, width, style="bold"), *layout.facts(rows, width)]


def _sketches(document: Inspection) -> str:
    """Say how large the sketch of each turn is; nothing where there are none."""
    found = document.sketch
    return f"{found.cells} cells, {found.bytes:,} bytes a turn" if found is not None else ""


def _states(document: Inspection) -> str:
    """Say how many states were read, and which of them have not the digest that was recorded."""
    read = document.states_verified + len(document.states_false)
    said = f"{document.states_verified} of {read} states read have the recorded digest"
    if not document.states_false:
        return said
    return f"{said}; not turns {', '.join(map(str, document.states_false))}"


def _turns(document: Inspection) -> list[Text]:
    """Set a line for each recorded turn."""
    rows = [
        [
            str(row.turn),
            str(row.commands),
            row.state_digest[:_DIGEST_SHOWN] or "-",
            row.ledger_digest[:_DIGEST_SHOWN] or "-",
            row.events_digest[:_DIGEST_SHOWN] or "-",
            row.kept,
            row.halt,
        ]
        for row in document.turn_table
    ]
    headers = ["turn", "commands", "state", "ledger", "events", "kept", "halt"]
    return [layout.heading("Turns"), *layout.table(headers, rows)]


def _commands(document: Inspection) -> list[Text]:
    """Set the turn's commands from outside, one a line under their step."""
    lines: list[Text] = []
    for given in document.commands or ():
        lines.append(layout.heading(f"Commands of step {given.step}"))
        lines += [layout.verbatim(command) for command in given.commands]
    return lines


def _tables(document: Inspection) -> list[Text]:
    """Set all tables, unless rows of one of them were asked for."""
    if document.tables is None or document.selected is not None:
        return []
    rows = [
        [
            str(row.universe),
            row.table,
            str(row.rows),
            "-" if row.live is None else str(row.live),
            str(row.columns),
        ]
        for row in document.tables
    ]
    title = layout.heading(f"Tables at turn {document.turn}")
    return [title, *layout.table(["universe", "table", "rows", "live", "columns"], rows)]


def _entities(document: Inspection, width: int) -> list[Text]:
    """Set one entity as a list of its fields, several as a table."""
    found, selected = document.entities, document.selected
    if found is None:
        return []
    if selected is None or (len(found) == 1 and not selected.has_more):
        title = layout.heading(f"{found[0].entity} at turn {document.turn}")
        cells = [[c.column, c.value, c.unit, c.raw] for c in found[0].cells]
        lines = [title, *layout.table(["column", "value", "unit", "raw"], cells)]
        return lines + ([] if selected is None else _counted(selected, 1, width))
    shown = found if selected.limit is not None else found[:ROWS_SHOWN]
    count = counted(selected.total, "row")
    lines = [layout.heading(f"{selected.table} at turn {document.turn} ({count})")]
    if shown:
        lines += layout.table(_headers(shown[0]), [_values(row) for row in shown])
    return lines + _counted(selected, len(shown), width)


def _counted(selected: Selected, shown: int, width: int) -> list[Text]:
    """Say how many rows pass what was asked, and how to see those that are not shown."""
    said = []
    if selected.where:
        rows = counted(selected.live, "row")
        asked = layout.listed([f"`{text}`" for text in selected.where])
        said.append(f"{selected.total:,} of {rows} pass {asked}.")
    if more := selected.total - shown:
        limit = min(selected.total, max(shown, ROWS_SHOWN) * 10)
        shows = "all" if limit == selected.total else "more"
        wider = f"`--limit {limit}` shows {shows}, --json without --limit has all"
        are = "is" if more == 1 else "are"
        said.append(f"{more:,} more {are} not shown: {wider}, --where asks for fewer.")
    return layout.prose(" ".join(said), width, indent=layout.INDENT)


def _headers(row: EntityRow) -> list[str]:
    return ["entity", *(cell.column for cell in row.cells)]


def _values(row: EntityRow) -> list[str]:
    return [row.entity, *(cell.value for cell in row.cells)]
