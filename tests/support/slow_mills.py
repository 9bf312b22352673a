"""A mill that takes its time and tells when it has come to its tenth turn."""

import os
import time
from pathlib import Path
from typing import Final

from tests.support.mill_engine import MillEngine

ANNOUNCEMENT: Final = "VR_TEST_ANNOUNCEMENT"
"""The variable that names the file which appears then."""
TURN: Final = 10
_GRIND_S: Final = 0.05


class Slow(MillEngine):
    """The honest mill with a slow evening."""

    def grind(self) -> None:
        """Grind slowly; from the tenth turn on, with a file to show for it."""
        if self.turn >= TURN:
            Path(os.environ[ANNOUNCEMENT]).touch()
            time.sleep(_GRIND_S)
        super().grind()
