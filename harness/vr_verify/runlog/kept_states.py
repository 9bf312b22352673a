"""How the states of a log being written are stored: keyframes, and deltas between (FORMAT.md).

A turn comes with its whole state, or with the rows that it has changed: the bytes are the same.
"""

from collections.abc import Callable
from dataclasses import dataclass

from vr_verify.canonical.changed_rows import Changes
from vr_verify.canonical.schema import Schema
from vr_verify.canonical.state import State, state_rows
from vr_verify.runlog import delta, snapshots
from vr_verify.runlog.keyframes import Distance
from vr_verify.runlog.snapshots import Stored
from vr_verify.runlog.standing import StandingState


@dataclass(frozen=True, slots=True)
class ChangedState:
    """A turn's state as the rows that differ from the turn before.

    `whole` reads all of it where a keyframe is due; it is given the state that the rows have led
    to, so that it can refuse rows that do not lead there, or None where they lead nowhere.
    """

    changes: Changes
    whole: Callable[[StandingState | None], State]

    @property
    def turn(self) -> int:
        """The turn."""
        return self.changes.turn


class KeptStates:
    """The state that was written last, as far as the next one is told from it."""

    def __init__(self, schema: Schema, distance: Distance, last: State | None) -> None:
        self.schema, self.distance = schema, distance
        self._last = last
        self._standing: StandingState | None = None

    @property
    def standing(self) -> StandingState | None:
        """What changed rows have led to; None if the last state was given whole."""
        return self._standing

    def store(self, state: State | ChangedState) -> list[Stored]:
        """Return the messages of the next state: deltas, or a keyframe where one is due."""
        found = self._deltas(state) if self.distance.mode == "delta" else None
        if found is not None and not self.distance.due(found[1]):
            self.distance.at_turn(found[1])
            return found[0]
        whole = state if isinstance(state, State) else state.whole(self._standing)
        if self.distance.mode == "delta" and self._standing is None:
            self._last = whole
        stored, cost = snapshots.keyframe_messages(self.schema, whole)
        self.distance.at_keyframe(cost, state_rows(whole))
        return stored

    def _deltas(self, state: State | ChangedState) -> tuple[list[Stored], int] | None:
        """Return what leads from the last state to this one and its cost; None if nothing does."""
        if isinstance(state, State):
            last = self._last if self._standing is None else self._standing.state(state.turn - 1)
            self._last, self._standing = state, None
            if last is None or not delta.reachable(last, state):
                return None
            return snapshots.delta_messages(self.schema, last, state)
        if self._standing is None and self._last is not None:
            self._standing, self._last = StandingState(self.schema, self._last), None
        if self._standing is None or not self._standing.reaches(state.changes):
            self._standing = None
            return None
        changed = self._standing.take(state.changes)
        return snapshots.joined(
            snapshots.delta_message(state.turn, universe, table, change)
            for universe, table, change in changed
        )
