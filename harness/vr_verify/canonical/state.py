"""Canonical state as values: universes, tables, columns, and how one value reads as text.

Spec: PROTOCOL.md, section 2. A row is a slot; a column is `rows` packed little-endian values.
"""

import itertools
import math
import struct
from dataclasses import dataclass
from typing import Final

from vr_verify.canonical.packing import BytesLike
from vr_verify.canonical.schema import Column, Schema
from vr_verify.model.run import NONE

STATE_BYTES_MAX: Final = 2**32
"""Bytes that the archives of one state take together at most; an engine that tells of more lies."""


@dataclass(frozen=True, slots=True)
class TableData:
    """One table: `rows` slots, and for each column of the schema its rows times width bytes."""

    rows: int
    columns: tuple[BytesLike, ...]


@dataclass(frozen=True, slots=True)
class Universe:
    """One universe: its id (u32) and its tables in schema order."""

    id: int
    tables: tuple[TableData, ...]


@dataclass(frozen=True, slots=True)
class State:
    """The state at the end of a turn (u64); universes in ascending id order."""

    turn: int
    universes: tuple[Universe, ...]


def state_rows(state: State) -> int:
    """Count the rows of all tables of all universes."""
    return sum(table.rows for universe in state.universes for table in universe.tables)


def check_state(schema: Schema, state: State) -> None:
    """Refuse a state that is not one of this schema; ValueError names the place.

    Checked: ids ascending, every table there, lengths of columns, bools 0 or 1.
    """
    ids = [universe.id for universe in state.universes]
    if any(left >= right for left, right in itertools.pairwise(ids)):
        raise ValueError(f"expected universe ids in ascending order, found {ids}")
    for universe in state.universes:
        if len(universe.tables) != len(schema.tables):
            found = len(universe.tables)
            raise ValueError(f"{universe.id}: expected {len(schema.tables)} tables, found {found}")
        for table, data in zip(schema.tables, universe.tables, strict=True):
            _check_table(f"{universe.id}/{table.name}", table.columns, data)


def _check_table(place: str, columns: tuple[Column, ...], data: TableData) -> None:
    if len(columns) != len(data.columns):
        raise ValueError(f"{place}: expected {len(columns)} columns, found {len(data.columns)}")
    for column, payload in zip(columns, data.columns, strict=True):
        size = memoryview(payload).nbytes
        if size != data.rows * column.width:
            wanted = f"{data.rows} x {column.width} bytes"
            raise ValueError(f"{place}.{column.name}: expected {wanted}, found {size}")
        if column.type == "bool" and bytes(payload).translate(None, b"\0\1"):
            raise ValueError(f"{place}.{column.name}: expected bools 0 or 1")


def read_value(column: Column, data: BytesLike, slot: int) -> int | bytes:
    """Return the raw value of a slot: bytes for bytesN, else an integer (a float's bits)."""
    start = slot * column.width
    raw = bytes(memoryview(data)[start : start + column.width])
    if len(raw) != column.width:
        raise IndexError(f"no slot {slot} in column {column.name}")
    if column.type.startswith("bytes"):
        return raw
    return int.from_bytes(raw, "little", signed=column.type.startswith("i"))


def format_raw(raw: int | bytes) -> str:
    """Return a raw value as the report writes it: decimal, or hex digits for bytes."""
    return raw.hex() if isinstance(raw, bytes) else str(raw)


def format_value(column: Column, raw: int | bytes) -> str:
    """Return a raw value in the column's unit, exactly: "12.5", "true", hex digits for bytes.

    A reference to no entity is "none".

    A scale with prime factors other than 2 and 5 has no exact decimal: "1/3" of a unit then.
    """
    if isinstance(raw, bytes):
        return raw.hex()
    if column.refers is not None and raw == NONE:
        return "none"
    if column.type == "bool":
        return {0: "false", 1: "true"}.get(raw, str(raw))
    if column.type in ("f32", "f64"):
        return _format_float(raw, column.width)
    whole, part = divmod(abs(raw), column.scale)
    sign = "-" if raw < 0 else ""
    if not part:
        return f"{sign}{whole}"
    digits = _decimals(part, column.scale)
    return f"{raw}/{column.scale}" if digits is None else f"{sign}{whole}.{digits}"


def _decimals(part: int, scale: int) -> str | None:
    """Return the digits of part / scale behind the point, or None if they never end."""
    below = scale // math.gcd(part, scale)
    places = 0
    for prime in (2, 5):
        power = 0
        while below % prime == 0:
            below, power = below // prime, power + 1
        places = max(places, power)
    if below != 1:
        return None
    return str(part * 10**places // scale).zfill(places)


def _format_float(raw: int, width: int) -> str:
    """Shortest text of the value; a NaN with its bits, since NaNs differ."""
    value: float = struct.unpack("<f" if width == 4 else "<d", raw.to_bytes(width, "little"))[0]
    return f"nan(0x{raw:0{width * 2}x})" if math.isnan(value) else repr(value)


def entity_id(universe: int, table: str, slot: int, generation: int) -> str:
    """Return an entity's id as text: `universe/table/slot:generation`."""
    return f"{universe}/{table}/{slot}:{generation}"
