"""Scenario files for the tests: a least one that is good, and edits of it."""

from collections.abc import Mapping
from pathlib import Path

RULES = {
    "fleet_units_max": 6,
    "rounds_max": 3,
    "hit_min": 0,
    "hit_max": 1,
    "critical_factor": 2,
    "pierce_min": "0.25",
    "armour_half": 50,
    "damage_spread": "0.2",
    "damage_min": 1,
    "shield_regen": 4,
    "upkeep_factor": "0.5",
    "blockade_share": "0.5",
    "disband_max": 2,
    "refund_share": "0.25",
    "occupation_turns": 2,
    "queue_max": 2,
    "reserve": 50,
    "noise": 2,
    "turns_max": 0,
}
DESIGN = {
    "name": '"Frigate"',
    "cost": 260,
    "upkeep": 14,
    "build_turns": 2,
    "speed": 4,
    "hull": 110,
    "shield": 20,
    "attack": 34,
    "plating": 4,
    "armour": 15,
    "accuracy": "0.7",
    "evasion": "0.15",
    "critical": "0.1",
    "build_weight": 100,
}
FACTION = {"treasury": 900, "aggression": 1, "expansion": 1, "caution": 3}
EXPLICIT = """
[galaxy]
lanes = [{ between = ["West", "East"], weight = 5 }]
[[galaxy.systems]]
name = "West"
position = [0, 0, 0]
planets = [{ class = "Rock", income = 100, owner = "Ember" }]
[[galaxy.systems]]
name = "East"
position = [6.5, 4, -0.5]
planets = [{ class = "Rock", income = 100 }]
"""
GENERATED = """
[galaxy.generated]
systems = 8
radius = 100
thickness = 5
spacing = 10
neighbours = 1
weight_per_lightyear = 0.25
planets = [0, 3]
income = [10, 20]
colonies = 1
home_planets = [{ class = "Rock", income = 50 }]
"""


def lines(values: Mapping[str, object]) -> str:
    """Write keys and values as TOML."""
    return "".join(f"{key} = {value}\n" for key, value in values.items())


def scenario_text(*, generated: bool = False) -> str:
    """Return the text of a good scenario of two factions."""
    homes = ["", ""] if generated else ['home = "West"\n', 'home = "East"\n']
    return (
        'name = "least"\nseed = 5\n'
        f"[rules]\n{lines(RULES)}"
        '[[planet_classes]]\nname = "Rock"\nincome_factor = 1.5\n'
        f"[[designs]]\n{lines(DESIGN)}"
        f'[[factions]]\nname = "Ember"\n{homes[0]}{lines(FACTION)}'
        f'[[factions]]\nname = "Tide"\n{homes[1]}{lines(FACTION)}'
        "[[fleets]]\nunits = { Frigate = 2 }\n" + (GENERATED if generated else EXPLICIT)
    )


def write(folder: Path, text: str, name: str = "case.toml") -> str:
    """Write a scenario file and return its path as text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)
