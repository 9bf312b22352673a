"""A run as JSON, and the smaller runs that an engine offers: text to values and back.

Spec: PROTOCOL.md, section 6.5. What it does not allow is a ValueError. It must not know processes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from vr_verify.canonical import json_text
from vr_verify.errors import UsageError
from vr_verify.model.run import TurnCommands

RUN_BYTES_MAX: Final = 2**28
CANDIDATES_MAX: Final = 256
NAME_LETTERS_MAX: Final = 200
_HEAD, _MIDDLE, _TAIL = b'{"scenario":', b',"turns":', b"}"


@dataclass(frozen=True, slots=True)
class Reduction:
    """A smaller run, and in words what is gone from it. What is None is as it was."""

    name: str
    scenario: bytes | None
    turns: tuple[TurnCommands, ...] | None


def write_run(scenario: bytes, turns: Sequence[TurnCommands]) -> bytes:
    """Write a run; `scenario` is canonical JSON. UsageError over the protocol's 256 MiB."""
    text = _joined(scenario, json_text.encode(list(turns)))
    if len(text) > RUN_BYTES_MAX:
        raise UsageError(f"a run of {len(text)} bytes; an engine takes {RUN_BYTES_MAX} at most")
    return text


def read_run(data: bytes) -> tuple[bytes, tuple[TurnCommands, ...]]:
    """Read a run, which must be canonical JSON: its scenario as bytes, and its turns."""
    value = json_text.decode(data)
    _expect_keys(value, "a run", {"scenario", "turns"})
    turns = _turns(value["turns"])
    scenario = json_text.encode(value["scenario"])
    if value["scenario"] is None:
        raise ValueError("expected a run with a scenario, found null")
    if _joined(scenario, json_text.encode(value["turns"])) != data:
        raise ValueError("expected a run as canonical JSON, found another text of the value")
    return scenario, turns


def read_reductions(data: bytes) -> list[Reduction]:
    """Read a list of candidates."""
    listed = json_text.decode(data)
    if not isinstance(listed, list) or len(listed) > CANDIDATES_MAX:
        found = f"{len(listed)}" if isinstance(listed, list) else type(listed).__name__
        raise ValueError(f"expected a list of at most {CANDIDATES_MAX} candidates, found {found}")
    return [_reduction(item) for item in listed]


def _reduction(item: Any) -> Reduction:
    _expect_keys(item, "a candidate", {"name", "scenario", "turns"})
    name, scenario, turns = item["name"], item["scenario"], item["turns"]
    fits = isinstance(name, str) and 1 <= len(name) <= NAME_LETTERS_MAX and name.isprintable()
    if not fits:
        wanted = f"a name of 1 to {NAME_LETTERS_MAX} printable characters"
        raise ValueError(f"expected {wanted}, found {name!r:.80}")
    if scenario is None and turns is None:
        raise ValueError(f"expected {name!r} to change the scenario or the turns, found neither")
    text = None if scenario is None else json_text.encode(scenario)
    return Reduction(name, text, None if turns is None else _turns(turns))


def _turns(value: Any) -> tuple[TurnCommands, ...]:
    """Check that turns are lists of lists of objects, and freeze the lists."""
    if not isinstance(value, list):
        raise ValueError(f"expected turns as a list, found {type(value).__name__}")
    return tuple(_turn(number, turn) for number, turn in enumerate(value))


def _turn(number: int, turn: Any) -> TurnCommands:
    if not isinstance(turn, list) or not all(isinstance(step, list) for step in turn):
        raise ValueError(f"expected turns[{number}] as a list of commands for each step")
    if not all(isinstance(command, dict) for step in turn for command in step):
        raise ValueError(f"expected the commands of turns[{number}] as objects")
    return tuple(map(tuple, turn))


def _joined(scenario: bytes, turns: bytes) -> bytes:
    return _HEAD + scenario + _MIDDLE + turns + _TAIL


def _expect_keys(value: Any, what: str, keys: set[str]) -> None:
    if not isinstance(value, dict) or value.keys() != keys:
        found = sorted(value) if isinstance(value, dict) else type(value).__name__
        raise ValueError(f"expected {what} with the keys {sorted(keys)}, found {found!r:.80}")
