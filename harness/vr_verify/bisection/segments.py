"""A log cut where it keeps a state, and the search for the first piece in which sides part.

A segment is played from its recorded state, so it shows what happens in it and nothing that
happened before. It must not know what a side is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Generic, TypeVar

from vr_verify.runlog.reader import RunLog

IN_ORDER: Final = "in order"
BY_HALVES: Final = "by halves"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Segment:
    """Turns `start + 1` to `last`, played from the state of turn `start`."""

    start: int
    last: int


@dataclass(frozen=True, slots=True)
class Hit(Generic[T]):
    """What executing a segment has shown. `final`: no other segment needs to be executed."""

    what: T
    final: bool = False


@dataclass(frozen=True, slots=True)
class Search(Generic[T]):
    """The result: what was found in which segment, and how many segments were executed."""

    found: T | None
    segment: Segment | None
    executed: int


Execute = Callable[[Segment], Hit[T] | None]


def segments_of(log: RunLog, first: int, last: int, restorable: bool) -> tuple[Segment, ...]:
    """Cut turns `first` to `last` of a log at every state that it keeps.

    The first segment starts at the nearest state before. Sides that cannot all be restored have
    one segment, from the log's first turn. No segment where there is no turn to play.
    """
    log_first = log.turns[0]
    begin = log_first if not restorable or first <= log_first else log.state_before(first - 1)
    if last <= begin:
        return ()
    inner = [turn for turn in log.states if begin < turn < last] if restorable else []
    cuts = [begin, *inner, last]
    return tuple(Segment(start, end) for start, end in pairwise(cuts))


def in_order(segments: tuple[Segment, ...], execute: Execute[T]) -> Search[T]:
    """Execute one segment after the other until something is found: the first there is."""
    for at, segment in enumerate(segments):
        if (hit := execute(segment)) is not None:
            return Search(hit.what, segment, at + 1)
    return Search(None, None, len(segments))


def by_halves(segments: tuple[Segment, ...], execute: Execute[T]) -> Search[T]:
    """Search by halves, as if every segment behind the first that shows it showed it too.

    At most ceil(log2 n) + 1 of n segments are executed, the last one first. What heals may be
    missed, and what is found need not be the first: the caller says so.
    """
    if not segments:
        return Search(None, None, 0)
    low, high, executed = 0, len(segments) - 1, 1
    hit = execute(segments[high])
    if hit is None:
        return Search(None, None, executed)
    while low < high and not hit.final:
        middle = (low + high) // 2
        executed += 1
        if (earlier := execute(segments[middle])) is None:
            low = middle + 1
        else:
            hit, high = earlier, middle
    return Search(hit.what, segments[high], executed)
