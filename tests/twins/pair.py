"""Both engines side by side: every call goes to both, and both must give the same answer."""

import json
from typing import Any

from void_reckoning_adapter.python import PythonEngine
from void_reckoning_adapter.rust import RustEngine
from void_reckoning_scenarios.resolve import resolve

Commands = dict[int, list[Any]]
"""Commands by the ordinal of the step that they are given to."""


def small() -> bytes:
    """Return the canonical scenario `small`."""
    return resolve("small", None)[0]


def edited(scenario: bytes, **columns: Any) -> bytes:
    """Return a scenario with other values in its first universe.

    `account__balance={0: 5}` sets slot 0 of that column.
    """
    value = json.loads(scenario)
    tables = value["state"]["universes"][0]["tables"]
    for name, cells in columns.items():
        table, column = name.split("__")
        for slot, cell in cells.items():
            tables[table][column][slot] = cell
    return canonical(value)


def canonical(value: Any) -> bytes:
    """Return the canonical JSON of a value by the standard library alone."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Pair:
    """The reference and Rust in lockstep; an AssertionError names the first difference."""

    def __init__(self, scenario: bytes) -> None:
        self.python, self.rust = PythonEngine(), RustEngine()
        self.first = self.same("init", scenario)
        self.steps = len(self.first["steps"])

    def same(self, call: str, *arguments: Any) -> Any:
        """Make a call of both engines; return the one answer."""
        expected = getattr(self.python, call)(*arguments)
        found = getattr(self.rust, call)(*arguments)
        assert plain(found) == plain(expected), f"{call}: rust first, python second"
        return expected

    def turn(self, commands: Commands | None = None, *, phases: bool = False) -> dict[str, Any]:
        """Play one turn, or up to its halt; return the last answer."""
        answer: dict[str, Any] = {}
        for step in range(self.steps):
            answer = self.same("step", (commands or {}).get(step, []), None, phases)
            self.same("draws")
            self.same("events")
            if answer["halt"] is not None:
                break
        return answer

    def row(self, table: str, column: str, slot: int, width: int = 4) -> int:
        """Return one value of universe 0, which both engines agree on."""
        data = self.same("values", 0, table, column, slot, 1)
        assert len(data) == width
        return int.from_bytes(data, "little", signed=width == 8)


def plain(value: Any) -> Any:
    """Return an answer with bytes-likes as bytes and sequences as lists."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, memoryview | bytearray):
        return bytes(value)
    return value
