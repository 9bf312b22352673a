"""The ground of a generated universe: systems, lanes, factions, accounts, planets and builds.

Law: STATE.md, "The canonical scenario". Slots may be dead and ids of any generation. Knows no ship.
"""

from dataclasses import dataclass, field

from void_reckoning_reference.schema import TABLES
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_scenarios.decimals import ONE
from void_reckoning_scenarios.galaxy import COORDINATE_MAX, INCOME_MAX, LANE_WEIGHT_MAX
from void_reckoning_scenarios.wild.law import Figures
from void_reckoning_scenarios.wild.lots import Lots

_COUNT_MAX = 10**9
_BALANCE_MAX = 2**53
_OCCUPIED_MAX = 10**6
_TURNS_LEFT_MAX = 10**6
_TREASURY, _MINT, _UPKEEP, _YARDS = range(4)

Row = list[int]


@dataclass
class Realm:
    """A universe in the making: rows with all columns by table, and the live slots of each."""

    universe: int
    rules: Figures
    designs: list[Figures]
    classes: int
    rows: dict[str, list[Row]] = field(default_factory=dict)
    live: dict[str, list[int]] = field(default_factory=dict)
    lanes: dict[int, dict[int, int]] = field(default_factory=dict)
    """Least lane weight by system and neighbour."""

    @property
    def factions(self) -> int:
        """The number of faction slots, all of which are alive."""
        return len(self.rows["faction"])

    def fill(self, lots: Lots, table: str, values: list[Row]) -> None:
        """Put rows into a table, between dead slots perhaps; `values` lack generation and alive."""
        count, slots = lots.slots(len(values))
        self.live[table] = slots
        width = len(TABLES[table]) - 2
        rows: list[Row] = [[lots.generation(), 0, *[0] * width] for _ in range(count)]
        for slot, row in zip(slots, values, strict=True):
            assert len(row) == width, f"a row of {table} has {width} values, not {len(row)}"
            rows[slot] = [rows[slot][0], 1, *row]
        self.rows[table] = rows

    def identity(self, table: str, slot: int) -> str:
        """Return the id of the first state's row as text."""
        return f"{self.universe}/{table}/{slot}:{self.rows[table][slot][0]}"


def lay_out(lots: Lots, realm: Realm, factions: int, systems: int, planets_max: int) -> None:
    """Make all tables but those of ships."""
    _place_systems(lots, realm, systems)
    _place_lanes(lots, realm)
    _raise_factions(lots, realm, factions)
    _open_accounts(lots, realm, factions)
    _settle(lots, realm, planets_max)
    _begin_builds(lots, realm)
    _open_campaign(lots, realm)


def counter(lots: Lots) -> int:
    """Draw a counter of deeds: 0 as a rule, now and then at the brink of its range."""
    return _COUNT_MAX - lots.below(3) if lots.below(60) == 0 else 0


def _place_systems(lots: Lots, realm: Realm, count: int) -> None:
    limits, usual = (-COORDINATE_MAX, COORDINATE_MAX), (-100 * ONE, 100 * ONE)
    points = [[lots.figure(limits, usual) for _ in range(3)] for _ in range(count)]
    realm.fill(lots, "system", points)


def _place_lanes(lots: Lots, realm: Realm) -> None:
    """Join each system to one before it, most times, and some to others, even twice."""
    systems = realm.live["system"]
    pairs = [
        (lots.pick(systems[:position]), system)
        for position, system in enumerate(systems)
        if position > 0 and lots.chance(15, 16)
    ]
    for _ in range(lots.below(len(systems))):
        ends = sorted((lots.pick(systems), lots.pick(systems)))
        if ends[0] < ends[1]:
            pairs.append((ends[0], ends[1]))
    rows = [[a, b, lots.figure((1, LANE_WEIGHT_MAX), (1, 6))] for a, b in lots.shuffled(pairs)]
    realm.fill(lots, "lane", rows)
    realm.lanes = {system: {} for system in systems}
    for a, b, weight in rows:
        least = min(weight, realm.lanes[a].get(b, weight))
        realm.lanes[a][b] = realm.lanes[b][a] = least


def _raise_factions(lots: Lots, realm: Realm, count: int) -> None:
    """Two factions at least are in play; accounts are entered when they are opened."""
    rows = []
    for slot in range(count):
        gone = 1 if slot > 1 and lots.chance(1, 8) else 0
        home = lots.pick(realm.live["system"])
        deeds = [counter(lots) for _ in range(3)]
        rows.append([lots.generation(), 1, lots.below(2), 0, home, gone, *deeds])
    realm.rows["faction"], realm.live["faction"] = rows, list(range(count))


def _open_accounts(lots: Lots, realm: Realm, factions: int) -> None:
    """Money is conserved from the start: the mint owes what all others hold."""
    treasuries = [lots.between(-300, 2000) for _ in range(factions)]
    if lots.chance(1, 24):
        treasuries[0] = _BALANCE_MAX - lots.below(5000)
    accounts = [[_TREASURY, owner, money] for owner, money in enumerate(treasuries)]
    accounts += [[_UPKEEP, NONE, lots.below(3)], [_YARDS, NONE, lots.below(3)]]
    held = sum(money for _, _, money in accounts)
    if held > _BALANCE_MAX:
        accounts[0][2] -= held - _BALANCE_MAX
    accounts.append([_MINT, NONE, -min(held, _BALANCE_MAX)])
    realm.fill(lots, "account", lots.shuffled(accounts))
    for slot in realm.live["account"]:
        _, _, kind, owner, _ = realm.rows["account"][slot]
        if kind == _TREASURY:
            realm.rows["faction"][owner][3] = slot


def _settle(lots: Lots, realm: Realm, planets_max: int) -> None:
    """Give most systems a few planets, some of them owned, some of those being taken."""
    rows = []
    for system in realm.live["system"]:
        for _ in range(lots.below(planets_max + 1)):
            owner = NONE if lots.chance(1, 4) else lots.below(realm.factions)
            income = lots.figure((0, INCOME_MAX), (0, 120))
            occupier, turns = NONE, 0
            if lots.chance(1, 8):
                occupier, turns = (
                    lots.below(realm.factions),
                    lots.figure((1, _OCCUPIED_MAX), (1, 2)),
                )
            if occupier == owner:
                occupier, turns = NONE, 0
            rows.append([system, lots.below(realm.classes), owner, income, occupier, turns])
    realm.fill(lots, "planet", rows)


def _begin_builds(lots: Lots, realm: Realm) -> None:
    """Some yards are at work, some queues are full, and some builds are another's, or lost."""
    rows = []
    for planet in realm.live["planet"]:
        owner = realm.rows["planet"][planet][4]
        if owner == NONE or lots.chance(3, 4):
            continue
        full = min(realm.rules["queue_max"], 8)
        for _ in range(full if lots.chance(1, 4) else 1):
            builder = lots.below(realm.factions) if lots.chance(1, 12) else owner
            turns_left = lots.figure((0, _TURNS_LEFT_MAX), (1, 2))
            rows.append([planet, builder, lots.below(len(realm.designs)), turns_left])
    realm.fill(lots, "build", rows)


def _open_campaign(lots: Lots, realm: Realm) -> None:
    """Now and then the campaign has been won already."""
    row = [lots.below(realm.factions), 1] if lots.chance(1, 12) else [NONE, 0]
    realm.rows["campaign"], realm.live["campaign"] = [[lots.generation(), 1, *row]], [0]
