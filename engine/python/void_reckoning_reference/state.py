"""A whole state as bytes: packing of columns, ranges, the digest, snapshots and undoing.

Law: PROTOCOL.md, sections 2, 3 and 5; RULES.md, part III, "Ranges". No twin by path. Columns are
packed in one go and a column whose bytes have not changed is not hashed again. Knows no rule.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from void_reckoning_reference.schema import ROWS_MAX, SCHEMA_DIGEST, TABLES, Column
from void_reckoning_reference.shared import digest
from void_reckoning_reference.shared.archive import ArchiveError, decode_archive, encode_archive
from void_reckoning_reference.world import Row, World

WIDTHS = {"bool": 1, "u8": 1, "u32": 4, "i64": 8}
_LETTERS = {"bool": "?", "u8": "B", "u32": "I", "i64": "q"}

Archive: TypeAlias = tuple[int, str, bytes]
# (universe, table) → the payload of each column.
Packed: TypeAlias = dict[tuple[int, str], list[bytes]]


class RestoreError(ValueError):
    """Archives are not those of a state with these universes; says what was expected."""

    kind = "command"


class Place(NamedTuple):
    """The place of one value."""

    universe: int
    table: str
    slot: int
    column: str


class State:
    """The worlds of all universes, in ascending id order."""

    def __init__(self, scenario_digest: bytes, worlds: Sequence[World]) -> None:
        self.worlds = list(worlds)
        self._scenario_digest = scenario_digest
        self._hashed: dict[tuple[int, str, str], tuple[bytes, bytes]] = {}

    def world(self, universe: int) -> World:
        """Return the world of a universe that there is."""
        return next(world for world in self.worlds if world.universe == universe)

    def row_counts(self) -> list[dict[str, object]]:
        """Return the number of rows of each table, universe by universe, as the protocol does."""
        return [
            {"id": world.universe, "rows": [len(world.rows(table)) for table in TABLES]}
            for world in self.worlds
        ]

    def pack(self) -> Packed:
        """Return the payload bytes of every column."""
        return {
            (world.universe, table): [pack_column(world.rows(table), column) for column in columns]
            for world in self.worlds
            for table, columns in TABLES.items()
        }

    def unpack(self, packed: Packed) -> None:
        """Replace every row by what was packed."""
        self.worlds = unpack_worlds(packed)

    def digest(self, turn: int, packed: Packed) -> bytes:
        """Return the digest of a packed state of this run, as of `turn`."""
        universes = []
        for world in self.worlds:
            tables = []
            for table in TABLES:
                payloads = packed[world.universe, table]
                columns = self._column_digests(world.universe, table, payloads)
                rows = len(payloads[0]) // WIDTHS["u32"]
                tables.append(digest.table_digest(table, rows, columns))
            universes.append((world.universe, digest.universe_digest(world.universe, tables)))
        return digest.state_digest(SCHEMA_DIGEST, self._scenario_digest, turn, universes)

    def _column_digests(self, universe: int, table: str, payloads: Sequence[bytes]) -> list[bytes]:
        """Return the digests of a table's columns, from memory where the bytes are the same."""
        digests = []
        rows = len(payloads[0]) // WIDTHS["u32"]
        for column, payload in zip(TABLES[table], payloads, strict=True):
            place = (universe, table, column.name)
            before = self._hashed.get(place)
            if before is None or before[0] != payload:
                before = (payload, digest.column_digest(table, column.name, rows, payload))
                self._hashed[place] = before
            digests.append(before[1])
        return digests


def unpack_worlds(packed: Packed) -> list[World]:
    """Return the worlds that were packed, in the order of their universes."""
    worlds: dict[int, World] = {}
    for (universe, table), payloads in packed.items():
        columns = [
            unpack_column(payload, column)
            for payload, column in zip(payloads, TABLES[table], strict=True)
        ]
        worlds.setdefault(universe, World(universe)).put(table, columns)
    return list(worlds.values())


def pack_column(rows: Sequence[Row], column: Column) -> bytes:
    """Return the values of one column, slot by slot, little-endian."""
    values = map(attrgetter(column.attribute), rows)
    return struct.pack(f"<{len(rows)}{_LETTERS[column.type]}", *values)


