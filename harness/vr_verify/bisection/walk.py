"""Live sides on their way along a log: put where it keeps a state, played turn by turn.

Each turn gives every side's footprint, the recording's beside them. It must not compare sides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vr_verify.bisection.footprints import Footprint, live_footprints, recorded_footprint
from vr_verify.canonical.state import State
from vr_verify.runlog.reader import RunLog
from vr_verify.session.approach import approach, begin_side, restore_side
from vr_verify.session.lockstep import RECORDED, Progress
from vr_verify.session.milestones import STATE_SMALL_MAX_BYTES
from vr_verify.session.stopwatch import Stopwatch
from vr_verify.session.turns import LiveSide, commands_of, play_turn
from vr_verify.session.views import Hasher


@dataclass(frozen=True, slots=True)
class Stand:
    """What all sides and the recording left at a turn, and the values that were read of sides."""

    turn: int
    left: dict[str, Footprint]
    states: dict[str, State]

    @property
    def halted(self) -> bool:
        """Whether any live side cannot play on from here."""
        return any(one.halt is not None for name, one in self.left.items() if name != RECORDED)


class Walk:
    """Sides at one position of one log. A state of `small_bytes` or less is read at every turn."""

    def __init__(
        self,
        log: RunLog,
        sides: Sequence[LiveSide],
        turns: tuple[int, int],
        progress: Progress | None = None,
        small_bytes: int = STATE_SMALL_MAX_BYTES,
    ) -> None:
        self.log, self.sides = log, sides
        self.first, self.last = turns
        self.restorable = all(side.engine.can("snapshot") for side in sides)
        self.restored: int | None = None
        self.played = self.recomputed = 0
        self.watch = Stopwatch()
        self.hasher = Hasher(log.header.schema, log.header.scenario_digest, self.watch)
        self._progress, self._small_bytes = progress, small_bytes
        self._keyframes = frozenset(log.keyframes)
        self._as_recorded: set[str] = set()

    def open(self) -> Stand:
        """Start all sides and bring them to the log's first turn."""
        log_first = self.log.turns[0]
        left: dict[str, Footprint] = {}
        for side in self.sides:
            told = begin_side(self.log, side, self.hasher).digests
            left[side.name] = Footprint(None, told, self.hasher.digest(side.engine.state()))
        return self._noted(log_first, left, {})

    def stand_at(self, turn: int) -> None:
        """Put all sides into a recorded state; one that is known to be in it stays as it is."""
        if not self.restorable:
            assert all(side.engine.turn == turn for side in self.sides), "nobody can be put there"
            return
        self.restored = turn
        for side in self.sides:
            if side.engine.turn != turn or side.name not in self._as_recorded:
                restore_side(side, self.log.state(turn), self.hasher)

    def play(self, turn: int) -> Stand:
        """Play the next turn on all sides."""
        commands = commands_of(self.log.record(turn).commands_by_step, self.log.header.steps)
        results = play_turn(self.sides, commands, False, self.watch)
        recompute = turn in self._keyframes or turn == self.last or self._is_small()
        left, states = live_footprints(self.sides, results, self.hasher, recompute)
        self.played += 1
        self.recomputed += bool(states)
        if self._progress is not None:
            first = self.log.turns[0]
            self._progress("turns", turn - first, self.last - first)
        return self._noted(turn, left, states)

    def straight(self) -> Iterator[Stand]:
        """Start, and play to the end or a halt; give each turn of the range, the first state too.

        Nothing is restored but what spares turns before the range.
        """
        stand = self.open()
        if self.first <= stand.turn:
            yield stand
        elif self.first - 1 > stand.turn:
            approach(self.log, self.sides, self.first - 1, self.hasher)
        start = max(stand.turn, self.first - 1)
        for turn in range(start + 1, self.last + 1):
            stand = self.play(turn)
            yield stand
            if stand.halted:
                return

    def _noted(self, turn: int, left: dict[str, Footprint], states: dict[str, State]) -> Stand:
        """Add the recording, and note which sides stand in the recorded state now."""
        recorded = recorded_footprint(self.log, turn)
        self._as_recorded = {
            name
            for name, one in left.items()
            if one.halt is None and one.state == recorded.state and not one.lies
        }
        return Stand(turn, left | {RECORDED: recorded}, states)

    def _is_small(self) -> bool:
        """Whether states are so small that every one is read."""
        widths = [sum(c.width for c in table.columns) for table in self.log.header.schema.tables]
        rows = [universe.rows for universe in self.sides[0].engine.rows]
        size = sum(n * w for counts in rows for n, w in zip(counts, widths, strict=True))
        return size <= self._small_bytes
