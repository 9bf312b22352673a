"""What goes when something goes: a cut and all that cannot stay without it, and what must stay.

Law: STATE.md, last paragraph of the canonical scenario. A planet stays without its owner, a fleet
does not; nor does a fleet without units.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from void_reckoning_scenarios.smaller.case import Case

# Rows of the first table go when a row of the second goes that they name in the column.
_FOLLOWS = (
    ("account", "faction", "owner"),
    ("fleet", "faction", "owner"),
    ("build", "faction", "owner"),
    ("lane", "system", "a"),
    ("lane", "system", "b"),
    ("planet", "system", "system"),
    ("fleet", "system", "system"),
    ("fleet", "system", "next"),
    ("build", "planet", "planet"),
    ("unit", "fleet", "fleet"),
)


@dataclass
class Cut:
    """What goes: universes by position, rows by (position, table), designs and classes by index."""

    universes: set[int] = field(default_factory=set)
    rows: dict[tuple[int, str], set[int]] = field(default_factory=dict)
    designs: set[int] = field(default_factory=set)
    classes: set[int] = field(default_factory=set)

    def gone(self, position: int, table: str) -> set[int]:
        """Return the slots of a table that go."""
        return self.rows.get((position, table), set())

    def add(self, position: int, table: str, slots: Iterable[int]) -> None:
        """Let rows go."""
        self.rows.setdefault((position, table), set()).update(slots)


def close(case: Case, cut: Cut) -> None:
    """Add to a cut all that cannot stay without it."""
    for position in range(len(case.universes)):
        if position in cut.universes:
            continue
        for table in ("build", "unit"):
            _follow(case, cut, position, table, "design", cut.designs)
        for table, leader, column in _FOLLOWS:
            _follow(case, cut, position, table, column, cut.gone(position, leader))
        if cut.gone(position, "unit"):
            _drop_empty_fleets(case, cut, position)


def plays(case: Case, cut: Cut) -> bool:
    """Tell whether what stays is still a scenario: two factions and a fit unit everywhere."""
    stays = [p for p in range(len(case.universes)) if p not in cut.universes]
    if not stays or len(cut.designs) == len(case.value["designs"]):
        return False
    if len(cut.classes) == len(case.value["planet_classes"]):
        return False
    return all(_universe_plays(case, cut, position) for position in stays)


def _follow(
    case: Case, cut: Cut, position: int, table: str, column: str, leaders: set[int]
) -> None:
    if leaders:
        rows = case.table(position, table)
        pairs = enumerate(zip(rows["alive"], rows[column], strict=True))
        cut.add(position, table, [slot for slot, (alive, at) in pairs if alive and at in leaders])


def _drop_empty_fleets(case: Case, cut: Cut, position: int) -> None:
    units, gone = case.table(position, "unit"), cut.gone(position, "unit")
    manned = {units["fleet"][slot] for slot in case.live(position, "unit") if slot not in gone}
    fleets = case.live(position, "fleet")
    cut.add(position, "fleet", [slot for slot in fleets if slot not in manned])


def _universe_plays(case: Case, cut: Cut, position: int) -> bool:
    factions, units = case.table(position, "faction"), case.table(position, "unit")
    gone = cut.gone(position, "faction")
    in_play = [turn for s, turn in enumerate(factions["eliminated_turn"]) if s not in gone]
    if in_play.count(0) < 2:
        return False
    lost = cut.gone(position, "unit")
    return any(hp > 0 and slot not in lost for slot, hp in enumerate(units["hp"]))
