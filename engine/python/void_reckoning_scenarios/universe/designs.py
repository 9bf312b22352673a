"""Ships of the roster as designs, with the hulls and weapons that they are made of.

A design's index is its place in the roster. The rules of version 1 know no rosters of factions:
any yard builds any design; whose it is decides the first fleets only.
"""

from dataclasses import dataclass
from fractions import Fraction

from void_reckoning_scenarios.ruleset import Design
from void_reckoning_scenarios.universe import law
from void_reckoning_scenarios.universe.names import Names
from void_reckoning_scenarios.universe.node import Node

_NAME_BYTES_MAX = 100


@dataclass(frozen=True)
class Hull:
    """The figures of a class of ships, for what a ship does not say itself."""

    hp: int = 100
    cost: int = 1000
    upkeep: int = 100
    speed: int = 20


@dataclass(frozen=True)
class Ship:
    """A design and the faction that it belongs to (None: nobody that plays)."""

    design: Design
    owner: str | None


@dataclass(frozen=True)
class Yard:
    """All that a ship of the roster refers to."""

    hulls: dict[str, Hull]
    hull_names: Names
    weapons: dict[str, int]
    weapon_names: Names
    factions: Names


def read_hulls(registry: Node) -> dict[str, Hull]:
    """Return the hulls by their class."""
    own = Hull()
    top = law.HULL_MAX >> 32
    return {
        name: Hull(
            hp=node.integer("base_hp", 1, top, own.hp),
            cost=node.integer("base_cost", 0, law.COST_MAX, own.cost),
            upkeep=node.integer("base_upkeep", 0, law.COST_MAX, own.upkeep),
            speed=node.integer("base_speed", 1, law.SPEED_MAX, own.speed),
        )
        for name, node in registry.objects()
    }


def read_ships(roster: Node, yard: Yard) -> list[Ship]:
    """Return the ships of the roster in its order."""
    ships: list[Ship] = []
    for name, node in roster.objects():
        if not 1 <= len(name.encode()) <= _NAME_BYTES_MAX:
            node.note("clipped", f"expected a name of 1 … {_NAME_BYTES_MAX} bytes; left out", name)
        elif len(ships) == law.DESIGNS_MAX:
            node.note("clipped", f"expected at most {law.DESIGNS_MAX} designs; left out", name)
        else:
            owner = meant(node, "faction", yard.factions, "nobody begins with it")
            ships.append(Ship(Design(name, _figures(node, yard)), owner))
    return ships


def meant(
    node: Node, key: str, names: Names, otherwise: str, kind: str = "unknown_name"
) -> str | None:
    """Return the name that the text below a key refers to, None where it is none."""
    below = node.find(key, otherwise)
    if below is None:
        return None
    if not isinstance(below.value, str):
        below.wrong("a text", otherwise)
        return None
    return referred(below, below.value, names, otherwise, kind)


def referred(node: Node, name: str, names: Names, otherwise: str, kind: str) -> str | None:
    """Return the name that is meant by a name; a flaw unless it is the very name."""
    if name in names:
        return name
    near = names.near(name)
    if near is None:
        node.note(kind, otherwise, name)
    else:
        node.note("near_match", f"taken as {near!r}", name)
    return near


def _figures(node: Node, yard: Yard) -> dict[str, int]:
    """Return what the rules read of a ship (STATE.md, the table of a design)."""
    own = "only the ship's own figures are read"
    hull_name = meant(node, "type", yard.hull_names, own, "dangling")
    hull = Hull() if hull_name is None else yard.hulls[hull_name]
    stats = node.object("base_stats")
    cost = node.integer("cost", 0, law.COST_MAX, hull.cost)
    armour = stats.fx("armor", 0, law.HULL_MAX, Fraction(0))
    return {
        "cost": cost,
        "upkeep": hull.upkeep,
        "build_turns": min(1 + cost // law.COST_PER_BUILD_TURN, law.BUILD_TURNS_MAX),
        "speed": stats.integer("speed", 1, law.SPEED_MAX, hull.speed),
        "build_weight": law.BUILD_WEIGHT,
        "hull": stats.fx("hp", 1 << 32, law.HULL_MAX, Fraction(hull.hp)),
        "shield": stats.fx("shield", 0, law.HULL_MAX, Fraction(0)),
        "attack": _attack(node, stats, yard),
        "plating": min(armour // law.PLATING_DIVISOR, law.ATTACK_MAX),
        "armour": armour,
        **{key: law.fx(text) for key, text in law.DESIGN_FXS.items()},
    }


def _attack(node: Node, stats: Node, yard: Yard) -> int:
    """Return the sum of a ship's weapons; the ship's own damage where it has none."""
    total, armed = 0, False
    for item in node.records("components"):
        name = item.find("component", "left out")
        if name is None:
            continue
        if not isinstance(name.value, str):
            name.wrong("a text", "left out")
            continue
        weapon = referred(name, name.value, yard.weapon_names, "it adds nothing", "dangling")
        if weapon is not None:
            total, armed = total + yard.weapons[weapon], True
    if not armed:
        return stats.fx("damage", 0, law.ATTACK_MAX, Fraction(0))
    return node.at("components").clipped_fx(total, law.ATTACK_MAX)
