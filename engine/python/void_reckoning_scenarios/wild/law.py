"""Rule data of a generated run: options, classes, designs, characters, in the ranges of STATE.md.

Most figures are such that ships meet, hit and die; one in six is anything that is allowed.
"""

from void_reckoning_reference.shared.codec import JsonValue
from void_reckoning_scenarios.decimals import ONE
from void_reckoning_scenarios.ruleset import DESIGN_FXS, DESIGN_INTEGERS, RULE_FXS, RULE_INTEGERS
from void_reckoning_scenarios.wild.lots import Lots

Figures = dict[str, int]
_Range = tuple[int, int]

_USUAL_RULES: dict[str, _Range] = {
    "fleet_units_max": (1, 8),
    "rounds_max": (1, 4),
    "disband_max": (0, 4),
    "occupation_turns": (1, 3),
    "queue_max": (1, 4),
    "reserve": (0, 200),
    "turns_max": (0, 0),
    "hit_min": (0, ONE // 4),
    "hit_max": (ONE // 2, ONE),
    "critical_factor": (ONE, 3 * ONE),
    "pierce_min": (0, ONE // 2),
    "armour_half": (ONE, 64 * ONE),
    "damage_spread": (0, ONE // 2),
    "damage_min": (0, 4 * ONE),
    "shield_regen": (0, 16 * ONE),
    "upkeep_factor": (0, 2 * ONE),
    "blockade_share": (0, ONE),
    "refund_share": (0, ONE),
    "noise": (0, 4 * ONE),
}
_USUAL_DESIGN: dict[str, _Range] = {
    "cost": (0, 400),
    "upkeep": (0, 40),
    "build_turns": (1, 3),
    "speed": (1, 8),
    "build_weight": (0, 200),
    "hull": (10 * ONE, 200 * ONE),
    "shield": (0, 60 * ONE),
    "attack": (5 * ONE, 120 * ONE),
    "plating": (0, 12 * ONE),
    "armour": (0, 40 * ONE),
    "accuracy": (ONE // 2, ONE),
    "evasion": (0, ONE // 3),
    "critical": (0, ONE // 4),
}
_INCOME_FACTOR: _Range = (0, 16 * ONE)
_CHARACTER: dict[str, tuple[_Range, _Range]] = {
    "aggression": ((0, 16 * ONE), (0, 2 * ONE)),
    "expansion": ((0, 16 * ONE), (0, 2 * ONE)),
    "caution": ((0, 256 * ONE), (0, 16 * ONE)),
}
_NAMES = (
    "Lancer",
    "a",
    "Ω",
    'the "Nail"',
    "back\\slash",
    "\u0001\u007f",
    "\u2028",
    "\U0001d510" * 25,
)
# Long battles take the reference very long, so few runs have them.
_ROUNDS_MAX_USUAL = 6


def draw_rules(lots: Lots, turn: int, turns: int) -> Figures:
    """Draw the options; half of all campaigns are decided on points within about `turns` turns."""
    limits = RULE_INTEGERS | RULE_FXS
    rules = {key: lots.figure(limits[key], usual) for key, usual in _USUAL_RULES.items()}
    rules["hit_min"], rules["hit_max"] = sorted((rules["hit_min"], rules["hit_max"]))
    if lots.chance(7, 8):
        rules["rounds_max"] = min(rules["rounds_max"], _ROUNDS_MAX_USUAL)
    if lots.chance(1, 2):
        rules["turns_max"] = turn + 1 + lots.below(turns + 2)
    return rules


def draw_designs(lots: Lots, count: int) -> list[Figures]:
    """Draw the figures of `count` designs."""
    limits = DESIGN_INTEGERS | DESIGN_FXS
    return [
        {key: lots.figure(limits[key], usual) for key, usual in _USUAL_DESIGN.items()}
        for _ in range(count)
    ]


def draw_classes(lots: Lots, count: int) -> list[JsonValue]:
    """Draw `count` planet classes."""
    usual = (0, 2 * ONE)
    return [
        {"name": name(lots), "income_factor": lots.figure(_INCOME_FACTOR, usual)}
        for _ in range(count)
    ]


def draw_characters(lots: Lots, count: int) -> list[JsonValue]:
    """Draw what `count` factions are like."""
    characters: list[JsonValue] = []
    for _ in range(count):
        drawn: dict[str, JsonValue] = {"name": name(lots)}
        drawn |= {key: lots.figure(*ranges) for key, ranges in _CHARACTER.items()}
        characters.append(drawn)
    return characters


def name(lots: Lots) -> str:
    """Draw a name, which is data to nobody and must do no harm anywhere."""
    return lots.pick(_NAMES)
