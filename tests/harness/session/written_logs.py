"""Logs written without any engine, of any schema, for the tests of what compares logs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.harness.canonical.examples import ENTITY, column, schema_of, state_of
from vr_verify.canonical.changes import changes_between
from vr_verify.canonical.schema import Schema
from vr_verify.canonical.sketch import build
from vr_verify.canonical.state import State
from vr_verify.canonical.tree import state_digest
from vr_verify.model.run import Command, Digests, Halt, StepSpec, TableRows
from vr_verify.runlog.records import LogHeader
from vr_verify.runlog.sketches import TurnSketch
from vr_verify.runlog.writer import RunLogWriter

UNITS = 3
SCHEMA = schema_of(
    unit=[*ENTITY, column("hp", "i64", 2**32), column("home", "u32", refers="place")],
    place=[column("mark", "bytes3"), column("cell", "u8")],
)


def payload(name: str, width: int, rows: int, turn: int) -> bytes:
    """Make a column: generation 1, alive, and all else from its name, the slot and the turn."""
    if name in ("generation", "alive"):
        return (1).to_bytes(width, "little") * rows
    seed = sum(name.encode())
    values = ((seed + 3 * slot + turn) % 100 for slot in range(rows))
    return b"".join(value.to_bytes(width, "little") for value in values)


def state_at(schema: Schema, turn: int, rows: int = UNITS) -> State:
    """Make one universe of a schema."""
    tables = [
        [payload(column.name, column.width, rows, turn) for column in table.columns]
        for table in schema.tables
    ]
    return state_of(schema, turn, tables)


def changed(schema: Schema, state: State, table: str, name: str, slot: int, raw: int) -> State:
    """Return a state of one universe with one value replaced."""
    at, spec = schema.positions[table], schema.table(table)
    index, width = spec.positions[name], spec.column(name).width
    universe = state.universes[0]
    data = universe.tables[at]
    columns = [bytes(own) for own in data.columns]
    own = bytearray(columns[index])
    own[slot * width : (slot + 1) * width] = raw.to_bytes(width, "little")
    columns[index] = bytes(own)
    tables = list(universe.tables)
    tables[at] = replace(data, columns=tuple(columns))
    return replace(state, universes=(replace(universe, tables=tuple(tables)),))


def _no_commands(_: int) -> Sequence[Sequence[Command]]:
    return ((), ())


@dataclass(frozen=True)
class Written:
    """How to write a log: each part can be replaced."""

    schema: Schema = SCHEMA
    engine: str = "toy"
    build: str = "toy:" + "ab" * 32
    rules_version: str = "1"
    scenario: bytes = b'{"cells":["1","2"],"seed":"7"}'
    first_turn: int = 0
    last_turn: int = 8
    environment: tuple[tuple[str, str], ...] = (("machine", "x86_64"), ("threads", "2"))
    has: tuple[str, ...] = ("state", "ledger", "events")
    states: Callable[[Schema, int], State] = state_at
    commands: Callable[[int], Sequence[Sequence[Command]]] = _no_commands
    draws: Callable[[int], int] = int
    events: Callable[[int], int] = int
    digest_of: Callable[[Schema, int], State] | None = None
    halt: Halt | None = None
    cut_off: bool = False
    snapshots: str = "delta"
    sketch_cells: int = 0

    def write(self, path: Path) -> Path:
        """Write the log; with a halt its last turn halts; `digest_of` gives lying digests."""
        header = LogHeader(
            engine=self.engine,
            build=self.build,
            rules_version=self.rules_version,
            scenario=self.scenario,
            schema=self.schema,
            steps=(StepSpec("open", ("orders",)), StepSpec("close", ("combat", "cleanup"))),
            first_turn=self.first_turn,
            environment=dict(self.environment),
            has=self.has,
            snapshots=self.snapshots,
            sketch_cells=self.sketch_cells,
        )
        with RunLogWriter(path, header) as log:
            first = self.first_turn
            digests = self._digests(header, first)
            log.write_first(self.states(self.schema, first), digests, self._sketch(first))
            for turn in range(first + 1, self.last_turn + 1):
                if self.halt is not None and turn == self.last_turn:
                    log.write_turn(turn, self.commands(turn), None, Digests(), self.halt)
                    continue
                state = self.states(self.schema, turn) if log.wants_state() else None
                told = (self.commands(turn), state, self._digests(header, turn))
                log.write_turn(turn, *told, sketched=self._sketch(turn))
            if not self.cut_off:
                log.finish()
        return path

    def _sketch(self, turn: int) -> TurnSketch | None:
        """Make the sketch of a turn, none where none is asked for."""
        if not self.sketch_cells:
            return None
        state = self.states(self.schema, turn)
        before = state if turn == self.first_turn else self.states(self.schema, turn - 1)
        changes = changes_between(self.schema, before, state)
        rows = tuple(
            TableRows(universe.id, tuple(table.rows for table in universe.tables))
            for universe in state.universes
        )
        return TurnSketch(rows, build(self.schema, changes, self.sketch_cells).encode())

    def _digests(self, header: LogHeader, turn: int) -> Digests:
        said = (self.digest_of or self.states)(self.schema, turn)
        streams = {"ledger": self.draws(turn), "events": self.events(turn)}
        made = {name: n.to_bytes(32, "big") for name, n in streams.items() if name in self.has}
        return Digests(state=state_digest(self.schema, header.scenario_digest, said), **made)


def spoiled(turns: range, column: str = "hp", slot: int = 1, raw: int = 5) -> Written:
    """Make a log in which one unit's column has another value in some turns."""

    def states(schema: Schema, turn: int) -> State:
        state = state_at(schema, turn)
        return changed(schema, state, "unit", column, slot, raw) if turn in turns else state

    return Written(states=states)
