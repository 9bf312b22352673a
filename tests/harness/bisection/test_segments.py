"""Segments of a log, the two searches over them, and the search in a row of revisions."""

from collections.abc import Callable
from itertools import pairwise
from math import ceil, log2
from pathlib import Path

import pytest

from tests.harness.session.written_logs import Written
from vr_verify.bisection.history import Span, Verdict, first_bad
from vr_verify.bisection.segments import Hit, Search, Segment, by_halves, in_order, segments_of
from vr_verify.runlog.reader import RunLog

SIZES = range(1, 41)


def row(count: int) -> tuple[Segment, ...]:
    """Make segments of one turn each."""
    return tuple(Segment(turn, turn + 1) for turn in range(count))


def showing(turns: range, final: bool = False) -> Callable[[Segment], Hit[int] | None]:
    """Play segments: a difference shows in those whose last turn is one of these."""
    return lambda segment: Hit(segment.last, final) if segment.last in turns else None


@pytest.mark.parametrize("snapshots", ["full", "delta", "sparse"])
def test_a_log_is_cut_at_every_state_that_it_keeps(tmp_path: Path, snapshots: str) -> None:
    path = Written(last_turn=40, snapshots=snapshots).write(tmp_path / "run.log")
    with RunLog.open(path) as log:
        segments = segments_of(log, 0, 40, restorable=True)
        starts = [segment.start for segment in segments]
        assert starts == [turn for turn in log.states if turn < 40]
        assert all(one.last == other.start for one, other in pairwise(segments))
        assert segments[-1].last == 40
        assert (len(segments) == 40) == (snapshots != "sparse")
        # A range in the middle starts at the nearest state before it.
        assert segments_of(log, 13, 17, restorable=True)[0].start == log.state_before(12)
        assert segments_of(log, 13, 17, restorable=True)[-1].last == 17
        assert segments_of(log, 13, 17, restorable=False) == (Segment(0, 17),)
        assert segments_of(log, 0, 0, restorable=True) == ()


def test_in_order_finds_the_first_and_stops_there() -> None:
    for count in SIZES:
        for bad in range(1, count + 1):
            found = in_order(row(count), showing(range(bad, count + 1)))
            assert found == Search(bad, Segment(bad - 1, bad), bad)
        assert in_order(row(count), showing(range(0))) == Search(None, None, count)


def test_halves_find_the_first_of_what_persists_in_few_executions() -> None:
    for count in SIZES:
        most = ceil(log2(count)) + 1
        needed = set[int]()
        for bad in range(1, count + 1):
            found = by_halves(row(count), showing(range(bad, count + 1)))
            assert (found.found, found.segment) == (bad, Segment(bad - 1, bad))
            needed.add(found.executed)
        assert max(needed) == most, "the bound is met, and by somebody"
        assert by_halves(row(count), showing(range(0))) == Search(None, None, 1)


def test_what_heals_is_found_in_order_and_missed_by_halves() -> None:
    for count in range(2, 41):
        heals = showing(range(1, count))
        assert in_order(row(count), heals).found == 1
        assert by_halves(row(count), heals) == Search(None, None, 1)


def test_a_build_that_differs_from_itself_ends_either_search() -> None:
    unsteady = showing(range(1, 41), final=True)
    assert in_order(row(40), unsteady).executed == by_halves(row(40), unsteady).executed == 1
    assert by_halves((), unsteady) == in_order((), unsteady) == Search(None, None, 0)


def tried(count: int, bad: int, unknown: set[int]) -> tuple[Span, list[int]]:
    """Search a row that is bad from one place on; also say which places were tried."""
    asked: list[int] = []

    def test(at: int) -> Verdict:
        asked.append(at)
        if at in unknown:
            return Verdict.UNKNOWN
        return Verdict.BAD if at >= bad else Verdict.GOOD

    return first_bad(count, test), asked


def test_the_first_bad_revision_is_found_in_few_trials() -> None:
    for count in SIZES:
        for bad in range(count):
            span, asked = tried(count, bad, set())
            assert span == Span(bad - 1, bad)
            assert len(asked) <= ceil(log2(count)) if count > 1 else asked == []


def test_what_cannot_be_told_is_passed_over_and_never_tried_twice() -> None:
    for count in range(2, 13):
        for bad in range(count):
            for mask in range(2 ** (count - 1)):
                unknown = {at for at in range(count - 1) if mask >> at & 1}
                span, asked = tried(count, bad, unknown)
                assert len(asked) == len(set(asked))
                assert bad in span.candidates
                assert set(span.candidates) - {span.bad} <= unknown, "what can tell has told"
                assert span.good == -1 or span.good not in unknown
