"""One case on engines that run already: every turn's digests compared, the last values too.

Spec: contract, sections 3 to 5. All answers that were asked for are taken, whatever the outcome,
so that the engines can be given the next case. It must not start or end an engine.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

from blake3 import blake3

from vr_verify.canonical.schema import Schema
from vr_verify.errors import EngineError, SkippedError, UsageError
from vr_verify.fuzzing.cases import Case, commands_by_step
from vr_verify.model.report import DeclaredDifference
from vr_verify.model.run import Digests, Halt, TurnCommands
from vr_verify.session.declared import DeclaredTally, Weighing
from vr_verify.session.examine import examine
from vr_verify.session.stopwatch import Stopwatch
from vr_verify.session.turns import LiveSide
from vr_verify.session.views import Hasher, View

# Sides that part early in a long run do not play all of it for nothing.
TURNS_AT_ONCE: Final = 32
REFUSAL: Final = "refusal"
_STATE: Final = "state"
DECLARED: Final = "declared"


Declaring = Callable[[Schema], DeclaredTally]
"""Begins to count the declared differences of one case."""


@dataclass(frozen=True, slots=True)
class Played:
    """What sides made of a case. `turns` were played and compared, the last one included.

    `turn` and `kind` (that of a divergence, `REFUSAL`, or `DECLARED`: schemas or steps differ) say
    where they part; None and empty where they agree, with `halt` the error
    that ended all of them alike. `refused` is why no side takes the case, `failure` an engine's.
    `declared` is what was met of declared differences, `weighing` the last turn that was weighed:
    where the sides part, or met some at the end.
    """

    turns: int = 0
    turn: int | None = None
    kind: str = ""
    halt: Halt | None = None
    refused: str = ""
    failure: EngineError | None = None
    declared: tuple[DeclaredDifference, ...] | None = field(default=None, compare=False)
    weighing: Weighing | None = field(default=None, compare=False)

    @property
    def parted(self) -> bool:
        """Whether the sides do not agree, one that failed included."""
        return self.turn is not None or self.failure is not None

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to play after this turn."""
        return self.parted or bool(self.refused) or self.halt is not None


@dataclass(frozen=True, slots=True)
class _End:
    """How one side ends a turn."""

    digests: Digests
    halt: Halt | None = None


# What each side says at a turn's end: where it stands, or why it does not take what it was given.
_Ends = list[_End | UsageError]


def hasher_of(case: Case, sides: Sequence[LiveSide], watch: Stopwatch | None = None) -> Hasher:
    """Return what hashes states of a case that the sides have been given."""
    digest = blake3(case.scenario).digest()
    return Hasher(sides[0].engine.schema, digest, watch or Stopwatch())


def play_case(
    case: Case,
    sides: Sequence[LiveSide],
    watch: Stopwatch | None = None,
    declaring: Declaring | None = None,
) -> Played:
    """Play a case on all sides; SkippedError for sides of other rules versions.

    `watch` adds up the time for values beside the engines' own work. With `declaring`, states that
    differ are read, and sides that differ in nothing but what is declared agree.
    """
    played = _played(case, sides, watch)
    if declaring is None or played.refused or played.kind in (REFUSAL, DECLARED):
        return played
    tally, weighing = declaring(sides[0].engine.schema), None
    if played.kind == _STATE:
        played, weighing = _weighed(case, sides, hasher_of(case, sides, watch), tally, played)
    return replace(played, declared=tally.rows(part=True), weighing=weighing)


def _played(case: Case, sides: Sequence[LiveSide], watch: Stopwatch | None) -> Played:
    """Play a case, and stop at the first difference."""
    ends = [_opened(case, side) for side in sides]
    first = sides[0].engine.turn
    played = _compared(1, first, ends)
    if played.refused or played.kind == REFUSAL:
        return played
    if unlike(sides):
        return Played(1, first, DECLARED)
    hasher = hasher_of(case, sides, watch)
    following = enumerate(_turns(case, sides, hasher), start=first + 1)
    while not played.ended:
        turn, ends = next(following, (None, ends))
        if turn is None:
            # Where nobody reports a digest, the last turn was compared by its values already.
            known = played.turns > 1 and not any(side.engine.can("digest") for side in sides)
            return played if known else _held(played, ends, sides, hasher)
        played = _compared(turn - first + 1, turn, ends)
    return played


def _weighed(
    case: Case, sides: Sequence[LiveSide], hasher: Hasher, tally: DeclaredTally, parted: Played
) -> tuple[Played, Weighing | None]:
    """Play a case whose states differ once more, turn by turn from there on, and weigh each.

    What does not show again, or shows before, is a fault that no declaration excuses.
    """
    assert parted.turn is not None, "there is a turn from which on states differ"
    opened = [_opened(case, side) for side in sides]
    first = sides[0].engine.turn
    at_once = max(0, parted.turn - first - 1)
    played, weighing, ends = parted, None, opened
    every = chain([opened], _turns(case, sides, hasher, at_once))
    for turn, ends in enumerate(every, start=first):
        played, weighing = _compared(turn - first + 1, turn, ends), None
        if turn == parted.turn and played.kind != _STATE:
            return parted, None
        if played.kind == _STATE and turn >= parted.turn:
            played, weighing = _weigh(played, turn, ends, sides, hasher, tally)
        if played.ended:
            return played, weighing
    # The values of a turn that was weighed have been held against its digests.
    return (played if weighing else _held(played, ends, sides, hasher)), weighing


