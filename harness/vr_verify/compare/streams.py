"""Where draw ledgers and event streams differ, and which side stands alone.

Spec: PROTOCOL.md, section 4. It must not know which side is right.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from vr_verify.canonical.events import Event
from vr_verify.canonical.ledger import LedgerEntry, arrange
from vr_verify.model.run import StepSpec


@dataclass(frozen=True, slots=True)
class DrawDifference:
    """The first ledger entry whose count differs; `entry.count` itself means nothing here."""

    entry: LedgerEntry
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class EventDifference:
    """The first place of the stream where not all sides have the same event, None: no event."""

    sequence: int
    events: dict[str, Event | None]


def first_draw_difference(
    sides: Mapping[str, Sequence[LedgerEntry]], steps: Sequence[StepSpec]
) -> DrawDifference | None:
    """Compare ledgers in canonical order."""
    tallies = {
        name: {replace(entry, count=1): entry.count for entry in entries}
        for name, entries in sides.items()
    }
    union = {entry for tally in tallies.values() for entry in tally}
    for entry in arrange(union, steps):
        counts = {name: tally.get(entry, 0) for name, tally in tallies.items()}
        if len(set(counts.values())) > 1:
            return DrawDifference(entry, counts)
    return None


def first_event_difference(sides: Mapping[str, Sequence[Event]]) -> EventDifference | None:
    """Compare event streams by position."""
    for sequence in range(max(map(len, sides.values()), default=0)):
        found = {
            name: events[sequence] if sequence < len(events) else None
            for name, events in sides.items()
        }
        if len(set(found.values())) > 1:
            return EventDifference(sequence, found)
    return None


def odd_one_out(sides: Mapping[str, Hashable]) -> str | None:
    """Name the one side that stands against a majority of two or more that agree."""
    counts = Counter(sides.values())
    alone = [name for name, value in sides.items() if counts[value] == 1]
    return alone[0] if len(alone) == 1 and len(counts) == 2 and len(sides) > 2 else None
