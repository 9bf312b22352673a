"""Phase `recharge`, simultaneous: shields come back at the opening of a turn.

Law: RULES.md, `combat-resolver/recharge`. Twin: `engine/crates/combat-resolver/src/recharge.rs`.
Knows no battle.
"""

from void_reckoning_reference.turn import Turn


def recharged(shield: int, regen: int, shield_max: int) -> int:
    """Return a shield after one turn; all raw fx."""
    return min(shield + regen, shield_max)


def recharge(turn: Turn) -> None:
    """Recharge the shield of every fit unit."""
    regen = turn.data.rules.shield_regen
    for unit in turn.world.units:
        if unit.hp > 0:
            shield = recharged(unit.shield, regen, turn.data.designs[unit.design].shield)
            if shield != unit.shield:
                unit.shield = shield
                turn.fire("recharge")
