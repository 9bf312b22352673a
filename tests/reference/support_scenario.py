"""A tiny canonical scenario for the reference's tests: two factions, four systems in a row.

Their lanes weigh 3, 2 and 5; there is a planet at each system. Faction 0 lives at system 0 with two
units, faction 1 at system 3 with one; each has 1000 credits and no mind of its own.
"""

from typing import Any

from void_reckoning_reference.observability.coverage import Coverage
from void_reckoning_reference.observability.events import EventLog
from void_reckoning_reference.observability.ledger import Ledger
from void_reckoning_reference.routes import Routes
from void_reckoning_reference.scenario import parse_scenario
from void_reckoning_reference.shared.codec import Event, encode_json
from void_reckoning_reference.shared.fx import ONE
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.turn import RULES, Turn

SCOUT, HULK = 0, 1
TREASURY_0, TREASURY_1, MINT, UPKEEP, YARDS = range(5)


def live(**columns: list[int]) -> dict[str, list[int]]:
    """Make a table of live slots of generation 0."""
    rows = len(next(iter(columns.values())))
    return {"generation": [0] * rows, "alive": [1] * rows} | columns


def design(name: str, **changed: int) -> dict[str, Any]:
    """Make a design that always hits for 5 and dies of 14, shield included."""
    figures = {"cost": 100, "upkeep": 10, "build_turns": 2, "speed": 2, "build_weight": 1}
    figures |= {"hull": 10 * ONE, "shield": 4 * ONE, "attack": 5 * ONE, "plating": 0, "armour": 0}
    return {"name": name, "accuracy": ONE, "evasion": 0, "critical": 0} | figures | changed


def rules(**changed: int) -> dict[str, int]:
    """Make rules without luck: hits are certain, damage is not spread."""
    combat = {"rounds_max": 3, "hit_min": 0, "hit_max": ONE, "critical_factor": 2 * ONE}
    combat |= {"pierce_min": 0, "armour_half": 10 * ONE, "damage_spread": 0, "damage_min": 0}
    money = {"upkeep_factor": ONE, "blockade_share": ONE // 2, "refund_share": ONE // 2}
    money |= {"disband_max": 2, "reserve": 0, "queue_max": 2, "fleet_units_max": 2}
    other = {"shield_regen": ONE, "occupation_turns": 2, "noise": 0, "turns_max": 0}
    return combat | money | other | changed


def tables() -> dict[str, Any]:
    """Make the tables of the one universe."""
    planets = {"system": [0, 1, 2, 3], "class": [0, 0, 0, 0], "owner": [0, NONE, NONE, 1]}
    planets |= {"income": [100, 50, 60, 100], "occupier": [NONE] * 4, "occupied_turns": [0] * 4}
    counts = {name: [0, 0] for name in ("ships_built", "ships_lost", "planets_taken")}
    faction = {"mind": [0, 0], "account": [0, 1], "home": [0, 3], "eliminated_turn": [0, 0]}
    fleets = {"owner": [0, 1], "system": [0, 3], "next": [NONE, NONE]}
    fleets |= {"destination": [NONE, NONE], "progress": [0, 0], "posture": [0, 0]}
    units = {"fleet": [0, 0, 1], "owner": [0, 0, 1], "design": [SCOUT] * 3}
    units |= {"hp": [10 * ONE] * 3, "shield": [4 * ONE] * 3, "kills": [0] * 3}
    return {
        "campaign": live(winner=[NONE], won_turn=[0]),
        "faction": live(**faction, **counts),
        "account": live(
            kind=[0, 0, 1, 2, 3], owner=[0, 1, NONE, NONE, NONE], balance=[1000, 1000, -2000, 0, 0]
        ),
        "system": live(x=[0, ONE, 2 * ONE, 3 * ONE], y=[0] * 4, z=[0] * 4),
        "lane": live(a=[0, 1, 2], b=[1, 2, 3], weight=[3, 2, 5]),
        "planet": live(**planets),
        "build": live(planet=[], owner=[], design=[], turns_left=[]),
        "fleet": live(**fleets),
        "unit": live(**units),
    }


def tiny() -> dict[str, Any]:
    """Make the scenario as a value that a test may change."""
    temper = {"aggression": ONE, "expansion": 2 * ONE, "caution": 10 * ONE}
    return {
        "format": "void-scenario/1",
        "rules_version": "1",
        "name": "tiny",
        "seed": 7,
        "rules": rules(),
        "planet_classes": [{"name": "Plain", "income_factor": ONE}],
        "designs": [design("Scout"), design("Hulk", cost=300, upkeep=40, speed=1, hull=50 * ONE)],
        "factions": [{"name": "Reds"} | temper, {"name": "Blues"} | temper],
        "state": {"turn": 0, "universes": [{"id": 0, "tables": tables()}]},
    }


def encoded(value: dict[str, Any]) -> bytes:
    """Write a scenario as canonical JSON."""
    return encode_json(value).encode()


def table(value: dict[str, Any], name: str, universe: int = 0) -> Any:
    """Reach into a scenario for one table."""
    return value["state"]["universes"][universe]["tables"][name]


def add_unit(value: dict[str, Any], fleet: int, kind: int = SCOUT) -> None:
    """Put one more unit into a fleet."""
    units = table(value, "unit")
    figures = value["designs"][kind]
    row = {"generation": 0, "alive": 1, "fleet": fleet, "design": kind, "kills": 0}
    row |= {"owner": table(value, "fleet")["owner"][fleet]}
    for name, cell in (row | {"hp": figures["hull"], "shield": figures["shield"]}).items():
        units[name].append(cell)


def running(
    value: dict[str, Any] | None = None,
    phase: str = "orders",
    faction: int = 0,
    commands: list[Any] | None = None,
) -> Turn:
    """Stand in one phase of turn 1, in the step of a faction, or of none if it is NONE."""
    parsed = parse_scenario(encoded(tiny() if value is None else value))
    return Turn(
        world=parsed.worlds[0],
        routes=Routes(parsed.worlds[0]),
        data=parsed.data,
        number=1,
        step=0 if faction == NONE else faction + 1,
        phase=phase,
        phase_ordinal=0,
        faction=faction,
        commands=commands or [],
        ledger=Ledger(),
        events=EventLog(),
        coverage=Coverage(RULES),
    )


def events(turn: Turn, kind: str = "") -> list[Event]:
    """List the events of a kind, or all."""
    return [event for event in turn.events.events() if kind in ("", event.kind)]


def kinds(turn: Turn) -> list[str]:
    """List the kinds of all events in order."""
    return [event.kind for event in events(turn)]


def fired(turn: Turn) -> dict[str, int]:
    """Give the rules that fired, with their counts."""
    return {rule: times for rule, times in turn.coverage.fired().items() if times > 0}
