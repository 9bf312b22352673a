"""One build along one log, played as often as asked, under any settings of what must not matter.

Spec: contract, section 6.7. Each run is an answer; a failing engine is one too. It must not judge.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

from blake3 import blake3

from vr_verify.bisection.run_answer import AnswerWriter, RunAnswer
from vr_verify.engines.client import ADVANCE_TURNS_MAX, Engine
from vr_verify.engines.factors import Manner, Setting, refusal, surrounded
from vr_verify.engines.registry import BuildSpec
from vr_verify.errors import EngineError, SkippedError
from vr_verify.model.limits import Limits
from vr_verify.model.run import Digests, Halt, TurnCommands
from vr_verify.runlog.reader import RunLog
from vr_verify.session.approach import approach, begin_side
from vr_verify.session.stopwatch import Stopwatch
from vr_verify.session.turn_ranges import turns_within
from vr_verify.session.turns import LiveSide, commands_of, play_turn
from vr_verify.session.views import Hasher

LOADS_MAX: Final = 64
"""In a longer run the states of so many turns are loaded, evenly spread, and all keyframes."""

_Turn = tuple[Digests, Halt | None]


class Repetition:
    """A build and a part of a log. `turns` includes both ends; None: all that the log holds.

    `description` is what the build said of itself in its last run, None before the first one.
    """

    def __init__(
        self,
        log: RunLog,
        spec: BuildSpec,
        limits: Limits | None = None,
        turns: tuple[int, int] | None = None,
    ) -> None:
        self.log, self.spec, self.limits = log, spec, limits or Limits()
        self.first, self.last = turns_within(log.turns, turns)
        scenario_digest = blake3(log.header.scenario).digest()
        self._hasher = Hasher(log.header.schema, scenario_digest, Stopwatch())
        self.name = spec.name
        self.rules_version = ""
        self._capabilities: frozenset[str] = frozenset()

    @property
    def turns(self) -> int:
        """How many turns each run executes and compares."""
        return self.last - max(self.first - 1, self.log.turns[0])

    def recorded(self) -> RunAnswer:
        """Return the log's own answer."""
        writer = AnswerWriter(self.first)
        last = self.log.record(self.last)
        for turn in range(self.first, self.last + 1):
            record = self.log.record(turn)
            writer.add(record.digests, record.halt)
        stood = last if last.halt is None else self.log.record(self.last - 1)
        return writer.answer(stood.digests.state)

    def refusal(self, setting: Setting) -> str | None:
        """Say why a setting cannot be varied for this build here, None if it can.

        Ask after a first run: it may depend on what the engine declares.
        """
        return refusal(self.spec, setting, self._capabilities)

    def play(self, settings: Sequence[Setting] = ()) -> RunAnswer:
        """Play the run once on fresh workers under these settings.

        UsageError for a scenario or commands that the engine refuses; its failures are answers.
        """
        spec = surrounded(self.spec, *settings)
        manners = {setting.manner for setting in settings}
        limits = replace(self.limits, workers=2 if Manner.LOADED in manners else 1)
        writer = AnswerWriter(self.first)
        try:
            with Engine(spec, limits) as engine:
                self.name, self.rules_version = engine.name, engine.description.rules_version
                self._capabilities = engine.description.capabilities
                side = LiveSide(engine.name, engine)
                if Manner.SECOND in manners:
                    self._through(side, manners, AnswerWriter(self.first))
                if Manner.LOADED not in manners:
                    return writer.answer(self._through(side, manners, writer))
                with Engine(spec, limits) as other:
                    loaded = LiveSide(engine.name, other)
                    return writer.answer(self._loaded(side, loaded, manners, writer))
        except (EngineError, SkippedError) as error:
            return writer.failed(error)

    def _through(self, side: LiveSide, manners: Collection[Manner], writer: AnswerWriter) -> bytes:
        """Play from the start to the end of the range; return the digest of the last values."""
        start = self._begin(side, writer)
        for digests, halt in self._played(side, range(start + 1, self.last + 1), manners):
            writer.add(digests, halt)
        return self._hasher.digest(side.engine.state())

    def _loaded(
        self,
        side: LiveSide,
        other: LiveSide,
        manners: Collection[Manner],
        writer: AnswerWriter,
    ) -> bytes:
        """Play on `side`; its states are put into `other`, which plays on from each of them."""
        start = self._begin(side, AnswerWriter(self.first))
        self._begin(other, writer)
        stops = self._stops(start)
        for stop, following in zip(stops, [*stops[1:], self.last], strict=True):
            self._load(side, other, writer, stop)
            part = range(stop + 1, following + 1)
            for digests, halt in self._played(other, part, manners):
                writer.add(digests, halt)
            if any(halt is not None for _, halt in self._played(side, part, ())):
                break
        return self._hasher.digest(other.engine.state())

    def _load(self, side: LiveSide, other: LiveSide, writer: AnswerWriter, turn: int) -> None:
        """Put the state of a turn into the other engine; what it lost is that turn's answer."""
        state = side.engine.state()
        opening = other.engine.restore(state)
        digest = self._told(other, opening.digests).state
        if turn >= self.first and digest is not None and digest != self._hasher.digest(state):
            writer.correct_state(digest)

    def _begin(self, side: LiveSide, writer: AnswerWriter) -> int:
        """Start a run and bring it to the turn before the range; return the turn it stands at."""
        opening = begin_side(self.log, side, self._hasher)
        log_first = self.log.turns[0]
        if self.first <= log_first:
            writer.add(self._told(side, opening.digests))
            return log_first
        approach(self.log, [side], self.first - 1, self._hasher)
        return self.first - 1

    def _played(self, side: LiveSide, turns: range, manners: Collection[Manner]) -> Iterator[_Turn]:
        """Play turns, and give each one's digests and halt; a halt is the last."""
        watched = Manner.WATCHED in manners
        if watched or Manner.STEPPED in manners or not side.engine.can("digest"):
            yield from self._stepped(side, turns, watched)
            return
        for start in range(turns.start, turns.stop, ADVANCE_TURNS_MAX):
            part = range(start, min(start + ADVANCE_TURNS_MAX, turns.stop))
            for result in side.engine.advance([self._commands(turn) for turn in part]):
                yield result.digests, result.halt
                if result.halt is not None:
                    return

    def _stepped(self, side: LiveSide, turns: range, watched: bool) -> Iterator[_Turn]:
        """Play turns step by step; `watched`: everything is asked for that can be."""
        for turn in turns:
            commands = self._commands(turn)
            if watched:
                digests, halt = _watched_turn(side.engine, commands)
            else:
                result = play_turn([side], commands, False, Stopwatch())[side.name]
                digests, halt = result.digests, result.halt
            yield self._told(side, digests) if halt is None else digests, halt
            if halt is not None:
                return

    def _told(self, side: LiveSide, digests: Digests) -> Digests:
        """Return digests with the harness's own where the engine declares none."""
        if digests.state is not None:
            return digests
        return replace(digests, state=self._hasher.digest(side.engine.state()))

    def _commands(self, turn: int) -> TurnCommands:
        return commands_of(self.log.record(turn).commands_by_step, self.log.header.steps)

    def _stops(self, start: int) -> list[int]:
        """Return the turns whose states are loaded: all, or keyframes and some between."""
        turns = range(start, self.last)
        if len(turns) <= LOADS_MAX:
            return list(turns)
        spread = {turns[at * len(turns) // LOADS_MAX] for at in range(LOADS_MAX)}
        return sorted(spread.union(turn for turn in self.log.keyframes if turn in turns))


def _watched_turn(engine: Engine, commands: TurnCommands) -> _Turn:
    """Play one turn, and read all that an engine can tell after each step and at the end."""
    digests = Digests()
    for step_commands in commands:
        result = engine.step(step_commands, None, engine.can("phases"))
        if result.halt is not None:
            return Digests(), result.halt
        digests = result.digests
        engine.state()
        if engine.can("draws"):
            engine.draws()
        if engine.can("events"):
            engine.events()
    if engine.can("audit"):
        engine.audit("light")
    if engine.can("rules_fired"):
        engine.rules_fired()
    return digests, None
