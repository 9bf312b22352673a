"""The commands of a smaller run: ids renumbered where slots moved up, and what is gone left out.

Law: PROTOCOL.md, section 6.5, point 4. A slot beyond the first state's rows moves up like the rows
before it: what is made there later is made lower now. A false id stays false.
"""

from bisect import bisect_left
from collections.abc import Callable
from typing import Any

from void_reckoning_reference.shared.ids import format_id, parse_id
from void_reckoning_scenarios.smaller.case import Case, Turns
from void_reckoning_scenarios.smaller.cut import Cut

Command = dict[str, Any]
_GENERATIONS = 2**32


def cut_commands(case: Case, cut: Cut) -> Turns:
    """Return the commands of the run that a cut leaves."""
    steps = _steps_that_stay(case, cut)
    renumber = _Renumbering(case, cut)
    turns = []
    for turn in case.turns:
        kept = [commands for ordinal, commands in enumerate(turn) if ordinal not in steps]
        turns.append([[c for c in map(renumber.command, step) if c is not None] for step in kept])
    return turns


def shift_generations(case: Case, changes: dict[tuple[int, str, int], int]) -> Turns:
    """Return the commands with other generations: by (position, table, slot) what is added."""
    ids = {universe["id"]: position for position, universe in enumerate(case.universes)}

    def shifted(value: Any) -> Any:
        parts = parse_id(value) if isinstance(value, str) else None
        if parts is None or parts[0] not in ids:
            return value
        universe, table, slot, generation = parts
        added = changes.get((ids[universe], table, slot), 0)
        return format_id(universe, table, slot, (generation + added) % _GENERATIONS)

    return _mapped(case.turns, shifted)


def _mapped(turns: Turns, change: Callable[[Any], Any]) -> Turns:
    """Return the commands with each of their values changed."""
    return [
        [[{key: change(value) for key, value in c.items()} for c in step] for step in turn]
        for turn in turns
    ]


def _steps_that_stay(case: Case, cut: Cut) -> set[int]:
    """Return the ordinals of the steps that go: those of factions and universes that go."""
    gone = set()
    ordinal = 1
    for position in range(len(case.universes)):
        for slot in range(len(case.table(position, "faction")["alive"])):
            if position in cut.universes or slot in cut.gone(position, "faction"):
                gone.add(ordinal)
            ordinal += 1
    return gone


class _Renumbering:
    """Where slots and design indices have moved to."""

    def __init__(self, case: Case, cut: Cut) -> None:
        self._lost = {case.universes[position]["id"] for position in cut.universes}
        self._gone = {
            (case.universes[position]["id"], table): sorted(slots)
            for (position, table), slots in cut.rows.items()
        }
        self._designs = sorted(cut.designs)

    def command(self, command: Command) -> Command | None:
        """Return the command as it is now, or None if it is about something that is gone."""
        renumbered = {}
        for key, value in command.items():
            now = self._value(key, value)
            if now is None and value is not None:
                return None
            renumbered[key] = now
        return renumbered

    def _value(self, key: str, value: Any) -> Any:
        if key == "design" and type(value) is int:
            return _moved(value, self._designs)
        parts = parse_id(value) if isinstance(value, str) else None
        if parts is None:
            return value
        universe, table, slot, generation = parts
        if universe in self._lost:
            return None
        now = _moved(slot, self._gone.get((universe, table), []))
        return None if now is None else format_id(universe, table, now, generation)


def _moved(slot: int, gone: list[int]) -> int | None:
    """Return where a slot is after those that go, ascending; None if it goes itself."""
    before = bisect_left(gone, slot)
    return None if before < len(gone) and gone[before] == slot else slot - before
