"""`diff`: two logs compared without any engine: surroundings, commands, then turn by turn.

Spec: contract, sections 3 and 8. Logs of different schemas are compared on what both have. It must
not print, exit or run anything.
"""

from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from msgspec import structs

from vr_verify.canonical import json_text
from vr_verify.canonical.schema import Schema
from vr_verify.compare.json_values import ABSENT, json_differences, line
from vr_verify.compare.states import entity_text, value_texts
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import DeclaredDifference, Divergence, LogFacts
from vr_verify.report.diff_document import (
    CommandDifference,
    Compared,
    DiffSide,
    LogDiff,
    ScenarioDifferences,
    ScenarioRow,
    SchemaRow,
    ValueRow,
)
from vr_verify.runlog.reader import LogHeader, RunLog, TurnRecord
from vr_verify.session.declared import DeclaredTally, open_declared
from vr_verify.session.turn_ranges import range_text
from vr_verify.session.two_logs import (
    LEFT,
    RIGHT,
    Declaring,
    FirstCommand,
    Progress,
    TwoLogs,
    compare_logs,
)
from vr_verify.session.verdict import halt_text
from vr_verify.verbs.diff_unknown import is_unknown, next_command, sketched

SCENARIO_ROWS_SHOWN: Final = 10
VALUE_ROWS_SHOWN: Final = 20
HEALS_SHOWN: Final = 100
_UNKNOWN: Final = "unknown"
_ONLY_DIGESTS: Final = (
    "A log holds draws and events only as digests: replay either log with --trace draws or "
    "--trace events to see them."
)


def diff(
    left: Path | str,
    right: Path | str,
    progress: Progress | None = None,
    declared: Path | str | None = None,
    today: date | None = None,
) -> LogDiff:
    """Compare two logs; the outcome is `finding` where they differ in what happened.

    Other builds and machines are named and are no finding by themselves. `declared` is a file of
    declared differences, `today` the day on which they must not have expired (by default the
    present day in UTC). Raises UsageError, MissingFileError and BadLogError; logs without a common
    turn or a common column give `nothing_compared`.
    """
    paths = (Path(left), Path(right))
    declaring = None if declared is None else _declaring(Path(declared), today)
    with RunLog.open(paths[0]) as one, RunLog.open(paths[1]) as other:
        found = compare_logs(one, other, progress, declaring)
        scenario = _scenario(one.header, other.header)
        schema_rows = _schema_rows(one.header, other.header, found)
        outcome, said = _judged(found, one, other, bool(scenario or schema_rows))
        document = LogDiff(
            outcome=str(outcome),
            complete=one.complete and other.complete,
            sides={LEFT: _side(one, paths[0]), RIGHT: _side(other, paths[1])},
            compared=_compared(found),
            message=" ".join(said) or None,
            outside=_outside(one.turns, other.turns),
            environment=_environment(one.header, other.header),
            scenario=scenario,
            schema_differences=schema_rows,
            commands=_commands(found, one.header),
            declared=_declared(found, one, other),
        )
        return _with_turns(document, found, one, other)


def _declaring(file: Path, today: date | None) -> Declaring:
    """Return what reads the file of declared differences once the common schema is known."""
    day = datetime.now(UTC).date() if today is None else today

    def declaring(schema: Schema) -> DeclaredTally:
        return open_declared(file, schema, (LEFT, RIGHT), day)

    return declaring


def _side(log: RunLog, path: Path) -> DiffSide:
    header, last = log.header, log.turns[-1]
    return DiffSide(
        log=LogFacts(path.name, len(log.turns), path.stat().st_size, last),
        engine=header.engine,
        build=header.build,
        rules_version=header.rules_version,
        first_turn=log.turns[0],
        complete=log.complete,
        run_chain=log.record(last).run_chain.hex(),
    )


