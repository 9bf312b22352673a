"""A run taken apart: its scenario as plain values that may be read, and its commands.

Law: STATE.md, "The canonical scenario". Nothing is changed in place; `fresh` gives a copy.
"""

import json
from dataclasses import dataclass
from typing import Any

from void_reckoning_scenarios.canonical import FORMAT
from void_reckoning_scenarios.errors import ScenarioError

Table = dict[str, list[int]]
Turns = list[list[list[dict[str, Any]]]]


@dataclass(frozen=True)
class Case:
    """A run: the scenario's bytes and its value, and commands by turn and step."""

    text: bytes
    value: dict[str, Any]
    turns: Turns

    @property
    def universes(self) -> list[dict[str, Any]]:
        """The universes of the first state."""
        listed: list[dict[str, Any]] = self.value["state"]["universes"]
        return listed

    def table(self, position: int, table: str) -> Table:
        """Return a table of the universe at a position."""
        found: Table = self.universes[position]["tables"][table]
        return found

    def live(self, position: int, table: str) -> list[int]:
        """Return the live slots of a table, ascending."""
        alive = self.table(position, table)["alive"]
        return [slot for slot, flag in enumerate(alive) if flag]

    def fresh(self) -> dict[str, Any]:
        """Return a copy of the scenario's value that may be changed."""
        copied: dict[str, Any] = json.loads(self.text)
        return copied


def read_case(scenario: bytes, turns: Turns) -> Case:
    """Take a run apart; ScenarioError for what is no scenario at all."""
    value = json.loads(scenario)
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise ScenarioError(f"format: expected {FORMAT}, found another")
    return Case(scenario, value, turns)


def write_scenario(value: dict[str, Any]) -> bytes:
    """Return the canonical text of a value that came out of one.

    Only texts can differ from what the standard library writes, and those are names.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if "\\" in text:
        for short, code in (("b", 8), ("t", 9), ("n", 10), ("f", 12), ("r", 13)):
            text = _spelled(text, short, code)
    return text.encode()


def _spelled(text: str, short: str, code: int) -> str:
    r"""Write the escape `\n` and its like in the long way; `\\n` is a backslash and a letter."""
    parts = text.split("\\\\")
    return "\\\\".join(part.replace(f"\\{short}", f"\\u{code:04x}") for part in parts)
