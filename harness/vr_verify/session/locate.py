"""A divergent turn run again: its first differing step, phase and values.

Spec: contract, section 4. Along a log it starts from the recorded state of the turn before, so it
shows what this one turn does; `reproduced` says whether the sides part again.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from vr_verify.compare.declared import Waiver
from vr_verify.compare.states import HashedState, Place, difference
from vr_verify.engines.client import Engine, StepResult
from vr_verify.engines.registry import BuildSpec
from vr_verify.model.limits import Limits
from vr_verify.model.run import Digests
from vr_verify.runlog.reader import RunLog
from vr_verify.session.milestones import STATE_SMALL_MAX_BYTES
from vr_verify.session.scripts import LogScript, Script
from vr_verify.session.trace import Streams, read_streams
from vr_verify.session.tree_sides import live_tree
from vr_verify.session.turns import LiveSide
from vr_verify.session.views import Hasher


@dataclass(frozen=True, slots=True)
class Spot:
    """Ordinals of a step and a phase; None for a phase that could not be told."""

    step: int
    phase: int | None


@dataclass(frozen=True, slots=True)
class Located:
    """What running the turn again has shown. `places` differ at the end of the spot's phase."""

    reproduced: bool
    spot: Spot | None
    places: tuple[Place, ...]
    streams: Streams


def locate(
    log: RunLog,
    specs: Sequence[tuple[str, BuildSpec]],
    turn: int,
    hasher: Hasher,
    limits: Limits | None = None,
    waiver: Waiver | None = None,
    small_bytes: int = STATE_SMALL_MAX_BYTES,
) -> Located:
    """Run `turn` again on fresh workers of the named builds, within the limits of each worker.

    What `waiver` accepts, the sides do not part by. States over `small_bytes` are not read whole
    where their trees show what differs.
    """
    with ExitStack() as stack:
        sides = [LiveSide(name, stack.enter_context(Engine(spec, limits))) for name, spec in specs]
        return locate_on(LogScript(log), sides, turn, hasher, waiver, small_bytes)


def locate_on(
    script: Script,
    sides: Sequence[LiveSide],
    turn: int,
    hasher: Hasher,
    waiver: Waiver | None = None,
    small_bytes: int = STATE_SMALL_MAX_BYTES,
) -> Located:
    """Run `turn` of a script again on sides that are running, which it leaves in mid-turn."""
    return _Rerun(script, sides, turn, hasher, waiver, small_bytes).run()


