"""The event stream of a turn: what happened and why, as bytes and digest (PROTOCOL.md, section 4).

An event's place in the list is its sequence number; its id is (universe, turn, sequence).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vr_verify.canonical.packing import PackedReader, derived, i64, text, u32, u64
from vr_verify.model.run import StepSpec

_CONTEXT: Final = "vr-verify 2026-11 events v1"
_EVENT_BYTES_MIN: Final = 40


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `cause` is the sequence number of the event that brought it about, or `NONE`.

    An event about no entity has an empty table, slot `NONE` and generation 0.
    """

    universe: int
    step: int
    phase: str
    kind: str
    table: str
    slot: int
    generation: int
    cause: int
    fields: tuple[tuple[str, int], ...]
    reason: str


def encode_events(events: Sequence[Event]) -> bytes:
    """Write the events of a turn, in order of their making, as bytes."""
    return u64(len(events)) + b"".join(
        u32(event.universe)
        + u32(event.step)
        + text(event.phase)
        + text(event.kind)
        + text(event.table)
        + u32(event.slot)
        + u32(event.generation)
        + u32(event.cause)
        + u32(len(event.fields))
        + b"".join(text(name) + i64(value) for name, value in event.fields)
        + text(event.reason)
        for event in events
    )


def decode_events(data: bytes) -> tuple[Event, ...]:
    """Read an event stream as it stands; ValueError names the byte offset of a fault."""
    reader = PackedReader(data)
    number = reader.count(reader.u64(), _EVENT_BYTES_MIN)
    events = tuple(_event(reader) for _ in range(number))
    reader.end()
    return events


def _event(reader: PackedReader) -> Event:
    universe, step = reader.u32(), reader.u32()
    phase, kind, table = reader.text(), reader.text(), reader.text()
    slot, generation, cause = reader.u32(), reader.u32(), reader.u32()
    number = reader.count(reader.u32(), 12)
    fields = tuple((reader.text(), reader.i64()) for _ in range(number))
    return Event(universe, step, phase, kind, table, slot, generation, cause, fields, reader.text())


def events_digest(turn: int, events: bytes) -> bytes:
    """Return the digest of a turn's encoded event stream, 32 bytes."""
    return derived(_CONTEXT, u64(turn) + events)


def declared(stream: Sequence[Event], steps: Sequence[StepSpec]) -> tuple[Event, ...]:
    """Return a stream all of whose events are of declared steps and phases; else ValueError."""
    for number, event in enumerate(stream):
        if event.step >= len(steps) or event.phase not in steps[event.step].phases:
            place = f"step {event.step}, phase {event.phase!r}"
            raise ValueError(f"event {number} is of {place}: not declared")
    return tuple(stream)
