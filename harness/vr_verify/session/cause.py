"""What brought a difference about, as far as the turn's draws and events tell.

Spec: contract, sections 4 and 5. Draws come before events, and both before a value, so the first
that differs is named; where neither differs, the rule itself computed another value from the same
inputs, and the last event about the entity is shown as context.
"""

from collections.abc import Sequence

from vr_verify.canonical.events import Event
from vr_verify.canonical.state import entity_id
from vr_verify.model.report import Divergence
from vr_verify.model.run import NONE, StepSpec
from vr_verify.session.trace import Streams

_NO_EVENT = "no event"


def cause(found: Divergence, streams: Streams, steps: Sequence[StepSpec]) -> str | None:
    """Return one sentence, or None where no stream can tell."""
    if found.draws is not None:
        return None
    difference = streams.event_difference()
    if difference is not None and found.kind == "state":
        sides = [f"{name}: {event_text(event)}" for name, event in difference.events.items()]
        return f"event {difference.sequence} differs — " + "; ".join(sides)
    if found.kind != "state" or found.entity is None or found.phase is None or not streams.events:
        return None
    spot = f"{found.step}, {found.phase}"
    about = [event for event in _common(streams) if _is_about(event, found, steps)]
    if not about:
        return f"same draws and events on all sides: another result of the rules of {spot}"
    said = f"same draws and events on all sides: another result of the rules of {spot}"
    return f"{said} (last event about {found.entity}: {_without_entity(about[-1])})"


def event_text(event: Event | None) -> str:
    """Say an event in one line: kind, entity, fields, reason."""
    if event is None:
        return _NO_EVENT
    about = event.table and entity_id(event.universe, event.table, event.slot, event.generation)
    return _line(event, about)


def _without_entity(event: Event) -> str:
    """Say an event whose entity the sentence has named already."""
    return _line(event, "")


def _line(event: Event, about: str) -> str:
    fields = [f"{name}={value}" for name, value in event.fields]
    return " ".join(filter(None, [event.kind, about, *fields, event.reason]))


def _common(streams: Streams) -> Sequence[Event]:
    return next(iter(streams.events.values()))


def _is_about(event: Event, found: Divergence, steps: Sequence[StepSpec]) -> bool:
    """Whether an event is about the entity and not later than the phase that parted."""
    if event.slot == NONE or found.entity is None:
        return False
    name = entity_id(event.universe, event.table, event.slot, event.generation)
    parted = next((ordinal for ordinal, step in enumerate(steps) if step.name == found.step), -1)
    if name != found.entity or event.step > parted:
        return False
    phases = steps[parted].phases
    return event.step < parted or event.phase in phases[: phases.index(found.phase or "") + 1]
