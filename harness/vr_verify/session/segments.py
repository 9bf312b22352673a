"""One long run in segments, several at the same time: each from a recorded state to the next one.

Segments are cut at milestones, so by the log alone. Each ends where the next one starts, at a
state that was recomputed: that chain makes the parts prove what a replay in one piece proves.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack
from copy import copy
from dataclasses import dataclass
from functools import partial
from threading import Lock

from vr_verify.errors import VrVerifyError
from vr_verify.session.approach import approach, begin_side
from vr_verify.session.crew import Crew
from vr_verify.session.lockstep import Comparison, Lockstep


@dataclass(frozen=True, slots=True)
class Segment:
    """Turns behind `start` up to `end`; `start` None: from where the whole replay begins."""

    number: int
    start: int | None
    end: int


def cut(milestones: Collection[int], first_turn: int, last_turn: int) -> list[Segment]:
    """Cut the turns of a replay, both ends included, into segments at its log's milestones."""
    inner = [t for t in sorted(milestones) if first_turn <= t < last_turn]
    starts = [None, *inner]
    ends = [*inner, last_turn]
    return [Segment(at, *pair) for at, pair in enumerate(zip(starts, ends, strict=True))]


class _PartialLockstep(Lockstep):
    """The lockstep of one segment. Once sides have parted in it, it goes on to the end."""

    def place(self, segment: Segment, is_needed: Callable[[], bool], begun: bool) -> None:
        """Say which part it plays, and whether its engines have been given the scenario before."""
        self._segment, self._is_needed, self._begun = segment, is_needed, begun

    def open(self) -> int:
        """Bring the sides to the segment's start."""
        start = self._segment.start
        if start is None:
            return super().open()
        if not self._begun:
            for side in self.sides:
                begin_side(self.log, side, self.hasher)
        self.last_equal = approach(self.log, self.sides, start, self.hasher)
        return start

    def finished(self, turn: int) -> bool:
        """Whether the segment ends before this turn, or somebody found that it is not needed."""
        behind = turn > self._segment.end and self.found.first is None
        return behind or not self._is_needed() or super().finished(turn)


class _Board:
    """What is to do and what was found, shared by the threads."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._lock, self._next, self._last = Lock(), 0, len(segments) - 1
        self.segments = segments
        self.found: dict[int, Comparison] = {}
        self.errors: dict[int, VrVerifyError] = {}
        self.played: set[int] = set()

    def take(self) -> Segment | None:
        """Give the next segment that is needed."""
        with self._lock:
            if self._next > self._last:
                return None
            self._next += 1
            return self.segments[self._next - 1]

    def needs(self, number: int) -> bool:
        """Whether no segment before this one has ended the run."""
        return number <= self._last

    def end_at(self, number: int) -> None:
        """Note that this segment ends the run: those behind it are put aside."""
        with self._lock:
            self._last = min(self._last, number)

    def stop(self) -> None:
        """Note that the work is to end now."""
        with self._lock:
            self._last = -1


def play_segments(whole: Lockstep, crews: Sequence[Crew], cuts: Sequence[Segment]) -> None:
    """Play the segments of a replay with these crews, and put what they find into `whole`.

    `whole` has not been opened; afterwards it stands as if it had played all turns itself. Raises
    what it would have raised. Crews may be left in any state.
    """
    board = _Board(cuts)
    tell = _Counted(whole)
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(len(crews)))
        try:
            working = [pool.submit(_work, board, whole, crew, tell) for crew in crews]
            done, _ = wait(working, return_when=FIRST_EXCEPTION)
            for one in sorted(done, key=working.index):
                one.result()
        except BaseException:
            board.stop()
            for crew in crews:
                crew.stop()
            pool.shutdown()
            _gather(whole, board)
            raise
    if (error := _gather(whole, board)) is not None:
        raise error


def _work(board: _Board, whole: Lockstep, crew: Crew, tell: "_Counted") -> None:
    """Play one segment after another on one crew."""
    begun = False
    while (segment := board.take()) is not None:
        lockstep = _part(board, whole, crew, segment, begun)
        lockstep.progress = tell.of(segment) if whole.progress is not None else None
        board.found[segment.number] = lockstep.found
        begun = True
        try:
            lockstep.run()
        except VrVerifyError as error:
            # Workers that were told to end have failed at nothing.
            if board.needs(segment.number):
                board.errors[segment.number] = error
                board.end_at(segment.number)
            return
        _is_needed(board, segment.number, lockstep.found)
        if board.needs(segment.number):
            board.played.add(segment.number)


def _part(
    board: _Board, whole: Lockstep, crew: Crew, segment: Segment, begun: bool
) -> _PartialLockstep:
    """Make the lockstep of one segment; it reads the log by itself, since a log keeps a state."""
    lockstep = _PartialLockstep(
        copy(whole.log), crew.sides, whole.options, small_bytes=whole.small_bytes
    )
    lockstep.milestones = whole.milestones
    lockstep.renew = crew.renew
    lockstep.pace = whole.pace if segment.number == 0 else None
    is_needed = partial(_is_needed, board, segment.number, lockstep.found)
    lockstep.place(segment, is_needed, begun)
    return lockstep


def _is_needed(board: _Board, number: int, found: Comparison) -> bool:
    """Whether to go on with a segment; what it has found by now may put later ones aside."""
    if found.first is not None or found.halt is not None:
        board.end_at(number)
    return board.needs(number)


class _Counted:
    """Progress of all segments together."""

    def __init__(self, whole: Lockstep) -> None:
        self._whole, self._lock = whole, Lock()
        self._done: dict[int, int] = {}
        self._before = max(whole.first_turn, whole.log.turns[0] + 1) - 1

    def of(self, segment: Segment) -> Callable[[str, int, int], None]:
        """Return what a segment tells its progress to."""
        start = self._before if segment.start is None else segment.start

        def tell(what: str, done: int, total: int) -> None:
            with self._lock:
                self._done[segment.number] = min(self._before + done, segment.end) - start
                assert self._whole.progress is not None
                self._whole.progress(what, sum(self._done.values()), total)

        return tell


def _gather(whole: Lockstep, board: _Board) -> VrVerifyError | None:
    """Put together what was found, in order, up to the segment that ended the run.

    Where work was stopped, up to the first segment that was not finished, and what that one has.
    Returns the failure that ended the run. Rules are counted by whoever comes to the end only.
    """
    for segment in board.segments:
        found = board.found.get(segment.number, Comparison())
        whole.found.coverage.add(found.coverage)
        whole.found.first, whole.found.halt = found.first, found.halt
        whole.found.differing_turns = found.differing_turns
        whole.found.last_differs = found.last_differs
        if segment.number not in board.played:
            whole.found.coverage.forget_rules()
            return board.errors.get(segment.number)
        if found.first is not None or found.halt is not None:
            return None
    return None
