"""Whether the rules can play on a state: what any state must be, a first one or a restored one.

Law: STATE.md, "A state that is restored"; RULES.md, part V (planets of a system). The auditor's
invariants are refused only as far as rules rely on them. No twin by path. Changes nothing.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NoReturn

from void_reckoning_reference.global_auditor import Finding
from void_reckoning_reference.global_auditor.range import range as in_range
from void_reckoning_reference.global_auditor.references import references
from void_reckoning_reference.pathfinding.route import UNREACHABLE
from void_reckoning_reference.routes import Routes
from void_reckoning_reference.rule_data import RuleData
from void_reckoning_reference.schema import ROWS_MAX, TABLES
from void_reckoning_reference.shared.ids import NONE, parse_id
from void_reckoning_reference.world import World, lane_weights

_PLANETS_MAX = 4096
_PLANETS_OF_SYSTEM_MAX = 64
_TREASURY = 0
_ACCOUNT_KINDS = {1: "mint", 2: "upkeep", 3: "yards"}
_IN_LANE = 2


class ScenarioError(ValueError):
    """A scenario or a state that cannot be played; the message starts with the value's path."""

    kind = "scenario"


def check_restored(worlds: Sequence[World], data: RuleData) -> dict[int, Routes]:
    """Check a state whose values may be anything that their types have.

    Return the routes of each universe, by its id; ScenarioError names what cannot be played.
    """
    routes = {}
    for position, world in enumerate(worlds):
        path = f"state.universes[{position}].tables"
        _check_rows(world, path)
        _check_findings(in_range(world), path)
        _check_findings(references(world), path)
        routes[world.universe] = check_structure(world, path, data)
        _check_fleets_in_lanes(world, path)
    check_planets_in_all(worlds)
    return routes


def check_structure(world: World, path: str, data: RuleData) -> Routes:
    """Check one universe whose values are in range and refer to what is there; return its ways."""
    _check_campaign(world, path)
    _check_accounts(world, path)
    _check_lanes(world, path)
    _check_indices(world, path, data)
    _check_planets(world, path)
    return _check_destinations(world, path)


def check_planets_in_all(worlds: Sequence[World]) -> None:
    """Check that all universes together have no more planets than sums are proven for."""
    planets = sum(planet.alive for world in worlds for planet in world.planets)
    if planets > _PLANETS_MAX:
        refuse("state.universes", f"expected at most {_PLANETS_MAX} planets", planets)


def finding_text(finding: Finding, path: str) -> str:
    """Return a finding of the auditor as the message of an error."""
    identity = parse_id(finding.entity)
    place = "account.balance" if identity is None else f"{identity[1]}[{identity[2]}]"
    return f"{path}.{place}: {finding.message}"


def refuse(path: str, expected: str, found: int) -> NoReturn:
    """Raise the error about one value."""
    raise ScenarioError(f"{path}: {expected}, found {found}")


def _check_rows(world: World, path: str) -> None:
    for table in TABLES:
        rows = len(world.rows(table))
        if rows > ROWS_MAX:
            refuse(f"{path}.{table}", f"expected at most {ROWS_MAX} rows", rows)


def _check_findings(findings: Sequence[Finding], path: str) -> None:
    if findings:
        raise ScenarioError(finding_text(findings[0], path))


def _check_campaign(world: World, path: str) -> None:
    if len(world.campaign) != 1 or not world.campaign[0].alive:
        refuse(f"{path}.campaign", "expected one live row", len(world.campaign))


def _check_accounts(world: World, path: str) -> None:
    """Check that there is one account of each kind, and one treasury of each live faction."""
    kinds: Counter[int] = Counter()
    for slot, account in enumerate(world.accounts):
        if account.alive:
            kinds[account.kind] += 1
            if (account.kind == _TREASURY) == (account.owner == NONE):
                place = f"{path}.account.owner[{slot}]"
                refuse(place, f"expected a faction only for kind {_TREASURY}", account.owner)
    for kind, name in _ACCOUNT_KINDS.items():
        if kinds[kind] != 1:
            refuse(f"{path}.account.kind", f"expected one account {kind} ({name})", kinds[kind])
    factions = [(slot, faction) for slot, faction in enumerate(world.factions) if faction.alive]
    if kinds[_TREASURY] != len(factions):
        refuse(f"{path}.account.kind", f"expected {len(factions)} treasuries", kinds[_TREASURY])
    for slot, faction in factions:
        account = world.accounts[faction.account]
        if account.kind != _TREASURY or account.owner != slot:
            place = f"{path}.faction.account[{slot}]"
            refuse(place, "expected the faction's own treasury", faction.account)


def _check_lanes(world: World, path: str) -> None:
    for slot, lane in enumerate(world.lanes):
        if lane.alive and lane.a >= lane.b:
            refuse(f"{path}.lane.a[{slot}]", f"expected less than b = {lane.b}", lane.a)


def _check_indices(world: World, path: str, data: RuleData) -> None:
    designs, classes = len(data.designs), len(data.income_factors)
    for slot, planet in enumerate(world.planets):
        if planet.alive and planet.class_index >= classes:
            place = f"{path}.planet.class[{slot}]"
            refuse(place, f"expected 0 … {classes - 1}", planet.class_index)
    for slot, build in enumerate(world.builds):
        if build.alive and build.design >= designs:
            place = f"{path}.build.design[{slot}]"
            refuse(place, f"expected 0 … {designs - 1}", build.design)
    for slot, unit in enumerate(world.units):
        if unit.alive and unit.design >= designs:
            place = f"{path}.unit.design[{slot}]"
            refuse(place, f"expected 0 … {designs - 1}", unit.design)


def _check_planets(world: World, path: str) -> None:
    """Check that no system has so many planets that the mind's values could overflow."""
    planets = Counter(planet.system for planet in world.planets if planet.alive)
    for system in sorted(planets):
        if planets[system] > _PLANETS_OF_SYSTEM_MAX:
            expected = f"expected at most {_PLANETS_OF_SYSTEM_MAX} planets at system {system}"
            refuse(f"{path}.planet.system", expected, planets[system])


def _check_destinations(world: World, path: str) -> Routes:
    routes = Routes(world)
    for slot, fleet in enumerate(world.fleets):
        if fleet.alive and fleet.destination != NONE:
            start = fleet.system if fleet.next == NONE else fleet.next
            if routes.to(fleet.destination)[start] == UNREACHABLE:
                place = f"{path}.fleet.destination[{slot}]"
                refuse(place, f"expected a system with a way from {start}", fleet.destination)
    return routes


def _check_fleets_in_lanes(world: World, path: str) -> None:
    """Check that a fleet in a lane is in one that there is, and no further than its end."""
    lanes = lane_weights(world)
    for slot, fleet in enumerate(world.fleets):
        if not fleet.alive:
            continue
        if (fleet.posture == _IN_LANE) != (fleet.next != NONE):
            expected = f"expected {_IN_LANE} only with a lane's end, {fleet.next} being next"
            refuse(f"{path}.fleet.posture[{slot}]", expected, fleet.posture)
        if fleet.next != NONE:
            weight = lanes.get((fleet.system, fleet.next))
            if weight is None:
                expected = f"expected the end of a lane from {fleet.system}"
                refuse(f"{path}.fleet.next[{slot}]", expected, fleet.next)
            if fleet.progress > weight:
                expected = f"expected at most the lane's {weight}"
                refuse(f"{path}.fleet.progress[{slot}]", expected, fleet.progress)
