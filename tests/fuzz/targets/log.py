"""Fuzzes the reader of run logs, behind its checksums: `log_parts` makes them right again.

All that may come of it is a BadLogError, or a log that says the same when it is read twice.
"""

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from tests.fuzz.targets.log_parts import assemble, dismantle
from tests.harness.canonical.examples import SCHEMA, small_state
from tests.harness.runlog import damage
from tests.harness.runlog.logs import commands_of, digests_of, header_of
from vr_verify.errors import BadLogError
from vr_verify.runlog import messages
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.writer import RunLogWriter

ROWS_MAX = 2**16
"""States of more rows are legal and take their time; they are opened, not decoded."""


@cache
def folder() -> "tempfile.TemporaryDirectory[str]":
    """Return a folder for the log of this process."""
    return tempfile.TemporaryDirectory(prefix="vr-fuzz-")


def rows_of(log: RunLog, turn: int) -> int:
    """Return the rows of the tables that a turn keeps, unread."""
    chunk, _ = log._checked(turn)
    rows = 0
    for channel, name in (("snapshot", "Snapshot"), ("delta", "Delta")):
        while chunk.next_channel() == messages.CHANNEL_IDS[channel]:
            rows += messages.parse(name, chunk.take(channel)).rows
    return rows


def run(data: bytes) -> str:
    """Make a log of the parts, and read it."""
    path = Path(folder().name) / "a.log"
    path.write_bytes(assemble(data))
    try:
        with RunLog.open(path) as log:
            for turn in log.turns:
                log.record(turn)
            if any(rows_of(log, turn) > ROWS_MAX for turn in log.states):
                return "opened"
    except BadLogError:
        return "refused"
    try:
        said = damage.read_all(path)
    except BadLogError:
        return "opened"
    assert damage.read_all(path) == said
    return "taken" if said.complete else "cut"


def seeds() -> list[bytes]:
    """Return the parts of small logs: of every kind of chunk, of keyframes only, sparse."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a.log"
        made = [dismantle(damage.write_log_of_all_kinds(path).read_bytes())]
        made += [dismantle(small_log(path, mode)) for mode in ("full", "sparse", "delta")]
    return made


def small_log(path: Path, mode: str) -> bytes:
    """Write a log of three turns."""
    header = replace(header_of(), snapshots=mode)
    assert header.schema is SCHEMA
    with RunLogWriter(path, header) as log:
        log.write_first(small_state(0), digests_of(header, 0))
        for turn in (1, 2):
            state = small_state(turn) if log.wants_state() else None
            log.write_turn(turn, commands_of(turn), state, digests_of(header, turn))
        log.finish()
    return path.read_bytes()
