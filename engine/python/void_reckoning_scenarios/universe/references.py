"""Parts of a universe that the rules of version 1 do not play: read, checked, and left.

Technologies, buildings, mechanics and portals: every reference among them is looked up, and one
that leads nowhere is a flaw by file and key.
"""

from void_reckoning_scenarios.universe.designs import meant, referred
from void_reckoning_scenarios.universe.names import Names
from void_reckoning_scenarios.universe.node import Node

_NOT_PLAYED = "nothing is played of it"
_NOBODYS = ("Neutral", "Global")
_BRACKETS = "[] "


def check_trees(technologies: Node, buildings: Node, factions: list[str], ships: Node) -> None:
    """Check prerequisites, owners and what is unlocked, of technologies and of buildings."""
    techs = dict(technologies.objects())
    houses = dict(buildings.objects())
    targets = Names([*techs, *houses])
    owners = Names([*factions, *_NOBODYS])
    unlocked = Names([*_named(houses), *_named(dict(_quiet(ships))), *houses])
    for node in (*techs.values(), *houses.values()):
        meant(node, "faction", owners, _NOT_PLAYED)
        for name, place in node.texts("prerequisites"):
            referred(place, name, targets, _NOT_PLAYED, "dangling")
    for node, keys in (
        *((node, ("unlocks_buildings", "unlocks_ships")) for node in techs.values()),
        *((node, ("unlocks",)) for node in houses.values()),
    ):
        for key in keys:
            for name, place in node.texts(key):
                referred(place, name.strip(_BRACKETS), unlocked, _NOT_PLAYED, "unknown_name")


def check_mechanics(mechanics: Node, factions: list[str]) -> None:
    """Check whom mechanics belong to, and that those assigned are there."""
    playing = Names(factions)
    ids: list[str] = []
    for item in mechanics.records("mechanics"):
        ids.append(item.text("id", ""))
        meant(item, "faction_affinity", playing, _NOT_PLAYED)
    known = Names(ids)
    assigned = mechanics.object("assignments")
    assert isinstance(assigned.value, dict), "an object"
    for faction in assigned.value:
        place = assigned.at(faction)
        referred(place, faction, playing, _NOT_PLAYED, "unknown_name")
        for name, item in assigned.texts(faction):
            referred(item, name, known, _NOT_PLAYED, "dangling")


def check_portals(config: Node) -> None:
    """Check that portals lead to universes that are there; one universe is played."""
    worlds = list(config.records("universes"))
    names = Names([item.text("name", "") for item in worlds])
    for item in worlds:
        for portal in item.records("portals"):
            portal.note("unused", "portals come with a later version of the rules", "a portal")
            meant(portal, "dest_universe", names, _NOT_PLAYED, "dangling")
    for item in worlds[1:]:
        item.note("unused", "one universe is played", "a second universe")


def check_paths(config: Node, folders: list[str]) -> None:
    """Check that the folders that config.json speaks of are there."""
    paths = config.at("paths")
    if not isinstance(paths.value, dict):
        return
    for key in paths.value:
        place = paths.at(key)
        if isinstance(place.value, str):
            referred(place, place.value, Names(folders), "the usual folder is read", "dangling")
        else:
            place.wrong("a text", "the usual folder is read")


def _named(nodes: dict[str, Node]) -> list[str]:
    """Return the names that records carry beside their ids."""
    names = [node.at("name").value for node in nodes.values()]
    return [name for name in names if isinstance(name, str)]


def _quiet(node: Node) -> list[tuple[str, Node]]:
    """Return the objects below a node whose faults are noted elsewhere."""
    value = node.value if isinstance(node.value, dict) else {}
    return [(name, node.at(name)) for name in value if isinstance(value[name], dict)]
