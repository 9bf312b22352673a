"""What sides play, and how they are brought to the end of one of its turns.

A script is a recorded log or a case that was made up; locating a fault needs no more of either
than stands here. It must not know what is compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from vr_verify.canonical.schema import Schema
from vr_verify.model.run import Digests, Halt, StepSpec, TurnCommands
from vr_verify.runlog.reader import RunLog
from vr_verify.session.approach import approach, begin_side
from vr_verify.session.turns import LiveSide, commands_of
from vr_verify.session.views import Hasher


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a script says of a turn's end, beside the live sides."""

    digests: Digests
    halt: Halt | None


class Script(Protocol):
    """A run that sides can be brought along."""

    @property
    def first_turn(self) -> int:
        """The turn of the first state."""

    @property
    def schema(self) -> Schema:
        """The schema of the states."""

    @property
    def steps(self) -> Sequence[StepSpec]:
        """The steps of a turn."""

    def start(self, sides: Sequence[LiveSide], hasher: Hasher) -> None:
        """Bring sides to the first state."""

    def approach(self, sides: Sequence[LiveSide], turn: int, hasher: Hasher) -> None:
        """Bring sides that were started to the end of a turn."""

    def repeatable(self, sides: Sequence[LiveSide]) -> bool:
        """Whether sides can be brought to the same turn more than once."""

    def commands(self, turn: int) -> TurnCommands:
        """Return the commands of a turn, for every step."""

    def recorded(self, turn: int) -> Recorded | None:
        """Return what was recorded of a turn; None where nothing was."""

    def first_recorded(self, hasher: Hasher) -> bytes | None:
        """Return the digest of the recorded first state's own values; None where there is none."""


class LogScript:
    """A recorded log as a script."""

    def __init__(self, log: RunLog) -> None:
        self._log = log

    @property
    def first_turn(self) -> int:
        """The log's first turn."""
        return self._log.turns[0]

    @property
    def schema(self) -> Schema:
        """The log's schema."""
        return self._log.header.schema

    @property
    def steps(self) -> Sequence[StepSpec]:
        """The log's steps."""
        return self._log.header.steps

    def start(self, sides: Sequence[LiveSide], hasher: Hasher) -> None:
        """Start the log's scenario, and restore the first state of a log that begins in mid-run."""
        for side in sides:
            begin_side(self._log, side, hasher)

    def approach(self, sides: Sequence[LiveSide], turn: int, hasher: Hasher) -> None:
        """Restore the nearest recorded state, and play on from there."""
        approach(self._log, sides, turn, hasher)

    def repeatable(self, sides: Sequence[LiveSide]) -> bool:
        """Whether all sides can be restored."""
        return all(side.engine.can("snapshot") for side in sides)

    def commands(self, turn: int) -> TurnCommands:
        """Return the recorded commands of a turn."""
        return commands_of(self._log.record(turn).commands_by_step, self.steps)

    def recorded(self, turn: int) -> Recorded:
        """Return the recorded end of a turn."""
        record = self._log.record(turn)
        return Recorded(record.digests, record.halt)

    def first_recorded(self, hasher: Hasher) -> bytes:
        """Hash the recorded first state."""
        return hasher.digest(self._log.state(self.first_turn))
