"""The canonical scenario of a resolved file: tables with all columns in slot order (STATE.md).

Money is conserved from the start: the mint owes what the treasuries hold. No slot is dead.
"""

from dataclasses import dataclass

from void_reckoning_reference.shared.codec import JsonValue, encode_json
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_scenarios.forces import Faction, Fleet
from void_reckoning_scenarios.galaxy import Galaxy
from void_reckoning_scenarios.ruleset import Ruleset

FORMAT = "void-scenario/1"
RULES_VERSION = "1"
_TREASURY, _MINT, _UPKEEP, _YARDS = range(4)

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


def encode_scenario(scenario: Scenario) -> bytes:
    """Return the canonical JSON of a scenario, its initial state included."""
    ruleset = scenario.ruleset
    tables: dict[str, JsonValue] = {}
    for name, table in _tables(scenario).items():
        columns: dict[str, JsonValue] = {column: list(cells) for column, cells in table.items()}
        tables[name] = columns
    designs: list[JsonValue] = [{"name": d.name, **d.figures} for d in ruleset.designs]
    classes: list[JsonValue] = [
        {"name": c.name, "income_factor": c.income_factor} for c in ruleset.planet_classes
    ]
    value: dict[str, JsonValue] = {
        "format": FORMAT,
        "rules_version": RULES_VERSION,
        "name": scenario.name,
        "seed": scenario.seed,
        "rules": dict(ruleset.options),
        "planet_classes": classes,
        "designs": designs,
        "factions": [_character(faction) for faction in scenario.factions],
        "state": {"turn": 0, "universes": [{"id": 0, "tables": tables}]},
    }
    return encode_json(value).encode()


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
        destination=[NONE] * rows,
        progress=[0] * rows,
        posture=[0] * rows,
    )


def _units(scenario: Scenario) -> Table:
    designs = scenario.ruleset.designs
    units = [(slot, index) for slot, fleet in enumerate(scenario.fleets) for index in fleet.designs]
    return _live(
        len(units),
        fleet=[slot for slot, _ in units],
        owner=[scenario.fleets[slot].owner for slot, _ in units],
        design=[index for _, index in units],
        hp=[designs[index].figures["hull"] for _, index in units],
        shield=[designs[index].figures["shield"] for _, index in units],
        kills=[0] * len(units),
    )
