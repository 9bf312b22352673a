"""The test engines as builds, and the variants that tests plant faults with."""

from pathlib import Path

import pytest

from tests.support.mill_engine import MillEngine
from tests.support.tree import ROOT

TOY = "python-class:tests.support.toy_engine:ToyEngine"
MILL = "python-class:tests.support.mill_engine:MillEngine"


def variant(name: str) -> str:
    """Name a class of this module as a build."""
    return f"python-class:tests.support.toy_builds:{name}"


@pytest.fixture(autouse=True)
def module_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers find the test engines."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def toy_scenario(folder: Path, cells: int = 3) -> Path:
    """Write a scenario of the toy engine."""
    path = folder / "toy.json"
    listed = ",".join(f'"{11 * slot}"' for slot in range(cells))
    path.write_text(f'{{"cells":[{listed}]}}')
    return path


class SlowWheelMill(MillEngine):
    """From turn 4 on it grinds one raw step of water too little in one cell of universe 3."""

    name = "slow-wheel"

    def grind(self) -> None:
        """Grind, and spoil it."""
        super().grind()
        if self.turn >= 4:
            self.water[3][2] += 1


class FineMill(MillEngine):
    """From turn 4 on it has more flour than the others in one cell of universe 3, by one a turn.

    Nothing else comes of it: no other value, draw or event depends on that cell's flour.
    """

    name = "fine"

    def pay(self) -> None:
        """Pay, and grind a little more."""
        super().pay()
        if self.turn >= 4:
            self.flour[3][2] += 1


class SpillingMill(MillEngine):
    """Finds some flour at the end of turn 4, and loses it again at the end of turn 5."""

    name = "spilling"

    def pay(self) -> None:
        """Pay, and find or lose it."""
        super().pay()
        self.flour[3][2] += {4: 1, 5: -1}.get(self.turn, 0)


class FineSlowWheelMill(SlowWheelMill):
    """The slow wheel, with more flour in that cell of universe 3 from the first phase of turn 3 on.

    Of each turn's two faults that of the flour shows first, in another column.
    """

    name = "fine-slow-wheel"

    def rain(self) -> None:
        """Rain, and find more flour."""
        super().rain()
        if self.turn >= 3:
            self.flour[3][2] += 1


class ShallowMill(MillEngine):
    """Floods where the others do not: its limit is low."""

    name = "shallow"

    def init(self, scenario: bytes) -> dict[str, object]:
        """Start a run with a limit of its own."""
        answer = super().init(scenario)
        self.limit = 60
        return answer


class TalkativeMill(MillEngine):
    """Tells of one event too many in turn 2, and prints to standard output all the time."""

    name = "talkative"

    def pay(self) -> None:
        """Pay, and talk."""
        super().pay()
        print("a stray print")
        if self.turn == 2:
            self.stream.append(self.stream[0])


class NewRulesMill(MillEngine):
    """Plays by another rules version."""

    name = "new-rules"
    rules_version = "2"


class PlainMill(MillEngine):
    """Has no capability but phases, so that it cannot be restored and gives no digest."""

    name = "plain"
    capabilities = ("phases", "resolve")


class BlindMill(PlainMill):
    """Has no capability at all."""

    name = "blind"
    capabilities = ("resolve",)


class BlindSlowWheelMill(SlowWheelMill):
    """The slow wheel without any capability."""

    name = "blind-slow-wheel"
    capabilities = ("resolve",)
