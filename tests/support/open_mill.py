"""Mills that show their digest trees and the rows that a turn has changed; some of them wrongly.

Spec: PROTOCOL.md, sections 4.1 and 6.2. The plain mill leaves both calls to others.
"""

import struct
from typing import Any, Final

from tests.support.mill_engine import MillEngine
from vr_verify.canonical import tree
from vr_verify.canonical.state import State, TableData

LIE_TURN: Final = 4


def open_mill(name: str = "OpenMill") -> str:
    """Name a class of this module as a build."""
    return f"python-class:tests.support.open_mill:{name}"


class OpenMill(MillEngine):
    """The honest mill with `tree` and `changed_rows`."""

    name = "open"
    capabilities = (*MillEngine.capabilities, "tree", "changed_rows")

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Start a run."""
        answer = super().init(scenario)
        self.before = self.state()
        return answer

    def restore(self, turn: int, archives: list[tuple[int, str, bytes]]) -> dict[str, Any]:
        """Put a state in place: no row has changed since."""
        answer = super().restore(turn, archives)
        self.before = self.state()
        return answer

    def step(
        self, commands: list[dict[str, Any]], stop_after: int | None, phases: bool
    ) -> dict[str, Any]:
        """Run the next step, and note the state of a turn's start."""
        if self.ordinal == 0:
            self.before = self.state()
        return super().step(commands, stop_after, phases)

    def tops(self) -> bytes:
        """Give the tops of all columns."""
        hashed = tree.build_state(self.schema, self.scenario, self.state())
        tables = [table for universe in hashed.universes for table in universe.tables]
        columns = [column for table in tables for column in table.columns]
        return b"".join(column.levels[-1] or bytes(32) for column in columns)

    def nodes(
        self, universe: int, table: str, column: str, level: int, first: int, count: int
    ) -> bytes:
        """Give nodes of one level."""
        spec = self.schema.table(table)
        rows = next(u["rows"] for u in self.universes() if u["id"] == universe)
        payload = self.values(universe, table, column, 0, rows[self.schema.positions[table]])
        rows_there = len(payload) // spec.column(column).width
        levels = tree.build_column(table, column, rows_there, payload).levels
        return levels[level][first * 32 : (first + count) * 32]

    def changed_rows(self) -> list[tuple[bytes, list[bytes]]]:
        """Give the rows that differ from those of the turn's start."""
        return changed_rows(self, self.before, self.state())


def changed_rows(mill: MillEngine, before: State, after: State) -> list[tuple[bytes, list[bytes]]]:
    """Compare two states row by row, as the page words it."""
    found = []
    for old, new in zip(before.universes, after.universes, strict=True):
        for spec, left, right in zip(mill.schema.tables, old.tables, new.tables, strict=True):
            widths = [column.width for column in spec.columns]
            slots = [
                slot
                for slot in range(right.rows)
                if slot >= left.rows or row(left, widths, slot) != row(right, widths, slot)
            ]
            rows = [row(right, widths, slot) for slot in slots]
            columns = [b"".join(one[at] for one in rows) for at in range(len(widths))]
            found.append((struct.pack(f"<{len(slots)}I", *slots), columns))
    return found


def row(data: TableData, widths: list[int], slot: int) -> list[bytes]:
    """Give the values of a row."""
    pairs = zip(data.columns, widths, strict=True)
    return [bytes(payload[slot * width : (slot + 1) * width]) for payload, width in pairs]


class OpenSlowWheel(OpenMill):
    """From turn 4 on it grinds one raw step of water too little in one cell of universe 3."""

    name = "open-slow"

    def grind(self) -> None:
        """Grind, and spoil it."""
        super().grind()
        if self.turn >= LIE_TURN:
            self.water[3][2] += 1


class Unsorted(OpenMill):
    """Tells of changed rows in the wrong order."""

    name = "unsorted"

    def changed_rows(self) -> list[tuple[bytes, list[bytes]]]:
        """Swap two slots."""
        (slots, columns), *others = super().changed_rows()
        return [(slots[4:8] + slots[:4] + slots[8:], columns), *others]


class Wordy(OpenMill):
    """Hands over a byte more than it was asked for, and rows that the table has not."""

    name = "wordy"

    def tops(self) -> bytes:
        """Give too much."""
        return super().tops() + b"\0"

    def nodes(
        self, universe: int, table: str, column: str, level: int, first: int, count: int
    ) -> bytes:
        """Give too little."""
        return super().nodes(universe, table, column, level, first, count)[:-1]

    def changed_rows(self) -> list[tuple[bytes, list[bytes]]]:
        """Name a slot beyond the end."""
        (slots, columns), *others = super().changed_rows()
        return [(slots[:-4] + struct.pack("<I", len(self.water[0])), columns), *others]
