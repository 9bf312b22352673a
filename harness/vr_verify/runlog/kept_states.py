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

    `whole` gives all of it, where `KeptStates.wants_whole` says so; it is given the state that the
    rows have led to, so that it can refuse rows that do not lead there, or None for nowhere.
    """

    changes: Changes
    whole: Callable[[StandingState | None], State] | None

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

    def wants_whole(self, changes: Changes) -> bool:
        """Whether the next turn, which has changed these rows, is told by its whole state as well.

        A keyframe is due, or no deltas lead there.
        """
        if self._standing is None and self._last is not None:
            self._standing, self._last = StandingState(self.schema, self._last), None
        reached = self._standing is not None and self._standing.reaches(changes)
        return self.distance.due() or not reached

    def store(self, state: State | ChangedState) -> list[Stored]:
        """Return the messages of the next state: deltas, or a keyframe where one is due."""
        if isinstance(state, ChangedState):
            return self._store_changed(state)
        last = self._last if self._standing is None else self._standing.state(state.turn - 1)
        self._standing, self._last = None, state if self.distance.mode == "delta" else None
        if last is None or self.distance.due() or not delta.reachable(last, state):
            return self._keyframe(state)
        return self._told(snapshots.delta_messages(self.schema, last, state))

    def _store_changed(self, state: ChangedState) -> list[Stored]:
        assert (state.whole is not None) == self.wants_whole(state.changes), "whole where wanted"
        standing = self._standing
        if state.whole is None:
            assert standing is not None, "deltas lead on from a state"
            return self._told(
                snapshots.joined(
                    snapshots.delta_message(state.turn, universe, table, change)
                    for universe, table, change in standing.take(state.changes)
                )
            )
        if standing is not None and standing.reaches(state.changes):
            for _ in standing.take(state.changes):
                pass  # nothing of them is stored, but what they lead to is held against the whole
            return self._keyframe(state.whole(standing))
        self._standing, self._last = None, state.whole(None)
        return self._keyframe(self._last)

    def _told(self, written: tuple[list[Stored], int]) -> list[Stored]:
        """Note deltas and what they cost."""
        self.distance.at_turn(written[1])
        return written[0]

    def _keyframe(self, whole: State) -> list[Stored]:
        stored, cost = snapshots.keyframe_messages(self.schema, whole)
        self.distance.at_keyframe(cost, state_rows(whole))
        return stored
