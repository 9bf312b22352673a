"""Whether an initial state makes sense, beyond form, ranges and what any state must be.

Law: STATE.md, last paragraph of "The canonical scenario". Its errors name the path of the value.
No twin by path. Changes nothing.
"""

from collections.abc import Sequence

from void_reckoning_reference.audit import INVARIANTS
from void_reckoning_reference.playable import (
    ScenarioError,
    check_planets_in_all,
    check_structure,
    finding_text,
    refuse,
)
from void_reckoning_reference.rule_data import RuleData
from void_reckoning_reference.world import World


def check_sense(worlds: Sequence[World], data: RuleData) -> None:
    """Check the first state of a run; ScenarioError names what makes no sense."""
    for position, world in enumerate(worlds):
        path = f"state.universes[{position}].tables"
        _check_invariants(world, path)
        _check_factions(world, path)
        check_structure(world, path, data)
        _check_units(world, path, data)
    check_planets_in_all(worlds)
    factions = max(len(world.factions) for world in worlds)
    if len(data.tempers) != factions:
        refuse("factions", f"expected {factions} entries", len(data.tempers))


def _check_invariants(world: World, path: str) -> None:
    """Let the auditor look at the state; each of its findings is an error."""
    for _, _, invariant in INVARIANTS:
        findings = invariant(world)
        if findings:
            raise ScenarioError(finding_text(findings[0], path))


def _check_factions(world: World, path: str) -> None:
    in_play = 0
    for slot, faction in enumerate(world.factions):
        if not faction.alive:
            refuse(f"{path}.faction.alive[{slot}]", "expected 1", 0)
        in_play += faction.eliminated_turn == 0
    if in_play < 2:
        refuse(f"{path}.faction", "expected at least two factions in play", in_play)


def _check_units(world: World, path: str, data: RuleData) -> None:
    fit = 0
    for slot, unit in enumerate(world.units):
        if not unit.alive:
            continue
        design = data.designs[unit.design]
        if unit.hp > design.hull:
            refuse(f"{path}.unit.hp[{slot}]", f"expected at most {design.hull}", unit.hp)
        if unit.shield > design.shield:
            place = f"{path}.unit.shield[{slot}]"
            refuse(place, f"expected at most {design.shield}", unit.shield)
        fit += unit.hp > 0
    if fit == 0:
        refuse(f"{path}.unit.hp", "expected at least one unit above 0", 0)
