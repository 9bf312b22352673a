"""Rule data: what a scenario says of rules, designs, planet classes and factions (STATE.md).

Plain frozen values in the units of STATE.md; those of unit fx are raw. Knows no rule.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """The scenario's `rules`."""

    fleet_units_max: int
    rounds_max: int
    hit_min: int
    hit_max: int
    critical_factor: int
    pierce_min: int
    armour_half: int
    damage_spread: int
    damage_min: int
    shield_regen: int
    upkeep_factor: int
    blockade_share: int
    disband_max: int
    refund_share: int
    occupation_turns: int
    queue_max: int
    reserve: int
    noise: int
    turns_max: int


@dataclass(frozen=True, slots=True)
class Design:
    """A design of ships; `cost` and `upkeep` in credits, `speed` in lane weight a turn."""

    cost: int
    upkeep: int
    build_turns: int
    speed: int
    hull: int
    shield: int
    attack: int
    plating: int
    armour: int
    accuracy: int
    evasion: int
    critical: int
    build_weight: int


@dataclass(frozen=True, slots=True)
class Temper:
    """What the built-in mind of a faction cares for; raw fx."""

    aggression: int
    expansion: int
    caution: int


@dataclass(frozen=True, slots=True)
class RuleData:
    """All of it, and the seed; `income_factors` by planet class, `tempers` by faction slot."""

    seed: int
    rules: Rules
    income_factors: tuple[int, ...]
    designs: tuple[Design, ...]
    tempers: tuple[Temper, ...]
