"""A mill that has the honest one's name, and breaks down in the evening of turn 3."""

from typing import Any

from tests.support.mill_engine import MillEngine


class CrashingMill(MillEngine):
    """Raises where the honest mill answers."""

    def grind(self) -> Any:
        """Grind until the wheel breaks."""
        if self.turn == 3:
            raise RuntimeError("the wheel broke")
        super().grind()
