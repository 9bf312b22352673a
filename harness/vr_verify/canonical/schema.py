"""The schema of a state: tables and their columns (PROTOCOL.md, section 2).

A schema comes from an engine or a log, so parsing trusts nothing. It must not know any rule.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import blake3

from vr_verify.canonical import json_text

FORMAT: Final = "vr-schema/1"
_BYTES_TYPE: Final = re.compile(r"bytes([1-9][0-9]{0,2})", re.ASCII)
_NUMBER: Final = re.compile(r"0|-?[1-9][0-9]{0,39}", re.ASCII)
_WIDTHS: Final = {
    **{f"{sign}{bits}": bits // 8 for sign in "ui" for bits in (8, 16, 32, 64)},
    "bool": 1,
    "f32": 4,
    "f64": 8,
}
_COLUMN_KEYS: Final = {"max", "min", "name", "scale", "type", "unit"}
_ENTITY_START: Final = (("generation", "u32"), ("alive", "bool"))


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` in bytes; `scale` raw steps per unit; `minimum`, `maximum` raw.

    `refers` is the table whose slots the values are, or None.
    """

    name: str
    type: str
    width: int
    unit: str
    scale: int
    minimum: int
    maximum: int
    refers: str | None = None


@dataclass(frozen=True)
class Table:
    """One table; `entity` tables start with the columns generation and alive."""

    name: str
    entity: bool
    columns: tuple[Column, ...]

    @cached_property
    def positions(self) -> dict[str, int]:
        """Column index by column name."""
        return {column.name: at for at, column in enumerate(self.columns)}

    def column(self, name: str) -> Column:
        """Return a column by name; KeyError if there is none."""
        return self.columns[self.positions[name]]


@dataclass(frozen=True)
class Schema:
    """All tables in order, the canonical text and its digest (32 bytes)."""

    tables: tuple[Table, ...]
    text: bytes
    digest: bytes

    @cached_property
    def positions(self) -> dict[str, int]:
        """Table index by table name."""
        return {table.name: at for at, table in enumerate(self.tables)}

    def table(self, name: str) -> Table:
        """Return a table by name; KeyError if there is none."""
        return self.tables[self.positions[name]]


def parse_schema(text: bytes) -> Schema:
    """Read a canonical schema text; ValueError says which table and column is wrong and how."""
    value = _object(json_text.decode_canonical(text), {"format", "tables"}, "the schema")
    if value["format"] != FORMAT:
        raise ValueError(f"expected the schema format {FORMAT!r}, found {value['format']!r:.80}")
    tables = tuple(_table(item) for item in _list(value["tables"], "tables"))
    _refuse_twins([table.name for table in tables], "table")
    names = {table.name for table in tables}
    for table in tables:
        for column in table.columns:
            if column.refers is not None and column.refers not in names:
                place = f"{table.name}.{column.name}"
                raise ValueError(f"{place} refers to {column.refers!r}, which is no table")
    return Schema(tables, text, blake3.blake3(text).digest())


def _table(item: Any) -> Table:
    value = _object(item, {"columns", "entity", "name"}, "a table")
    name = _name(value["name"], "a table")
    if type(value["entity"]) is not bool:
        raise ValueError(f"{name}: expected entity as true or false")
    columns = tuple(_column(name, column) for column in _list(value["columns"], name))
    _refuse_twins([column.name for column in columns], f"column of {name}")
    start = tuple((column.name, column.type) for column in columns[:2])
    if value["entity"] and start != _ENTITY_START:
        raise ValueError(f"{name}: expected generation u32 and alive bool first, found {start}")
    return Table(name, value["entity"], columns)


def _column(table: str, item: Any) -> Column:
    refers = isinstance(item, dict) and "refers" in item
    value = _object(item, _COLUMN_KEYS | ({"refers"} if refers else set()), f"a column of {table}")
    name = _name(value["name"], f"a column of {table}")
    place = f"{table}.{name}"
    kind = _name(value["type"], place)
    low, high = _type_range(kind, place)
    minimum, maximum = _number(value["min"], place), _number(value["max"], place)
    if not low <= minimum <= maximum <= high:
        raise ValueError(f"{place}: expected {low} ≤ min ≤ max ≤ {high} for {kind}")
    scale = _number(value["scale"], place)
    if scale < 1:
        raise ValueError(f"{place}: expected a scale of at least 1, found {scale}")
    if type(value["unit"]) is not str:
        raise ValueError(f"{place}: expected the unit as text")
    target = _name(value["refers"], place) if refers else None
    return Column(name, kind, type_width(kind), value["unit"], scale, minimum, maximum, target)


def type_width(kind: str) -> int:
    """Return the bytes of one value of a column type; ValueError for an unknown type."""
    if (width := _WIDTHS.get(kind)) is not None:
        return width
    if (match := _BYTES_TYPE.fullmatch(kind)) and int(match[1]) <= 255:
        return int(match[1])
    raise ValueError(f"unknown column type {kind!r:.80}")


def _type_range(kind: str, place: str) -> tuple[int, int]:
    """Give the raw range of a type; a float's raw value is its bits as an unsigned number."""
    try:
        bits = type_width(kind) * 8
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from error
    if kind.startswith("bytes"):
        return 0, 0
    if kind == "bool":
        return 0, 1
    if kind.startswith("i"):
        return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    return 0, 2**bits - 1


def _object(item: Any, keys: set[str], what: str) -> dict[str, Any]:
    if not isinstance(item, dict) or item.keys() != keys:
        found = sorted(item) if isinstance(item, dict) else type(item).__name__
        raise ValueError(f"{what}: expected an object with {sorted(keys)}, found {found}")
    return item


def _list(item: Any, what: str) -> list[Any]:
    if not isinstance(item, list):
        raise ValueError(f"{what}: expected a list, found {type(item).__name__}")
    return item


def _name(item: Any, what: str) -> str:
    if not isinstance(item, str) or not item:
        raise ValueError(f"{what}: expected a text that is not empty, found {item!r:.80}")
    return item


def _number(item: Any, what: str) -> int:
    if not isinstance(item, str) or not _NUMBER.fullmatch(item):
        raise ValueError(f"{what}: expected an integer as decimal text, found {item!r:.80}")
    return int(item)


def _refuse_twins(names: list[str], what: str) -> None:
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{what} {twice!r} stands twice")
