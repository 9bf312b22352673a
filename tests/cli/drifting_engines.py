"""Engines whose build stays the same and whose rules do not: VR_TEST_DRIFT names the first turn."""

import os
from typing import Any

from tests.support.mill_engine import MillEngine
from tests.support.toy_engine import ToyEngine

DRIFT = "VR_TEST_DRIFT"


class DriftingToy(ToyEngine):
    """One cell is warmer from some turn on."""

    def step(
        self, commands: list[dict[str, Any]], stop_after: int | None, phases: bool
    ) -> dict[str, Any]:
        """Run a turn, and warm the cell."""
        answer = super().step(commands, stop_after, phases)
        if self.turn >= int(os.environ.get(DRIFT, "1000")):
            self.heat[1] += 1
        return answer


class DriftingMill(MillEngine):
    """One cell is wetter from some turn on."""

    def grind(self) -> None:
        """Grind, and spill."""
        super().grind()
        if self.turn >= int(os.environ.get(DRIFT, "1000")):
            self.water[0][1] += 1
