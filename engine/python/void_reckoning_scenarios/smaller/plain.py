"""What is plain: for each value of a run that may be made smaller, what it is made into.

An atom is what must change together, such as the four columns of a fleet's course. References
that hold the world together (owners of fleets, accounts, ends of lanes) are no atoms.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from void_reckoning_reference.shared.ids import NONE
from void_reckoning_scenarios.decimals import ONE
from void_reckoning_scenarios.smaller.case import Case

Path = tuple[str | int, ...]
Plain = int | str

RULES: dict[str, int] = {
    "fleet_units_max": 1,
    "rounds_max": 1,
    "hit_min": 0,
    "hit_max": ONE,
    "critical_factor": ONE,
    "pierce_min": 0,
    "armour_half": ONE,
    "damage_spread": 0,
    "damage_min": 0,
    "shield_regen": 0,
    "upkeep_factor": 0,
    "blockade_share": 0,
    "disband_max": 0,
    "refund_share": 0,
    "occupation_turns": 1,
    "queue_max": 1,
    "reserve": 0,
    "noise": 0,
    "turns_max": 0,
}
DESIGN: dict[str, Plain] = {
    "name": "a",
    "cost": 0,
    "upkeep": 0,
    "build_turns": 1,
    "speed": 1,
    "hull": ONE,
    "shield": 0,
    "attack": 0,
    "plating": 0,
    "armour": 0,
    "accuracy": 0,
    "evasion": 0,
    "critical": 0,
    "build_weight": 0,
}
CHARACTER: dict[str, Plain] = {"name": "a", "aggression": 0, "expansion": 0, "caution": 0}
CLASS: dict[str, Plain] = {"name": "a", "income_factor": 0}
COLUMNS: dict[str, dict[str, int]] = {
    "faction": {
        "mind": 0,
        "eliminated_turn": 0,
        "ships_built": 0,
        "ships_lost": 0,
        "planets_taken": 0,
    },
    "account": {"balance": 0},
    "system": {"x": 0, "y": 0, "z": 0},
    "lane": {"weight": 1},
    "planet": {"class": 0, "owner": NONE, "income": 0},
    "build": {"turns_left": 1},
    "unit": {"hp": ONE, "shield": 0, "kills": 0},
}
# Columns that change together, all of them or none.
TOGETHER: dict[str, dict[str, int]] = {
    "fleet": {"next": NONE, "destination": NONE, "progress": 0, "posture": 0},
    "planet": {"occupier": NONE, "occupied_turns": 0},
    "campaign": {"winner": NONE, "won_turn": 0},
}
# Less than plain is left as it is: a hull below 1, a wreck.
_ONLY_ABOVE = ("hull", "hp", "turns_left")
_MINT = 1


class Atom(NamedTuple):
    """Values that change together, each with its path in the scenario and what it becomes."""

    group: str
    name: str
    parts: tuple[tuple[Path, Plain], ...]


def atoms(case: Case) -> Iterator[Atom]:
    """Give all atoms that are not plain yet, group by group."""
    for atom in _all_atoms(case):
        if any(at(case.value, path) != plain for path, plain in atom.parts):
            yield atom


def at(value: Any, path: Path) -> Any:
    """Return what stands at a path."""
    for key in path:
        value = value[key]
    return value


def _all_atoms(case: Case) -> Iterator[Atom]:
    yield from _figures(case, ("rules",), "rules", RULES)
    for index in range(len(case.value["planet_classes"])):
        path: Path = ("planet_classes", index)
        yield from _figures(case, path, "classes", CLASS)
    for index in range(len(case.value["designs"])):
        yield from _figures(case, ("designs", index), "designs", DESIGN)
    for index in range(len(case.value["factions"])):
        yield from _figures(case, ("factions", index), "characters", CHARACTER)
    for position in range(len(case.universes)):
        for table in case.universes[position]["tables"]:
            yield from _cells(case, position, table)
    yield from _figures(case, ("state",), "turn", {"turn": 0})
    yield from _figures(case, (), "name", {"name": "a"})
    yield from _figures(case, (), "seed", {"seed": 0})


def _figures(case: Case, path: Path, group: str, plain: Mapping[str, Plain]) -> Iterator[Atom]:
    for key, value in plain.items():
        place: Path = (*path, key)
        found = at(case.value, place)
        if key in _ONLY_ABOVE and found < value:
            continue
        yield Atom(group, ".".join(map(str, place)), ((place, value),))


def _cells(case: Case, position: int, table: str) -> Iterator[Atom]:
    """Give the atoms of one table's rows; a dead slot has a generation and no more."""
    rows = case.table(position, table)
    path: Path = ("state", "universes", position, "tables", table)
    universe = case.universes[position]["id"]
    for column, plain in COLUMNS.get(table, {}).items():
        for slot in _slots(case, position, table, column):
            name = f"{column} of {universe}/{table}/{slot}:{rows['generation'][slot]}"
            least = _plain_hp(case, rows["design"][slot]) if column == "hp" else plain
            if column in _ONLY_ABOVE and rows[column][slot] < least:
                continue
            yield Atom(f"{table}.{column}", name, (((*path, column, slot), least),))
    together = TOGETHER.get(table, {})
    for slot in case.live(position, table) if together else ():
        name = f"{next(iter(together))} of {universe}/{table}/{slot}:{rows['generation'][slot]}"
        parts = tuple(((*path, column, slot), plain) for column, plain in together.items())
        yield Atom(f"{table}.{next(iter(together))}", name, parts)
    for slot, generation in enumerate(rows["generation"]):
        name = f"generation of {universe}/{table}/{slot}:{generation}"
        yield Atom(f"{table}.generation", name, (((*path, "generation", slot), 0),))


def _slots(case: Case, position: int, table: str, column: str) -> list[int]:
    """Return the live slots of a column; the mint's balance follows from the others."""
    live = case.live(position, table)
    if column == "balance":
        kinds = case.table(position, table)["kind"]
        return [slot for slot in live if kinds[slot] != _MINT]
    return live


def _plain_hp(case: Case, design: int) -> int:
    hull: int = case.value["designs"][design]["hull"]
    return min(ONE, hull)