def _judged(
    found: TwoLogs, left: RunLog, right: RunLog, inputs_differ: bool
) -> tuple[Outcome, list[str]]:
    """Judge, and say what the counts alone do not."""
    if not found.turns:
        spans = [f"{log.turns[0]} to {log.turns[-1]}" for log in (left, right)]
        said = f"The logs have no turn in common: left holds {spans[0]}, right {spans[1]}."
        return Outcome.NOTHING_COMPARED, [said]
    if not found.common.columns:
        return Outcome.NOTHING_COMPARED, ["The logs have no table column in common."]
    remarks: list[str] = []
    if {"draws", "events"}.intersection(found.parts):
        remarks.append(_ONLY_DIGESTS)
    if is_unknown(found):
        where = f"the state of turn {found.differing.first}"
        remarks.append(f"The values are unknown: not both logs hold {where}.")
    if found.unread.total:
        turns = ", ".join(found.unread.texts())
        remarks.append(f"The states of these turns are not in both logs, so not compared: {turns}.")
    if found.declared is not None:
        remarks += map(_sentence, found.declared.remarks())
    if found.differing.total or found.command_turns.total or inputs_differ:
        return Outcome.FINDING, remarks
    assert found.digests, "logs of one schema and one scenario have at least one common digest"
    if found.declared is not None and (unmet := found.declared.unmet(_is_part(found, left, right))):
        return Outcome.VIOLATED, [*remarks, *map(_sentence, unmet)]
    return Outcome.AGREED, remarks


def _sentence(said: str) -> str:
    return f"{said[:1].upper()}{said[1:]}."


def _is_part(found: TwoLogs, left: RunLog, right: RunLog) -> bool:
    """Whether there is more of the run than what was compared."""
    halted = any(log.record(found.turns[-1]).halt is not None for log in (left, right))
    cut = not (left.complete and right.complete)
    return halted or cut or left.turns != right.turns or bool(found.unread.total)


def _declared(found: TwoLogs, left: RunLog, right: RunLog) -> tuple[DeclaredDifference, ...] | None:
    """Return what was declared and what was met of it."""
    if found.declared is None:
        return None
    return found.declared.rows(not found.turns or _is_part(found, left, right))


def _compared(found: TwoLogs) -> Compared:
    """Say what was compared; a halted turn counts, by its halt."""
    if not found.turns or not found.common.columns:
        return Compared()
    return Compared(
        turns=len(found.turns),
        first_turn=found.turns[0],
        last_turn=found.turns[-1],
        digests=found.digests,
        values=found.values,
        tables=len(found.common.schema.tables),
        columns=found.common.columns,
    )


def _outside(left: range, right: range) -> dict[str, tuple[str, ...]] | None:
    """Name each side's turns that the other does not hold."""
    outside: dict[str, tuple[str, ...]] = {}
    for side, own, other in ((LEFT, left, right), (RIGHT, right, left)):
        ends = [
            (own[0], min(own[-1], other[0] - 1)),
            (max(own[0], other[-1] + 1), own[-1]),
        ]
        spans = dict.fromkeys(range_text(first, last) for first, last in ends if first <= last)
        if spans:
            outside[side] = tuple(spans)
    return outside or None


def _environment(left: LogHeader, right: LogHeader) -> tuple[dict[str, str], ...]:
    """List the surroundings that differ: what computed the run, its inputs' digests, machines."""
    pairs = [(_named(left), _named(right)), (left.environment, right.environment)]
    listed = []
    for mine, theirs in pairs:
        for what in [*mine, *(key for key in theirs if key not in mine)]:
            then, now = mine.get(what, _UNKNOWN), theirs.get(what, _UNKNOWN)
            if then != now:
                listed.append({"what": what, LEFT: then, RIGHT: now})
    return tuple(listed)


def _named(header: LogHeader) -> dict[str, str]:
    return {
        "engine": header.engine,
        "build": header.build,
        "rules version": header.rules_version,
        "scenario digest": header.scenario_digest.hex(),
        "schema digest": header.schema.digest.hex(),
        "digests": ", ".join(header.has),
    }


def _scenario(left: LogHeader, right: LogHeader) -> ScenarioDifferences | None:
    """Count the places of the scenarios that differ and name the first few."""
    if left.scenario == right.scenario:
        return None
    values = [json_text.decode_canonical(header.scenario) for header in (left, right)]
    differences = json_differences(*values)
    shown = [ScenarioRow(d.path, d.left, d.right) for d in islice(differences, SCENARIO_ROWS_SHOWN)]
    return ScenarioDifferences(len(shown) + sum(1 for _ in differences), tuple(shown))


def _schema_rows(left: LogHeader, right: LogHeader, found: TwoLogs) -> tuple[SchemaRow, ...]:
    """Name what differs in tables, columns and steps."""
    rows = [SchemaRow(d.place, d.what, d.left, d.right) for d in found.common.differences]
    steps = [
        "; ".join(f"{step.name}: {', '.join(step.phases)}" for step in header.steps)
        for header in (left, right)
    ]
    if left.steps != right.steps:
        rows.append(SchemaRow("the turn", "steps", *steps))
    return tuple(rows)


