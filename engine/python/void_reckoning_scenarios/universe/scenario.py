"""A universe folder as a scenario: which files are read, and what is made of them.

Law: STATE.md, "The universe folder". A ScenarioError only where nothing can be played.
"""

from pathlib import Path

from void_reckoning_scenarios.canonical import Scenario
from void_reckoning_scenarios.errors import ScenarioError
from void_reckoning_scenarios.flaws import Flaws, clean
from void_reckoning_scenarios.forces import Faction, Fleet
from void_reckoning_scenarios.ruleset import Ruleset
from void_reckoning_scenarios.universe import law
from void_reckoning_scenarios.universe.designs import Ship, Yard, read_hulls, read_ships
from void_reckoning_scenarios.universe.factions import (
    check_registered,
    read_faction_names,
    read_factions,
)
from void_reckoning_scenarios.universe.folder import Folder
from void_reckoning_scenarios.universe.names import Names
from void_reckoning_scenarios.universe.node import Node, read_node
from void_reckoning_scenarios.universe.references import (
    check_mechanics,
    check_paths,
    check_portals,
    check_trees,
)
from void_reckoning_scenarios.universe.weapons import read_weapons
from void_reckoning_scenarios.universe.worlds import draw_galaxy, read_classes

_UNIVERSES = "universes"
_BASE = "base"
_CAMPAIGNS = "config"
_NAME_BYTES_MAX = 100


def read_universe(root: Path, seed: int | None, flaws: Flaws) -> Scenario:
    """Read the folder at `root`; the seed is SEED_DEFAULT where none is given."""
    folder = Folder(root, flaws)
    own = f"{_UNIVERSES}/{_chosen(folder)}"
    config = read_node(folder, f"{own}/config.json")
    registry = read_node(folder, f"{own}/factions/faction_registry.json")
    listed = read_faction_names(config, registry)
    check_registered(listed, registry)
    names = list(listed)
    check_paths(config, folder.names(own))
    economy = config.object("economy")
    factions = read_factions(
        names, economy, read_node(folder, f"{own}/factions/faction_traits.json")
    )
    roster = read_node(folder, f"{own}/units/procedural_roster.json")
    ships = read_ships(roster, _yard(folder, own, names))
    _require_playable(root, flaws, factions, ships)
    campaign = _campaign(folder)
    _check_the_rest(folder, own, names, roster, campaign)
    figures = campaign.object("campaign")
    game_data = read_node(folder, f"{own}/game_data.json")
    classes = tuple(read_classes(game_data))
    ruleset = Ruleset(_rules(figures), classes, tuple(ship.design for ship in ships))
    chosen_seed = law.SEED_DEFAULT if seed is None else seed
    galaxy = draw_galaxy(figures, economy, ruleset, chosen_seed, len(factions))
    fleets = [_first_fleet(i, f, galaxy.homes[i], ships) for i, f in enumerate(factions)]
    return Scenario(_name(config), chosen_seed, ruleset, factions, galaxy, fleets)


def _chosen(folder: Folder) -> str:
    """Return the universe that is played: the first by name that is not the common base."""
    found = folder.folders(_UNIVERSES, _BASE)
    for name in found[1:]:
        folder.flaws.note(f"{_UNIVERSES}/{name}", "", "unused", name, "one universe is played")
    if not found:
        expected = f"a scenario file, or a folder with {_UNIVERSES}/NAME/ in it"
        where = clean(str(folder.root))
        raise ScenarioError(f"{where}: expected {expected}, found a folder without; check the path")
    return found[0]


def _yard(folder: Folder, own: str, names: list[str]) -> Yard:
    hulls = read_hulls(read_node(folder, f"{_UNIVERSES}/{_BASE}/units/base_ship_hulls.json"))
    weapons = read_weapons(read_node(folder, f"{own}/factions/weapon_registry.json"))
    return Yard(hulls, Names(hulls), weapons, Names(weapons), Names(names))


def _campaign(folder: Folder) -> Node:
    """Return the campaign config: the first JSON file of its folder by name."""
    found = [name for name in folder.names(_CAMPAIGNS) if name.endswith(".json")]
    for name in found[1:]:
        folder.flaws.note(f"{_CAMPAIGNS}/{name}", "", "unused", name, "one campaign is played")
    if not found:
        path = f"{_CAMPAIGNS}/*.json"
        folder.flaws.note(path, "", "missing", "no such file", "the usual figures are read")
        return Node(folder.flaws, path, "", {})
    return read_node(folder, f"{_CAMPAIGNS}/{found[0]}")


def _check_the_rest(
    folder: Folder, own: str, names: list[str], roster: Node, campaign: Node
) -> None:
    technologies = read_node(folder, f"{own}/technology/technology_registry.json")
    buildings = read_node(folder, f"{own}/infrastructure/building_registry.json")
    check_trees(technologies, buildings, names, roster)
    check_mechanics(read_node(folder, f"{own}/factions/mechanics_registry.json"), names)
    check_portals(campaign)


def _require_playable(root: Path, flaws: Flaws, factions: list[Faction], ships: list[Ship]) -> None:
    """Refuse a folder that has no two factions, or no ship for them; name the flaws that did it."""
    if len(factions) >= 2 and ships:
        return
    found = f"{len(factions)} factions, {len(ships)} ships"
    whole = [flaw for flaw in flaws.all() if not flaw.key or flaw.kind == "missing"]
    why = "; ".join(f"{f.file}: {f.key}: {f.kind}: {f.found}" for f in whole[:3])
    raise ScenarioError(
        f"{clean(str(root))}: expected at least 2 factions and 1 ship, found {found};"
        f" {why or 'nothing is there to be read'}"
    )


def _rules(figures: Node) -> dict[str, int]:
    """Return the options of the rules; the campaign config says how many turns there are."""
    turns = figures.integer("turns", 0, law.TURNS_MAX, 0)
    fxs = {key: law.fx(text) for key, text in law.RULE_FXS.items()}
    return {**law.RULE_INTEGERS, "turns_max": turns, **fxs}


def _first_fleet(slot: int, faction: Faction, home: int, ships: list[Ship]) -> Fleet:
    """Return a faction's first fleet: one of each of its designs, the cheapest first.

    They cost at most FLEET_COST_SHARE treasuries. One of its cheapest where that buys none; the
    cheapest of all where it has none.
    """
    by_cost = sorted(range(len(ships)), key=lambda i: (ships[i].design.figures["cost"], i))
    own = [index for index in by_cost if ships[index].owner == faction.name]
    chosen: list[int] = []
    left = faction.treasury * law.FLEET_COST_SHARE
    for index in own[: law.RULE_INTEGERS["fleet_units_max"]]:
        left -= ships[index].design.figures["cost"]
        if left >= 0:
            chosen.append(index)
    return Fleet(slot, home, tuple(chosen or (own or by_cost)[:1]))


def _name(config: Node) -> str:
    name = config.text("name", "universe")
    if 1 <= len(name.encode()) <= _NAME_BYTES_MAX:
        return name
    config.at("name").note("clipped", "read as 'universe'", name)
    return "universe"
