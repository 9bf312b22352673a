"""Live engines along a log: the log's commands go in, every turn is compared, nothing is steered.

Spec: contract, sections 3 to 5. It must not explain a divergence; `locate.py` does.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Final

from blake3 import blake3

from vr_verify.compare.declared import Waiver
from vr_verify.errors import EngineError
from vr_verify.model.run import Digests, Halt
from vr_verify.runlog.reader import RunLog
from vr_verify.session.approach import approach, begin_side
from vr_verify.session.coverage import Coverage, RuleCounters, rules_fired
from vr_verify.session.declared import DeclaredTally, Weighing
from vr_verify.session.examine import Parting, changed_by_reading, digests_compared, examine
from vr_verify.session.milestones import STATE_SMALL_MAX_BYTES, milestones
from vr_verify.session.pace import Pace, SamplePace
from vr_verify.session.sample import Sample
from vr_verify.session.stopwatch import Stopwatch
from vr_verify.session.trace import Streams, read_streams, trace_turn
from vr_verify.session.tree_sides import live_tree
from vr_verify.session.turn_ranges import turns_within
from vr_verify.session.turns import LiveSide, TurnResult, commands_of, play_turn
from vr_verify.session.unwatched import (
    CHUNK_TURNS_MAX,
    Streamed,
    can_go_unwatched,
    play_unwatched,
)
from vr_verify.session.views import Hasher, View

RECORDED: Final = "recorded"
DIFFERING_TURNS_KEPT_MAX: Final = 100
AUDIT_OFF: Final = "off"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What to compare. `turns` includes both ends; None: all that the log holds.

    `audit` is the auditor's level, or "off".
    """

    turns: tuple[int, int] | None = None
    recompute: str = "auto"
    trace: frozenset[str] = frozenset()
    fail_fast: bool = False
    audit: str = "light"


@dataclass(frozen=True, slots=True)
class FirstDivergence:
    """The first turn at which sides parted, with all that was frozen there.

    `waiver` are the declared differences that hold at that turn; they are no part of the parting.
    `undisputed` are those of them that hold for every value which they are about.
    """

    turn: int
    last_equal_turn: int | None
    parting: Parting
    views: tuple[View, ...]
    streams: Streams
    waiver: Waiver | None = None
    undisputed: Waiver | None = None


@dataclass
class Comparison:
    """What a lockstep found."""

    coverage: Coverage = field(default_factory=Coverage)
    first: FirstDivergence | None = None
    differing_turns: list[int] = field(default_factory=list)
    last_differs: bool = False
    halt: tuple[int, Halt] | None = None


