"""Loose ends of a changed first state are tied: homes, courses of fleets, hulls, the mint's debt.

Law: STATE.md and the auditor's invariants (RULES.md, part IV). What fits already is left alone.
"""

from typing import Any

from void_reckoning_reference.shared.ids import NONE
from void_reckoning_scenarios.smaller.case import Table

_STATIONED, _UNDER_WAY, _IN_LANE = range(3)
_MINT = 1


def mend(value: dict[str, Any]) -> None:
    """Change a scenario's value, so that it makes sense as far as it can."""
    designs = value["designs"]
    for universe in value["state"]["universes"]:
        tables: dict[str, Table] = universe["tables"]
        _bring_home(tables)
        _set_courses(tables)
        _fit_hulls(tables["unit"], designs)
        _settle_accounts(tables["account"])


def _bring_home(tables: dict[str, Table]) -> None:
    """Give a faction whose home is gone the first system there is."""
    home = tables["faction"]["home"]
    if NONE in home and 1 in tables["system"]["alive"]:
        first = tables["system"]["alive"].index(1)
        tables["faction"]["home"] = [first if slot == NONE else slot for slot in home]


def _set_courses(tables: dict[str, Table]) -> None:
    """Stop fleets whose lane or destination is gone or out of reach; one in a lane ends it."""
    fleets = tables["fleet"]
    if not any(fleets["posture"]):
        return
    weights, regions = _lanes(tables)
    for slot, posture in enumerate(fleets["posture"]):
        system, onward = fleets["system"][slot], fleets["next"][slot]
        destination = fleets["destination"][slot]
        if posture == _UNDER_WAY:
            if regions.get(destination) != regions[system]:
                _station(fleets, slot)
        elif posture == _IN_LANE:
            weight = weights.get((system, onward))
            if weight is None:
                _station(fleets, slot)
                continue
            fleets["progress"][slot] = min(fleets["progress"][slot], weight - 1)
            if regions.get(destination) != regions[onward]:
                fleets["destination"][slot] = onward


def _station(fleets: Table, slot: int) -> None:
    fleets["next"][slot] = fleets["destination"][slot] = NONE
    fleets["progress"][slot], fleets["posture"][slot] = 0, _STATIONED


def _lanes(tables: dict[str, Table]) -> tuple[dict[tuple[int, int], int], dict[int, int]]:
    """Return the least weight by both ends, either way round, and the region of each system."""
    lanes = tables["lane"]
    weights: dict[tuple[int, int], int] = {}
    leaders = list(range(len(tables["system"]["alive"])))

    def leader(system: int) -> int:
        while leaders[system] != system:
            leaders[system] = leaders[leaders[system]]
            system = leaders[system]
        return system

    rows = zip(lanes["alive"], lanes["a"], lanes["b"], lanes["weight"], strict=True)
    for alive, a, b, weight in rows:
        if alive:
            weights[a, b] = weights[b, a] = min(weight, weights.get((a, b), weight))
            leaders[leader(a)] = leader(b)
    return weights, {system: leader(system) for system in range(len(leaders))}


def _fit_hulls(units: Table, designs: list[dict[str, Any]]) -> None:
    """Let no unit have more than its design gives; a dead slot has none of anything."""
    for slot, index in enumerate(units["design"]):
        units["hp"][slot] = min(units["hp"][slot], designs[index]["hull"])
        units["shield"][slot] = min(units["shield"][slot], designs[index]["shield"])


def _settle_accounts(accounts: Table) -> None:
    """Let the mint owe what all others hold."""
    for slot, (alive, kind) in enumerate(zip(accounts["alive"], accounts["kind"], strict=True)):
        if alive and kind == _MINT:
            accounts["balance"][slot] = 0
            accounts["balance"][slot] = -sum(accounts["balance"])
            return
