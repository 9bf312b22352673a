"""One side's digest trees and values, as far as somebody asks: a running engine's, or held ones.

Spec: PROTOCOL.md, sections 3 and 6.2. It must not compare sides.
"""

from dataclasses import dataclass
from typing import Protocol

from vr_verify.canonical.state import State
from vr_verify.canonical.tree import DIGEST_BYTES
from vr_verify.compare.states import HashedState
from vr_verify.engines.client import Engine
from vr_verify.engines.columns import places
from vr_verify.model.run import TableRows


@dataclass(frozen=True, slots=True)
class ColumnAt:
    """A column of one universe: ordinals of universe, table and column in canonical order."""

    universe: int
    table: int
    column: int


class TreeSide(Protocol):
    """A side at a turn: `rows` of all tables, and a column's nodes and values on demand."""

    turn: int
    rows: tuple[TableRows, ...]
    bytes_read: int

    def tops(self) -> list[bytes]:
        """Return the top of each column in canonical order."""

    def nodes(self, at: ColumnAt, level: int, first: int, count: int) -> bytes:
        """Return digests of one level, 32 bytes each."""

    def values(self, at: ColumnAt, first: int, count: int) -> bytes:
        """Return packed values of `count` slots from `first` on."""


class LiveTree:
    """The trees of an engine with the capability `tree`; counts the bytes that it hands over."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.turn, self.rows = engine.turn, engine.rows
        self.bytes_read = 0

    def tops(self) -> list[bytes]:
        """Ask for the tops."""
        tops = self._engine.tops()
        self.bytes_read += len(tops) * DIGEST_BYTES
        return tops

    def nodes(self, at: ColumnAt, level: int, first: int, count: int) -> bytes:
        """Ask for nodes."""
        data = self._engine.nodes(*self._named(at), level, first, count)
        self.bytes_read += len(data)
        return data

    def values(self, at: ColumnAt, first: int, count: int) -> bytes:
        """Ask for values; the client has checked nothing but that they fit a bulk."""
        universe, table, column = self._named(at)
        data = self._engine.values(universe, table, column, first, count)
        self.bytes_read += len(data)
        return data

    def _named(self, at: ColumnAt) -> tuple[int, str, str]:
        table = self._engine.schema.tables[at.table]
        return self.rows[at.universe].universe, table.name, table.columns[at.column].name


class HeldTree:
    """The trees of a state that the harness holds and has hashed itself."""

    def __init__(self, held: HashedState) -> None:
        self.held = held
        self.turn, self.rows = held.state.turn, rows_of(held.state)
        self.bytes_read = 0

    def tops(self) -> list[bytes]:
        """Return the tops."""
        return [
            column.levels[-1] or bytes(DIGEST_BYTES)
            for universe in self.held.tree.universes
            for table in universe.tables
            for column in table.columns
        ]

    def nodes(self, at: ColumnAt, level: int, first: int, count: int) -> bytes:
        """Return nodes."""
        column = self.held.tree.universes[at.universe].tables[at.table].columns[at.column]
        return column.levels[level][first * DIGEST_BYTES : (first + count) * DIGEST_BYTES]

    def values(self, at: ColumnAt, first: int, count: int) -> bytes:
        """Return values."""
        table = self.held.state.universes[at.universe].tables[at.table]
        payload = memoryview(table.columns[at.column]).cast("B")
        width = len(payload) // table.rows
        return bytes(payload[first * width : (first + count) * width])


def rows_of(state: State) -> tuple[TableRows, ...]:
    """Return the row counts of all tables of a state."""
    counts = ((one.id, tuple(table.rows for table in one.tables)) for one in state.universes)
    return tuple(TableRows(universe, rows) for universe, rows in counts)


def present_bytes(engine: Engine) -> int:
    """Return the bytes of all columns of the state that an engine stands in."""
    return sum(one.rows * one.column.width for one in places(engine.schema, engine.rows))


def live_tree(engine: Engine, small_bytes: int) -> LiveTree | None:
    """Return the engine's trees if it has any, and if its present state is over `small_bytes`."""
    large = engine.can("tree") and present_bytes(engine) > small_bytes
    return LiveTree(engine) if large else None