class Lockstep:
    """Sides at one position of one log. A state of `small_bytes` or less is always recomputed.

    Set before it runs: `sample` names the turns that all sides but the first play, None for every
    turn; `renew` starts all sides anew, without a run; `pace` refuses what takes too long.
    """

    def __init__(
        self,
        log: RunLog,
        sides: tuple[LiveSide, ...],
        options: Options,
        watch: Stopwatch | None = None,
        progress: Progress | None = None,
        small_bytes: int = STATE_SMALL_MAX_BYTES,
        declared: DeclaredTally | None = None,
    ) -> None:
        self.log, self.sides, self.options = log, sides, options
        self.small_bytes = small_bytes
        self.watch = watch or Stopwatch()
        self.progress = progress
        self.declared = declared
        self.header = log.header
        self.hasher = Hasher(self.header.schema, blake3(self.header.scenario).digest(), self.watch)
        self.found = Comparison()
        self.last_equal: int | None = None
        self.first_turn, self.last_turn = turns_within(log.turns, options.turns)
        self.sample: Sample | None = None
        self.renew: Callable[[], tuple[LiveSide, ...]] | None = None
        self.pace: Pace | SamplePace | None = None
        self._active = sides
        self._met_before = False
        self._position = log.turns[0]
        self._rules = RuleCounters()

    @cached_property
    def milestones(self) -> frozenset[int]:
        """The turns at which also large states are recomputed."""
        return frozenset(milestones(self.log, self.small_bytes))

    def run(self) -> Comparison:
        """Compare all turns of the range, to the end unless it is to stop at the first finding."""
        self._position = turn = self.open()
        self._rules.begin(self.sides)
        if self.pace is not None:
            self.pace.begin()
        while turn < self.last_turn and not self.finished(turn + 1):
            ahead = self._unwatched_ahead(turn + 1)
            if ahead:
                self._go_unwatched(ahead)
                turn = ahead[-1]
            else:
                turn += 1
                self._go(turn)
            if self.pace is not None:
                self.pace.played(turn - self._position)
        self.found.coverage.count_rules(self._rules.counted(self.sides))
        return self.found

    def open(self) -> int:
        """Start all sides, bring them near the range, and return the turn that they stand at."""
        log_first = self.log.turns[0]
        openings = {side.name: begin_side(self.log, side, self.hasher) for side in self.sides}
        if self.first_turn <= log_first:
            digests = {name: opening.digests for name, opening in openings.items()}
            views = self._views(log_first, digests, dict.fromkeys(digests))
            self._judge(log_first, views, {})
            return log_first
        brought = self.sides if self.sample is None else self.sides[:1]
        self.last_equal = approach(self.log, brought, self.first_turn - 1, self.hasher)
        return self.first_turn - 1

    def finished(self, _turn: int) -> bool:
        """Whether a side cannot go on to this turn, or need not."""
        ended = self.found.halt is not None
        return ended or (self.options.fail_fast and self.found.first is not None)

    def _playing(self, turn: int) -> tuple[LiveSide, ...]:
        """Return the sides that play a turn."""
        if self.sample is None or turn in self.sample:
            return self.sides
        return self.sides[:1]

    def _go(self, turn: int) -> None:
        """Play one turn, compare it, and tell of it."""
        self._muster(turn)
        results = self._play(turn)
        self.found.coverage.turns += 1
        self._compare(turn, results)
        self._tell(turn)

    def _muster(self, turn: int) -> None:
        """Choose the sides that play on from here; of a sample, bring up those that played not."""
        self._active = self._playing(turn)
        if self.sample is not None and len(self._active) > 1:
            self.last_equal = self._bring(self._active[1:], turn - 1)

    def _bring(self, sides: tuple[LiveSide, ...], turn: int) -> int | None:
        """Bring sides to the end of a turn by `approach`; what fires on the way does not count."""
        fired = rules_fired(sides)
        restored = approach(self.log, sides, turn, self.hasher)
        self._rules.leave_out(fired, sides)
        return restored

    def _tell(self, turn: int) -> None:
        if self.progress is not None:
            before = max(self.first_turn, self.log.turns[0] + 1) - 1
            self.progress("replay", turn - before, self.last_turn - before)

    def _unwatched_ahead(self, turn: int) -> range:
        """Return the next turns that need no watching, none once sides have parted."""
        playing, options = self._playing(turn), self.options
        quiet = options.audit == AUDIT_OFF or not any(s.engine.can("audit") for s in playing)
        wanted = bool(options.trace) or self.declared is not None or self.found.first is not None
        if wanted or not quiet or not can_go_unwatched(playing):
            return range(0)
        end = turn
        while end < min(self.last_turn, turn + self._chunk_max(turn)):
            if self._recompute(end) or self._playing(end) != playing or self.finished(end):
                break
            end += 1
        return range(turn, end)

    def _chunk_max(self, turn: int) -> int:
        """Return how many turns to play at once: few, until it is known how long a turn takes."""
        if self.pace is None or self.pace.judged:
            return CHUNK_TURNS_MAX
        return min(CHUNK_TURNS_MAX, turn - self._position)

    def _go_unwatched(self, turns: range) -> None:
        """Play turns with nothing asked in between; where sides differ, again as any other."""
        self._muster(turns[0])
        kept, before = copy(self.found.coverage), self.last_equal
        fired = rules_fired(self._active)
        failure: EngineError | None = None
        streamed: Streamed | None = None
        try:
            with self.watch.part("step"):
                streamed = play_unwatched(self.log, self._active, turns, self.hasher, self._agreed)
        except EngineError as error:
            if self.renew is None or self.finished(turns[0]):
                raise
            failure = error
        if failure is None and streamed is None:
            return
        self.found.coverage, self.last_equal = kept, before
        if failure is None:
            self._rules.leave_out(fired, self._active)
        self._stand_before(turns[0], failure is not None)
        for turn in turns:
            if not self.finished(turn):
                self._go(turn)
        if failure is not None:
            raise failure
        if streamed is not None and self.found.first is None:
            self._keep_streamed(
                streamed, before if streamed.turn == turns[0] else streamed.turn - 1
            )

    def _agreed(self, turn: int, views: tuple[View, ...]) -> None:
        """Count a turn whose digests are equal."""
        self.found.coverage.advanced_to = turn
        self.found.coverage.turns += 1
        self.found.coverage.steps += len(self.header.steps)
        self.found.coverage.compared(turn, digests_compared(views), False)
        self.found.last_differs, self.last_equal = False, turn
        self._tell(turn)

    def _stand_before(self, turn: int, failed: bool) -> None:
        """Bring the playing sides back to where a turn starts, on new workers after a failure."""
        if failed and self.renew is not None:
            self.sides = self.renew()
            self._active = self._playing(turn)
            for side in self.sides:
                begin_side(self.log, side, self.hasher)
        self._bring(self._active, turn - 1)

    def _keep_streamed(self, streamed: Streamed, last_equal: int | None) -> None:
        """Keep a difference that did not show again: of a transient fault there are digests."""
        turn, views, nothing = streamed.turn, streamed.views, Streams({}, {})
        self.found.first = FirstDivergence(turn, last_equal, streamed.parting, views, nothing)
        self.found.differing_turns.append(turn)

    def _play(self, turn: int) -> dict[str, TurnResult]:
        commands = commands_of(self.log.record(turn).commands_by_step, self.header.steps)
        results = play_turn(self._active, commands, "phases" in self.options.trace, self.watch)
        self.found.coverage.steps += max(len(r.phase_digests) for r in results.values())
        halts = [result.halt for result in results.values() if result.halt is not None]
        if halts:
            self.found.halt = (turn, halts[0])
        return results

    def _compare(self, turn: int, results: dict[str, TurnResult]) -> None:
        digests = {name: result.digests for name, result in results.items()}
        views = self._views(turn, digests, {name: r.halt for name, r in results.items()})
        self._judge(turn, views, results)

    def _views(
        self, turn: int, digests: dict[str, Digests], halts: dict[str, Halt | None]
    ) -> tuple[View, ...]:
        """Set the live sides and the record beside each other.

        After a halt all stand at the turn's start again, so that state is what is compared.
        """
        record = self.log.record(turn)
        standing, recorded = turn, record.digests
        if record.halt is not None and turn > self.log.turns[0]:
            standing = turn - 1
            recorded = replace(self.log.record(standing).digests, ledger=None, events=None)
        live = [
            View(
                side.name,
                digests[side.name],
                halts[side.name],
                side.engine.state,
                live_tree(side.engine, self.small_bytes),
            )
            for side in self._active
        ]
        load = partial(self.log.state, standing) if standing in self.log.states else None
        return (*live, View(RECORDED, recorded, record.halt, load))

    def _judge(self, turn: int, views: tuple[View, ...], results: dict[str, TurnResult]) -> None:
        """Examine one state, audit it, and keep what was found."""
        recompute = self._recompute(turn)
        weighing = self._weighing(turn, views)
        parting = examine(views, self.hasher, recompute, weighing)
        traced = self._trace(turn, results, weighing)
        parting = parting or traced
        coverage = self.found.coverage
        known = [view for view in views if view.has_values]
        hashed = all(view.hashed is not None and view.read_whole for view in known)
        coverage.compared(turn, digests_compared(views), hashed)
        if self.options.audit != AUDIT_OFF:
            coverage.audit(turn, self._active, self.options.audit)
        if parting is None and recompute:
            first, views = views, self._read_again(views)
            weighing = self._weighing(turn, views)
            parting = examine(views, self.hasher, recompute, weighing)
            parting = parting or changed_by_reading(first, views)
        if self.declared is not None and weighing is not None:
            self.declared.keep(weighing)
        self.found.last_differs = parting is not None
        if parting is None:
            if self.found.first is None:
                self.last_equal = turn
            return
        if len(self.found.differing_turns) < DIFFERING_TURNS_KEPT_MAX:
            self.found.differing_turns.append(turn)
        if self.found.first is None:
            # What the sides hold now is kept at once: a fault may be gone when the turn runs again.
            self.hasher.hash(views)
            streams = read_streams(self._active) if turn > self.log.turns[0] else Streams({}, {})
            frozen = FirstDivergence(turn, self.last_equal, parting, views, streams)
            if weighing is not None:
                held, whole = weighing.waiver, weighing.undisputed
                frozen = replace(frozen, waiver=held, undisputed=whole)
            self.found.first = frozen

    def _weighing(self, turn: int, views: tuple[View, ...]) -> Weighing | None:
        halted = turn > self.log.turns[0] and all(view.halt is not None for view in views)
        return None if self.declared is None else self.declared.at(turn, halted)

    def _trace(
        self, turn: int, results: dict[str, TurnResult], weighing: Weighing | None
    ) -> Parting | None:
        """Compare what was asked for beside digests; the first state was played by nobody.

        Declared differences at a turn's start or end are in the digests of its phases too.
        """
        wanted = self.options.trace
        met_before = self._met_before
        self._met_before = weighing is not None and weighing.met
        if not wanted or not results:
            return None
        if self.declared is not None and (met_before or self._met_before) and "phases" in wanted:
            self.declared.phases_passed_over.add(turn)
            wanted -= {"phases"}
        return trace_turn(self._active, results, wanted, self.header.steps, self.found.coverage)

    def _read_again(self, views: tuple[View, ...]) -> tuple[View, ...]:
        """Read every live side once more, after the audit: to be watched must change nothing."""
        again = tuple(view if view.name == RECORDED else view.again() for view in views)
        # Beside the views that are hashed already, equal values need no second hashing.
        self.hasher.hash([*views, *again])
        return again

    def _recompute(self, turn: int) -> bool:
        """Whether every side's digest is held against its own values at this turn."""
        if self.options.recompute == "every" or turn in (self.first_turn, self.last_turn):
            return True
        if turn in self.milestones:
            return True
        widths = [sum(c.width for c in table.columns) for table in self.header.schema.tables]
        rows = [universe.rows for universe in self.sides[0].engine.rows]
        size = sum(n * w for counts in rows for n, w in zip(counts, widths, strict=True))
        return size <= self.small_bytes