class _Rerun:
    """Sides and the turn that they are to play again."""

    def __init__(
        self,
        script: Script,
        sides: Sequence[LiveSide],
        turn: int,
        hasher: Hasher,
        waiver: Waiver | None,
        small_bytes: int,
    ) -> None:
        self.script, self.sides, self.turn, self.hasher = script, sides, turn, hasher
        self.waiver, self.small_bytes = waiver, small_bytes
        self.repeatable = script.repeatable(sides)
        self.phases = all(side.engine.can("phases") for side in sides)

    def run(self) -> Located:
        """Play the turn step by step, then once more up to the phase where the sides part."""
        self.script.start(self.sides, self.hasher)
        if self.turn == self.script.first_turn:
            digests = {self.hasher.digest(side.engine.state()) for side in self.sides}
            recorded = {self.script.first_recorded(self.hasher)} - {None}
            return Located(len(digests | recorded) > 1, None, (), Streams({}, {}))
        self._approach()
        spot, parted = self._play()
        streams = read_streams(self.sides)
        if spot is None and self.repeatable and self._states_part():
            parted, spot = True, self._spot_by_values()
        elif spot is not None and spot.phase is None and self.repeatable:
            spot = self._phase_by_values(spot.step, len(self.script.steps[spot.step].phases))
        places = self._places_at(spot) if spot is not None else ()
        parted = parted or streams.draw_difference(self.script.steps) is not None
        parted = parted or streams.event_difference() is not None
        return Located(parted or spot is not None, spot, places, streams)

    def _approach(self) -> None:
        """Bring all sides to the end of the turn before."""
        self.script.approach(self.sides, self.turn - 1, self.hasher)

    def _play(self) -> tuple[Spot | None, bool]:
        """Play the turn; return the first spot where live sides part, and whether any side does."""
        spot: Spot | None = None
        results: dict[str, StepResult] = {}
        for ordinal, commands in enumerate(self.script.commands(self.turn)):
            results = {s.name: s.engine.step(commands, None, self.phases) for s in self.sides}
            if spot is None:
                spot = self._spot(ordinal, results)
            halts = {result.halt for result in results.values()}
            if halts != {None}:
                recorded = self.script.recorded(self.turn)
                told = set() if recorded is None else {recorded.halt}
                return spot, len(halts | told) > 1
        return spot, spot is not None or self._ends_differ(results)

    def _spot(self, ordinal: int, results: dict[str, StepResult]) -> Spot | None:
        """Return the spot within this step where live sides part, as exactly as they can tell."""
        phases = len(self.script.steps[ordinal].phases)
        if len(self.sides) < 2:
            return None
        # Digests cannot tell declared differences from others: values can.
        if self.phases and self.waiver is None:
            digests = [result.phase_digests for result in results.values()]
            for phase in range(min(map(len, digests))):
                if len({listed[phase] for listed in digests}) > 1:
                    return Spot(ordinal, phase)
            return None
        return Spot(ordinal, 0 if phases == 1 else None) if self._states_part() else None

    def _states_part(self) -> bool:
        """Whether the live sides' values differ as they stand, in what no declaration accepts."""
        if self.waiver is not None:
            return self.waiver.parts(self._hashed())
        states = [side.engine.state() for side in self.sides]
        return any(state != states[0] for state in states[1:])

    def _spot_by_values(self) -> Spot | None:
        """Find the spot where digests hide it: by the values after each step, then each phase."""
        for ordinal, step in enumerate(self.script.steps):
            self._play_to(Spot(ordinal, None))
            if self._states_part():
                return self._phase_by_values(ordinal, len(step.phases))
        return None

    def _phase_by_values(self, step: int, phases: int) -> Spot:
        """Find the phase of a step that parts the sides, by the values after each phase."""
        for phase in range(phases) if self.phases else ():
            self._play_to(Spot(step, phase))
            if self._states_part():
                return Spot(step, phase)
        return Spot(step, None)

    def _hashed(self) -> dict[str, HashedState]:
        """Read the sides as they stand: what differs by their trees if states are large, or all."""
        trees = {side.name: live_tree(side.engine, self.small_bytes) for side in self.sides}
        live = {name: one for name, one in trees.items() if one is not None}
        found = self.hasher.descended(live) if len(live) == len(self.sides) > 1 else None
        if found is not None and found.differ:
            return found.sides
        return {side.name: self.hasher.hashed(side.engine.state()) for side in self.sides}

    def _ends_differ(self, results: dict[str, StepResult]) -> bool:
        """Whether any two sides, the recorded one included, differ at the turn's end."""
        recorded = self.script.recorded(self.turn)
        told = Digests() if recorded is None else recorded.digests
        own = {side.name: self.hasher.digest(side.engine.state()) for side in self.sides}
        reported = {
            own[name] if r.digests.state is None else r.digests.state for name, r in results.items()
        }
        ledgers = {r.digests.ledger for r in results.values()} | {told.ledger}
        events = {r.digests.events for r in results.values()} | {told.events}
        states = reported | set(own.values()) | ({told.state} - {None})
        if self.waiver is not None and states == set(own.values()) and not self._states_part():
            states = set()
        return any(len(kinds - {None}) > 1 for kinds in (states, ledgers, events))

    def _places_at(self, spot: Spot) -> tuple[Place, ...]:
        """Play up to the spot once more, and compare the values as they stand there."""
        if not self.repeatable:
            return ()
        self._play_to(spot)
        hashed = self._hashed()
        accepted = frozenset[Place]() if self.waiver is None else self.waiver.places(hashed)
        return difference(self.script.schema, hashed, accepted).places

    def _play_to(self, spot: Spot) -> None:
        """Start the turn anew and play it to the end of the spot's phase, or of its step."""
        self._approach()
        for ordinal, commands in enumerate(self.script.commands(self.turn)[: spot.step + 1]):
            stop = spot.phase if ordinal == spot.step and self.phases else None
            for side in self.sides:
                side.engine.step(commands, stop)
