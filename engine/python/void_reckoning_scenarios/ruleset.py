"""The rule data of a scenario: options, planet classes, designs, with the ranges of STATE.md.

Gives the objects that the canonical scenario holds. Knows no galaxy and no faction.
"""

from dataclasses import dataclass

from void_reckoning_scenarios.decimals import ONE
from void_reckoning_scenarios.section import Section

LIST_MAX = 65536
CLASS_WEIGHT_MAX = 1000

RULE_INTEGERS = {
    "fleet_units_max": (1, 10000),
    "rounds_max": (1, 100),
    "disband_max": (0, 1000),
    "occupation_turns": (1, 1000),
    "queue_max": (1, 100),
    "reserve": (0, 10**12),
    "turns_max": (0, 10**9),
}
RULE_FXS = {
    "hit_min": (0, ONE),
    "hit_max": (0, ONE),
    "critical_factor": (ONE, 4 * ONE),
    "pierce_min": (0, ONE),
    "armour_half": (1, 2**20 * ONE),
    "damage_spread": (0, ONE),
    "damage_min": (0, 2**10 * ONE),
    "shield_regen": (0, 2**20 * ONE),
    "upkeep_factor": (0, 16 * ONE),
    "blockade_share": (0, ONE),
    "refund_share": (0, ONE),
    "noise": (0, 2**20 * ONE),
}
DESIGN_INTEGERS = {
    "cost": (0, 10**9),
    "upkeep": (0, 10**9),
    "build_turns": (1, 1000),
    "speed": (1, 1000),
    "build_weight": (0, 1000000),
}
DESIGN_FXS = {
    "hull": (1, 2**20 * ONE),
    "shield": (0, 2**20 * ONE),
    "attack": (0, 2**14 * ONE),
    "plating": (0, 2**14 * ONE),
    "armour": (0, 2**20 * ONE),
    "accuracy": (0, ONE),
    "evasion": (0, ONE),
    "critical": (0, ONE),
}


@dataclass(frozen=True)
class Design:
    """A ship design: its name and its figures, fx raw (STATE.md)."""

    name: str
    figures: dict[str, int]


@dataclass(frozen=True)
class PlanetClass:
    """A class of planets; `weight` is how often the generator draws it, beside the others."""

    name: str
    income_factor: int
    weight: int


@dataclass(frozen=True)
class Ruleset:
    """All that the rules read and that no turn changes."""

    options: dict[str, int]
    planet_classes: tuple[PlanetClass, ...]
    designs: tuple[Design, ...]


def read_ruleset(scenario: Section) -> Ruleset:
    """Read `[rules]`, `[[planet_classes]]` and `[[designs]]`."""
    options = _read_options(scenario.section("rules"))
    class_sections = scenario.sections("planet_classes", 1, LIST_MAX)
    classes = tuple(map(_read_class, class_sections))
    require_distinct(class_sections, [planet_class.name for planet_class in classes])
    design_sections = scenario.sections("designs", 1, LIST_MAX)
    designs = tuple(map(_read_design, design_sections))
    require_distinct(design_sections, [design.name for design in designs])
    return Ruleset(options, classes, designs)


def require_distinct(sections: list[Section], names: list[str]) -> None:
    """Refuse a name that is given twice: a reference by name would be ambiguous."""
    seen: dict[str, Section] = {}
    for section, name in zip(sections, names, strict=True):
        if name in seen:
            first = seen[name].place("name")
            section.fail("name", f"a name of its own ({first} has it)", name, "rename one of them")
        seen[name] = section


def _read_options(rules: Section) -> dict[str, int]:
    rules.only(*RULE_INTEGERS, *RULE_FXS)
    options = _read_figures(rules, RULE_INTEGERS, RULE_FXS)
    if options["hit_min"] > options["hit_max"]:
        rules.fail("hit_min", "at most hit_max", "more", "lower hit_min or raise hit_max")
    return options


def _read_class(section: Section) -> PlanetClass:
    section.only("name", "income_factor", "weight")
    return PlanetClass(
        name=section.text("name"),
        income_factor=section.fx("income_factor", 0, 16 * ONE),
        weight=section.integer("weight", 0, CLASS_WEIGHT_MAX, 1),
    )


def _read_design(section: Section) -> Design:
    section.only("name", *DESIGN_INTEGERS, *DESIGN_FXS)
    return Design(section.text("name"), _read_figures(section, DESIGN_INTEGERS, DESIGN_FXS))


def _read_figures(
    section: Section, integers: dict[str, tuple[int, int]], fxs: dict[str, tuple[int, int]]
) -> dict[str, int]:
    figures = {key: section.integer(key, low, high) for key, (low, high) in integers.items()}
    figures |= {key: section.fx(key, low, high) for key, (low, high) in fxs.items()}
    return figures
