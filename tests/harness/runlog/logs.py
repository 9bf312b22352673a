"""Small logs for the tests of the run log."""

from pathlib import Path

from tests.harness.canonical.examples import SCHEMA, small_state
from vr_verify.canonical.tree import state_digest
from vr_verify.model.run import Digests, Halt, StepSpec, TurnCommands
from vr_verify.runlog.records import LogHeader
from vr_verify.runlog.writer import RunLogWriter

STEPS = (StepSpec("open", ("orders",)), StepSpec("close", ("combat", "cleanup")))
HALT = Halt("range", 1, "combat", 0, "unit", 2, "hp")
SCENARIO = b'{"name":"small","seed":"7"}'


def header_of(first_turn: int = 0, has: tuple[str, ...] = ("state", "ledger")) -> LogHeader:
    """Make a header of the schema of the examples."""
    return LogHeader(
        engine="toy",
        build="toy 0011",
        rules_version="r1",
        scenario=SCENARIO,
        schema=SCHEMA,
        steps=STEPS,
        first_turn=first_turn,
        environment={"threads": "2", "machine": "x86_64"},
        has=has,
    )


def commands_of(turn: int) -> TurnCommands:
    """Make the commands of a turn: one in the first step, and in every other turn one more."""
    more = ({"order": "hold", "unit": str(turn)},) if turn % 2 else ()
    return (({"order": "move", "text": "é\n"},), more)


def digests_of(header: LogHeader, turn: int) -> Digests:
    """Make the digests of a turn; those of ledger and events are of no stream."""
    state = state_digest(header.schema, header.scenario_digest, small_state(turn))
    streams = {name: bytes([turn % 256]) * 32 for name in header.has if name != "state"}
    return Digests(state=state, **streams)


def write_log(
    path: Path, turns: int = 3, header: LogHeader | None = None, halted: bool = False
) -> Path:
    """Write a log of so many turns after the first state, the last of them halted or not."""
    header = header or header_of()
    first = header.first_turn
    with RunLogWriter(path, header) as log:
        log.write_first(small_state(first), digests_of(header, first))
        for turn in range(first + 1, first + turns + 1):
            commands = commands_of(turn)
            if halted and turn == first + turns:
                log.write_turn(turn, commands, None, Digests(), HALT)
            else:
                log.write_turn(turn, commands, small_state(turn), digests_of(header, turn))
        log.finish()
    return path
