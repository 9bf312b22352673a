"""The world of one universe: for each table of STATE.md a list of plain rows, slot by slot.

Not a twin of `sim-cortex`, on purpose: no arrays, no queries, no versions. A dead row is zero but
for its generation, which is what a row of a class below is when made of nothing. Knows no rule.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from void_reckoning_reference.schema import TABLES
from void_reckoning_reference.shared.ids import NONE

_GENERATIONS = NONE + 1


class Row(Protocol):
    """What all rows have: the slot's generation, and whether something lives in it."""

    generation: int
    alive: bool


RowT = TypeVar("RowT", bound=Row)


@dataclass(slots=True)
class Campaign:
    """The one row about the universe as a whole."""

    generation: int = 0
    alive: bool = False
    winner: int = 0
    won_turn: int = 0


@dataclass(slots=True)
class Faction:
    """A power; whether it is in play says `in_play`."""

    generation: int = 0
    alive: bool = False
    mind: int = 0
    account: int = 0
    home: int = 0
    eliminated_turn: int = 0
    ships_built: int = 0
    ships_lost: int = 0
    planets_taken: int = 0


@dataclass(slots=True)
class Account:
    """An account in credits; `kind` is 0 treasury, 1 mint, 2 upkeep, 3 yards."""

    generation: int = 0
    alive: bool = False
    kind: int = 0
    owner: int = 0
    balance: int = 0


@dataclass(slots=True)
class System:
    """A place in space, in raw light years."""

    generation: int = 0
    alive: bool = False
    x: int = 0
    y: int = 0
    z: int = 0


@dataclass(slots=True)
class Lane:
    """A way between two systems, a < b; `weight` in turns at speed 1."""

    generation: int = 0
    alive: bool = False
    a: int = 0
    b: int = 0
    weight: int = 0


@dataclass(slots=True)
class Planet:
    """A planet; `class_index` is the column `class`."""

    generation: int = 0
    alive: bool = False
    system: int = 0
    class_index: int = 0
    owner: int = 0
    income: int = 0
    occupier: int = 0
    occupied_turns: int = 0


@dataclass(slots=True)
class Build:
    """A ship being built at a planet; done or lost when `turns_left` is 0."""

    generation: int = 0
    alive: bool = False
    planet: int = 0
    owner: int = 0
    design: int = 0
    turns_left: int = 0


@dataclass(slots=True)
class Fleet:
    """A fleet; `posture` is 0 stationed, 1 under way at a system, 2 in the lane to `next`."""

    generation: int = 0
    alive: bool = False
    owner: int = 0
    system: int = 0
    next: int = 0
    destination: int = 0
    progress: int = 0
    posture: int = 0


@dataclass(slots=True)
class Unit:
    """A ship; `hp` and `shield` are raw fx."""

    generation: int = 0
    alive: bool = False
    fleet: int = 0
    owner: int = 0
    design: int = 0
    hp: int = 0
    shield: int = 0
    kills: int = 0


class World:
    """The rows of one universe; a row's place in its list is its slot."""

    def __init__(self, universe: int) -> None:
        self.universe = universe
        self.campaign: list[Campaign] = []
        self.factions: list[Faction] = []
        self.accounts: list[Account] = []
        self.systems: list[System] = []
        self.lanes: list[Lane] = []
        self.planets: list[Planet] = []
        self.builds: list[Build] = []
        self.fleets: list[Fleet] = []
        self.units: list[Unit] = []

    def rows(self, table: str) -> Sequence[Row]:
        """Return the rows of a table by its name in the schema."""
        rows: Sequence[Row] = getattr(self, _ATTRIBUTES[table])
        return rows

    def put(self, table: str, columns: Sequence[Sequence[int]]) -> None:
        """Replace a whole table by its columns in schema order, all of one length."""
        kind = _ROWS[table]
        rows = [kind(*values) for values in zip(*columns, strict=True)]
        for row in rows:
            row.alive = bool(row.alive)
        setattr(self, _ATTRIBUTES[table], rows)


_ROWS: dict[str, Callable[..., Row]] = {
    "campaign": Campaign,
    "faction": Faction,
    "account": Account,
    "system": System,
    "lane": Lane,
    "planet": Planet,
    "build": Build,
    "fleet": Fleet,
    "unit": Unit,
}
_ATTRIBUTES = {table: "campaign" if table == "campaign" else f"{table}s" for table in TABLES}


def create(rows: list[RowT], row: RowT) -> int:
    """Put a row into the lowest slot that is not alive, else into a new one; return the slot.

    The slot keeps its generation.
    """
    row.alive = True
    for slot, dead in enumerate(rows):
        if not dead.alive:
            row.generation = dead.generation
            rows[slot] = row
            return slot
    rows.append(row)
    return len(rows) - 1


def free(rows: list[RowT], slot: int, blank: RowT) -> None:
    """Put a blank row into a slot and raise its generation; after the greatest u32 comes 0."""
    assert rows[slot].alive, f"slot {slot} is free already"
    blank.generation = (rows[slot].generation + 1) % _GENERATIONS
    rows[slot] = blank


def is_live(rows: Sequence[Row], slot: int) -> bool:
    """Tell whether a slot exists and something lives in it."""
    return slot < len(rows) and rows[slot].alive


def in_play(faction: Faction) -> bool:
    """Tell whether a faction slot is alive and has not been eliminated."""
    return faction.alive and faction.eliminated_turn == 0


def refers_to_live(world: World, table: str, row: Row) -> bool:
    """Tell whether every reference of a row is a live slot or an allowed NONE."""
    for column in TABLES[table]:
        if column.refers:
            value = getattr(row, column.attribute)
            if not (column.or_none and value == NONE) and not is_live(
                world.rows(column.refers), value
            ):
                return False
    return True


def lane_weights(world: World) -> dict[tuple[int, int], int]:
    """Return the weight between neighbours, both ways; of several lanes the least counts."""
    weights: dict[tuple[int, int], int] = {}
    for lane in world.lanes:
        if lane.alive:
            weight = min(lane.weight, weights.get((lane.a, lane.b), lane.weight))
            weights[lane.a, lane.b] = weights[lane.b, lane.a] = weight
    return weights
