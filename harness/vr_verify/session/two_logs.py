"""Two logs beside each other, turn by turn, without any engine.

Spec: contract, sections 3 and 8. Logs of one schema and one scenario are compared by their
digests, all others by the values of the columns that both have. It must not judge; the verb does.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from vr_verify.canonical import tree
from vr_verify.canonical.schema import Schema
from vr_verify.canonical.state import State
from vr_verify.compare.declared import Waiver
from vr_verify.compare.schemas import CommonPart, common_part
from vr_verify.compare.states import HashedState, Place, StateDifferences, difference
from vr_verify.model.run import TurnCommands
from vr_verify.runlog.reader import RunLog, TurnRecord
from vr_verify.session.declared import DeclaredTally
from vr_verify.session.turn_ranges import TurnRanges
from vr_verify.session.two_sketches import SketchNames, named_by_sketches

LEFT, RIGHT = "left", "right"
STATE_PARTS = ("state", "digest")
Progress = Callable[[str, int, int], None]
Declaring = Callable[[Schema], DeclaredTally]
"""Finds the columns of declared differences in the schema that two logs have in common."""


@dataclass(frozen=True, slots=True)
class FirstCommand:
    """The first step of a turn whose commands are not the same: its ordinal and both lists."""

    turn: int
    step: int
    left: tuple[object, ...]
    right: tuple[object, ...]


@dataclass
class TwoLogs:
    """What was found. `parts` is what differs at the first differing turn, in order of weight.

    `parts` has `halt`, `state` (or `digest`, where only a recorded digest differs), `draws`,
    `events`. `liars` are the sides whose own values do not have the recorded digest there.
    `declared` counts the declared differences, which part no turn. `sketches` is what they name of
    the first differing turn, where its values are unknown.
    """

    common: CommonPart
    turns: range
    by_values: bool
    digests: int = 0
    values: int = 0
    commands: FirstCommand | None = None
    command_turns: TurnRanges = field(default_factory=TurnRanges)
    differing: TurnRanges = field(default_factory=TurnRanges)
    parts: tuple[str, ...] = ()
    liars: tuple[str, ...] = ()
    differences: StateDifferences | None = None
    states: dict[str, State] = field(default_factory=dict)
    unread: TurnRanges = field(default_factory=TurnRanges)
    declared: DeclaredTally | None = None
    sketches: SketchNames | None = None


def compare_logs(
    left: RunLog,
    right: RunLog,
    progress: Progress | None = None,
    declaring: Declaring | None = None,
) -> TwoLogs:
    """Compare all turns that both logs hold."""
    return _Comparison(left, right, progress, declaring).run()


class _Comparison:
    """Two open logs on their way to a result."""

    def __init__(
        self,
        left: RunLog,
        right: RunLog,
        progress: Progress | None,
        declaring: Declaring | None,
    ) -> None:
        self.left, self.right, self.progress = left, right, progress
        first = max(left.turns[0], right.turns[0])
        last = min(left.turns[-1], right.turns[-1])
        common = common_part(left.header.schema, right.header.schema)
        self.same_basis = self._same_basis()
        self.found = TwoLogs(common, range(first, last + 1), not self.same_basis)
        self.waiver: Waiver | None = None
        if declaring is not None:
            self.found.declared = declaring(common.schema)

    def run(self) -> TwoLogs:
        """Compare; equal chains spare all turns but the ends."""
        found = self.found
        if not found.turns or not found.common.schema.tables:
            return found
        # A digest says nothing of a log whose values it does not belong to.
        lied_at = min(filter(self._liars, self._ends()), default=None) if self.same_basis else None
        found.by_values = not self.same_basis or lied_at is not None
        if not found.by_values and self._equal_chains():
            shared = set(self.left.header.has).intersection(self.right.header.has)
            found.digests = len(found.turns) * len(shared)
            return found
        self._scan()
        if lied_at is not None and not found.differing.total:
            self._keep(lied_at, ("digest",))
            found.differing.add(lied_at)
        return found

    def _same_basis(self) -> bool:
        """Whether equal states have equal digests: one schema, one scenario."""
        mine, theirs = self.left.header, self.right.header
        same_schema = mine.schema.digest == theirs.schema.digest
        return same_schema and mine.scenario_digest == theirs.scenario_digest

    def _ends(self) -> list[int]:
        """Return the first and the last common turn of which both logs have a state."""
        last = min(self.found.turns[-1], self.left.states[-1], self.right.states[-1])
        return [turn for turn in (self.found.turns[0], last) if turn >= self.found.turns[0]]

    def _equal_chains(self) -> bool:
        """Whether both logs tell of one run from the same first turn to the last common one."""
        if self.left.turns[0] != self.right.turns[0]:
            return False
        mine, theirs = (log.record(self.found.turns[-1]) for log in (self.left, self.right))
        return (mine.run_chain, mine.ledger_chain, mine.events_chain) == (
            theirs.run_chain,
            theirs.ledger_chain,
            theirs.events_chain,
        )

    def _scan(self) -> None:
        """Compare every common turn."""
        found, first = self.found, self.found.turns[0]
        for turn in found.turns:
            mine, theirs = self.left.record(turn), self.right.record(turn)
            self.waiver = None
            if turn > max(self.left.turns[0], self.right.turns[0]):
                self._compare_commands(turn, mine.commands_by_step, theirs.commands_by_step)
            parts = self._parts(mine, theirs)
            if parts:
                if not found.differing.total:
                    self._keep(turn, parts)
                found.differing.add(turn)
            if self.progress is not None:
                self.progress("diff", turn - first + 1, len(found.turns))

    def _compare_commands(self, turn: int, mine: TurnCommands, theirs: TurnCommands) -> None:
        """Compare what each step was given; a step that never came was given nothing."""
        for step in range(max(len(mine), len(theirs))):
            given = [by_step[step] if step < len(by_step) else () for by_step in (mine, theirs)]
            if given[0] != given[1]:
                self.found.command_turns.add(turn)
                if self.found.commands is None:
                    self.found.commands = FirstCommand(turn, step, given[0], given[1])
                return

    def _parts(self, mine: TurnRecord, theirs: TurnRecord) -> tuple[str, ...]:
        """Name what differs at one turn."""
        parts = ["halt"] if mine.halt != theirs.halt else []
        if mine.halt is None and theirs.halt is None:
            parts += ["state"] if self._states_differ(mine, theirs) else []
        for part, name in (("draws", "ledger"), ("events", "events")):
            one, other = getattr(mine.digests, name), getattr(theirs.digests, name)
            if one is not None and other is not None:
                self.found.digests += 1
                parts += [part] if one != other else []
        return tuple(parts)

    def _states_differ(self, mine: TurnRecord, theirs: TurnRecord) -> bool:
        """Compare one turn's states: by digest, or by the values that both logs have."""
        found, turn = self.found, mine.turn
        if self.same_basis:
            found.digests += 1
            differ = mine.digests.state != theirs.digests.state
            if differ and found.declared is not None:
                return not self._excused(turn, found.declared)
            if differ or not found.by_values:
                return differ
        if turn not in self.left.states or turn not in self.right.states:
            found.unread.add(turn)
            return False
        one, other = self._common_states(turn).values()
        found.values += sum(
            table.rows * len(table.columns)
            for universe in one.universes
            for table in universe.tables
        )
        if one != other and found.declared is not None:
            return not self._excused(turn, found.declared)
        return one != other

    def _excused(self, turn: int, declared: DeclaredTally) -> bool:
        """Whether one turn's states differ in nothing but what is declared; count that."""
        logs = ((LEFT, self.left), (RIGHT, self.right))
        weighing = declared.at(turn)
        unseen = [side for side, log in logs if turn not in log.states]
        sides = {} if unseen else self._hashed(self._common_states(turn))
        excused = weighing.excuses(sides, unseen)
        declared.keep(weighing)
        self.waiver = weighing.waiver
        # A digest that is not of its own values says nothing of the values that differ.
        return excused and not (self.same_basis and self._liars(turn))

    def _hashed(self, states: dict[str, State]) -> dict[str, HashedState]:
        schema = self.found.common.schema
        return {
            side: HashedState(state, tree.build_state(schema, bytes(32), state))
            for side, state in states.items()
        }

    def _common_states(self, turn: int) -> dict[str, State]:
        """Read both states, cut down to what is common."""
        common = self.found.common
        return {
            LEFT: common.left.state(self.left.state(turn)),
            RIGHT: common.right.state(self.right.state(turn)),
        }

    def _keep(self, turn: int, parts: tuple[str, ...]) -> None:
        """Keep what the first differing turn holds: its values, as far as states are there."""
        found = self.found
        found.parts = parts
        if turn not in self.left.states or turn not in self.right.states:
            # After declared differences the turn before may differ as well, and names mislead.
            if "state" in parts and self.same_basis and found.declared is None:
                found.sketches = named_by_sketches(self.left, self.right, turn)
            return
        found.states = self._common_states(turn)
        schema = found.common.schema
        hashed = self._hashed(found.states)
        accepted = frozenset[Place]() if self.waiver is None else self.waiver.places(hashed)
        found.differences = difference(schema, hashed, accepted)
        if self.same_basis:
            found.liars = self._liars(turn)
            if "state" in parts and found.liars:
                found.parts = tuple("digest" if part == "state" else part for part in parts)

    def _liars(self, turn: int) -> tuple[str, ...]:
        """Name the sides whose values at a turn do not have the digest that was recorded."""
        return tuple(
            side
            for side, log in ((LEFT, self.left), (RIGHT, self.right))
            if turn in log.states and self._own_digest(log, turn) != log.record(turn).digests.state
        )

    def _own_digest(self, log: RunLog, turn: int) -> bytes:
        header = log.header
        return tree.state_digest(header.schema, header.scenario_digest, log.state(turn))
