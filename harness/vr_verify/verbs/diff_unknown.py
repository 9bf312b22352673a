"""What `diff` says of a turn whose values are not in both logs: rows, and how to see their values.

Sketches name the rows; a log that does hold the turn shows its side of them. It must not compare.
"""

import shlex
from collections.abc import Mapping
from typing import Final

from vr_verify.canonical.schema import Schema
from vr_verify.canonical.state import State, format_value, read_value
from vr_verify.report.diff_document import Sketched, SketchedRow
from vr_verify.runlog.reader import RunLog
from vr_verify.session.two_logs import LEFT, RIGHT, TwoLogs

HELD_ROWS_MAX: Final = 20
"""Rows whose values are told where one log holds them."""
_OTHER_BUILD: Final = "E"


def is_unknown(found: TwoLogs) -> bool:
    """Whether states differ of which not both logs hold the values."""
    return "state" in found.parts and found.differences is None


def sketched(found: TwoLogs, logs: Mapping[str, RunLog]) -> Sketched | None:
    """Return the rows that sketches name, with their values in the log that holds the turn."""
    names = found.sketches
    if names is None:
        return None
    holding = {side: log for side, log in logs.items() if names.turn in log.states}
    states = {side: log.state(names.turn) for side, log in holding.items()}
    rows = []
    for at, named in enumerate(names.rows):
        of_row = states if at < HELD_ROWS_MAX else {}
        held = {
            side: values
            for side, state in of_row.items()
            if (values := _row_values(logs[side].header.schema, state, named.row)) is not None
        }
        rows.append(SketchedRow(named.row, named.changed_by, held or None))
    return Sketched(names.turn, names.cells, names.whole, tuple(rows))


def _row_values(schema: Schema, state: State, row: str) -> dict[str, str] | None:
    """Return the values of `universe/table/slot` by column; None where there is no such row."""
    universe, table, slot = row.split("/")
    at, described = schema.positions[table], schema.table(table)
    data = next(u.tables[at] for u in state.universes if u.id == int(universe))
    if int(slot) >= data.rows:
        return None
    pairs = zip(described.columns, data.columns, strict=True)
    return {
        column.name: format_value(column, read_value(column, payload, int(slot)))
        for column, payload in pairs
    }


def next_command(
    found: TwoLogs, logs: Mapping[str, RunLog], files: Mapping[str, str]
) -> tuple[str, str]:
    """Return the command that shows the values at the first differing turn, and what to know of it.

    Both engines play that turn beside each other; where the inputs are not the same, or one build
    gave both answers, that would show nothing.
    """
    turn, header = found.differing.first, {side: log.header for side, log in logs.items()}
    assert turn is not None, "asked where a turn differs"
    replay = ["vr-verify", "replay", files[LEFT], "--engine", header[LEFT].engine]
    if found.command_turns.total or not _one_run(logs):
        words = ["vr-verify", "record", "SCENARIO", "--turns", str(turn), "--snapshots", "delta"]
        command = shlex.join([*words, "-o", "again.log"])
        said = "Their inputs differ, so that each is to be recorded anew, with its states:"
        return command, f"{said} see the command below."
    if header[LEFT].engine != header[RIGHT].engine:
        beside = header[RIGHT].engine
        said = (
            "The command below plays that turn on both engines, where `vr-verify engines` lists "
            "them, and shows both values."
        )
    elif header[LEFT].build != header[RIGHT].build:
        beside = _OTHER_BUILD
        said = (
            "The command below plays that turn on both builds and shows both values: put for "
            f"{_OTHER_BUILD} where the build of right is (venv:, dir:, wheel: or git:REV)."
        )
    else:
        command = shlex.join(["vr-verify", "stress", files[LEFT]])
        return command, "One build gave both answers: the command below asks what flips them."
    turns = f"{turn}:{turn}"
    return shlex.join([*replay, "--against", beside, "--turns", turns]), said


def _one_run(logs: Mapping[str, RunLog]) -> bool:
    """Whether both logs hold the same run by its scenario and its rules."""
    one, other = logs[LEFT].header, logs[RIGHT].header
    return (one.scenario_digest, one.rules_version) == (other.scenario_digest, other.rules_version)
