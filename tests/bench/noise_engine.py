"""An engine whose whole state is new in each turn and cannot be compressed: for large logs.

PROTOCOL.md, section 7.1. It reports no digest, so a replay reads every state of both sides whole.
"""

import json
from typing import Any

from blake3 import blake3

ROWS = 1 << 20
COLUMNS = 8
STATE_BYTES = ROWS * COLUMNS * 8


class NoiseEngine:
    """One table of eight columns; each is BLAKE3's stream of bytes over its name and the turn."""

    def __init__(self) -> None:
        self._turn = 0

    def describe(self) -> dict[str, Any]:
        """Say what it can do: nothing beyond what is required."""
        named = {"name": "noise", "build": "1", "rules_version": "1", "counterpart": None}
        return {**named, "capabilities": [], "rules": []}

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Start, whatever the scenario says."""
        self._turn = 0
        fixed = {"max": str(2**64 - 1), "min": "0", "scale": "1", "type": "u64", "unit": "count"}
        columns = [{"name": f"noise_{at}", **fixed} for at in range(COLUMNS)]
        table = {"columns": columns, "entity": False, "name": "noise"}
        schema = {"format": "vr-schema/1", "tables": [table]}
        text = json.dumps(schema, sort_keys=True, separators=(",", ":")).encode()
        steps = [{"name": "blow", "phases": ["blow"]}]
        return {"schema": text, "steps": steps, **self._stand()}

    def step(self, commands: list[Any], stop_after: int | None, phases: bool) -> dict[str, Any]:
        """Make the next turn's noise."""
        self._turn += 1
        return {"step": 0, "turn_ended": True, "halt": None, **self._stand()}

    def values(self, universe: int, table: str, column: str, first: int, count: int) -> bytes:
        """Return some of a column's values."""
        stream = blake3(f"{self._turn} {column}".encode())
        return stream.digest(length=count * 8, seek=first * 8)

    def _stand(self) -> dict[str, Any]:
        return {"turn": self._turn, "universes": [{"id": 0, "rows": [ROWS]}]}