def _commands(found: TwoLogs, header: LogHeader) -> CommandDifference | None:
    """Show the first command that is not the same."""
    first = found.commands
    if first is None:
        return None
    at = _first_unequal(first)
    named = first.step < len(header.steps)
    step = header.steps[first.step].name if named else f"step {first.step}"
    texts = (_text_at(first.left, at), _text_at(first.right, at))
    return CommandDifference(first.turn, step, at, *texts, found.command_turns.texts())


def _first_unequal(first: FirstCommand) -> int:
    longest = max(len(first.left), len(first.right))
    return next(at for at in range(longest) if first.left[at : at + 1] != first.right[at : at + 1])


def _text_at(commands: tuple[object, ...], at: int) -> str:
    return line(commands[at]) if at < len(commands) else ABSENT


def _with_turns(document: LogDiff, found: TwoLogs, left: RunLog, right: RunLog) -> LogDiff:
    """Add the first differing turn with its values, and all differing turns."""
    first, last = found.differing.first, found.differing.last
    if first is None:
        return document
    logs = {LEFT: left, RIGHT: right}
    records = {side: log.record(first) for side, log in logs.items()}
    divergence, message = _divergence(found, first, last == found.turns[-1], records), ""
    if is_unknown(found):
        files = {side: document.sides[side].log.path for side in logs}
        command, message = next_command(found, logs, files)
        divergence = structs.replace(divergence, reproduce=command)
    return structs.replace(
        document,
        message=" ".join(filter(None, [document.message, message])) or None,
        divergence=divergence,
        differing_digests=found.parts,
        values=_value_rows(found),
        sketched=sketched(found, logs),
        differing_turns=found.differing.texts(),
        differing_turns_total=found.differing.total,
        equal_again_at=found.differing.after(found.turns[-1])[:HEALS_SHOWN],
    )


def _divergence(
    found: TwoLogs, turn: int, persists: bool, records: dict[str, TurnRecord]
) -> Divergence:
    """Describe the first differing turn by the gravest of what differs there."""
    kind = found.parts[0]
    divergence = Divergence(
        kind=kind,
        turn=turn,
        last_equal_turn=turn - 1 if turn > found.turns[0] else None,
        odd_one_out=found.liars[0] if kind == "digest" and len(found.liars) == 1 else None,
        persists=persists,
    )
    if kind == "halt":
        values = {side: halt_text(record.halt) for side, record in records.items()}
        return structs.replace(divergence, unit="halt", values=values)
    if kind in ("draws", "events"):
        digests = {side: _stream_digest(kind, record) for side, record in records.items()}
        entities = 0 if found.states or not found.by_values else None
        return structs.replace(
            divergence, unit="digest", values=digests, differing_entities=entities
        )
    return _with_values(divergence, found)


def _stream_digest(kind: str, record: TurnRecord) -> str:
    digest = record.digests.ledger if kind == "draws" else record.digests.events
    assert digest is not None, "only digests that both logs have were compared"
    return digest.hex()


def _with_values(divergence: Divergence, found: TwoLogs) -> Divergence:
    """Add the first value that differs, or the first table with other numbers of rows."""
    differences = found.differences
    if differences is None:
        return divergence
    more: dict[str, Any] = {
        "differing_entities": differences.entities,
        "differing_columns": differences.columns,
    }
    schema = found.common.schema
    if differences.places:
        place = differences.places[0]
        table = schema.tables[place.table]
        column = table.columns[place.column]
        values, raw = value_texts(schema, place, found.states)
        more |= {"entity": entity_text(schema, place, found.states), "table": table.name}
        more |= {"column": column.name, "unit": column.unit, "values": values, "raw": raw}
    elif differences.rows:
        counts = differences.rows[0]
        rows = {side: str(number) for side, number in counts.rows.items()}
        more |= {"table": counts.table, "unit": "rows", "values": rows}
    return structs.replace(divergence, **more)


def _value_rows(found: TwoLogs) -> tuple[ValueRow, ...]:
    """List the first values that differ at the first differing turn."""
    if found.differences is None:
        return ()
    schema, rows = found.common.schema, []
    for place in found.differences.places[:VALUE_ROWS_SHOWN]:
        table = schema.tables[place.table]
        column = table.columns[place.column]
        texts = value_texts(schema, place, found.states)
        entity = entity_text(schema, place, found.states)
        rows.append(ValueRow(entity, f"{table.name}.{column.name}", column.unit, *texts))
    return tuple(rows)
