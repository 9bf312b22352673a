"""A part of a log as a log of its own: fewer turns, and on request no facts about the host.

Spec: contract, section 8. What was recorded is copied as it is, wrong digests too; nothing runs.
"""

from dataclasses import replace
from pathlib import Path

from vr_verify.canonical.events import encode_events, events_digest
from vr_verify.canonical.ledger import encode_ledger, ledger_digest
from vr_verify.canonical.sketch import empty
from vr_verify.canonical.state import State
from vr_verify.errors import SkippedError
from vr_verify.model.run import Digests
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.sketches import TurnSketch
from vr_verify.runlog.writer import RunLogWriter


def cut_log(log: RunLog, path: Path, first: int, last: int, with_host_facts: bool) -> None:
    """Write turns `first` to `last` of a log to a new one that starts in mid-run.

    It is sparse only where the log is and does not hold the states of all these turns.
    SkippedError where the log does not hold a state that is wanted.
    """
    facts = log.header.environment if with_host_facts else {}
    whole = all(turn in log.states for turn in range(first, last + 1) if not _halts(log, turn))
    mode = "delta" if whole else log.header.snapshots
    header = replace(log.header, first_turn=first, environment=facts, snapshots=mode)
    with RunLogWriter(path, header) as written:
        begun = _first_sketch(log, first)
        written.write_first(_state(log, first), _first_digests(log, first), begun)
        for turn in range(first + 1, last + 1):
            record = log.record(turn)
            wanted = record.halt is None and written.wants_state()
            state = _state(log, turn) if wanted else None
            told = (record.commands_by_step, state, record.digests, record.halt)
            written.write_turn(turn, *told, log.sketch(turn))
        written.finish()


def _halts(log: RunLog, turn: int) -> bool:
    return log.halted and turn == log.turns[-1]


def _state(log: RunLog, turn: int) -> State:
    if turn not in log.states:
        raise SkippedError(f"the log does not hold the state of turn {turn}")
    return log.state(turn)


def _first_sketch(log: RunLog, first: int) -> TurnSketch | None:
    """Return the sketch of a first state, in which nothing has changed."""
    found = log.sketch(first)
    return found and TurnSketch(found.rows, empty(log.header.sketch_cells).encode())


def _first_digests(log: RunLog, first: int) -> Digests:
    """Return the digests of a first state: ledger and events are those of empty lists there."""
    digests = log.record(first).digests
    if first == log.turns[0]:
        return digests
    empty_ledger = ledger_digest(first, encode_ledger([]))
    empty_events = events_digest(first, encode_events([]))
    return replace(
        digests,
        ledger=None if digests.ledger is None else empty_ledger,
        events=None if digests.events is None else empty_events,
    )
