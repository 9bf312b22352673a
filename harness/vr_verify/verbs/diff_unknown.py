"""What `diff` says of a turn whose values are not in both logs: rows, and how to see their values.

Sketches name the rows; a log that does hold the turn shows its side of them. It must not compare.
"""

import shlex
from collections.abc import Mapping
from typing import Final

from vr_verify.canonical.schema import Schema
from vr_verify.canonical.state import State, format_value, read_value
from vr_verify.report.diff_document import Sketched, SketchedRow
from vr_verify.report.layout import listed
from vr_verify.runlog.reader import LogHeader, RunLog
from vr_verify.session.two_logs import LEFT, RIGHT, TwoLogs

HELD_ROWS_MAX: Final = 20
"""Rows whose values are told where one log holds them."""
_OTHER_BUILD: Final = "E"
_BUILD_PUT: Final = (
    f"for {_OTHER_BUILD} where the build of right is (venv:, dir:, wheel: or git:REV)"
)


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

    Both engines play that turn beside each other; where other commands or other rules led there, or
    one build gave both answers, that would show nothing. The logs are of one scenario: else no
    state of which the values are unknown is compared.
    """
    turn, (left, right) = found.differing.first, (logs[side].header for side in (LEFT, RIGHT))
    assert turn is not None, "asked where a turn differs"
    if causes := _other_causes(found, turn, left, right):
        command, said = _recorded_anew(logs, turn)
        return command, " ".join([*causes, said])
    if (left.engine, left.build) == (right.engine, right.build):
        command = shlex.join(["vr-verify", "stress", files[LEFT]])
        return command, "One build gave both answers: the command below asks what flips them."
    if left.engine != right.engine:
        said = (
            "The command below plays that turn on both engines, where `vr-verify engines` lists "
            "them, and shows both values."
        )
    else:
        said = "The command below plays that turn on both builds and shows both values: put "
        said += f"{_BUILD_PUT}."
    replay = ["vr-verify", "replay", files[LEFT], "--engine", left.engine]
    turns = ["--turns", f"{turn}:{turn}"]
    return shlex.join([*replay, "--against", _beside(left, right), *turns]), said


def _other_causes(found: TwoLogs, turn: int, left: LogHeader, right: LogHeader) -> list[str]:
    """Say what else than an engine may have parted the sides at a turn."""
    causes = []
    if found.commands is not None and found.commands.turn <= turn:
        causes.append(f"Their commands differ from turn {found.commands.turn} on.")
    if left.rules_version != right.rules_version:
        versions = f"{left.rules_version} and {right.rules_version}"
        causes.append(f"They were recorded under different rules versions, {versions}.")
    return causes


def _beside(left: LogHeader, right: LogHeader) -> str:
    """Return the word for the build of right: a letter, where left's engine has its name."""
    same_name = left.engine == right.engine and left.build != right.build
    return _OTHER_BUILD if same_name else right.engine


def _recorded_anew(logs: Mapping[str, RunLog], turn: int) -> tuple[str, str]:
    """Return the commands that record both runs again, each by its own build; how to read them."""
    headers = [logs[side].header for side in (LEFT, RIGHT)]
    engines = {LEFT: headers[0].engine, RIGHT: _beside(*headers)}
    commands, put = [], ["for SCENARIO what it was recorded from (with its --seed)"]
    for side, log in logs.items():
        given = [number for number in log.turns if any(log.record(number).commands_by_step)]
        words = ["vr-verify", "record", "SCENARIO", "--engine", engines[side]]
        if given:
            words += ["--commands", f"{side.upper()}.json"]
            put.append(f"for {side.upper()}.json the commands of {side}")
        # `record` refuses commands for turns that it does not play.
        turns = max([turn, *given]) - log.turns[0]
        words += ["--turns", str(turns), "--snapshots", "delta", "-o", f"{side}-again.log"]
        commands.append(shlex.join(words))
    put += [_BUILD_PUT] if engines[RIGHT] == _OTHER_BUILD else []
    said = "Record each again with its own build, with its states, by the commands below: put "
    return " && ".join(commands), f"{said}{listed(put)}."
