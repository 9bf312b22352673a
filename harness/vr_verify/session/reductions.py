"""Smaller cases, part by part: what may be left out of any engine's run, without knowing it.

Whoever asks says by `holds` whether a candidate will do; each function returns the smallest case
that did. It must not know of engines.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from vr_verify.canonical import json_text
from vr_verify.model.run import Command, TurnCommands
from vr_verify.session import json_places
from vr_verify.session.cases import Case
from vr_verify.session.fewest import fewest
from vr_verify.session.json_places import Path

Holds = Callable[[Case], bool]
_SEED: Final = "seed"
_SEEDS: Final = (0, 1, 2)


def fewer_turns(case: Case, holds: Holds) -> Case:
    """Leave out turns; those that follow move up."""
    kept = fewest(case.turns, lambda turns: holds(replace(case, turns=tuple(turns))))
    return replace(case, turns=tuple(kept))


def fewer_commands(case: Case, holds: Holds) -> Case:
    """Leave out commands, wherever in the run they are given."""
    listed = [
        (turn, step, command)
        for turn, by_step in enumerate(case.turns)
        for step, commands in enumerate(by_step)
        for command in commands
    ]

    def built(kept: Sequence[tuple[int, int, Command]]) -> Case:
        given: dict[tuple[int, int], list[Command]] = {}
        for turn, step, command in kept:
            given.setdefault((turn, step), []).append(command)
        turns = [
            tuple(tuple(given.get((turn, step), ())) for step in range(len(by_step)))
            for turn, by_step in enumerate(case.turns)
        ]
        return replace(case, turns=tuple(turns))

    return built(fewest(listed, lambda kept: holds(built(kept))))


def fewer_items(case: Case, holds: Holds) -> Case:
    """Leave out elements of the scenario's lists, those with the longest text first."""
    tried: set[Path] = set()
    while (path := _longest_list(json_text.decode(case.scenario), tried)) is not None:
        tried.add(path)
        case = _fewer_of(case, path, holds)
    return case


def _fewer_of(case: Case, path: Path, holds: Holds) -> Case:
    items = json_places.value_at(json_text.decode(case.scenario), path)
    kept = fewest(items, lambda kept: holds(_changed(case, path, kept)))
    return _changed(case, path, kept)


def _longest_list(value: Any, tried: set[Path]) -> Path | None:
    lists = [
        (-len(json_text.encode(item)), number, path)
        for number, (path, item) in enumerate(json_places.walk(value))
        if isinstance(item, list) and item and path not in tried
    ]
    return min(lists)[2] if lists else None


def smaller_values(case: Case, holds: Holds) -> Case:
    """Make numbers of commands, then of the scenario, zero, one, or ever again half as large."""
    for turn in range(len(case.turns)):
        for path, value in json_places.walk([list(commands) for commands in case.turns[turn]]):
            case = _smallest(case, value, partial(_recommanded, turn=turn, path=path), holds)
    for path, value in json_places.walk(json_text.decode(case.scenario)):
        if path != (_SEED,):
            case = _smallest(case, value, partial(_changed, path=path), holds)
    return case


def _smallest(case: Case, value: Any, change: Callable[..., Case], holds: Holds) -> Case:
    """Make one number as small as it can be: `change(case, value=…)` puts another in its place."""
    smaller: Any = value
    while smaller is not None:
        value = smaller
        candidates = ((simpler, change(case, value=simpler)) for simpler in _smaller(value))
        smaller, case = next((found for found in candidates if holds(found[1])), (None, case))
    return case


def plainer_seed(case: Case, holds: Holds) -> Case:
    """Try the first few numbers as the seed, where the scenario has one under that name."""
    scenario = json_text.decode(case.scenario)
    seed = scenario.get(_SEED) if isinstance(scenario, dict) else None
    if (now := json_places.number(seed)) is None:
        return case
    plainer = _SEEDS[: _SEEDS.index(now)] if now in _SEEDS else _SEEDS
    candidates = (_changed(case, (_SEED,), json_places.like(seed, plain)) for plain in plainer)
    return _first_that_holds(case, candidates, holds)


def _first_that_holds(case: Case, candidates: Iterator[Case], holds: Holds) -> Case:
    return next((candidate for candidate in candidates if holds(candidate)), case)


def _changed(case: Case, path: Path, value: Any) -> Case:
    """Return the case with another value at a place of its scenario."""
    scenario = json_places.replaced(json_text.decode(case.scenario), path, value)
    return replace(case, scenario=json_text.encode(scenario))


def _recommanded(case: Case, turn: int, path: Path, value: Any) -> Case:
    """Return the case with another value at a place of one turn's commands."""
    listed = [list(commands) for commands in case.turns[turn]]
    changed: TurnCommands = tuple(map(tuple, json_places.replaced(listed, path, value)))
    return replace(case, turns=(*case.turns[:turn], changed, *case.turns[turn + 1 :]))


def _smaller(value: Any) -> Iterator[Any]:
    """Give simpler values than a number: 0, 1, its half."""
    amount = json_places.number(value)
    if amount is None:
        return
    for simpler in dict.fromkeys((0, 1, abs(amount) // 2)):
        if simpler < abs(amount):
            yield json_places.like(value, simpler)
