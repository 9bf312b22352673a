"""Runs of any schema for the tests of the run log: states that change as states may, and more.

It knows columns of all types, and no log.
"""

from dataclasses import replace
from pathlib import Path
from random import Random

from tests.harness.canonical.examples import ENTITY, column, schema_of
from tests.harness.runlog.logs import commands_of, header_of
from vr_verify.canonical.schema import Column, Schema, Table
from vr_verify.canonical.sketch import empty
from vr_verify.canonical.state import State, TableData, Universe
from vr_verify.model.run import Digests, TableRows
from vr_verify.runlog.delta import TableDelta
from vr_verify.runlog.records import LogHeader
from vr_verify.runlog.sketches import TurnSketch
from vr_verify.runlog.standing import StandingTable
from vr_verify.runlog.writer import RunLogWriter

TYPES = (
    "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "bool", "f32", "f64",
    "bytes1", "bytes2", "bytes3", "bytes4", "bytes8", "bytes16", "bytes255",
)  # fmt: skip
MODES = ("full", "delta", "sparse")
ROWS = (0, 0, 1, 3, 40, 700)


def payload(column: Column, rows: int, random: Random) -> bytes:
    """Make values of a column: noise, small numbers, or all the same."""
    kind = random.choice(("noise", "small", "same"))
    if column.type == "bool":
        return bytes(random.choices((0, 1), k=rows))
    if kind == "noise":
        return random.randbytes(rows * column.width)
    if kind == "same":
        return random.randbytes(column.width) * rows
    values = [random.randrange(16).to_bytes(column.width, "little") for _ in range(rows)]
    return b"".join(values)


def filled(table: Table, rows: int, random: Random) -> TableData:
    """Make a table of so many rows."""
    return TableData(rows, tuple(payload(column, rows, random) for column in table.columns))


def changed(table: Table, data: TableData, random: Random) -> TableData:
    """Change some rows of some columns; now and then add rows, now and then nothing changes."""
    rows = data.rows + random.choice((0, 0, 0, 1, 5))
    share = random.choice((0.0, 0.02, 0.5))
    columns = []
    for kind, before in zip(table.columns, data.columns, strict=True):
        old = bytes(before).ljust(rows * kind.width, b"\0")
        new = payload(kind, rows, random)
        touched = random.choice((False, True))
        values = bytearray(old)
        for row in range(rows if touched else 0):
            if random.random() < share:
                here = slice(row * kind.width, (row + 1) * kind.width)
                values[here] = new[here]
        columns.append(bytes(values))
    return TableData(rows, tuple(columns))


def applied(table: Table, before: TableData, change: TableDelta) -> TableData:
    """Return a table after a delta."""
    standing = StandingTable(table, before)
    standing.apply(change)
    return standing.data()


def next_state(schema: Schema, before: State, random: Random) -> State:
    """Make the state of the next turn; seldom are universes or the rows of a table others."""
    turn, move = before.turn + 1, random.random()
    if move < 0.1:
        return state_of_universes(schema, turn, random)
    universes = []
    for universe in before.universes:
        pairs = zip(schema.tables, universe.tables, strict=True)
        tables = [changed(table, data, random) for table, data in pairs]
        if move > 0.9:
            at = random.randrange(len(tables))
            tables[at] = filled(schema.tables[at], random.choice(ROWS), random)
        universes.append(Universe(universe.id, tuple(tables)))
    return State(turn, tuple(universes))


def state_of_universes(schema: Schema, turn: int, random: Random) -> State:
    """Make a state of none to three universes."""
    ids = sorted(random.sample((0, 1, 2, 7, 2**32 - 1), random.choice((0, 1, 1, 2, 3))))
    universes = []
    for at in ids:
        tables = [filled(table, random.choice(ROWS), random) for table in schema.tables]
        universes.append(Universe(at, tuple(tables)))
    return State(turn, tuple(universes))


def any_schema(random: Random) -> Schema:
    """Make a schema of one to four tables, the first now and then of entities."""
    tables = {}
    for at in range(random.randint(1, 4)):
        start = ENTITY if at == 0 and random.random() < 0.5 else []
        own = [column(f"c{n}", random.choice(TYPES)) for n in range(random.randint(1, 5))]
        tables[f"t{at}"] = [*start, *own]
    return schema_of(**tables)


def all_types() -> Schema:
    """Make a schema with a column of each type."""
    return schema_of(unit=[*ENTITY, *(column(f"of_{kind}", kind) for kind in TYPES)])


def run_of(schema: Schema, first_turn: int, turns: int, random: Random) -> list[State]:
    """Make the states of a run."""
    states = [state_of_universes(schema, first_turn, random)]
    for _ in range(turns):
        states.append(next_state(schema, states[-1], random))
    return states


def any_run(seed: int) -> tuple[LogHeader, list[State]]:
    """Make any header and the states of its run."""
    random = Random(seed)
    first_turn = random.choice((0, 1, 7, 2**40))
    has = random.choice((("state",), ("state", "ledger"), ("state", "events")))
    header = replace(header_of(first_turn, has), schema=any_schema(random))
    header = replace(header, snapshots=random.choice(MODES))
    header = replace(header, sketch_cells=(0, 3, 96)[seed % 3])
    return header, run_of(header.schema, first_turn, random.randrange(9), random)


def any_digests(header: LogHeader, turn: int) -> Digests:
    """Make digests of a turn, which are those of no state."""
    return Digests(**{name: bytes([turn % 256]) * 32 for name in header.has})


def any_sketch(header: LogHeader, state: State) -> TurnSketch | None:
    """Make the sketch of a turn, which is that of no change; none where the log has none."""
    if not header.sketch_cells:
        return None
    sketch = empty(header.sketch_cells)
    sketch.add(state.turn, state.turn)
    universes = state.universes
    rows = tuple(TableRows(one.id, tuple(table.rows for table in one.tables)) for one in universes)
    return TurnSketch(rows, sketch.encode())


def write_states(writer: RunLogWriter, states: list[State]) -> list[int]:
    """Write states behind what a writer has; return the turns that were kept with their state."""
    header, kept = writer.header, []
    for state in states:
        digests = any_digests(header, state.turn)
        if state.turn == header.first_turn:
            writer.write_first(state, digests, any_sketch(header, state))
            kept.append(state.turn)
            continue
        wanted = writer.wants_state()
        commands = commands_of(state.turn)
        kept_state, sketched = state if wanted else None, any_sketch(header, state)
        writer.write_turn(state.turn, commands, kept_state, digests, sketched=sketched)
        if wanted:
            kept.append(state.turn)
    return kept


def write_run(path: Path, header: LogHeader, states: list[State]) -> list[int]:
    """Write a whole log; return the turns that were kept with their state."""
    with RunLogWriter(path, header) as writer:
        kept = write_states(writer, states)
        writer.finish()
    return kept
