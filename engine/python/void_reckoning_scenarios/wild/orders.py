"""The commands of a generated run: orders that can be carried out, orders that cannot, and noise.

Law: RULES.md, `decision/orders`: a bad command is data and is rejected, so none is held back. They
are drawn from the first state alone: as the run goes on, more and more of them come too late.
"""

from collections.abc import Callable

from void_reckoning_reference.shared.codec import JsonValue
from void_reckoning_scenarios.wild.lots import Lots
from void_reckoning_scenarios.wild.realm import Realm

Command = dict[str, JsonValue]
Turn = list[list[Command]]

_KINDS = ("move", "move", "move", "move", "stop", "stop", "build", "build", "build", "disband")
_TABLES = {"move": "fleet", "stop": "fleet", "build": "planet", "disband": "unit"}
_OWNER_COLUMN = {"fleet": 2, "planet": 4, "unit": 3}
_NONSENSE_IDS: tuple[JsonValue, ...] = (
    "0/fleet/4294967295:4294967295",
    "4294967295/unit/0:0",
    "0/fleet/00:0",
    "0/Fleet/0:0",
    "0/fleet/0",
    "0/fleet/-1:0",
    "0/fleet/4294967296:0",
    "0/fleet/٣:0",
    " 0/fleet/0:0",
    "0/fleet/0:0\n",
    "",
    "/" * 200,
    0,
    None,
    True,
    ["0/fleet/0:0"],
    {},
)
_NONSENSE_DESIGNS: tuple[JsonValue, ...] = (-1, 65535, -(2**63), 2**64 - 1, True, "0", None, [], {})
_NONSENSE: tuple[Command, ...] = (
    {},
    {"kind": "dance"},
    {"kind": None},
    {"kind": ["move"]},
    {"fleet": "0/fleet/0:0"},
    {"kind": "move", "fleet": "0/fleet/0:0"},
    {"kind": "stop", "fleet": "0/fleet/0:0", "speed": 1},
    {"": "\u0000", "kind": "stop"},
)


class Commander:
    """Draws the commands of one faction slot of one universe."""

    def __init__(self, lots: Lots, realms: list[Realm], realm: Realm, faction: int) -> None:
        self._lots, self._realms, self._realm = lots, realms, realm
        self._own = {
            table: [
                realm.identity(table, slot)
                for slot in realm.live[table]
                if realm.rows[table][slot][column] == faction
            ]
            for table, column in _OWNER_COLUMN.items()
        }

    def draw(self) -> Command:
        """Draw one command."""
        if self._lots.chance(1, 20):
            return dict(self._lots.pick(_NONSENSE))
        kind = self._lots.pick(_KINDS)
        table = _TABLES[kind]
        command: Command = {"kind": kind, table: self._id(table)}
        if kind == "move":
            command["destination"] = self._id("system")
        if kind == "build":
            command["design"] = self._design()
        if self._lots.chance(1, 60):
            command["extra"] = 0
        return command

    def _design(self) -> JsonValue:
        if self._lots.chance(1, 12):
            return self._lots.pick(_NONSENSE_DESIGNS)
        return self._lots.below(len(self._realm.designs))

    def _id(self, table: str) -> JsonValue:
        """Draw an id: most times of an own entity, else of another, a coming or a false one."""
        lots, own = self._lots, self._own.get(table, [])
        kind = lots.below(16)
        if own and kind < 12:
            return lots.pick(own)
        if kind == 15:
            return lots.pick(_NONSENSE_IDS)
        realm = self._realm if kind < 14 else lots.pick(self._realms)
        live = realm.live[table]
        if live and (kind < 13 or table == "system"):
            return realm.identity(table, lots.pick(live))
        slot = lots.below(len(realm.rows[table]) + 3)
        generation = lots.pick((0, 0, 1, 2))
        return f"{realm.universe}/{table}/{slot}:{generation}"


def draw_turns(lots: Lots, realms: list[Realm], count: int, size: int) -> list[Turn]:
    """Draw the commands of `count` turns, for each step of each: open, factions, close."""
    commanders = [
        Commander(lots, realms, realm, faction)
        for realm in realms
        for faction in range(realm.factions)
    ]
    drawers: list[Callable[[], Command]] = [commander.draw for commander in commanders]
    turns = []
    for _ in range(count):
        steps = [[draw() for _ in range(_many(lots, size))] for draw in drawers]
        late = [[draw() for draw in drawers[:1] if lots.chance(1, 12)] for _ in range(2)]
        turns.append([late[0], *steps, late[1]])
    return turns


def _many(lots: Lots, size: int) -> int:
    """Draw how many commands a step is given: a few, none, or a storm."""
    if size >= 3 and lots.chance(1, 60):
        return 20 + lots.below(60)
    return lots.below(2 + min(size, 4))
