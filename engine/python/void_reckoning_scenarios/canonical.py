"""The canonical scenario of a resolved file: tables with all columns in slot order (STATE.md).

Money is conserved from the start: the mint owes what the treasuries hold. No slot is dead.
"""

import json
from dataclasses import dataclass

from void_reckoning_reference.shared.codec import JsonValue, encode_json
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_scenarios.forces import Faction, Fleet
from void_reckoning_scenarios.galaxy import Galaxy
from void_reckoning_scenarios.ruleset import Ruleset

FORMAT = "void-scenario/1"
RULES_VERSION = "1"
_TREASURY, _MINT, _UPKEEP, _YARDS = range(4)
_STATIONED, _UNDER_WAY = range(2)

Table = dict[str, list[int]]


@dataclass(frozen=True)
class Scenario:
    """All that a scenario file has said, with every name replaced by a slot."""

    name: str
    seed: int
    ruleset: Ruleset
    factions: list[Faction]
    galaxy: Galaxy
    fleets: list[Fleet]
    shields_full: bool = True
    """Whether units begin with their shields up, or with none."""


def encode_scenario(scenario: Scenario) -> bytes:
    """Return the canonical JSON of a scenario, its initial state included.

    The state is written by the standard library, ten times as fast as by the codec; the two differ
    in escapes only, and a state holds no text. Its key comes last of all.
    """
    head = encode_json(_head(scenario)).encode()
    state = {"turn": 0, "universes": [{"id": 0, "tables": _tables(scenario)}]}
    written = json.dumps(state, sort_keys=True, separators=(",", ":")).encode()
    return head[:-1] + b',"state":' + written + b"}"


def _head(scenario: Scenario) -> dict[str, JsonValue]:
    """Return all but the state."""
    ruleset = scenario.ruleset
    designs: list[JsonValue] = [{"name": d.name, **d.figures} for d in ruleset.designs]
    classes: list[JsonValue] = [
        {"name": c.name, "income_factor": c.income_factor} for c in ruleset.planet_classes
    ]
    return {
        "format": FORMAT,
        "rules_version": RULES_VERSION,
        "name": scenario.name,
        "seed": scenario.seed,
        "rules": dict(ruleset.options),
        "planet_classes": classes,
        "designs": designs,
        "factions": [_character(faction) for faction in scenario.factions],
    }


def _character(faction: Faction) -> dict[str, JsonValue]:
    return {
        "name": faction.name,
        "aggression": faction.aggression,
        "expansion": faction.expansion,
        "caution": faction.caution,
    }


def _tables(scenario: Scenario) -> dict[str, Table]:
    galaxy = scenario.galaxy
    return {
        "campaign": _live(1, winner=[NONE], won_turn=[0]),
        "faction": _factions(scenario),
        "account": _accounts(scenario.factions),
        "system": _live(
            len(galaxy.positions),
            x=[x for x, _, _ in galaxy.positions],
            y=[y for _, y, _ in galaxy.positions],
            z=[z for _, _, z in galaxy.positions],
        ),
        "lane": _live(
            len(galaxy.lanes),
            a=[a for a, _, _ in galaxy.lanes],
            b=[b for _, b, _ in galaxy.lanes],
            weight=[weight for _, _, weight in galaxy.lanes],
        ),
        "planet": _planets(galaxy),
        "build": _live(0, planet=[], owner=[], design=[], turns_left=[]),
        "fleet": _fleets(scenario.fleets),
        "unit": _units(scenario),
    }


def _live(rows: int, **columns: list[int]) -> Table:
    """Return a table of live slots of generation 0."""
    assert all(len(cells) == rows for cells in columns.values()), "columns of several lengths"
    # Flags travel as numbers: canonical scenarios hold integers only.
    return {"generation": [0] * rows, "alive": [1] * rows} | columns


def _factions(scenario: Scenario) -> Table:
    rows = len(scenario.factions)
    return _live(
        rows,
        mind=[faction.mind for faction in scenario.factions],
        account=list(range(rows)),
        home=list(scenario.galaxy.homes),
        eliminated_turn=[0] * rows,
        ships_built=[0] * rows,
        ships_lost=[0] * rows,
        planets_taken=[0] * rows,
    )


def _accounts(factions: list[Faction]) -> Table:
    """Treasuries in the order of factions, then mint, upkeep and yards."""
    treasuries = [faction.treasury for faction in factions]
    return _live(
        len(factions) + 3,
        kind=[_TREASURY] * len(factions) + [_MINT, _UPKEEP, _YARDS],
        owner=[*range(len(factions)), NONE, NONE, NONE],
        balance=[*treasuries, -sum(treasuries), 0, 0],
    )


def _planets(galaxy: Galaxy) -> Table:
    planets = galaxy.planets
    return _live(
        len(planets),
        **{
            "system": [planet.system for planet in planets],
            "class": [planet.planet_class for planet in planets],
            "owner": [NONE if planet.owner is None else planet.owner for planet in planets],
            "income": [planet.income for planet in planets],
            "occupier": [NONE] * len(planets),
            "occupied_turns": [0] * len(planets),
        },
    )


def _fleets(fleets: list[Fleet]) -> Table:
    rows = len(fleets)
    return _live(
        rows,
        owner=[fleet.owner for fleet in fleets],
        system=[fleet.system for fleet in fleets],
        next=[NONE] * rows,
        destination=[NONE if fleet.destination is None else fleet.destination for fleet in fleets],
        progress=[0] * rows,
        posture=[_STATIONED if fleet.destination is None else _UNDER_WAY for fleet in fleets],
    )


def _units(scenario: Scenario) -> Table:
    """Column by column: there may be a million units, so no row of them is ever made."""
    figures = [design.figures for design in scenario.ruleset.designs]
    hulls = [figure["hull"] for figure in figures]
    shields = [figure["shield"] if scenario.shields_full else 0 for figure in figures]
    fleets = scenario.fleets
    design = [index for fleet in fleets for index in fleet.designs]
    return _live(
        len(design),
        fleet=[slot for slot, fleet in enumerate(fleets) for _ in fleet.designs],
        owner=[fleet.owner for fleet in fleets for _ in fleet.designs],
        design=design,
        hp=[hulls[index] for index in design],
        shield=[shields[index] for index in design],
        kills=[0] * len(design),
    )
