"""Planet classes of a universe, and the galaxy drawn for it: the folder holds none.

The campaign config says how many systems and planets; the seed says where (generated.py).
"""

from decimal import Decimal
from fractions import Fraction
from math import isqrt

from void_reckoning_scenarios.galaxy import Galaxy
from void_reckoning_scenarios.generated import generate
from void_reckoning_scenarios.ruleset import PlanetClass, Ruleset
from void_reckoning_scenarios.section import Section
from void_reckoning_scenarios.universe import law
from void_reckoning_scenarios.universe.node import Node

_NAME_BYTES_MAX = 100


def read_classes(game_data: Node) -> list[PlanetClass]:
    """Return the planet classes in the order of the file; each is drawn as often as any other."""
    classes: list[PlanetClass] = []
    for name, node in game_data.object("planet_classes").objects():
        if not 1 <= len(name.encode()) <= _NAME_BYTES_MAX:
            node.note("clipped", f"expected a name of 1 … {_NAME_BYTES_MAX} bytes; left out", name)
        elif len(classes) == law.CLASSES_MAX:
            node.note("clipped", f"expected at most {law.CLASSES_MAX} classes; left out", name)
        else:
            factor = node.fx("req_mod", 0, law.FACTOR_MAX, Fraction(1))
            classes.append(PlanetClass(name, factor, 1))
    if not classes:
        game_data.at("planet_classes").note("missing", "one class 'Planet' is played", "no class")
        classes.append(PlanetClass("Planet", law.fx("1"), 1))
    return classes


def draw_galaxy(figures: Node, economy: Node, ruleset: Ruleset, seed: int, factions: int) -> Galaxy:
    """Draw the galaxy that the campaign config asks for."""
    usual = max(law.SYSTEMS_DEFAULT, factions)
    systems = figures.integer("num_systems", factions, law.SYSTEMS_MAX, usual)
    least = figures.integer("min_planets", 0, law.SYSTEM_PLANETS_MAX, law.SYSTEM_PLANETS_DEFAULT)
    usual = max(law.SYSTEM_PLANETS_DEFAULT, least)
    most = figures.integer("max_planets", least, law.SYSTEM_PLANETS_MAX, usual)
    income = economy.integer("base_income_req", 0, law.INCOME_MAX, law.INCOME_DEFAULT)
    home_income = min(income * law.HOME_INCOME_FACTOR, law.INCOME_MAX)
    richest = sorted(ruleset.planet_classes, key=lambda kind: -kind.income_factor)
    homes: list[object] = [
        {"class": kind.name, "income": home_income} for kind in richest[: law.HOME_PLANETS]
    ]
    plan: dict[str, object] = {
        "systems": systems,
        "radius": law.RING_LIGHTYEARS * (isqrt(systems) + 1),
        "thickness": law.THICKNESS_LIGHTYEARS,
        "spacing": law.SPACING_LIGHTYEARS,
        "neighbours": min(law.NEIGHBOURS, systems - 1),
        "weight_per_lightyear": Decimal(law.WEIGHT_PER_LIGHTYEAR),
        "planets": [least, most],
        "income": [income, income],
        "colonies": law.COLONIES,
        "home_planets": homes,
    }
    return generate(Section(figures.file, "campaign", plan), ruleset, seed, factions)
