"""A log written once more, turn by turn, from one that is there: by the real writer."""

from collections.abc import Callable
from pathlib import Path

from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.writer import RunLogWriter

Told = Callable[[int], None]
"""Called with each turn once it is written; with the last turn plus one once all is closed."""


def write_again(
    model: RunLog,
    path: Path,
    durable: bool,
    told: Told | None = None,
    last: int | None = None,
) -> None:
    """Write the same log again from its start, up to a turn `last`."""
    first = model.turns[0]
    with RunLogWriter(path, model.header, durable) as writer:
        writer.write_first(model.state(first), model.record(first).digests)
        _say(told, first)
        _write_from(model, writer, range(first + 1, _end(model, last)), told)


def go_on(model: RunLog, path: Path, durable: bool, told: Told | None = None) -> None:
    """Go on with a cut copy of the log, and close it."""
    with RunLog.open(path) as cut:
        held = cut.turns[-1]
        with RunLogWriter(path, cut, durable) as writer:
            _write_from(model, writer, range(held + 1, _end(model, None)), told)


def _end(model: RunLog, last: int | None) -> int:
    return (model.turns[-1] if last is None else last) + 1


def _write_from(model: RunLog, writer: RunLogWriter, turns: range, told: Told | None) -> None:
    for turn in turns:
        record = model.record(turn)
        wanted = record.halt is None and writer.wants_state()
        state = model.state(turn) if wanted else None
        writer.write_turn(turn, record.commands_by_step, state, record.digests, record.halt)
        _say(told, turn)
    writer.finish()
    _say(told, turns.stop)


def _say(told: Told | None, turn: int) -> None:
    if told is not None:
        told(turn)
