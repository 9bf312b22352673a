"""Seeded changes of a case: of its scenario's values and lists, of its commands, of its length.

They know JSON and turns, and no engine's meaning: ids stay plausible because values are taken
from elsewhere in the same scenario and commands from other cases. It must not play anything.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vr_verify.canonical import json_text
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.draws import Draws, chosen
from vr_verify.fuzzing.json_changes import change_list, change_value
from vr_verify.model.run import Command, TurnCommands

CHANGES_MAX: Final = 4
_Turns = list[list[list[Command]]]
_Place = tuple[int, int, int]


@dataclass(slots=True)
class _Draft:
    """A case while it is being changed."""

    scenario: Any
    turns: _Turns
    other: Sequence[TurnCommands]
    turns_max: int
    scenario_changed: bool = False

    def places(self) -> list[_Place]:
        """List the commands as (turn, step, position)."""
        return [
            (turn, step, at)
            for turn, steps in enumerate(self.turns)
            for step, commands in enumerate(steps)
            for at in range(len(commands))
        ]

    def put(self, turn: int, step: int, command: Command) -> None:
        """Give a step one more command."""
        steps = self.turns[turn]
        steps += [[] for _ in range(step + 1 - len(steps))]
        steps[step].append(command)


def mutated(case: Case, others: Sequence[Case], turns_max: int, draws: Draws) -> Case:
    """Return a case with one to `CHANGES_MAX` changes and at most `turns_max` turns.

    `others` are cases to take commands from. A case with a first state keeps its scenario, which
    that state belongs to.
    """
    other = chosen(draws, others) if others else case
    turns = [[list(commands) for commands in steps] for steps in case.turns[:turns_max]]
    draft = _Draft(json.loads(case.scenario), turns, other.turns, turns_max)
    changes = _COMMANDS if case.start is not None else _COMMANDS + _SCENARIO
    for _ in range(1 + draws.below(CHANGES_MAX)):
        chosen(draws, changes)(draft, draws)
    scenario = json_text.encode(draft.scenario) if draft.scenario_changed else case.scenario
    frozen = tuple(tuple(map(tuple, steps)) for steps in draft.turns)
    return Case(scenario, frozen, case.start)


def _change_value(draft: _Draft, draws: Draws) -> None:
    draft.scenario_changed |= change_value(draft.scenario, draft.scenario, draws)


def _change_list(draft: _Draft, draws: Draws) -> None:
    draft.scenario_changed |= change_list(draft.scenario, draws)


def _change_command(draft: _Draft, draws: Draws) -> None:
    """Change a value in a command, on a copy: other turns may hold the same object."""
    places = draft.places()
    if not places:
        return
    turn, step, at = chosen(draws, places)
    command = json.loads(json_text.encode(draft.turns[turn][step][at]))
    # The other values of its kind come from the commands as often as from the scenario.
    fellow = chosen(draws, places)
    listed = draft.turns[fellow[0]][fellow[1]][fellow[2]]
    change_value(command, chosen(draws, (draft.scenario, listed)), draws)
    draft.turns[turn][step][at] = command


def _drop_command(draft: _Draft, draws: Draws) -> None:
    if places := draft.places():
        turn, step, at = chosen(draws, places)
        del draft.turns[turn][step][at]


def _double_command(draft: _Draft, draws: Draws) -> None:
    if places := draft.places():
        turn, step, at = chosen(draws, places)
        draft.turns[turn][step].insert(at, draft.turns[turn][step][at])


def _move_command(draft: _Draft, draws: Draws) -> None:
    """Move a command to another turn, and as often to another step."""
    if places := draft.places():
        turn, step, at = chosen(draws, places)
        command = draft.turns[turn][step].pop(at)
        width = max(map(len, draft.turns))
        step = draws.below(width) if draws.below(2) else step
        draft.put(draws.below(len(draft.turns)), step, command)


def _take_commands(draft: _Draft, draws: Draws) -> None:
    """Take what one step of another case was given."""
    given = [(step, c) for turn in draft.other for step, c in enumerate(turn) if c]
    if given and draft.turns:
        step, commands = chosen(draws, given)
        turn = draws.below(len(draft.turns))
        for command in commands:
            draft.put(turn, step, command)


def _change_length(draft: _Draft, draws: Draws) -> None:
    """Cut the run, go on without commands, or play a part of it once more."""
    turns, at = draft.turns, draws.below(len(draft.turns) + 1)
    match draws.below(3):
        case 0:
            del turns[max(at, 1) :]
        case 1:
            turns += [[] for _ in range(1 + draws.below(draft.turns_max))]
        case _:
            turns += [[list(commands) for commands in steps] for steps in turns[at:]]
    del turns[draft.turns_max :]


_Change = Callable[[_Draft, Draws], None]
_COMMANDS: Final[tuple[_Change, ...]] = (
    _change_command,
    _change_command,
    _drop_command,
    _double_command,
    _move_command,
    _take_commands,
    _change_length,
)
_SCENARIO: Final[tuple[_Change, ...]] = (
    _change_value,
    _change_value,
    _change_value,
    _change_list,
    _change_list,
)
