"""Hardy mills with a difference that a test declares, beside faults that it does not."""

from typing import Any, Final

from tests.support.fuzz_mills import HardyMill, SlowWheel

FIRST_TURN: Final = 2
_lives = 0


def fine(name: str) -> str:
    """Name a class of this module as a build."""
    return f"python-class:tests.support.fine_mills:{name}"


class FineHardy(HardyMill):
    """From turn 2 on it has more flour in the second cell of universe 3, by one a turn.

    Nothing else comes of it. A mill of one cell has no such flour.
    """

    name = "fine-hardy"

    def pay(self) -> None:
        """Pay, and grind a little more."""
        super().pay()
        if self.turn >= FIRST_TURN and len(self.flour[3]) > 1:
            self.flour[3][1] += 1


class BlindFineHardy(FineHardy):
    """The same without any capability."""

    name = "blind-fine"
    capabilities = ()


class FineSlowWheel(SlowWheel, FineHardy):
    """The fine one, with the slow wheel's fault: both from the same turn on."""

    name = "fine-slow"


class OnceFineHardy(FineHardy):
    """Is fine in the first run of its life and honest in all others."""

    name = "once-fine"

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Start a run, and count it."""
        global _lives  # noqa: PLW0603 - the fault that is planted here
        answer = super().init(scenario)
        _lives += 1
        return answer

    def pay(self) -> None:
        """Pay, finely in the first life alone."""
        if _lives == 1:
            super().pay()
        else:
            HardyMill.pay(self)
