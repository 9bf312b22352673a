"""Entity ids as text, `universe/table/slot:generation` (RULES.md, `shared/ids`).

One text for one entity: nothing else than what `format_id` gives is read back.
Twin: `engine/crates/shared/src/ids.rs`. Knows no table by name.
"""

NONE = 4294967295

_DIGITS = frozenset("0123456789")
_DIGITS_MAX = len(str(NONE))
_TABLE_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz_")


def format_id(universe: int, table: str, slot: int, generation: int) -> str:
    """Return an entity's id; the numbers are u32, the table's name is of a-z and `_`."""
    for number in (universe, slot, generation):
        assert 0 <= number <= NONE, f"{number} is no u32"
    assert _is_table(table), f"{table!r} is no name of a table"
    return f"{universe}/{table}/{slot}:{generation}"


def parse_id(text: str) -> tuple[int, str, int, int] | None:
    """Return (universe, table, slot, generation), or None for any text that is no id."""
    parts = text.split("/")
    if len(parts) != 3:
        return None
    place = parts[2].split(":")
    if len(place) != 2:
        return None
    universe = _parse_u32(parts[0])
    slot = _parse_u32(place[0])
    generation = _parse_u32(place[1])
    if universe is None or slot is None or generation is None or not _is_table(parts[1]):
        return None
    return universe, parts[1], slot, generation


def _is_table(text: str) -> bool:
    return text != "" and all(letter in _TABLE_LETTERS for letter in text)


def _parse_u32(text: str) -> int | None:
    """Read ASCII digits without leading zeros; `int` alone would take `+1`, `1_0` and more."""
    if text == "" or len(text) > _DIGITS_MAX or any(digit not in _DIGITS for digit in text):
        return None
    if text[0] == "0" and text != "0":
        return None
    number = int(text)
    return number if number <= NONE else None
