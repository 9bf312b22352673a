"""Smaller cases, part by part: what may be left out of any engine's run, without knowing it.

Whoever asks says by `holds` whether a candidate will do; each function returns the smallest case
that did. It must not know of engines.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from vr_verify.canonical import json_text
from vr_verify.fuzzing import json_places
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.fewest import fewest
from vr_verify.fuzzing.json_places import Path
from vr_verify.model.run import Command

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
    """Leave out elements of the scenario's lists, then keys of its objects, the longest first."""
    for container in (list, dict):
        tried: set[Path] = set()
        while (path := _longest(container, json_text.decode(case.scenario), tried)) is not None:
            tried.add(path)
            case = _fewer_of(case, path, holds)
    return case


def _fewer_of(case: Case, path: Path, holds: Holds) -> Case:
    """Leave out what a list or an object holds."""
    held = json_places.value_at(json_text.decode(case.scenario), path)
    parts = sorted(held.items()) if isinstance(held, dict) else held

    def built(kept: Sequence[Any]) -> Case:
        return _changed(case, path, dict(kept) if isinstance(held, dict) else kept)

    return built(fewest(parts, lambda kept: holds(built(kept))))


def _longest(container: type, value: Any, tried: set[Path]) -> Path | None:
    """Return the place of the list or object with the longest text that was not tried yet."""
    found = [
        (-len(json_text.encode(item)), number, path)
        for number, (path, item) in enumerate(json_places.walk(value))
        if isinstance(item, container) and item and path not in tried
    ]
    return min(found)[2] if found else None


def smaller_commands(case: Case, holds: Holds) -> Case:
    """Make numbers of commands zero, one, or ever again half as large."""
    return _smaller_values_of(case, _COMMANDS, holds)


def smaller_values(case: Case, holds: Holds) -> Case:
    """Make numbers of the scenario zero, one, or ever again half as large; not the seed."""
    return _smaller_values_of(case, _SCENARIO, holds)


def _smaller_values_of(case: Case, half: "_Half", holds: Holds) -> Case:
    """Make as many numbers zero as can be, many at a time; then each of the others smaller."""
    value = half.read(case)
    numbers = {path: item for path, item in json_places.walk(value) if json_places.number(item)}
    numbers.pop((_SEED,), None)

    def zeroed(kept: Sequence[Path]) -> Case:
        gone = numbers.keys() - set(kept)
        zeros = {path: json_places.like(numbers[path], 0) for path in gone}
        return half.written(case, json_places.filled(value, zeros)) if zeros else case

    others = fewest(list(numbers), lambda kept: holds(zeroed(kept)))
    smaller = zeroed(others)
    for path in others:
        smaller = _smallest(smaller, half, path, holds)
    return smaller


def _smallest(case: Case, half: "_Half", path: Path, holds: Holds) -> Case:
    """Make one number as small as it can be."""
    while True:
        value = half.read(case)
        simpler = _smaller(json_places.value_at(value, path))
        candidates = (half.written(case, json_places.replaced(value, path, s)) for s in simpler)
        if (found := next(filter(holds, candidates), None)) is None:
            return case
        case = found


def plainer_seed(case: Case, holds: Holds) -> Case:
    """Try the first few numbers as the seed, where the scenario has one under that name."""
    scenario = json_text.decode(case.scenario)
    seed = scenario.get(_SEED) if isinstance(scenario, dict) else None
    if (now := json_places.number(seed)) is None:
        return case
    plainer = _SEEDS[: _SEEDS.index(now)] if now in _SEEDS else _SEEDS
    candidates = (_changed(case, (_SEED,), json_places.like(seed, plain)) for plain in plainer)
    return next(filter(holds, candidates), case)


def _changed(case: Case, path: Path, value: Any) -> Case:
    """Return the case with another value at a place of its scenario."""
    return _SCENARIO.written(case, json_places.replaced(_SCENARIO.read(case), path, value))


def _smaller(value: Any) -> Iterator[Any]:
    """Give simpler values than a number: 0, 1, its half."""
    amount = json_places.number(value)
    assert amount is not None, "only numbers are made smaller"
    for simpler in dict.fromkeys((0, 1, abs(amount) // 2)):
        if simpler < abs(amount):
            yield json_places.like(value, simpler)


@dataclass(frozen=True, slots=True)
class _Half:
    """One of the two parts of a case that are JSON: how to read it, and to put another in place."""

    read: Callable[[Case], Any]
    written: Callable[[Case, Any], Case]


def _with_commands(case: Case, value: Any) -> Case:
    return replace(case, turns=tuple(tuple(map(tuple, turn)) for turn in value))


_COMMANDS: Final = _Half(
    lambda case: json_text.decode(json_text.encode(list(case.turns))), _with_commands
)
_SCENARIO: Final = _Half(
    lambda case: json_text.decode(case.scenario),
    lambda case, value: replace(case, scenario=json_text.encode(value)),
)
