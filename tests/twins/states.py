"""States as rows that a test may tamper with, and back to the archives that `restore` takes.

Law: PROTOCOL.md, section 5. Knows columns by what STATE.md declares, and no rule.
"""

from collections.abc import Iterable
from random import Random
from typing import Any

from void_reckoning_reference.schema import SCHEMA_DIGEST, TABLES, Column
from void_reckoning_reference.shared.archive import decode_archive, encode_archive
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.state import WIDTHS

Archives = list[tuple[int, str, bytes]]
Rows = list[dict[str, int]]
Tables = dict[tuple[int, str], Rows]


def read(archives: Iterable[tuple[int, str, bytes]]) -> Tables:
    """Return the rows of each table of a snapshot."""
    tables: Tables = {}
    for universe, table, data in archives:
        columns = TABLES[table]
        widths = [WIDTHS[column.type] for column in columns]
        rows, payloads = decode_archive(data, SCHEMA_DIGEST, widths)
        values = [
            [_value(payload[at * width : (at + 1) * width], column) for at in range(rows)]
            for column, width, payload in zip(columns, widths, payloads, strict=True)
        ]
        names = [column.name for column in columns]
        tables[universe, table] = [
            dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)
        ]
    return tables


def written(tables: Tables) -> Archives:
    """Return the snapshot that has these rows."""
    archives = []
    for (universe, table), rows in tables.items():
        payloads = [
            b"".join(
                row[column.name].to_bytes(WIDTHS[column.type], "little", signed=_signed(column))
                for row in rows
            )
            for column in TABLES[table]
        ]
        archives.append((universe, table, encode_archive(SCHEMA_DIGEST, len(rows), payloads)))
    return archives


def free(rows: Rows, slot: int) -> None:
    """Leave a slot as cleanup does: one generation on, all else zero."""
    generation = (rows[slot]["generation"] + 1) % (NONE + 1)
    rows[slot] = dict.fromkeys(rows[slot], 0) | {"generation": generation}


def free_with_dependents(tables: Tables, universe: int, table: str, slot: int) -> None:
    """Free a live slot and every live row that refers to it, and those that refer to them."""
    waiting = [(table, slot)]
    while waiting:
        target, gone = waiting.pop()
        if not tables[universe, target][gone]["alive"]:
            continue
        free(tables[universe, target], gone)
        for name, columns in TABLES.items():
            for column in (column for column in columns if column.refers == target):
                rows = enumerate(tables[universe, name])
                waiting += [
                    (name, at) for at, row in rows if row["alive"] and _is(row, column, gone)
                ]


def live(tables: Tables, universe: int, table: str) -> list[int]:
    """Return the live slots of a table."""
    return [slot for slot, row in enumerate(tables[universe, table]) if row["alive"]]


def drawn(random: Random, tables: Tables, universe: int, table: str, column: Column) -> int:
    """Draw a value of a column's range: an end, one that stands in another row, or a small one."""
    others = [row[column.name] for row in tables[universe, table] if row["alive"]]
    near = random.choice(others) + random.choice((-1, 1)) if others else column.minimum
    small = random.randrange(12)
    choices: list[Any] = [column.minimum, column.maximum, near, small, small, *others[:3]]
    return min(max(random.choice(choices), column.minimum), column.maximum)


def _is(row: dict[str, int], column: Column, slot: int) -> bool:
    return row[column.name] == slot


def _signed(column: Column) -> bool:
    return column.type == "i64"


def _value(data: bytes, column: Column) -> int:
    return int.from_bytes(data, "little", signed=_signed(column))
