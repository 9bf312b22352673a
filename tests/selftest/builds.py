"""Mills for the saboteur to lie about."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.mill_engine import CAPABILITIES, MillEngine
from tests.support.open_mill import OpenMill
from tests.support.sketching_mills import SketchMill
from tests.support.toy_builds import MILL
from vr_verify.verbs.record import record

MUTE = "python-class:tests.selftest.builds:MuteMill"
WATCHED = "python-class:tests.selftest.builds:WatchedMill"
HASTY = "python-class:tests.selftest.builds:HastyMill"
NO_DIGEST = bytes(32)
TURNS = 6


class MuteMill(MillEngine):
    """Can be restored, and reports no digest of its state."""

    name = "mute"
    capabilities = (*(one for one in CAPABILITIES if one != "digest"), "snapshot")


class WatchedMill(SketchMill, OpenMill):
    """Shows all that there is of a turn: its trees, its changed rows, its sketch."""

    name = "watched"
    capabilities = (*OpenMill.capabilities, "sketch")


class HastyMill(MillEngine):
    """Advances by itself, and tells no true digest then."""

    name = "hasty"

    def advance(self, turns: list[list[list[dict[str, Any]]]]) -> Iterator[dict[str, Any]]:
        """Play whole turns."""
        for turn in turns:
            answers = [self.step(commands, None, False) for commands in turn]
            yield answers[-1] | {"state_digest": NO_DIGEST.hex()}


def wet_log(folder: Path, engine: str = MILL, commands_at: tuple[int, ...] = ()) -> Path:
    """Record a mill in which no cell is ever dry, so that its own auditor is silent."""
    scenario = folder / "wet.json"
    scenario.write_text('{"cells":["40","8"],"limit":"1000","seed":"1"}')
    log = folder / "wet.log"
    command = {"universe": 3, "slot": 1, "add": "7"}
    given = [{"turn": turn, "step": "evening", "commands": [command]} for turn in commands_at]
    assert record(str(scenario), log, TURNS, engine=engine, commands=given).outcome == "agreed"
    return log
