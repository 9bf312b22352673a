"""A mill that breaks down by itself and says that it is the command's fault, for the tests here."""

from typing import Any

from tests.support.mill_engine import MillEngine, RefusalError


class ConfusedMill(MillEngine):
    """From turn 2 on its rain misses a key, which it reports as a bad command."""

    def step(
        self, commands: list[dict[str, Any]], stop_after: int | None, phases: bool
    ) -> dict[str, Any]:
        """Run a step, and blame the wrong one from turn 2 on."""
        answer = super().step(commands, stop_after, phases)
        if self.turn >= 2:
            raise RefusalError("command", "KeyError: 'rain'")
        return answer
