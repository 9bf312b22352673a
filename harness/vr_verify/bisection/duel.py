"""Two builds along a log, each run twice at the same time: it is compared with itself first.

Segments start from recorded states. A build that the log itself is a recording of counts that as
one of its runs. It must not search; `segments.py` does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from vr_verify.bisection.footprints import alone, parting_kind
from vr_verify.bisection.run_answer import AnswerWriter, RunAnswer
from vr_verify.bisection.segments import Hit, Segment
from vr_verify.bisection.walk import Stand, Walk
from vr_verify.canonical.state import State
from vr_verify.runlog.reader import RunLog
from vr_verify.session.examine import Parting
from vr_verify.session.lockstep import (
    DIFFERING_TURNS_KEPT_MAX,
    RECORDED,
    Comparison,
    FirstDivergence,
)
from vr_verify.session.trace import Streams, read_streams
from vr_verify.session.turns import LiveSide
from vr_verify.session.views import View

GOOD: Final = "good"
BAD: Final = "bad"
ROLES: Final = (GOOD, BAD)


@dataclass(frozen=True, slots=True)
class Unstable:
    """A build that differs from itself: its role, the turn at which it does, and in what."""

    role: str
    turn: int
    kind: str


Finding = Unstable | FirstDivergence


@dataclass(frozen=True, slots=True)
class Role:
    """A build's live runs, the first one under the role's name; none where it only was recorded.

    `recorded`: the log is a recording of this build, which counts as a run of it.
    """

    name: str
    live: tuple[LiveSide, ...]
    recorded: bool = False

    @property
    def runs(self) -> tuple[str, ...]:
        """Names of all runs; the first one stands for the build."""
        return tuple(side.name for side in self.live) + ((RECORDED,) if self.recorded else ())


class Duel:
    """Both builds on one walk. `turns` are the compared ones; the rest are counts and remarks."""

    def __init__(self, walk: Walk, roles: tuple[Role, Role]) -> None:
        self.walk, self.roles = walk, roles
        self.turns: list[int] = []
        self.apart_from_log: dict[str, int] = {}
        self._parted: dict[int, Stand] = {}
        self._noted: list[Stand] = []

    def open(self) -> Finding | None:
        """Start all sides, and compare the first state if it is in the range."""
        stand = self.walk.open()
        self._noted = [stand]
        return self._judge(stand) if self.walk.first <= stand.turn else None

    def execute(self, segment: Segment) -> Hit[Finding] | None:
        """Play a segment on all sides, up to the first turn at which anything differs."""
        self.walk.stand_at(segment.start)
        self._noted = []
        for turn in range(segment.start + 1, segment.last + 1):
            stand = self.walk.play(turn)
            self._noted.append(replace(stand, states={}))
            found = self._judge(stand) if turn >= self.walk.first else None
            if found is not None:
                return Hit(found, final=isinstance(found, Unstable))
            if stand.halted:
                break
        return None

    def answer(self, role: Role) -> RunAnswer:
        """Return what a role's first run left at each turn since the latest segment's start."""
        writer = AnswerWriter(self._noted[0].turn)
        for stand in self._noted:
            one = stand.left[role.runs[0]]
            writer.add(replace(one.told, state=one.told.state or one.own), one.halt)
        return writer.answer(self._noted[-1].left[role.runs[0]].own)

    def play_on(self, segment: Segment | None, parted: FirstDivergence) -> Comparison | Unstable:
        """Play on to the end of the range, and keep the turns at which the builds differ.

        Where the sides can be restored they play from the start of the segment once more, and a
        build that then leaves something else at the divergent turn differs from itself.
        """
        kept = Comparison(first=parted, differing_turns=[parted.turn], last_differs=True)
        start, halted = parted.turn, self._parted[parted.turn].halted
        if segment is not None and self.walk.restorable:
            self.walk.stand_at(segment.start)
            start, halted = segment.start, False
        for turn in range(start + 1, self.walk.last + 1):
            if halted:
                break
            stand = self.walk.play(turn)
            halted = stand.halted
            before = self._parted[turn] if turn == parted.turn else stand
            if (unstable := self._unstable(stand, before)) is not None:
                return unstable
            if turn > parted.turn:
                kept.last_differs = self._kind(stand) is not None
                if kept.last_differs and len(kept.differing_turns) < DIFFERING_TURNS_KEPT_MAX:
                    kept.differing_turns.append(turn)
        return kept

    def _judge(self, stand: Stand) -> Finding | None:
        """Compare each build with itself, then the two; what differs is frozen at once."""
        self.turns.append(stand.turn)
        if (unstable := self._unstable(stand, stand)) is not None:
            return unstable
        for role in self.roles:
            if parting_kind(stand.left[role.runs[0]], stand.left[RECORDED]) is not None:
                known = self.apart_from_log.get(role.name, stand.turn)
                self.apart_from_log[role.name] = min(stand.turn, known)
        if (kind := self._kind(stand)) is None:
            return None
        self._parted[stand.turn] = stand
        return self._frozen(stand, kind)

    def _unstable(self, stand: Stand, before: Stand) -> Unstable | None:
        """Return the first build that did not leave one and the same thing, now and before."""
        for role in self.roles:
            first, *others = role.runs
            runs = [*(stand.left[name] for name in others), before.left[first]]
            for run in runs:
                if (kind := parting_kind(stand.left[first], run)) is not None:
                    return Unstable(role.name, stand.turn, kind)
        return None

    def _kind(self, stand: Stand) -> str | None:
        """Return the kind in which the two builds differ."""
        good, bad = (stand.left[role.runs[0]] for role in self.roles)
        return parting_kind(good, bad)

    def _frozen(self, stand: Stand, kind: str) -> FirstDivergence:
        """Keep all that is known of a turn at which the builds part, with the recording beside."""
        walk, turn = self.walk, stand.turn
        firsts = {role.name: role.live[0] for role in self.roles if role.live}
        left = {role.name: stand.left[role.runs[0]] for role in self.roles}
        if len(firsts) == len(self.roles):
            left[RECORDED] = stand.left[RECORDED]
        views = tuple(
            View(name, one.told, one.halt, _load(walk.log, stand, firsts.get(name)))
            for name, one in left.items()
        )
        walk.hasher.hash(views)
        played = turn > walk.log.turns[0]
        streams = read_streams(tuple(firsts.values())) if played else Streams({}, {})
        equal = played and (turn > walk.first or walk.restored == turn - 1)
        parting = Parting(kind, alone(kind, left))
        return FirstDivergence(turn, turn - 1 if equal else None, parting, views, streams)


def _load(log: RunLog, stand: Stand, side: LiveSide | None) -> Callable[[], State] | None:
    """Say how values are had: those read of a side, those it holds, or the recorded ones.

    None where the log keeps digests alone. A turn that halted stands where the turn before ended.
    """
    if side is not None:
        read = stand.states.get(side.name)
        return side.engine.state if read is None else partial(_same, read)
    halted = stand.left[RECORDED].halt is not None and stand.turn > log.turns[0]
    standing = stand.turn - 1 if halted else stand.turn
    return partial(log.state, standing) if standing in log.states else None


def _same(state: State) -> State:
    return state


def first_sides(roles: Sequence[Role]) -> list[LiveSide]:
    """Return the live side that stands for each role, of those that have one."""
    return [role.live[0] for role in roles if role.live]
