"""The scenario that a cut leaves: rows moved up, references renumbered, what hung loose mended.

Law: STATE.md, and the auditor's invariants (RULES.md, part IV): the new first state meets them.
"""

from typing import Any

from void_reckoning_reference.schema import TABLES
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_scenarios.smaller.case import Case, Table
from void_reckoning_scenarios.smaller.cut import Cut
from void_reckoning_scenarios.smaller.mend import mend

# Loose ends that point nowhere need another column to say so as well.
_WITH_IT = {"occupier": "occupied_turns", "winner": "won_turn"}


def rebuild(case: Case, cut: Cut) -> dict[str, Any]:
    """Return the value of the scenario that is left; the cut is closed and leaves one."""
    value = case.fresh()
    universes = value["state"]["universes"]
    for position, universe in enumerate(universes):
        if position not in cut.universes:
            for table in TABLES:
                _renumber(universe["tables"], table, position, cut)
            for table in TABLES:
                _drop(universe["tables"][table], cut.gone(position, table))
    _trim_characters(value, cut)
    value["state"]["universes"] = [u for p, u in enumerate(universes) if p not in cut.universes]
    for key, gone in (("designs", cut.designs), ("planet_classes", cut.classes)):
        value[key] = [item for index, item in enumerate(value[key]) if index not in gone]
    characters = max(len(u["tables"]["faction"]["alive"]) for u in value["state"]["universes"])
    del value["factions"][characters:]
    mend(value)
    return value


def _trim_characters(value: dict[str, Any], cut: Cut) -> None:
    """Drop the characters of factions that go; one that another universe shares must stay."""
    if len(value["state"]["universes"]) == 1:
        gone = cut.gone(0, "faction")
        value["factions"] = [c for slot, c in enumerate(value["factions"]) if slot not in gone]


def _drop(rows: Table, gone: set[int]) -> None:
    if gone:
        for column, cells in rows.items():
            rows[column] = [cell for slot, cell in enumerate(cells) if slot not in gone]


def _renumber(tables: dict[str, Table], table: str, position: int, cut: Cut) -> None:
    """Let every reference of a table name what it named, where that stands now."""
    rows = tables[table]
    for column in TABLES[table]:
        if column.refers and cut.gone(position, column.refers):
            places = _places(len(tables[column.refers]["alive"]), cut.gone(position, column.refers))
            _point(rows, column.name, places)
    if "design" in rows and cut.designs:
        _point(rows, "design", _places(max(rows["design"], default=0) + 1, cut.designs))
    if table == "planet" and cut.classes:
        places = _places(max(rows["class"], default=0) + 1, cut.classes)
        rows["class"] = [places.get(index, 0) for index in rows["class"]]


def _places(count: int, gone: set[int]) -> dict[int, int]:
    """Return the new place of each old one that stays."""
    stay = [slot for slot in range(count) if slot not in gone]
    return {slot: place for place, slot in enumerate(stay)}


def _point(rows: Table, column: str, places: dict[int, int]) -> None:
    """Renumber a column; what is gone becomes NONE, for `mend` to see or as it may be."""
    along = rows.get(_WITH_IT.get(column, ""))
    for slot, alive in enumerate(rows["alive"]):
        if alive and rows[column][slot] != NONE:
            rows[column][slot] = places.get(rows[column][slot], NONE)
            if along is not None and rows[column][slot] == NONE:
                along[slot] = 0
