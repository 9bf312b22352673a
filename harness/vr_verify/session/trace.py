"""What is compared at a turn beside digests when it is asked for: phases, draws, events.

Spec: contract, section 3 (`--trace`). Also reads draws and events when sides have parted.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from vr_verify.canonical.events import Event
from vr_verify.canonical.ledger import LedgerEntry
from vr_verify.compare.streams import (
    DrawDifference,
    EventDifference,
    first_draw_difference,
    first_event_difference,
    odd_one_out,
)
from vr_verify.model.run import StepSpec
from vr_verify.session.coverage import Coverage
from vr_verify.session.examine import Parting
from vr_verify.session.turns import LiveSide, TurnResult


@dataclass(frozen=True, slots=True)
class Streams:
    """Draw ledgers and event streams of one turn, of the sides that can give them."""

    draws: dict[str, tuple[LedgerEntry, ...]]
    events: dict[str, tuple[Event, ...]]

    def draw_difference(self, steps: Sequence[StepSpec]) -> DrawDifference | None:
        """Return the first draws that differ."""
        return first_draw_difference(self.draws, steps) if len(self.draws) > 1 else None

    def event_difference(self) -> EventDifference | None:
        """Return the first event that differs."""
        return first_event_difference(self.events) if len(self.events) > 1 else None


def read_streams(
    sides: Sequence[LiveSide], wanted: Collection[str] = ("draws", "events")
) -> Streams:
    """Read the streams of the turn so far from every side that has them."""
    draws = [s for s in sides if "draws" in wanted and s.engine.can("draws")]
    events = [s for s in sides if "events" in wanted and s.engine.can("events")]
    return Streams(
        {side.name: side.engine.draws() for side in draws},
        {side.name: side.engine.events() for side in events},
    )


def first_phase_difference(results: Mapping[str, TurnResult]) -> tuple[int, int] | None:
    """Return ordinals of the first step and phase whose digests differ between sides."""
    traced = [result.phase_digests for result in results.values() if any(result.phase_digests)]
    if len(traced) < 2:
        return None
    for step in range(min(map(len, traced))):
        phases = [digests[step] for digests in traced]
        for phase in range(min(map(len, phases))):
            if len({digests[phase] for digests in phases}) > 1:
                return step, phase
    return None


def trace_turn(
    sides: Sequence[LiveSide],
    results: Mapping[str, TurnResult],
    wanted: Collection[str],
    steps: Sequence[StepSpec],
    coverage: Coverage,
) -> Parting | None:
    """Compare what was asked for, and count it."""
    running = [side for side in sides if results[side.name].halt is None]
    if "phases" in wanted:
        traced = [results[side.name].phase_digests for side in running]
        coverage.phases += sum(len(step) for step in max(traced, key=len, default=()))
        if first_phase_difference(results) is not None:
            ends = {name: result.phase_digests for name, result in results.items()}
            return Parting("state", odd_one_out(ends))
    streams = read_streams(running, wanted)
    coverage.draws += max((_draws(entries) for entries in streams.draws.values()), default=0)
    coverage.events += max(map(len, streams.events.values()), default=0)
    if streams.draw_difference(steps) is not None:
        return Parting("draws", odd_one_out(streams.draws))
    if streams.event_difference() is not None:
        return Parting("events", odd_one_out(streams.events))
    return None


def _draws(entries: Sequence[LedgerEntry]) -> int:
    return sum(entry.count for entry in entries)
