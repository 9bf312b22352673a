"""Whether an initial state makes sense, beyond form and ranges.

Law: STATE.md, last paragraph; RULES.md, part V (planets of a system) and `pathfinding/movement`
(reachable destinations). Its errors name the path of the value. No twin by path. Changes nothing.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NoReturn

from void_reckoning_reference.audit import INVARIANTS
from void_reckoning_reference.global_auditor import Finding
from void_reckoning_reference.pathfinding.route import UNREACHABLE
from void_reckoning_reference.routes import Routes
from void_reckoning_reference.rule_data import RuleData
from void_reckoning_reference.shared.ids import NONE, parse_id
from void_reckoning_reference.world import World

_PLANETS_MAX = 4096
_PLANETS_OF_SYSTEM_MAX = 64
_TREASURY = 0
_ACCOUNT_KINDS = {1: "mint", 2: "upkeep", 3: "yards"}


class ScenarioError(ValueError):
    """A scenario is not canonical or makes no sense; the message starts with the value's path."""

    kind = "scenario"


def check_sense(worlds: Sequence[World], data: RuleData) -> None:
    """Check the first state of a run; ScenarioError names what makes no sense."""
    for position, world in enumerate(worlds):
        path = f"state.universes[{position}].tables"
        _check_campaign(world, path)
        _check_invariants(world, path)
        _check_factions(world, path)
        _check_accounts(world, path)
        _check_lanes(world, path)
        _check_indices(world, path, data)
        _check_units(world, path, data)
        _check_planets(world, path)
        _check_destinations(world, path)
    planets = sum(planet.alive for world in worlds for planet in world.planets)
    if planets > _PLANETS_MAX:
        raise ScenarioError(f"state.universes: expected at most 4096 planets, found {planets}")
    factions = max(len(world.factions) for world in worlds)
    if len(data.tempers) != factions:
        _refuse("factions", f"expected {factions} entries", len(data.tempers))


def _check_campaign(world: World, path: str) -> None:
    if len(world.campaign) != 1 or not world.campaign[0].alive:
        _refuse(f"{path}.campaign", "expected one live row", len(world.campaign))


def _check_invariants(world: World, path: str) -> None:
    """Let the auditor look at the state; each of its findings is an error."""
    for _, _, invariant in INVARIANTS:
        findings = invariant(world)
        if findings:
            raise ScenarioError(_finding_text(findings[0], path))


def _finding_text(finding: Finding, path: str) -> str:
    identity = parse_id(finding.entity)
    place = "account.balance" if identity is None else f"{identity[1]}[{identity[2]}]"
    return f"{path}.{place}: {finding.message}"


def _check_factions(world: World, path: str) -> None:
    in_play = 0
    for slot, faction in enumerate(world.factions):
        if not faction.alive:
            _refuse(f"{path}.faction.alive[{slot}]", "expected 1", 0)
        in_play += faction.eliminated_turn == 0
    if in_play < 2:
        _refuse(f"{path}.faction", "expected at least two factions in play", in_play)


def _check_accounts(world: World, path: str) -> None:
    """Check that there is one account of each kind, and one treasury of each faction."""
    kinds: Counter[int] = Counter()
    for slot, account in enumerate(world.accounts):
        if account.alive:
            kinds[account.kind] += 1
            if (account.kind == _TREASURY) == (account.owner == NONE):
                place = f"{path}.account.owner[{slot}]"
                _refuse(place, f"expected a faction only for kind {_TREASURY}", account.owner)
    for kind, name in _ACCOUNT_KINDS.items():
        if kinds[kind] != 1:
            _refuse(f"{path}.account.kind", f"expected one account {kind} ({name})", kinds[kind])
    if kinds[_TREASURY] != len(world.factions):
        expected = f"expected {len(world.factions)} treasuries"
        _refuse(f"{path}.account.kind", expected, kinds[_TREASURY])
    for slot, faction in enumerate(world.factions):
        account = world.accounts[faction.account]
        if account.kind != _TREASURY or account.owner != slot:
            place = f"{path}.faction.account[{slot}]"
            _refuse(place, "expected the faction's own treasury", faction.account)


def _check_lanes(world: World, path: str) -> None:
    for slot, lane in enumerate(world.lanes):
        if lane.alive and lane.a >= lane.b:
            _refuse(f"{path}.lane.a[{slot}]", f"expected less than b = {lane.b}", lane.a)


def _check_indices(world: World, path: str, data: RuleData) -> None:
    designs, classes = len(data.designs), len(data.income_factors)
    for slot, planet in enumerate(world.planets):
        if planet.alive and planet.class_index >= classes:
            place = f"{path}.planet.class[{slot}]"
            _refuse(place, f"expected 0 … {classes - 1}", planet.class_index)
    for slot, build in enumerate(world.builds):
        if build.alive and build.design >= designs:
            place = f"{path}.build.design[{slot}]"
            _refuse(place, f"expected 0 … {designs - 1}", build.design)
    for slot, unit in enumerate(world.units):
        if unit.alive and unit.design >= designs:
            place = f"{path}.unit.design[{slot}]"
            _refuse(place, f"expected 0 … {designs - 1}", unit.design)


def _check_units(world: World, path: str, data: RuleData) -> None:
    fit = 0
    for slot, unit in enumerate(world.units):
        if not unit.alive:
            continue
        design = data.designs[unit.design]
        if unit.hp > design.hull:
            _refuse(f"{path}.unit.hp[{slot}]", f"expected at most {design.hull}", unit.hp)
        if unit.shield > design.shield:
            place = f"{path}.unit.shield[{slot}]"
            _refuse(place, f"expected at most {design.shield}", unit.shield)
        fit += unit.hp > 0
    if fit == 0:
        _refuse(f"{path}.unit.hp", "expected at least one unit above 0", 0)


def _check_planets(world: World, path: str) -> None:
    """Check that no system has so many planets that the mind's values could overflow."""
    planets = Counter(planet.system for planet in world.planets if planet.alive)
    for system in sorted(planets):
        if planets[system] > _PLANETS_OF_SYSTEM_MAX:
            expected = f"expected at most {_PLANETS_OF_SYSTEM_MAX} planets at system {system}"
            _refuse(f"{path}.planet.system", expected, planets[system])


def _check_destinations(world: World, path: str) -> None:
    routes = Routes(world)
    for slot, fleet in enumerate(world.fleets):
        if fleet.alive and fleet.destination != NONE:
            start = fleet.system if fleet.next == NONE else fleet.next
            if routes.to(fleet.destination)[start] == UNREACHABLE:
                place = f"{path}.fleet.destination[{slot}]"
                _refuse(place, f"expected a system with a way from {start}", fleet.destination)


def _refuse(path: str, expected: str, found: int) -> NoReturn:
    raise ScenarioError(f"{path}: {expected}, found {found}")
