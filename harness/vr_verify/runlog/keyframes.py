"""Where keyframes stand: by what it costs to get to a state without one (FORMAT.md, "Snapshots").

Pure, and without a clock: the same run has its keyframes at the same turns on every machine.
"""

from dataclasses import dataclass
from typing import Final

TURNS_MAX: Final = 128
"""Turns from one keyframe to the next, at most: each costs a message to read or a turn to play."""
DELTA_KEYFRAMES_MAX: Final = 4
"""Stored bytes of deltas that may have to be read for a state, in keyframes of that size."""
SPARSE_ROWS_MAX: Final = 2**26
"""Rows that may have to be played again to reach a state of a sparse log, summed over turns."""


@dataclass(slots=True)
class Distance:
    """How far the last written turn is from its keyframe.

    `cost` sums up, over the turns since, what a reader of their state must do: stored bytes of
    deltas to decode (delta), or rows to play again (sparse: those of the keyframe, each turn).
    `keyframe` is the same measure of the keyframe itself.
    """

    mode: str
    keyframe: int = 0
    turns: int = 0
    cost: int = 0

    def due(self) -> bool:
        """Whether the next turn is to be a keyframe, whatever it will cost: known before it ends.

        So a state is never dearer to read than five keyframes and the deltas of one turn, or than
        so many rows to play.
        """
        if self.mode == "full" or self.turns + 1 >= TURNS_MAX:
            return True
        if self.mode == "sparse":
            return self.cost + self.keyframe > SPARSE_ROWS_MAX
        return self.cost > DELTA_KEYFRAMES_MAX * self.keyframe

    def at_keyframe(self, stored_bytes: int, rows: int) -> None:
        """Note that a keyframe was written."""
        self.keyframe = stored_bytes if self.mode == "delta" else rows
        self.turns = self.cost = 0

    def at_turn(self, cost: int) -> None:
        """Note that a turn without a keyframe was written."""
        self.turns += 1
        self.cost += cost