def unpack_column(payload: bytes, column: Column) -> tuple[int, ...]:
    """Return the values of a payload."""
    count = len(payload) // WIDTHS[column.type]
    return struct.unpack(f"<{count}{_LETTERS[column.type]}", payload)


def encode_state(packed: Packed) -> list[Archive]:
    """Return one archive for each universe and table, in canonical order."""
    return [
        (universe, table, encode_archive(SCHEMA_DIGEST, len(payloads[0]) // 4, payloads))
        for (universe, table), payloads in packed.items()
    ]


def decode_state(archives: Iterable[Archive], like: Packed) -> Packed:
    """Return the packed state that archives hold, one for each universe and table of `like`.

    RestoreError for bytes that are no archive, if one is missing, too many or out of order, holds a
    flag that is neither 0 nor 1, or other faction slots than the run has steps for.
    """
    packed: Packed = {}
    archives = list(archives)
    found = [(universe, table) for universe, table, _ in archives]
    if found != list(like):
        raise RestoreError(f"expected archives of {list(like)}, found {found}")
    for universe, table, data in archives:
        columns = TABLES[table]
        widths = [WIDTHS[column.type] for column in columns]
        try:
            packed[universe, table] = decode_archive(data, SCHEMA_DIGEST, widths)[1]
        except ArchiveError as error:
            raise RestoreError(f"{universe}/{table}: {error}") from error
        for column, payload in zip(columns, packed[universe, table], strict=True):
            if column.type == "bool" and max(payload, default=0) > 1:
                raise RestoreError(f"{universe}/{table}.{column.name}: expected 0 or 1")
        if table == "faction":
            rows, expected = len(packed[universe, table][1]), len(like[universe, table][1])
            if rows != expected:
                raise RestoreError(f"{universe}/faction: expected {expected} rows, found {rows}")
    return packed


def changed_rows(before: Packed, after: Packed) -> dict[tuple[int, str], list[int]]:
    """Return the slots of each table whose values differ or that are new, ascending."""
    changed = {}
    for place, payloads in after.items():
        rows = list(zip(*_values(place, payloads), strict=True))
        rows_before = list(zip(*_values(place, before[place]), strict=True))
        changed[place] = [
            slot
            for slot, row in enumerate(rows)
            if slot >= len(rows_before) or row != rows_before[slot]
        ]
    return changed


def packed_values(
    packed: Packed, place: tuple[int, str], slots: Sequence[int]
) -> list[list[bytes]]:
    """Return, for each column of a table, the packed values of these slots."""
    return [[values[slot] for slot in slots] for values in _values(place, packed[place])]


def _values(place: tuple[int, str], payloads: Sequence[bytes]) -> list[list[bytes]]:
    """Cut the payloads of a table into values."""
    values = []
    for column, payload in zip(TABLES[place[1]], payloads, strict=True):
        width = WIDTHS[column.type]
        values.append([payload[at : at + width] for at in range(0, len(payload), width)])
    return values


def first_out_of_range(
    worlds: Iterable[World], written: Mapping[str, Sequence[Column]]
) -> Place | None:
    """Return the first live value out of range in these columns by (universe, table, slot, column).

    Every written column may be 0, so dead slots never hide or cause a finding. A table that has
    outgrown ROWS_MAX is out of range in `alive` of its first surplus slot.
    """
    for world in worlds:
        for table, columns in written.items():
            rows = world.rows(table)
            if rows and not all(_all_in_range(rows, column) for column in columns):
                place = _first_in_table(world, table, columns)
                if place is not None and place.slot < ROWS_MAX:
                    return place
            if len(rows) > ROWS_MAX:
                return Place(world.universe, table, ROWS_MAX, "alive")
    return None


def _all_in_range(rows: Sequence[Row], column: Column) -> bool:
    values: list[int] = list(map(attrgetter(column.attribute), rows))
    return column.minimum <= min(values) and max(values) <= column.maximum


def _first_in_table(world: World, table: str, columns: Sequence[Column]) -> Place | None:
    for slot, row in enumerate(world.rows(table)):
        for column in columns:
            value = getattr(row, column.attribute)
            if row.alive and not column.minimum <= value <= column.maximum:
                return Place(world.universe, table, slot, column.name)
    return None
