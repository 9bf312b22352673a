"""Mills that take their time, and tell when they have begun or come to their tenth turn."""

import os
import time
from pathlib import Path
from typing import Any, Final

from tests.support.mill_engine import MillEngine

ANNOUNCEMENT: Final = "VR_TEST_ANNOUNCEMENT"
"""The variable that names the file which appears then."""
TURN: Final = 10
_GRIND_S: Final = 0.05
_START_S: Final = 20.0


class Slow(MillEngine):
    """The honest mill with a slow evening."""

    def grind(self) -> None:
        """Grind slowly; from the tenth turn on, with a file to show for it."""
        if self.turn >= TURN:
            Path(os.environ[ANNOUNCEMENT]).touch()
            time.sleep(_GRIND_S)
        super().grind()


class SlowStart(Slow):
    """A mill whose beginning takes its time, and which tells that it has begun."""

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Begin slowly, with a file to show for it."""
        Path(os.environ[ANNOUNCEMENT]).touch()
        time.sleep(_START_S)
        return super().init(scenario)
