"""Mills to bisect: one that heals, one that differs from itself, and others that fail or drift."""

import os
from pathlib import Path

from tests.support.mill_engine import MillEngine
from tests.support.toy_builds import BlindMill, SlowWheelMill

TOLLS = "VR_TEST_TOLLS"
"""The variable that names the file in which runs are counted."""
LUCK = "VR_TEST_LUCK"
"""The variable that says how many runs have luck."""


def mill(name: str) -> str:
    """Name a class of this module as a build."""
    return f"python-class:tests.harness.verbs.bisected_mills:{name}"


class HealingMill(MillEngine):
    """One coin too many in turn 4; in turn 6 it is gone again."""

    name = "healing"

    def pay(self) -> None:
        """Pay, and err."""
        super().pay()
        self.treasury[0] += {4: 1, 6: -1}.get(self.turn, 0)


class BlindHealingMill(HealingMill):
    """The same, and it cannot be restored."""

    capabilities = BlindMill.capabilities


class UnsteadyMill(MillEngine):
    """From turn 3 on, water comes from nowhere, as much as the machine's own randomness says."""

    name = "unsteady"

    def soak(self) -> None:
        """Soak, and add what nobody has drawn."""
        super().soak()
        if self.turn >= 3:
            self.water[0][1] += int.from_bytes(os.urandom(2), "little")


class HashedMill(MillEngine):
    """Adds a coin in turn 4, or none, as the hash of a text says: heads or tails."""

    name = "hashed"

    def pay(self) -> None:
        """Pay, and leave it to chance."""
        super().pay()
        self.treasury[0] += (self.turn == 4) * (hash("a") % 2)


class LuckyMill(MillEngine):
    """Adds a coin in turn 4; after some runs of it, none any more. A file counts the runs."""

    name = "lucky"

    def pay(self) -> None:
        """Pay, and count."""
        super().pay()
        if self.turn == 4:
            with Path(os.environ[TOLLS]).open("a+b") as tolls:
                tolls.write(b".")
                self.treasury[0] += tolls.tell() <= int(os.environ[LUCK])


class LateUnsteadyMill(UnsteadyMill):
    """A wrong rule from turn 2 on, and unsteady besides, from turn 3 on."""

    def pay(self) -> None:
        """Pay too much."""
        super().pay()
        self.treasury[0] += 1


class CrashingMill(MillEngine):
    """Breaks down in turn 5."""

    name = "crashing"

    def grind(self) -> None:
        """Grind, or break down."""
        if self.turn == 5:
            raise RuntimeError("the wheel broke")
        super().grind()


class DriftingMill(SlowWheelMill):
    """The slow wheel, which is wrong from turn 4 on, and wrong otherwise from turn 6 on."""

    name = "drifting"

    def pay(self) -> None:
        """Pay, and lose a coin."""
        super().pay()
        self.treasury[0] += self.turn >= 6


class LyingMill(MillEngine):
    """Its values are wrong from turn 5 on, and its digests those of the right ones."""

    name = "lying"

    def snapshot(self) -> list[tuple[int, str, bytes]]:
        """Give false values."""
        self.treasury[0] += self.turn >= 5
        given = super().snapshot()
        self.treasury[0] -= self.turn >= 5
        return given


class ChattyMill(MillEngine):
    """The honest mill with another capability less."""

    name = "chatty"
    capabilities: tuple[str, ...] = tuple(one for one in MillEngine.capabilities if one != "draws")
