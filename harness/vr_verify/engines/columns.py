"""All columns of a state in canonical order: where each stands, and how one bulk is cut into them.

Spec: PROTOCOL.md, sections 2 and 6.2 (`columns`, `values`). It must not ask an engine.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from vr_verify.canonical.archive import BYTES_MAX
from vr_verify.canonical.schema import Column, Schema
from vr_verify.canonical.state import State, TableData, Universe
from vr_verify.model.run import TableRows

COLUMNS_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """One column of one universe, and the number of its rows."""

    universe: int
    table: str
    column: Column
    rows: int

    def whole(self, data: bytes) -> bytes:
        """Return the column's values; ValueError if they are not as many as its rows."""
        width = self.column.width
        if len(data) != self.rows * width:
            wanted = f"{self.rows} values of {width} bytes of {self.table}.{self.column.name}"
            raise ValueError(f"expected {wanted}, found {len(data)}")
        return data


def places(schema: Schema, rows: Iterable[TableRows]) -> list[Place]:
    """List the columns of all universes."""
    return [
        Place(one.universe, table.name, column, count)
        for one in rows
        for table, count in zip(schema.tables, one.rows, strict=True)
        for column in table.columns
    ]


def fit_one_bulk(listed: Sequence[Place]) -> bool:
    """Whether the call `columns` may answer with these."""
    size = sum(place.rows * place.column.width for place in listed)
    return size <= BYTES_MAX and len(listed) <= COLUMNS_MAX


def cut(data: bytes, lengths: Sequence[int], listed: Sequence[Place]) -> list[bytes]:
    """Cut a bulk into its columns; ValueError if it is not these columns."""
    if len(lengths) != len(listed) or sum(lengths) != len(data):
        found = f"{len(lengths)} lengths of {sum(lengths)} bytes and {len(data)} bytes"
        raise ValueError(f"expected {len(listed)} columns, found {found}")
    ends = pairwise(accumulate(lengths, initial=0))
    return [
        place.whole(data[first:last]) for place, (first, last) in zip(listed, ends, strict=True)
    ]


def state_of(
    turn: int, schema: Schema, rows: Iterable[TableRows], payloads: Iterable[bytes]
) -> State:
    """Put a state together from its columns in order."""
    following = iter(payloads)
    universes = [
        Universe(
            one.universe,
            tuple(
                TableData(count, tuple(next(following) for _ in table.columns))
                for table, count in zip(schema.tables, one.rows, strict=True)
            ),
        )
        for one in rows
    ]
    return State(turn, tuple(universes))
