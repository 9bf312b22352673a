"""Mills that stand any input, as generated runs need them, and faults planted in them.

A bad scenario or command is refused with its kind; nothing but a planted fault makes them part.
"""

import json
from typing import Any, Final

from tests.support.mill_engine import WATER_MAX, MillEngine, RefusalError
from vr_verify.canonical import json_text

BASE: Final = b'{"cells":["0","3","6"],"limit":"1000000","seed":"1"}'
_ADD_MAX: Final = 1000
_CELLS_MAX: Final = 64
_lives = 0


def build(name: str) -> str:
    """Name a class of this module as a build."""
    return f"python-class:tests.support.fuzz_mills:{name}"


def _within(value: Any, most: int) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and int(value) <= most


class HardyMill(MillEngine):
    """The honest mill, which refuses what it cannot play."""

    name = "hardy"

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Start a run, or say what is wrong."""
        value = json.loads(scenario)
        cells = value.get("cells")
        sound = (
            value.keys() == {"cells", "limit", "seed"}
            and isinstance(cells, list)
            and len(cells) <= _CELLS_MAX
            and all(_within(cell, WATER_MAX // 4) for cell in cells)
            and _within(value["limit"], WATER_MAX)
            and _within(value["seed"], 2**64 - 1)
        )
        if not sound:
            raise RefusalError("scenario", "expected cells, limit and seed as decimal texts")
        return super().init(scenario)

    def step(
        self, commands: list[dict[str, Any]], stop_after: int | None, phases: bool
    ) -> dict[str, Any]:
        """Run the next step, unless a command makes no sense."""
        for command in commands:
            sound = (
                command.keys() == {"universe", "slot", "add"}
                and command["universe"] in (0, 3)
                and command["slot"] in range(len(self.water[0]))
                and _within(command["add"], _ADD_MAX)
            )
            if not sound:
                raise RefusalError("command", f"no command of a mill: {command}")
        return super().step(commands, stop_after, phases)


class GeneratingMill(HardyMill):
    """Makes runs itself: as many cells and turns as the size, and one."""

    name = "generating"
    capabilities = (*MillEngine.capabilities, "generate")

    def generate(self, seed: int, size: int) -> tuple[bytes, list[list[list[dict[str, Any]]]]]:
        """Make a run; every other turn gives water to a cell."""
        cells = [str((seed >> slot) % 50) for slot in range(size + 1)]
        value = {"cells": cells, "limit": str(WATER_MAX), "seed": str(seed)}
        command = {"universe": 3, "slot": seed % (size + 1), "add": str(seed % 100)}
        turns = [[[command] if turn % 2 else [], []] for turn in range(size + 1)]
        return json_text.encode(value), turns


class SlowWheel(HardyMill):
    """From turn 2 on it grinds one raw step of water too little in the last cell of universe 3."""

    name = "slow-hardy"

    def grind(self) -> None:
        """Grind, and spoil it."""
        super().grind()
        if self.turn >= 2:
            self.water[3][-1] += 1


class BlindSlowWheel(SlowWheel):
    """The same without any capability."""

    name = "blind"
    capabilities = ()


class BlindMill(HardyMill):
    """The honest one without any capability."""

    name = "blind-hardy"
    capabilities = ()


class Shallow(HardyMill):
    """Floods where the others do not."""

    name = "shallow-hardy"

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Start a run with a limit of its own."""
        answer = super().init(scenario)
        self.limit = min(self.limit, 20)
        return answer


class Talkative(HardyMill):
    """Tells of one event too many in turn 2."""

    name = "talkative-hardy"

    def pay(self) -> None:
        """Pay, and talk."""
        super().pay()
        if self.turn == 2:
            self.stream.append(self.stream[0])


class Picky(HardyMill):
    """Takes no scenario with a fourth cell."""

    name = "picky"

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Start a run of at most three cells."""
        if len(json.loads(scenario).get("cells", ())) > 3:
            raise RefusalError("scenario", "three cells at most")
        return super().init(scenario)


class Breaking(HardyMill):
    """Raises in the evening of turn 3."""

    name = "breaking"

    def grind(self) -> None:
        """Grind until the wheel breaks."""
        if self.turn == 3:
            raise RuntimeError("the wheel broke")
        super().grind()


class Lingering(HardyMill):
    """Keeps something from one run to the next: from its second life on it is a step too wet."""

    name = "lingering"

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Start a run, and remember that there was one."""
        global _lives  # noqa: PLW0603 - the fault that is planted here
        answer = super().init(scenario)
        _lives += 1
        return answer

    def rain(self) -> None:
        """Rain, and drip a little after the first life."""
        super().rain()
        if _lives > 1:
            self.water[0][0] += 1


class OtherSteps(HardyMill):
    """Declares another name for a step as soon as there are four cells."""

    name = "other-steps"

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Start a run."""
        answer = super().init(scenario)
        if len(self.water[0]) > 3:
            answer["steps"][1]["name"] = "night"
        return answer
