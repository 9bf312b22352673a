"""Questions to a table as people write them: `hp=10..20`, `owner=none,3`, `-kills`.

Values are written as `format_value` prints them. ValueError says what was expected, what was found
and what to do. It must not know who asks.
"""

import math
import re
import struct
from fractions import Fraction
from typing import Final

from vr_verify.canonical.query import Exact, Filter, In, Range, Raw
from vr_verify.canonical.schema import Column, Table
from vr_verify.canonical.state import format_value
from vr_verify.model.run import NONE

_NUMBER: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,80})?(/[0-9]{1,40})?", re.ASCII)
_NAN: Final = re.compile(r"nan\(0x([0-9a-f]{8}|[0-9a-f]{16})\)", re.ASCII)
_FORMS: Final = "COLUMN=VALUE, COLUMN=LOW..HIGH or COLUMN=A,B,C"


def read_filter(table: Table, text: str) -> tuple[str, Filter]:
    """Read one filter; either end of LOW..HIGH may be left out, and no range holds `none`."""
    name, equals, values = text.partition("=")
    if not equals or not values:
        raise ValueError(f"expected {_FORMS}, found {text!r}; write it without spaces")
    column = _column(table, name)
    low, dots, high = values.partition("..")
    try:
        if dots:
            return name, _range(column, low, high)
        if "," in values:
            return name, In(frozenset(_exact(column, one) for one in values.split(",")))
        return name, Exact(_exact(column, values))
    except ValueError as error:
        raise ValueError(f"{text}: {error}") from error


def read_sort(table: Table, text: str) -> tuple[str, bool]:
    """Read `COLUMN`, or `-COLUMN` for the greatest first; return the column and whether so."""
    descending = text.startswith("-") and text not in table.positions
    return _column(table, text[1:] if descending else text).name, descending


def _column(table: Table, name: str) -> Column:
    if name not in table.positions:
        listed = ", ".join(table.positions)
        raise ValueError(f"expected a column of {table.name}, found {name!r}; there are {listed}")
    return table.column(name)


def _range(column: Column, low: str, high: str) -> Range:
    """Read both ends; one that lies between two values goes to the inner one."""
    first = _end(column, low, up=True) if low else _ends(column)[0]
    last = _end(column, high, up=False) if high else _ends(column)[1]
    if low and high and _is_turned(column, low, high):
        raise ValueError("expected LOW at most HIGH, found more; turn them round")
    return Range(first, last)


def _ends(column: Column) -> tuple[Raw, Raw]:
    """Return the least and the greatest raw value of a column's type that is not `none`."""
    bits = column.width * 8
    if column.type.startswith("bytes"):
        return bytes(column.width), b"\xff" * column.width
    if column.type.startswith("f"):  # of a total order, so both ends are NaNs
        return 2**bits - 1, 2 ** (bits - 1) - 1
    low, above = (-(2 ** (bits - 1)), 2 ** (bits - 1)) if column.type[0] == "i" else (0, 2**bits)
    return low, (above if column.refers is None else min(above, NONE)) - 1


def _end(column: Column, text: str, *, up: bool) -> Raw:
    if text == "none" and column.refers is not None:
        raise ValueError(
            f"expected a number, found 'none'; ask for it by name, as in {column.name}=none"
        )
    if _is_whole(column):
        steps = _steps(column, text)
        return math.ceil(steps) if up else math.floor(steps)
    return _exact(column, text)


def _is_turned(column: Column, low: str, high: str) -> bool:
    """Whether the first of two ends that can be read is the greater one."""
    if column.type.startswith("bytes"):
        return low.lower() > high.lower()
    if _is_whole(column):
        return _steps(column, low) > _steps(column, high)
    return _float_of(column, low) > _float_of(column, high)


def _exact(column: Column, text: str) -> Raw:
    """Read one value; ValueError for one that the column cannot hold."""
    if column.type.startswith("bytes"):
        return _bytes(column, text)
    if column.type.startswith("f"):
        return _float_bits(column, text)
    steps = _steps(column, text)
    if steps.denominator != 1:
        near = [format_value(column, step) for step in (math.floor(steps), math.ceil(steps))]
        between = "..".join(near)
        raise ValueError(
            f"expected a multiple of 1/{column.scale}, found {text!r}; ask for a range, "
            f"such as {column.name}={between}"
        )
    return steps.numerator


def _is_whole(column: Column) -> bool:
    return not column.type.startswith(("bytes", "f"))


def _steps(column: Column, text: str) -> Fraction:
    """Return a number of units as raw steps, or the raw value that a name stands for."""
    names = {"none": NONE} if column.refers is not None else {}
    names |= {"false": 0, "true": 1} if column.type == "bool" else {}
    if text in names:
        return Fraction(names[text])
    if not _NUMBER.fullmatch(text) or ("." in text and "/" in text):
        known = "".join(f" or {name}" for name in names)
        raise _unread(f"a number{known}", text)
    try:
        return Fraction(text) * column.scale
    except ZeroDivisionError as error:
        raise _unread("a number", text) from error


def _bytes(column: Column, text: str) -> bytes:
    digits = column.width * 2
    if not re.fullmatch(f"[0-9a-fA-F]{{{digits}}}", text):
        raise _unread(f"{digits} hex digits", text)
    return bytes.fromhex(text)


def _float_bits(column: Column, text: str) -> int:
    """Return the bits of the float that is nearest to a number; a NaN has its bits as text."""
    nan, digits = _NAN.fullmatch(text), column.width * 2
    if nan is not None and len(nan[1]) == digits:
        return int(nan[1], 16)
    try:
        value = float(text)
        packed = struct.pack("<f" if column.width == 4 else "<d", value)
    except (ValueError, OverflowError) as error:
        raise _unread(f"a number of type {column.type}", text) from error
    if math.isnan(value):
        raise _unread(f"nan(0x…) with {digits} digits", text)
    return int.from_bytes(packed, "little")


def _float_of(column: Column, text: str) -> float:
    packed = _float_bits(column, text).to_bytes(column.width, "little")
    value: float = struct.unpack("<f" if column.width == 4 else "<d", packed)[0]
    return value


def _unread(expected: str, found: str) -> ValueError:
    return ValueError(f"expected {expected}, found {found!r}; write values as inspect prints them")
