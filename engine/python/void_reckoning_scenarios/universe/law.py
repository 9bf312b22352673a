"""Figures that the universe folder does not hold: this project's own, and what its words mean.

Law: STATE.md, "The universe folder". Each fx is the nearest to its decimal text.
"""

from dataclasses import dataclass
from fractions import Fraction

from void_reckoning_scenarios.decimals import ONE
from void_reckoning_scenarios.universe.numbers import fx_nearest

SEED_DEFAULT = 1
TREASURY_DEFAULT = 5000
INCOME_DEFAULT = 800
SYSTEMS_DEFAULT = 20
SYSTEM_PLANETS_DEFAULT = 4
FACTIONS_MAX = 64
DESIGNS_MAX = 4096
CLASSES_MAX = 1024
SYSTEMS_MAX = 128
SYSTEM_PLANETS_MAX = 16
BALANCE_MAX = 10**9
INCOME_MAX = 1000000
TURNS_MAX = 10**9
COST_MAX = 10**9
SPEED_MAX = 1000
HULL_MAX = 2**20 * ONE
ATTACK_MAX = 2**14 * ONE
FACTOR_MAX = 16 * ONE
FACTION_FACTOR_MAX = 16 * ONE
CAUTION_MAX = 256 * ONE

RULE_INTEGERS = {
    "fleet_units_max": 24,
    "rounds_max": 3,
    "disband_max": 6,
    "occupation_turns": 2,
    "queue_max": 3,
    "reserve": 0,
}
RULE_FXS = {
    "hit_min": "0.05",
    "hit_max": "0.95",
    "critical_factor": "1.5",
    "pierce_min": "0.1",
    "armour_half": "100",
    "damage_spread": "0.1",
    "damage_min": "1",
    "shield_regen": "50",
    "upkeep_factor": "0.2",
    "blockade_share": "0.5",
    "refund_share": "0.25",
    "noise": "12",
}
DESIGN_FXS = {"accuracy": "0.5", "evasion": "0", "critical": "0.05"}
BUILD_WEIGHT = 100
COST_PER_BUILD_TURN = 20000
BUILD_TURNS_MAX = 10
PLATING_DIVISOR = 4
ATTACK_PER_STRENGTH = 10

FLEET_COST_SHARE = 8
"""The first fleet of a faction costs at most this many times its treasury."""

SPACING_LIGHTYEARS = 45
RING_LIGHTYEARS = 60
THICKNESS_LIGHTYEARS = 20
WEIGHT_PER_LIGHTYEAR = "0.8"
NEIGHBOURS = 2
HOME_PLANETS = 3
HOME_INCOME_FACTOR = 4
COLONIES = 1


@dataclass(frozen=True)
class Temper:
    """What a trait adds to a faction's character."""

    aggression: str = "0"
    expansion: str = "0"
    caution: str = "0"


TEMPER_BASE = Temper("1", "1", "32")
TRAITS = {
    "strong": Temper(aggression="0.25"),
    "aggressive": Temper(aggression="0.5", caution="-16"),
    "tactical": Temper(caution="16"),
    "resilient": Temper(caution="-8"),
    "defensive": Temper(aggression="-0.25", caution="32"),
    "fast": Temper(expansion="0.5"),
    "ethereal": Temper(caution="-8"),
    "resonant": Temper(expansion="0.25"),
}


def fx(text: str) -> int:
    """Return the raw fx nearest to a decimal text."""
    return fx_nearest(Fraction(text))
