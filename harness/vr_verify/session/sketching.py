"""The sketch of each turn of a recording: the engine's own, or made of what it has changed.

Spec: PROTOCOL.md, section 4.1. An engine's sketch is held against its values where they are known.
"""

from typing import Final

from vr_verify.canonical import sketch
from vr_verify.canonical.changed_rows import Changes
from vr_verify.canonical.changes import changes_between
from vr_verify.canonical.state import State
from vr_verify.engines.client import Engine
from vr_verify.errors import EngineProtocolError
from vr_verify.runlog.sketches import TurnSketch

_CHECKED_ROWS_MAX: Final = 2**16
"""Rows of a state whose sketches are all checked; of greater states the first turn's is."""


class Sketcher:
    """What a recording knows of the turn before; `cells` is 0 where no sketches are wanted."""

    def __init__(self, engine: Engine, cells: int) -> None:
        self.cells = cells
        self._engine = engine
        self._before: State | None = None
        self._checked = False
        self._reads_states = not any(map(engine.can, ("sketch", "changed_rows")))

    def begin(self, state: State) -> TurnSketch | None:
        """Take the state that the engine stands at; return the sketch of a turn of no changes."""
        if not self.cells:
            return None
        self._before = state
        return TurnSketch(self._engine.rows, sketch.empty(self.cells).encode())

    def after_turn(self, state: State | None, changes: Changes | None = None) -> TurnSketch | None:
        """Return the sketch of the turn that has just ended.

        `state` is its state and `changes` what the engine says it has changed, where known.
        EngineProtocolError for an engine's sketch that is not that of its values.
        """
        if not self.cells:
            return None
        engine = self._engine
        if state is None and self._reads_states:
            state = engine.state()
        before, self._before = self._before, state
        if engine.can("sketch"):
            data = engine.sketch(self.cells)
            if before is not None and state is not None and self._due():
                self._check(data, changes_between(engine.schema, before, state))
            elif changes is not None and self._due():
                self._check(data, changes)
        elif engine.can("changed_rows"):
            data = self._made(changes or engine.changed_rows())
        else:
            assert before is not None, "each state is kept for the next turn"
            assert state is not None, "the state was read"
            data = self._made(changes_between(engine.schema, before, state))
        return TurnSketch(engine.rows, data)

    def _due(self) -> bool:
        """Whether this turn's sketch is to be checked."""
        rows = sum(sum(one.rows) for one in self._engine.rows)
        due = not self._checked or rows <= _CHECKED_ROWS_MAX
        self._checked = True
        return due

    def _check(self, data: bytes, changes: Changes) -> None:
        if data != self._made(changes):
            name, turn = self._engine.process.name, changes.turn
            wanted = "expected the sketch of the rows that its values say have changed"
            raise EngineProtocolError(name, f"in sketch, turn {turn}: {wanted}, found another")

    def _made(self, changes: Changes) -> bytes:
        return sketch.build(self._engine.schema, changes, self.cells).encode()
