"""A whole run drawn from a seed, for tests by the thousand: `generate` of PROTOCOL.md, section 6.5.

Valid by construction, and wild: the ends of ranges, dead slots, brinks, storms of bad commands.
Pure; standard library; no engine is asked. Any change of what is drawn changes `rules_version`.
"""

import json

from void_reckoning_reference.schema import TABLES
from void_reckoning_reference.shared.codec import JsonValue
from void_reckoning_scenarios.canonical import FORMAT, RULES_VERSION
from void_reckoning_scenarios.wild.law import (
    draw_characters,
    draw_classes,
    draw_designs,
    draw_rules,
    name,
)
from void_reckoning_scenarios.wild.lots import Lots
from void_reckoning_scenarios.wild.orders import Turn, draw_turns
from void_reckoning_scenarios.wild.realm import Realm, lay_out
from void_reckoning_scenarios.wild.ships import launch

_SEEDS = (0, 1, 2**64 - 1)
# The last one leaves room before the end of turns, 10^9.
_FIRST_TURNS = (1, 2**24, 10**9 - 1000)
_UNIVERSES_FAR = (7, 2**32 - 4)


def generate(seed: int, size: int) -> tuple[bytes, list[Turn]]:
    """Return a canonical scenario and the commands of each turn by step; the same for ever.

    `seed` is a u64. `size` 0 is the least that plays (2 factions, 2 systems, 1 turn); what it lets
    grow ends at about 100 turns, 20 systems, 3 universes.
    """
    lots = Lots(seed, size)
    count = 1 + lots.below(1 + min(2 * size, 100))
    turn = lots.pick(_FIRST_TURNS) if lots.chance(1, 8) else 0
    rules = draw_rules(lots, turn, count)
    designs = draw_designs(lots, 1 + lots.below(1 + min(size, 7)))
    classes = draw_classes(lots, 1 + lots.below(1 + min(size, 3)))
    realms = []
    for universe in _universe_ids(lots, size):
        realm = Realm(universe, rules, designs, len(classes))
        factions = 2 + lots.below(1 + min(size, 2))
        systems = 2 + lots.below(1 + min(2 * size, 18))
        lay_out(lots, realm, factions, systems, 1 + min(size, 3))
        launch(lots, realm, 1 + min(size // 2, 6), 1 + min(size, 24))
        realms.append(realm)
    characters = draw_characters(lots, max(realm.factions for realm in realms))
    named: list[JsonValue] = [{"name": name(lots), **figures} for figures in designs]
    scenario = {
        "format": FORMAT,
        "rules_version": RULES_VERSION,
        "name": name(lots),
        "seed": lots.pick(_SEEDS) if lots.chance(1, 8) else lots.u64(),
        "rules": rules,
        "planet_classes": classes,
        "designs": named,
        "factions": characters,
        "state": {"turn": turn, "universes": [_universe(realm) for realm in realms]},
    }
    return _canonical(scenario), draw_turns(lots, realms, count, size)


def _universe_ids(lots: Lots, size: int) -> range:
    """Draw how many universes there are, and their ids."""
    count = 1 + lots.below(3) if size >= 2 and lots.chance(1, 4) else 1
    first = lots.pick(_UNIVERSES_FAR) if lots.chance(1, 12) else 0
    return range(first, first + count)


def _universe(realm: Realm) -> JsonValue:
    tables: dict[str, JsonValue] = {}
    for table, columns in TABLES.items():
        rows = realm.rows[table]
        cells = zip(*rows, strict=True) if rows else ((),) * len(columns)
        tables[table] = {
            column.name: list(listed) for column, listed in zip(columns, cells, strict=True)
        }
    return {"id": realm.universe, "tables": tables}


def _canonical(value: dict[str, object]) -> bytes:
    """Write canonical JSON with the standard library, ten times as fast as the codec.

    The two differ in the escapes of five control characters, and no name holds one of those.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
