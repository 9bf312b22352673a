"""Phase `combat`, simultaneous between systems: one battle at each system with a foe.

Law: RULES.md, `combat-resolver/battle`. Within a round all shots read the round's start, are summed
in attacker order and then applied. Twin: `engine/crates/combat-resolver/src/battle.rs`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from void_reckoning_reference.combat_resolver.damage import (
    DAMAGE_SUM_MAX,
    after_critical,
    after_defense,
    after_reduction,
    apply_damage,
    final_damage,
    hit_chance,
)
from void_reckoning_reference.fleets import armed_by_system, fit_units_by_fleet
from void_reckoning_reference.shared.stream import bounded, unit_fx
from void_reckoning_reference.turn import Turn

_ATTACKER = 0
_DEFENDER = 1
_DRAW = 2
_MUTUAL_DESTRUCTION = 3


class _Rolls(NamedTuple):
    """The draws of one round, one of each for each unit of the line."""

    targeting: list[int]
    accuracy: list[int]
    critical: list[int]
    damage: list[int]


class _Damage(NamedTuple):
    """What one round does to a target: the sum, and the first attacker that hit it."""

    amount: int
    killer: int


def combat(turn: Turn) -> None:
    """Fight one battle at each system where the faction and another have armed fleets."""
    # READ: battles are at different systems, so each sees its units as the phase began.
    units = fit_units_by_fleet(turn.world)
    standing = armed_by_system(turn.world, units)
    for system in sorted(standing):
        owners = {turn.world.fleets[fleet].owner for fleet in standing[system]}
        if turn.faction in owners and len(owners) > 1:
            _battle(
                turn, system, sorted(unit for fleet in standing[system] for unit in units[fleet])
            )


def _battle(turn: Turn, system: int, combatants: Sequence[int]) -> None:
    """Play one battle from deployment to resolution; combatants are unit slots in id order."""
    place = ("system", system)
    started = turn.emit("battle.started", place, (("combatants", len(combatants)),))
    turn.fire("battle")
    line = list(combatants)
    rounds = 0
    owners = {turn.world.units[slot].owner for slot in line}
    while len(owners) > 1 and rounds < turn.data.rules.rounds_max:
        rounds += 1
        damage = _engagement(turn, line, _draw(turn, system, rounds, len(line)))
        _apply(turn, damage, rounds, started)
        line = [slot for slot in line if turn.world.units[slot].hp > 0]
        owners = {turn.world.units[slot].owner for slot in line}
    fields = (("rounds", rounds), ("outcome", _outcome(owners, turn.faction)))
    turn.emit("battle.ended", place, fields, started)


def _draw(turn: Turn, system: int, battle_round: int, count: int) -> _Rolls:
    """DRAW: four streams with one site each; the item is the ordinal in the line."""
    scope = (system, battle_round)
    return _Rolls(
        turn.draw("combat.targeting", "combat.targeting.pick", scope, count),
        turn.draw("combat.accuracy", "combat.accuracy.roll", scope, count),
        turn.draw("combat.critical", "combat.critical.roll", scope, count),
        turn.draw("combat.damage", "combat.damage.roll", scope, count),
    )


def _engagement(turn: Turn, line: Sequence[int], rolls: _Rolls) -> dict[int, _Damage]:
    """RULE: every unit shoots at one foe; return what each target that was hit takes."""
    units = turn.world.units
    rules = turn.data.rules
    foes = _foes(turn, line)
    taken: dict[int, _Damage] = {}
    hits = criticals = 0
    for item, slot in enumerate(line):
        choices = foes[units[slot].owner]
        target = choices[bounded(rolls.targeting[item], len(choices))]
        attacker = turn.data.designs[units[slot].design]
        defender = turn.data.designs[units[target].design]
        chance = hit_chance(attacker.accuracy, defender.evasion, rules.hit_min, rules.hit_max)
        if unit_fx(rolls.accuracy[item]) >= chance:
            continue
        hits += 1
        critical_roll = unit_fx(rolls.critical[item])
        criticals += critical_roll < attacker.critical
        damage = after_defense(attacker.attack, defender.plating, rules.pierce_min)
        damage = after_critical(damage, attacker.critical, critical_roll, rules.critical_factor)
        damage = after_reduction(damage, defender.armour, rules.armour_half)
        damage_roll = unit_fx(rolls.damage[item])
        damage = final_damage(damage, damage_roll, rules.damage_spread, rules.damage_min)
        before = taken.get(target, _Damage(0, slot))
        taken[target] = _Damage(min(before.amount + damage, DAMAGE_SUM_MAX), before.killer)
    turn.fire("hit", hits)
    turn.fire("critical", criticals)
    return taken


def _foes(turn: Turn, line: Sequence[int]) -> dict[int, list[int]]:
    """Return for each owner in the line the units of all others, in id order."""
    units = turn.world.units
    owners = {units[slot].owner for slot in line}
    return {owner: [slot for slot in line if units[slot].owner != owner] for owner in owners}


def _apply(turn: Turn, taken: Mapping[int, _Damage], battle_round: int, started: int) -> None:
    """WRITE: apply the round's damage in target order, and credit what was destroyed."""
    for target in sorted(taken):
        unit = turn.world.units[target]
        shield_before = unit.shield
        unit.hp, unit.shield = apply_damage(unit.hp, unit.shield, taken[target].amount)
        if unit.shield < shield_before:
            turn.fire("shield_absorb")
        if unit.hp == 0:
            killer = taken[target].killer
            fields = (("round", battle_round), ("killer", killer))
            turn.emit("unit.destroyed", ("unit", target), fields, started)
            turn.fire("destruction")
            turn.world.units[killer].kills += 1
            turn.world.factions[unit.owner].ships_lost += 1


def _outcome(owners: set[int], faction: int) -> int:
    """Return how a battle ended, by the owners of the units that are fit."""
    if not owners:
        return _MUTUAL_DESTRUCTION
    if owners == {faction}:
        return _ATTACKER
    return _DRAW if faction in owners else _DEFENDER
