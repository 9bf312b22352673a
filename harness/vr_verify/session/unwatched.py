"""Turns played with nothing asked in between: only what the engines stream back is compared.

Spec: PROTOCOL.md, section 6.3. Says where the first difference is and no more; the lockstep then
plays these turns again, watching.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from vr_verify.engines.client import StepResult
from vr_verify.errors import EngineError
from vr_verify.model.run import TurnCommands
from vr_verify.runlog.reader import RunLog
from vr_verify.session.examine import Parting, examine
from vr_verify.session.stopwatch import Stopwatch
from vr_verify.session.turns import LiveSide, TurnResult, commands_of, play_turn
from vr_verify.session.views import Hasher, View

CHUNK_TURNS_MAX: Final = 64
"""Turns that are played again to watch them, at most."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """The first turn at which sides differ by what they streamed back."""

    turn: int
    parting: Parting
    views: tuple[View, ...]


def can_go_unwatched(sides: Sequence[LiveSide]) -> bool:
    """Whether digests alone can be compared, and the turns played again if they differ."""
    return all(side.engine.can("digest") and side.engine.can("snapshot") for side in sides)


def play_unwatched(
    log: RunLog,
    sides: Sequence[LiveSide],
    turns: range,
    hasher: Hasher,
    agreed: Callable[[int, tuple[View, ...]], None],
) -> Streamed | None:
    """Play turns up to the first one at which sides differ; tell of each one that `agreed`.

    Raises the EngineError of a side that fails. The sides stand wherever they came to.
    """
    records = [log.record(turn) for turn in turns]
    commands = [commands_of(record.commands_by_step, log.header.steps) for record in records]
    playing = _playing(sides, commands)
    for record, results in zip(records, playing, strict=False):
        live = [
            View(side.name, result.digests, result.halt, None)
            for side, result in zip(sides, results, strict=True)
        ]
        views = (*live, View("recorded", record.digests, record.halt, None))
        if (parting := examine(views, hasher, recompute=False)) is not None:
            for _ in playing:
                pass  # what was asked for must be taken before the next call
            return Streamed(record.turn, parting, views)
        agreed(record.turn, views)
    return None


def _playing(
    sides: Sequence[LiveSide], commands: Sequence[TurnCommands]
) -> Iterator[tuple[StepResult | TurnResult, ...]]:
    """Give what all sides answer to each turn, until one of them halts; then take the rest."""
    if not all(side.engine.can("advance") for side in sides):
        yield from _stepping(sides, commands)
        return
    streams = [_advancing(side, commands) for side in sides]
    for results in zip(*streams, strict=False):
        yield results
        if any(result.halt is not None for result in results):
            break
    for stream in streams:
        for _ in stream:
            pass


def _advancing(side: LiveSide, commands: Sequence[TurnCommands]) -> Iterator[StepResult]:
    """Have a side play turns by itself; it is asked at once, so that all work at the same time."""
    stream = side.engine.advance(commands)
    return _placed(side, stream)


def _placed(side: LiveSide, stream: Iterator[StepResult]) -> Iterator[StepResult]:
    """Say in an engine's failure which turn it was about to answer."""
    turn = side.engine.turn + 1
    while True:
        try:
            result = next(stream)
        except StopIteration:
            return
        except EngineError as error:
            raise type(error)(side.name, f"turn {turn}: {error.detail}") from error
        turn += 1
        yield result


def _stepping(
    sides: Sequence[LiveSide], commands: Sequence[TurnCommands]
) -> Iterator[tuple[TurnResult, ...]]:
    """Play turn by turn, for sides that cannot all advance by themselves."""
    for one in commands:
        results = play_turn(sides, one, False, Stopwatch())
        yield tuple(results[side.name] for side in sides)
        if any(result.halt is not None for result in results.values()):
            return
