"""Phase `decision`: the built-in mind sends fleets to the best systems and builds ships.

Law: RULES.md, `decision/mind`. Moves are simultaneous, builds sequential. For factions with mind 1.
Twin: `engine/crates/decision/src/mind.rs`. Knows no combat: a threat is a number of units.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from void_reckoning_reference.economy.production import place_build
from void_reckoning_reference.fleets import armed_by_system, fit_units_by_fleet
from void_reckoning_reference.pathfinding.route import UNREACHABLE
from void_reckoning_reference.shared.fx import div_floor, from_int, mul_floor
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.shared.stream import unit_fx
from void_reckoning_reference.turn import Turn

_STATIONED = 0
_UNDER_WAY = 1
_BUILT_IN = 1


class _Candidate(NamedTuple):
    """A system worth going to; value and cost of its threat are raw fx."""

    system: int
    value: int
    threat_cost: int


class _Choice(NamedTuple):
    """What a mover or a planet decides for, its score, and how many options were scored."""

    option: int
    score: int
    options: int


def decision(turn: Turn) -> None:
    """Decide moves, then builds, for a faction that has the built-in mind."""
    if turn.world.factions[turn.faction].mind == _BUILT_IN:
        _decide_moves(turn)
        _decide_builds(turn)


def move_score(value: int, threat_cost: int, distance: int, noise: int) -> int:
    """Return the score of a system as raw fx; `distance` is in turns at speed 1."""
    return div_floor(value - threat_cost, from_int(4 + distance)) + noise


def build_score(weight: int, draw: int) -> int:
    """Return the score of a design, an integer: its weight times the high half of a draw."""
    return weight * (draw >> 32)


def _decide_moves(turn: Turn) -> None:
    # READ: all movers decide on the state at the phase's start.
    units = fit_units_by_fleet(turn.world)
    candidates = _candidates(turn, units)
    if not candidates:
        return
    theirs = {candidate.system for candidate in candidates}
    for slot, fleet in enumerate(turn.world.fleets):
        armed = fleet.owner == turn.faction and slot in units
        if not armed or fleet.posture != _STATIONED or fleet.system in theirs:
            continue
        # DRAW
        site = "decision.noise.roll"
        draws = turn.draw("decision.noise", site, (slot,), len(candidates))
        # RULE
        choice = _best_move(turn, fleet.system, candidates, draws)
        # WRITE: a fleet's own destination, which no other mover reads.
        if choice is not None:
            fleet.destination = choice.option
            fleet.posture = _UNDER_WAY
            fields = (("target", choice.option), ("score", choice.score))
            turn.emit("decision.move", ("fleet", slot), (*fields, ("options", choice.options)))
            turn.fire("decision_move")


def _candidates(turn: Turn, units: Mapping[int, list[int]]) -> list[_Candidate]:
    """Return the systems with a planet that is not the faction's, in id order."""
    temper = turn.data.tempers[turn.faction]
    values: dict[int, int] = {}
    for planet in turn.world.planets:
        if planet.alive and planet.owner != turn.faction:
            weight = temper.expansion if planet.owner == NONE else temper.aggression
            value = mul_floor(from_int(planet.income), weight)
            values[planet.system] = values.get(planet.system, 0) + value
    candidates = []
    threats = _threats(turn, units)
    for system in sorted(values):
        threat_cost = mul_floor(from_int(threats.get(system, 0)), temper.caution)
        candidates.append(_Candidate(system, values[system], threat_cost))
    return candidates


def _threats(turn: Turn, units: Mapping[int, list[int]]) -> dict[int, int]:
    """Return for each system the number of fit units of other factions in fleets standing there."""
    threats = {}
    for system, fleets in armed_by_system(turn.world, units).items():
        owners = [turn.world.units[unit].owner for fleet in fleets for unit in units[fleet]]
        threats[system] = len(owners) - owners.count(turn.faction)
    return threats


def _best_move(
    turn: Turn, start: int, candidates: Sequence[_Candidate], draws: Sequence[int]
) -> _Choice | None:
    """Return the best candidate, the lowest slot at a tie; None if there is no way to any."""
    distances = turn.routes.to(start)
    best = best_score = NONE
    options = 0
    for candidate, draw in zip(candidates, draws, strict=True):
        distance = distances[candidate.system]
        if distance != UNREACHABLE:
            noise = mul_floor(unit_fx(draw), turn.data.rules.noise)
            score = move_score(candidate.value, candidate.threat_cost, distance, noise)
            options += 1
            if options == 1 or score > best_score:
                best, best_score = candidate.system, score
    return _Choice(best, best_score, options) if options > 0 else None


def _decide_builds(turn: Turn) -> None:
    busy = {build.planet for build in turn.world.builds if build.alive and build.turns_left > 0}
    treasury = turn.world.accounts[turn.world.factions[turn.faction].account]
    for slot, planet in enumerate(turn.world.planets):
        if not planet.alive or planet.owner != turn.faction or slot in busy:
            continue
        # DRAW
        site = "decision.build.roll"
        draws = turn.draw("decision.build", site, (slot,), len(turn.data.designs))
        # RULE
        funds = treasury.balance - turn.data.rules.reserve
        choice = _best_build(turn, funds, draws)
        # WRITE: the next planet sees the balance after this build.
        if choice is not None:
            fields = (("design", choice.option), ("score", choice.score))
            decided = turn.emit("decision.build", ("planet", slot), fields)
            turn.fire("decision_build")
            place_build(turn, slot, choice.option, decided)


def _best_build(turn: Turn, funds: int, draws: Sequence[int]) -> _Choice | None:
    """Return the affordable design of highest score, the lowest index at a tie, or None."""
    best = best_score = NONE
    options = 0
    for index, design in enumerate(turn.data.designs):
        if design.build_weight > 0 and design.cost <= funds:
            score = build_score(design.build_weight, draws[index])
            options += 1
            if options == 1 or score > best_score:
                best, best_score = index, score
    return _Choice(best, best_score, options) if options > 0 else None
