"""Mills for the saboteur to lie about."""

from pathlib import Path

from tests.support.mill_engine import CAPABILITIES, MillEngine
from tests.support.toy_builds import MILL
from vr_verify.verbs.record import record

MUTE = "python-class:tests.selftest.builds:MuteMill"
TURNS = 6


class MuteMill(MillEngine):
    """Can be restored, and reports no digest of its state."""

    name = "mute"
    capabilities = (*(one for one in CAPABILITIES if one != "digest"), "snapshot")


def wet_log(folder: Path, engine: str = MILL, commands_at: tuple[int, ...] = ()) -> Path:
    """Record a mill in which no cell is ever dry, so that its own auditor is silent."""
    scenario = folder / "wet.json"
    scenario.write_text('{"cells":["40","8"],"limit":"1000","seed":"1"}')
    log = folder / "wet.log"
    command = {"universe": 3, "slot": 1, "add": "7"}
    given = [{"turn": turn, "step": "evening", "commands": [command]} for turn in commands_at]
    assert record(str(scenario), log, TURNS, engine=engine, commands=given).outcome == "agreed"
    return log
