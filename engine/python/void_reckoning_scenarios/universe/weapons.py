"""Weapons as the attack that each adds to a ship: strength · attacks · 10, rounded once.

The rules of version 1 know one attack per design: range, piercing and tags are not played.
"""

from fractions import Fraction

from void_reckoning_scenarios.universe import law
from void_reckoning_scenarios.universe.node import Node


def read_weapons(registry: Node) -> dict[str, int]:
    """Return the raw attack of each weapon by its id."""
    weapons: dict[str, int] = {}
    for name, node in registry.objects():
        stats = node.object("stats")
        strength, _ = stats.number("strength", Fraction(0))
        attacks, _ = stats.number("attacks", Fraction(1))
        weapons[name] = stats.product(
            {"strength": strength, "attacks": attacks, "scale": Fraction(law.ATTACK_PER_STRENGTH)},
            law.ATTACK_MAX,
        )
    return weapons
