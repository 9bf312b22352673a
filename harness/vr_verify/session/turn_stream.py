"""The turns of one side, one after another; those that nothing is asked between, in one call.

Spec: PROTOCOL.md, section 6.3: step by step gives the same answers, at a frame for each step. It
must not know what becomes of them.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from vr_verify.engines.client import StepResult
from vr_verify.errors import EngineError
from vr_verify.model.run import TurnCommands
from vr_verify.session.stopwatch import Stopwatch
from vr_verify.session.turns import LiveSide, TurnResult, play_turn

UNASKED_TURNS_MAX: Final = 64
"""Turns that an engine may be ahead of what was taken, at most."""


class TurnStream:
    """A side that plays ahead where it may. Between streams it can be asked anything."""

    def __init__(self, side: LiveSide, watch: Stopwatch) -> None:
        self._side, self._watch = side, watch
        self._results: Iterator[StepResult] = iter(())
        self._failure: EngineError | None = None

    def begin(self, commands: Sequence[TurnCommands]) -> None:
        """Ask for the next turns at once; they are played while the caller does something else.

        `play` takes them, and is told what went wrong. None may be under way.
        """
        try:
            self._results = self._side.engine.advance(commands)
        except EngineError as error:
            self._failure = error

    def play(self, commands: TurnCommands, unasked: Callable[[], int]) -> TurnResult:
        """Play the next turn.

        `unasked` says how many turns from it on have no commands, and need no call before the
        last of them has ended. It is asked where no such turns are under way.
        """
        with self._watch.part("step"):
            if (told := self._next()) is not None:
                return told
            engine = self._side.engine
            turns = unasked() if engine.can("advance") else 0
            if turns:
                assert not any(commands), "turns without commands"
                self.begin([commands] * turns)
                told = self._next()
                assert told is not None, "a stream of at least one turn"
                return told
        return play_turn([self._side], commands, False, self._watch)[self._side.name]

    def _next(self) -> TurnResult | None:
        """Take the next result of the stream; None behind its end."""
        engine = self._side.engine
        turn = engine.turn + 1
        try:
            if self._failure is not None:
                raise self._failure
            result = next(self._results, None)
        except EngineError as error:
            raise type(error)(self._side.name, f"turn {turn}: {error.detail}") from error
        if result is None:
            return None
        return TurnResult(result.turn, result.halt, result.digests, ((),) * (result.step + 1))
