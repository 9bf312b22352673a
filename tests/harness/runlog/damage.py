"""Damage at scale: flip or cut a log, read all that the reader then says, hold it to the original.

Runs in processes of its own, whose memory is limited. It must not know how the reader finds out.
"""

import os
import resource
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.harness.canonical.examples import SCHEMA, small_state, state_of
from tests.harness.runlog.logs import HALT, commands_of, header_of
from vr_verify.canonical.state import State
from vr_verify.canonical.tree import state_digest
from vr_verify.errors import BadLogError
from vr_verify.model.run import Digests
from vr_verify.runlog.reader import LogHeader, RunLog, TurnRecord
from vr_verify.runlog.writer import RunLogWriter

EXTRA_BYTES_MAX = 64 * 2**20
"""What reading a small log may take beyond the process that has read one already."""
SHOWN_MAX = 20


def states_of_all_kinds() -> list[State]:
    """States that lead to all a delta log can hold: keyframes, deltas, no change, new rows."""
    wide = small_state(3, units=150, places=40)
    universe = wide.universes[0].tables
    tables = [[bytes(column) for column in table.columns] for table in universe]
    return [
        small_state(0),
        small_state(1),
        State(2, small_state(1).universes),
        state_of(SCHEMA, 3, tables, [[b""] * 4, [b"xyz", b"\7"]]),
        state_of(SCHEMA, 4, _aged(tables), [[b""] * 4, [b"xyzabc", b"\7\1"]]),
    ]


def _aged(tables: list[list[bytes]]) -> list[list[bytes]]:
    """Change every generation, so that the delta is large enough for streams."""
    rows = len(tables[0][1])
    generations = b"".join((7 * slot % 900 + 2).to_bytes(4, "little") for slot in range(rows))
    aged = [
        b"".join((slot**3 - 4).to_bytes(8, "little", signed=True) for slot in range(rows)),
    ]
    return [[generations, tables[0][1], *aged, tables[0][3]], tables[1]]


def write_log_of_all_kinds(path: Path) -> Path:
    """Write a complete delta log of five states and a halt."""
    header = header_of(has=("state", "ledger", "events"))
    with RunLogWriter(path, header) as log:
        for state in states_of_all_kinds():
            digest = state_digest(SCHEMA, header.scenario_digest, state)
            digests = Digests(digest, bytes([state.turn]) * 32, bytes([state.turn + 9]) * 32)
            if state.turn == 0:
                log.write_first(state, digests)
            else:
                log.write_turn(state.turn, commands_of(state.turn), state, digests)
        log.write_turn(5, commands_of(5), None, Digests(), HALT)
        log.finish()
    return path


@dataclass(frozen=True)
class Said:
    """All that a log says when each of its records and states is read."""

    header: LogHeader
    complete: bool
    halted: bool
    records: tuple[TurnRecord, ...]
    states: tuple[State, ...]


def read_all(path: Path) -> Said:
    """Open a log and read every record and state."""
    with RunLog.open(path) as log:
        records = tuple(log.record(turn) for turn in log.turns)
        states = tuple(owned(log.state(turn)) for turn in log.states)
        return Said(log.header, log.complete, log.halted, records, states)


def owned(state: State) -> State:
    """Copy a state's columns, which may be views of what the reader holds."""
    universes = []
    for universe in state.universes:
        tables = [replace(one, columns=tuple(map(bytes, one.columns))) for one in universe.tables]
        universes.append(replace(universe, tables=tuple(tables)))
    return replace(state, universes=tuple(universes))


def judge(original: Said, found: Said) -> str:
    """Say whether a log that opened is the original, a sealed beginning of it, or another."""
    if found == original:
        return "equal"
    records, states = len(found.records), len(found.states)
    same = found.header == original.header
    same = same and found.records == original.records[:records]
    same = same and found.states == original.states[:states]
    shorter = records <= len(original.records)
    whole = states == records - found.halted
    return "prefix" if same and shorter and whole and not found.complete else "wrong"


@dataclass
class Tally:
    """Cases by outcome, and the first of those that were judged wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, case: str, outcome: str) -> None:
        """Count a case."""
        self.counts[outcome] += 1
        if outcome == "wrong" and len(self.wrong) < SHOWN_MAX:
            self.wrong.append(case)

    def __iadd__(self, other: "Tally") -> "Tally":
        self.counts += other.counts
        self.wrong = (self.wrong + other.wrong)[:SHOWN_MAX]
        return self


@contextmanager
def _named(case: str) -> Iterator[None]:
    """Say of which case an exception is that nobody foresaw."""
    try:
        yield
    except Exception as error:
        error.add_note(f"case: {case}")
        raise


def outcome_of(path: Path, original: Said) -> str:
    """Read a damaged log; any exception but BadLogError is a failure of the test."""
    try:
        found = read_all(path)
    except BadLogError:
        return "bad"
    return judge(original, found)


def flip_all(path: Path, original: Said, bits: Iterable[int]) -> Tally:
    """Flip one bit after another; the file is left as it was."""
    tally = Tally()
    with path.open("r+b", buffering=0) as file:
        for bit in bits:
            at, mask = bit // 8, 1 << bit % 8
            byte = os.pread(file.fileno(), 1, at)[0]
            os.pwrite(file.fileno(), bytes([byte ^ mask]), at)
            case = f"bit {bit % 8} of byte {at}"
            with _named(case):
                tally.add(case, outcome_of(path, original))
            os.pwrite(file.fileno(), bytes([byte]), at)
    return tally


def cut_all(path: Path, original: Said, sizes: Iterable[int]) -> Tally:
    """Cut a log to each size, which must fall; the file is left at the last one."""
    tally = Tally()
    for size in sizes:
        os.truncate(path, size)
        with _named(f"cut to {size} bytes"):
            tally.add(f"cut to {size} bytes", outcome_of(path, original))
    return tally


def verdict(path: str) -> str:
    """Read a whole log, and say what was wrong with it; an empty text for a sound one."""
    try:
        read_all(Path(path))
    except BadLogError as error:
        return error.message
    return ""


def turns_of(path: str) -> int:
    """Open a log and count its turns; no state is decoded."""
    with RunLog.open(path) as log:
        return len(log.turns)


def limit_memory(extra_bytes: int = EXTRA_BYTES_MAX) -> None:
    """Let this process take so much more memory than it has; beyond it is a MemoryError."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    size = pages * os.sysconf("SC_PAGE_SIZE") + extra_bytes
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
