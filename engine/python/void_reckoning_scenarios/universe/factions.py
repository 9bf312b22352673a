"""The factions of a universe: who they are, and the character that their traits make.

They stand in the order of config.json's list. Knows no ships.
"""

from fractions import Fraction

from void_reckoning_scenarios.forces import Faction
from void_reckoning_scenarios.universe import law
from void_reckoning_scenarios.universe.names import Names
from void_reckoning_scenarios.universe.node import Node
from void_reckoning_scenarios.universe.numbers import fx_nearest

_NAME_BYTES_MAX = 100
_BUILT_IN_MIND = 1


def read_faction_names(config: Node, registry: Node) -> dict[str, Node]:
    """Return the factions that play, and where they are listed; without a list, the registered."""
    listed = list(config.texts("factions"))
    if not listed:
        config.at("factions").note("missing", "read from faction_registry.json", "no faction")
        listed = list(registry.objects())
    names: dict[str, Node] = {}
    for name, node in listed:
        if not 1 <= len(name.encode()) <= _NAME_BYTES_MAX:
            node.note("clipped", f"expected 1 … {_NAME_BYTES_MAX} bytes; left out", name)
        elif name in names:
            node.note("duplicate_key", "the faction plays once", name)
        elif len(names) == law.FACTIONS_MAX:
            node.note("clipped", f"expected at most {law.FACTIONS_MAX} factions; left out", name)
        else:
            names[name] = node
    return names


def check_registered(names: dict[str, Node], registry: Node) -> None:
    """Note the factions that play and are not registered, and the other way round."""
    registered = dict(registry.objects())
    known, playing = Names(registered), Names(names)
    for name, place in names.items():
        if name in known:
            continue
        near = known.near(name)
        if near is None:
            place.note("dangling", "it plays all the same", name)
        else:
            place.note("near_match", f"{near!r} of faction_registry.json is meant", name)
    for name, node in registered.items():
        if name not in playing and playing.near(name) is None:
            node.note("unused", "it is not in config.json's list and does not play", name)


def read_factions(names: list[str], economy: Node, traits: Node) -> list[Faction]:
    """Return the factions with their treasuries and their characters."""
    treasury = economy.integer("starting_req", 0, law.BALANCE_MAX, law.TREASURY_DEFAULT)
    return [_faction(name, treasury, traits) for name in names]


def _faction(name: str, treasury: int, traits: Node) -> Faction:
    """Return a faction: the sum of what its traits add to the common character."""
    sums = [Fraction(text) for text in _figures(law.TEMPER_BASE)]
    node = traits.object(name)
    known = Names(law.TRAITS)
    for trait, place in node.texts("traits"):
        meant = trait if trait in known else known.near(trait)
        if meant is None:
            place.note("unknown_name", "adds nothing", trait)
            continue
        if meant != trait:
            place.note("near_match", f"taken as {meant!r}", trait)
        added = _figures(law.TRAITS[meant])
        sums = [total + Fraction(text) for total, text in zip(sums, added, strict=True)]
    ends = (law.FACTION_FACTOR_MAX, law.FACTION_FACTOR_MAX, law.CAUTION_MAX)
    aggression, expansion, caution = (
        min(max(fx_nearest(total), 0), end) for total, end in zip(sums, ends, strict=True)
    )
    return Faction(name, _BUILT_IN_MIND, treasury, aggression, expansion, caution)


def _figures(temper: law.Temper) -> tuple[str, str, str]:
    return temper.aggression, temper.expansion, temper.caution
