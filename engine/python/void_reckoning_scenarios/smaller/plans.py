"""The cuts that are worth trying, in the order of the domain, the largest ones of each kind first.

Universes, factions, systems, planets, fleets, units, builds, lanes, dead slots, designs, classes,
commands. Knows no values; they come last and are `values`' own.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from void_reckoning_reference.schema import TABLES
from void_reckoning_scenarios.smaller.case import Case, Turns, write_scenario
from void_reckoning_scenarios.smaller.commands import cut_commands
from void_reckoning_scenarios.smaller.cut import Cut, close, plays
from void_reckoning_scenarios.smaller.rebuild import rebuild

T = TypeVar("T")
Made = tuple[bytes | None, Turns | None]
Plan = tuple[str, Callable[[], Made]]
"""What goes, in words, and the run without it; what stays as it is is None."""

_TABLES = ("faction", "system", "planet", "fleet", "unit", "build", "lane")
_PLURALS = {"faction": "factions", "system": "systems", "planet": "planets", "fleet": "fleets"}
_PLURALS |= {"unit": "units", "build": "builds", "lane": "lanes"}


def parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Give all items, then halves, quarters and so on down to each by itself."""
    length = len(items)
    while length > 0:
        for first in range(0, len(items), length):
            yield items[first : first + length]
        length = (length + 1) // 2 if length > 1 else 0


def cut_plans(case: Case) -> Iterator[Plan]:
    """Give the plans that take entities and rule data away and leave a scenario."""
    for name, cut in _cuts(case):
        close(case, cut)
        if plays(case, cut):
            yield name, partial(_made, case, cut)


def command_plans(case: Case) -> Iterator[Plan]:
    """Give the plans that take commands away."""
    places = [
        (turn, step, ordinal)
        for turn, steps in enumerate(case.turns)
        for step, commands in enumerate(steps)
        for ordinal in range(len(commands))
    ]
    for part in parts(places):
        turn, step, ordinal = part[0]
        place = f"command {ordinal} of step {step} of turn {turn + 1} of the run"
        name = place if len(part) == 1 else f"{len(part)} commands from {place} on"
        yield name, partial(_without, case, frozenset(part))


def _made(case: Case, cut: Cut) -> Made:
    turns = cut_commands(case, cut)
    return write_scenario(rebuild(case, cut)), None if turns == case.turns else turns


def _without(case: Case, places: frozenset[tuple[int, int, int]]) -> Made:
    return None, [
        [
            [c for ordinal, c in enumerate(commands) if (turn, step, ordinal) not in places]
            for step, commands in enumerate(steps)
        ]
        for turn, steps in enumerate(case.turns)
    ]


def _cuts(case: Case) -> Iterator[tuple[str, Cut]]:
    positions = range(len(case.universes))
    for gone in parts(positions):
        first = case.universes[gone[0]]["id"]
        yield _named(len(gone), f"universe {first}", "universes"), Cut(universes=set(gone))
    for table in _TABLES:
        places = [(position, slot) for position in positions for slot in case.live(position, table)]
        yield from _row_cuts(case, table, places, _PLURALS[table])
    for table in TABLES:
        dead = [
            (position, slot)
            for position in positions
            for slot, alive in enumerate(case.table(position, table)["alive"])
            if not alive
        ]
        yield from _row_cuts(case, table, dead, f"dead slots of {table}")
    for gone in parts(range(len(case.value["designs"]))):
        yield _named(len(gone), f"design {gone[0]}", "designs"), Cut(designs=set(gone))
    for gone in parts(range(len(case.value["planet_classes"]))):
        yield _named(len(gone), f"planet class {gone[0]}", "classes"), Cut(classes=set(gone))


def _row_cuts(
    case: Case, table: str, places: list[tuple[int, int]], plural: str
) -> Iterator[tuple[str, Cut]]:
    for part in parts(places):
        cut = Cut()
        for position, slot in part:
            cut.add(position, table, [slot])
        position, slot = part[0]
        generation = case.table(position, table)["generation"][slot]
        first = f"{case.universes[position]['id']}/{table}/{slot}:{generation}"
        yield _named(len(part), first, plural), cut


def _named(count: int, first: str, plural: str) -> str:
    return first if count == 1 else f"{count} {plural} from {first} on"
