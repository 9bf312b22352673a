"""`inspect`: what a log holds, read without any engine.

Spec: contract, sections 3 and 8. It must not run, compare or judge anything.
"""

from collections.abc import Sequence
from pathlib import Path

from vr_verify.canonical import json_text
from vr_verify.canonical.schema import Schema, Table
from vr_verify.canonical.sketch import sketch_bytes
from vr_verify.canonical.state import State, TableData
from vr_verify.canonical.tree import state_digest
from vr_verify.errors import MissingFileError, UsageError
from vr_verify.model.report import Halted, LogFacts
from vr_verify.model.run import NONE, Digests
from vr_verify.report.documents import (
    Inspection,
    SketchFacts,
    StepCommands,
    TableRow,
    TurnRow,
)
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.records import LogHeader, TurnRecord
from vr_verify.verbs.inspect_rows import RowsAsked, rows_of


def inspect(
    log: Path | str,
    turn: int | None = None,
    table: str | None = None,
    entity: str | None = None,
    *,
    where: Sequence[str] | str = (),
    sort: str | None = None,
    limit: int | None = None,
) -> Inspection:
    """Return what a log holds; with a turn its tables, with a table or entity its values too.

    `entity` is a text id. Without a turn, table and entity are those of the last turn. Of a table
    these rows: `where` as `hp=10..20`, of several all must pass; `sort` a column, `-hp` for the
    greatest first; `limit` how many at most. Raises BadLogError, MissingFileError, and UsageError
    for what the log does not hold.
    """
    path = Path(log)
    if not path.is_file():
        what = "is a directory, not a log" if path.is_dir() else "there is no such file"
        raise MissingFileError(f"{path}: {what}")
    filters = (where,) if isinstance(where, str) else tuple(where)
    asked = RowsAsked(table, entity, filters, sort, limit)
    asked.check()
    with RunLog.open(path) as opened:
        records = [opened.record(number) for number in opened.turns]
        if turn is None and (table is not None or entity is not None):
            turn = opened.states[-1]
        _check_turn(path.name, records, turn)
        return _inspection(opened, path, records, turn, asked)


def _check_turn(name: str, records: Sequence[TurnRecord], turn: int | None) -> None:
    """Refuse a turn of which the log holds no state."""
    first, last = records[0].turn, records[-1].turn
    if turn is None or (first <= turn <= last and records[turn - first].halt is None):
        return
    if first <= turn <= last:
        raise UsageError(f"{name}: turn {turn} halted and was undone; see turn {turn - 1}")
    raise UsageError(f"{name} has no turn {turn}; it holds turns {first} to {last}")


def _inspection(
    log: RunLog,
    path: Path,
    records: Sequence[TurnRecord],
    turn: int | None,
    asked: RowsAsked,
) -> Inspection:
    """Put the parts that were asked for together."""
    header, schema = log.header, log.header.schema
    state = None if turn is None else log.state(turn)
    read = sorted({*log.keyframes, log.states[-1]}) if turn is None else [turn]
    entities, selected = (None, None) if state is None else rows_of(schema, state, asked)
    false = tuple(number for number in read if not _verified(log, number))
    return Inspection(
        log=LogFacts(path.name, len(records), path.stat().st_size, records[-1].turn),
        engine=header.engine,
        build=header.build,
        rules_version=header.rules_version,
        scenario_digest=header.scenario_digest.hex(),
        schema_digest=schema.digest.hex(),
        environment=dict(header.environment),
        steps=tuple(step.name for step in header.steps),
        first_turn=records[0].turn,
        run_chain=records[-1].run_chain.hex(),
        turn_table=tuple(_turn_row(record, log.kept(record.turn)) for record in records),
        snapshots=header.snapshots,
        sketch=_sketch(header),
        states_verified=len(read) - len(false),
        states_false=false,
        complete=log.complete,
        cut_at=log.cut_at,
        turn=turn,
        halted=_halted(header, records[-1]),
        commands=None if turn is None else _commands(header, log.record(turn)),
        tables=None if state is None else _tables(schema, state),
        entities=entities,
        selected=selected,
    )


def _sketch(header: LogHeader) -> SketchFacts | None:
    """Say what the sketch of each turn is like."""
    cells = header.sketch_cells
    return SketchFacts(cells, sketch_bytes(cells)) if cells else None


def _verified(log: RunLog, turn: int) -> bool:
    """Whether the values of a state have the digest that was recorded for it."""
    header = log.header
    own = state_digest(header.schema, header.scenario_digest, log.state(turn))
    return own == log.record(turn).digests.state


def _commands(header: LogHeader, record: TurnRecord) -> tuple[StepCommands, ...]:
    """Return the commands of each step that was given any."""
    return tuple(
        StepCommands(step.name, tuple(json_text.encode(one).decode() for one in commands))
        for step, commands in zip(header.steps, record.commands_by_step, strict=False)
        if commands
    )


def _halted(header: LogHeader, record: TurnRecord) -> Halted | None:
    """Return the halt that ended the run, with the parts of its place that it has."""
    halt = record.halt
    if halt is None:
        return None
    return Halted(
        turn=record.turn,
        error=halt.error,
        step=header.steps[halt.step].name if halt.step < len(header.steps) else None,
        phase=halt.phase or None,
        universe=None if halt.universe == NONE else halt.universe,
        table=halt.table or None,
        slot=None if halt.slot == NONE else halt.slot,
        column=halt.column or None,
    )


def _turn_row(record: TurnRecord, kept: str) -> TurnRow:
    digests: Digests = record.digests
    return TurnRow(
        turn=record.turn,
        commands=sum(len(commands) for commands in record.commands_by_step),
        state_digest=(digests.state or b"").hex(),
        ledger_digest=(digests.ledger or b"").hex(),
        events_digest=(digests.events or b"").hex(),
        halt="" if record.halt is None else record.halt.error,
        kept=kept,
    )


def _tables(schema: Schema, state: State) -> tuple[TableRow, ...]:
    """Return a row for each table of each universe, in canonical order."""
    return tuple(
        TableRow(universe.id, table.name, data.rows, _live(table, data), len(table.columns))
        for universe in state.universes
        for table, data in zip(schema.tables, universe.tables, strict=True)
    )


def _live(table: Table, data: TableData) -> int | None:
    """Count the entities that live; None for a table without entities."""
    if not table.entity:
        return None
    return bytes(data.columns[table.positions["alive"]]).count(1)
