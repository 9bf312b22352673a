"""Commands from outside, from a file or a caller: who is given what in which step of which turn.

They are a JSON list of {"turn": 3, "step": "faction 1", "commands": [{…}, …]}. It must not know
what a command means; the engine does.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vr_verify.canonical import json_text
from vr_verify.errors import MissingFileError, UsageError
from vr_verify.model.run import Command, StepSpec

GivenCommands = Mapping[tuple[int, int], tuple[Command, ...]]
"""Commands from outside by (turn, ordinal of the step)."""

_KEYS = {"turn", "step", "commands"}


def read_commands(path: Path) -> Any:
    """Return the JSON value of a command file."""
    if not path.is_file():
        raise MissingFileError(f"commands: no file {path}")
    try:
        return json_text.decode(path.read_bytes())
    except ValueError as error:
        raise UsageError(f"commands in {path.name}: {error}") from error


def place_commands(
    source: str, entries: Any, steps: Sequence[StepSpec], turns: range
) -> dict[tuple[int, int], tuple[Command, ...]]:
    """Return the commands by (turn, ordinal of the step); UsageError names the bad entry.

    `source` says where the entries come from.
    """
    if not isinstance(entries, list | tuple):
        raise UsageError(f"{source}: expected a list, found {_kind(entries)}")
    ordinals = {step.name: ordinal for ordinal, step in enumerate(steps)}
    given: dict[tuple[int, int], tuple[Command, ...]] = {}
    for number, entry in enumerate(entries):
        where = f"{source}, entry {number}"
        turn, step, commands = _entry(where, entry)
        if turn not in turns:
            found = f"expected a turn of {turns[0]} to {turns[-1]}, found {turn}"
            raise UsageError(f"{where}: {found}")
        if step not in ordinals:
            known = ", ".join(ordinals)
            raise UsageError(f"{where}: expected a step of {known}, found {step!r}")
        place = (turn, ordinals[step])
        given[place] = (*given.get(place, ()), *commands)
    return given


def _entry(where: str, entry: Any) -> tuple[int, str, tuple[Command, ...]]:
    """Check one entry's shape."""
    if not isinstance(entry, dict) or entry.keys() != _KEYS:
        found = sorted(entry) if isinstance(entry, dict) else _kind(entry)
        raise UsageError(f"{where}: expected the keys {sorted(_KEYS)}, found {found}")
    turn, step, commands = entry["turn"], entry["step"], entry["commands"]
    if type(turn) is not int or not isinstance(step, str) or not isinstance(commands, list):
        wanted = "turn as a number, step as a text, commands as a list"
        raise UsageError(f"{where}: expected {wanted}, found {entry!r:.120}")
    for position, command in enumerate(commands):
        if not isinstance(command, dict):
            found = f"expected an object, found {_kind(command)}"
            raise UsageError(f"{where}, command {position}: {found}")
    return turn, step, tuple(commands)


def _kind(value: Any) -> str:
    return type(value).__name__
