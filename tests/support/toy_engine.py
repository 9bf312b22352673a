"""The toy engine: the least that an engine can be, run by the worker. Heat spreads and drains.

It declares no capability, so the harness must find everything out by itself.
"""

import json
import struct
from typing import Any


def column(name: str, kind: str, maximum: int, minimum: int = 0) -> dict[str, str]:
    """Describe a column."""
    limits = {"max": str(maximum), "min": str(minimum)}
    return {"name": name, "scale": "1", "type": kind, "unit": "count"} | limits


HEAT = column("heat", "i64", 10**6)
COLUMNS = [column("generation", "u32", 2**32 - 1), column("alive", "bool", 1), HEAT]
SCHEMA = {
    "format": "vr-schema/1",
    "tables": [{"columns": COLUMNS, "entity": True, "name": "cell"}],
}


class ToyEngine:
    """Cells of heat in one universe; one step with one phase."""

    def describe(self) -> dict[str, Any]:
        """Say who this is."""
        names = {"name": "toy", "build": "toy", "rules_version": "1", "counterpart": None}
        return names | {"capabilities": [], "rules": []}

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Start a run."""
        self.turn, self.heat = 0, [int(heat) for heat in json.loads(scenario)["cells"]]
        steps = [{"name": "tick", "phases": ["spread"]}]
        schema = json.dumps(SCHEMA, sort_keys=True, separators=(",", ":")).encode()
        return {"schema": schema, "steps": steps, "turn": 0, "universes": self.universes()}

    def step(
        self, commands: list[dict[str, Any]], stop_after: int | None, phases: bool
    ) -> dict[str, Any]:
        """Run the next step, which is a whole turn."""
        self.turn += 1
        for command in commands:
            self.heat[command["slot"]] += int(command["add"])
        self.heat = [(7 * heat + slot + self.turn) % 1000 for slot, heat in enumerate(self.heat)]
        ended = {"step": 0, "turn": self.turn, "turn_ended": True, "halt": None}
        return ended | {"universes": self.universes()}

    def universes(self) -> list[dict[str, Any]]:
        """Give the row counts."""
        return [{"id": 0, "rows": [len(self.heat)]}]

    def values(self, universe: int, table: str, column: str, first: int, count: int) -> bytes:
        """Give a part of a column."""
        last = first + count
        if column == "heat":
            return struct.pack(f"<{count}q", *self.heat[first:last])
        return bytes([1, 0, 0, 0] * count) if column == "generation" else bytes([1] * count)
