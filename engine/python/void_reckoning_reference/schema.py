"""The schema: tables and columns with type, unit, scale and range, spelled from STATE.md.

Its canonical text is PROTOCOL.md, section 2. No twin: each side spells the tables in its own way,
and the harness compares the texts. Knows no rule.
"""

from typing import NamedTuple

from blake3 import blake3

from void_reckoning_reference.shared.codec import JsonValue, encode_json
from void_reckoning_reference.shared.fx import ONE
from void_reckoning_reference.shared.ids import NONE

COUNT_MAX = 10**9
ROWS_MAX = 1 << 20


class Column(NamedTuple):
    """One column: `type` of a value, `scale` raw steps a unit, range raw and inclusive.

    `refers` is the table whose slots the values are, or ""; `or_none`: a value may be NONE.
    """

    name: str
    type: str
    unit: str
    minimum: int
    maximum: int
    scale: int = 1
    refers: str = ""
    or_none: bool = False

    @property
    def attribute(self) -> str:
        """The name of the value in a row; `class` is a word of Python."""
        return "class_index" if self.name == "class" else self.name


def _slot(name: str, refers: str) -> Column:
    """Make a reference; a `?` behind the table lets it be NONE."""
    or_none = refers.endswith("?")
    return Column(name, "u32", "slot", 0, NONE, 1, refers.rstrip("?"), or_none)


def _u8(name: str, maximum: int) -> Column:
    return Column(name, "u8", "code", 0, maximum)


def _u32(name: str, unit: str, maximum: int, minimum: int = 0) -> Column:
    return Column(name, "u32", unit, minimum, maximum)


def _fx(name: str, unit: str, minimum: int, maximum: int) -> Column:
    return Column(name, "i64", unit, minimum * ONE, maximum * ONE, ONE)


_ENTITY = (Column("generation", "u32", "count", 0, NONE), Column("alive", "bool", "flag", 0, 1))
_SPACE_MAX = 1 << 20

TABLES: dict[str, tuple[Column, ...]] = {
    "campaign": (*_ENTITY, _slot("winner", "faction?"), _u32("won_turn", "turn", COUNT_MAX)),
    "faction": (
        *_ENTITY,
        _u8("mind", 1),
        _slot("account", "account"),
        _slot("home", "system"),
        _u32("eliminated_turn", "turn", COUNT_MAX),
        _u32("ships_built", "count", COUNT_MAX),
        _u32("ships_lost", "count", COUNT_MAX),
        _u32("planets_taken", "count", COUNT_MAX),
    ),
    "account": (
        *_ENTITY,
        _u8("kind", 3),
        _slot("owner", "faction?"),
        Column("balance", "i64", "credits", -(1 << 53), 1 << 53),
    ),
    "system": (
        *_ENTITY,
        _fx("x", "lightyears", -_SPACE_MAX, _SPACE_MAX),
        _fx("y", "lightyears", -_SPACE_MAX, _SPACE_MAX),
        _fx("z", "lightyears", -_SPACE_MAX, _SPACE_MAX),
    ),
    "lane": (
        *_ENTITY,
        _slot("a", "system"),
        _slot("b", "system"),
        _u32("weight", "turns_at_speed_1", 1000, 1),
    ),
    "planet": (
        *_ENTITY,
        _slot("system", "system"),
        _u32("class", "index", 65535),
        _slot("owner", "faction?"),
        Column("income", "i64", "credits_per_turn", 0, 1000000),
        _slot("occupier", "faction?"),
        _u32("occupied_turns", "turn", 1000000),
    ),
    "build": (
        *_ENTITY,
        _slot("planet", "planet"),
        _slot("owner", "faction"),
        _u32("design", "index", 65535),
        _u32("turns_left", "turn", 1000000),
    ),
    "fleet": (
        *_ENTITY,
        _slot("owner", "faction"),
        _slot("system", "system"),
        _slot("next", "system?"),
        _slot("destination", "system?"),
        _u32("progress", "turns_at_speed_1", 1000),
        _u8("posture", 2),
    ),
    "unit": (
        *_ENTITY,
        _slot("fleet", "fleet"),
        _slot("owner", "faction"),
        _u32("design", "index", 65535),
        _fx("hp", "hull", 0, 1 << 20),
        _fx("shield", "shield", 0, 1 << 20),
        _u32("kills", "count", COUNT_MAX),
    ),
}


def _column_json(column: Column) -> JsonValue:
    described: dict[str, JsonValue] = {
        "max": str(column.maximum),
        "min": str(column.minimum),
        "name": column.name,
        "scale": str(column.scale),
        "type": column.type,
        "unit": column.unit,
    }
    if column.refers:
        described["refers"] = column.refers
    return described


def _schema_text() -> bytes:
    tables: list[JsonValue] = []
    for name, columns in TABLES.items():
        listed: list[JsonValue] = [_column_json(column) for column in columns]
        tables.append({"columns": listed, "entity": True, "name": name})
    return encode_json({"format": "vr-schema/1", "tables": tables}).encode()


SCHEMA_TEXT = _schema_text()
SCHEMA_DIGEST = blake3(SCHEMA_TEXT).digest()