def _weigh(
    played: Played,
    turn: int,
    ends: _Ends,
    sides: Sequence[LiveSide],
    hasher: Hasher,
    tally: DeclaredTally,
) -> tuple[Played, Weighing]:
    """Read the states of a turn that all sides stand at, and count what is declared of it."""
    views = _views(ends, sides)
    halts = [view.halt for view in views]
    weighing = tally.at(turn, None not in halts)
    parting = examine(views, hasher, False, weighing)
    tally.keep(weighing)
    if parting is None:
        return Played(played.turns, halt=halts[0]), weighing
    return Played(played.turns, turn, parting.kind), weighing


def unlike(sides: Sequence[LiveSide]) -> str:
    """Name what the sides declare differently for the case that they were given; empty if nothing.

    SkippedError for another rules version, which no case can make good.
    """
    one = sides[0]
    for other in sides[1:]:
        versions = [side.engine.description.rules_version for side in (one, other)]
        if versions[0] != versions[1]:
            raise SkippedError(f"{one.name} and {other.name} declare different rules versions")
        if one.engine.schema.digest != other.engine.schema.digest:
            return "schemas"
        if one.engine.steps != other.engine.steps:
            return "steps"
    return ""


def _opened(case: Case, side: LiveSide) -> _End | UsageError:
    """Give a side the scenario and the first state."""
    try:
        opening = side.engine.init(case.scenario)
        if case.start is not None:
            opening = side.engine.restore(case.start)
    except UsageError as error:
        return error
    if case.start is not None and opening.digests.state is not None:
        wanted = hasher_of(case, [side]).digest(case.start)
        if opening.digests.state != wanted:
            return UsageError(f"the first state is not what {side.name} makes of it")
    return _End(opening.digests)


def _turns(
    case: Case, sides: Sequence[LiveSide], hasher: Hasher, at_once: int | None = None
) -> Iterator[_Ends]:
    """Play turn after turn: many at once where digests come with them, else one by one.

    Only the first `at_once` turns are played so, None: all.
    """
    steps = sides[0].engine.steps
    turns = [commands_by_step(turn, steps) for turn in case.turns]
    if not all(side.engine.can("digest") for side in sides):
        yield from (_stepped(turn, sides, hasher) for turn in turns)
        return
    many = len(turns) if at_once is None else at_once
    for at in range(0, many, TURNS_AT_ONCE):
        yield from _advanced(turns[at : min(at + TURNS_AT_ONCE, many)], sides)
    for turn in turns[many:]:
        yield from _advanced([turn], sides)


def _advanced(turns: Sequence[TurnCommands], sides: Sequence[LiveSide]) -> list[_Ends]:
    """Play some turns on all sides at the same time; a side that stops early gives no more."""
    playing = [side.engine.advance(turns) for side in sides]
    told: list[list[_End | UsageError]] = [[] for _ in sides]
    for ends, results in zip(told, playing, strict=True):
        try:
            ends.extend(_End(result.digests, result.halt) for result in results)
        except UsageError as error:
            ends.append(error)
    # Up to the first turn at which any side stops: after that they are not asked the same.
    return [list(ends) for ends in zip(*told, strict=False)]


def _stepped(commands: TurnCommands, sides: Sequence[LiveSide], hasher: Hasher) -> _Ends:
    """Play one turn step by step; the digest that a side does not report is that of its values."""
    ends: dict[str, _End | UsageError] = {}
    for by_step in commands:
        running = [side for side in sides if side.name not in ends]
        for side in running:
            side.engine.begin_step(by_step)
        for side in running:
            try:
                result = side.engine.end_step()
            except UsageError as error:
                ends[side.name] = error
                continue
            if result.halt is not None or result.turn_ended:
                ends[side.name] = _End(result.digests, result.halt)
    return _with_states([ends[side.name] for side in sides], sides, hasher)


def _with_states(ends: _Ends, sides: Sequence[LiveSide], hasher: Hasher) -> _Ends:
    """Fill in the digests that sides do not report; none where all of them hold the same values."""
    silent = {
        side.name: side.engine.state()
        for side, end in zip(sides, ends, strict=True)
        if isinstance(end, _End) and end.halt is None and not side.engine.can("digest")
    }
    states = list(silent.values())
    if len(states) == len(sides) and all(state == states[0] for state in states[1:]):
        return ends
    told: _Ends = []
    for side, end in zip(sides, ends, strict=True):
        if isinstance(end, _End) and side.name in silent:
            digest = hasher.digest(silent[side.name])
            end = _End(replace(end.digests, state=digest), end.halt)  # noqa: PLW2901
        told.append(end)
    return told


def _compared(count: int, turn: int, ends: _Ends) -> Played:
    """Compare how the sides end a turn, by refusals, halts, then digests."""
    refusals = [end for end in ends if isinstance(end, UsageError)]
    stood = [end for end in ends if isinstance(end, _End)]
    if refusals:
        return Played(count, turn, REFUSAL) if stood else Played(refused=refusals[0].message)
    if len({end.halt for end in stood}) > 1:
        return Played(count, turn, "halt")
    for kind, part in (("state", "state"), ("draws", "ledger"), ("events", "events")):
        if len({getattr(end.digests, part) for end in stood} - {None}) > 1:
            return Played(count, turn, kind)
    return Played(count, halt=stood[0].halt)


def _held(played: Played, ends: _Ends, sides: Sequence[LiveSide], hasher: Hasher) -> Played:
    """Hold the last digests against the values that all sides hold now."""
    parting = examine(_views(ends, sides), hasher, True)
    if parting is None:
        return played
    return replace(played, turn=sides[0].engine.turn, kind=parting.kind)


def _views(ends: _Ends, sides: Sequence[LiveSide]) -> list[View]:
    """Return what the sides say, none of which refused, beside the values that they hold now."""
    told = [end if isinstance(end, _End) else _End(Digests()) for end in ends]
    pairs = zip(sides, told, strict=True)
    return [View(side.name, end.digests, end.halt, side.engine.state) for side, end in pairs]
