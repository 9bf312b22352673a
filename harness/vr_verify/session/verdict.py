"""A divergence as the report states it: from what was frozen and what running again has shown.

Spec: contract, section 4. Values are the frozen ones of the turn's end; the place is the one where
the cause showed first, if it still differs there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import structs

from vr_verify.canonical.state import entity_id
from vr_verify.compare.states import (
    Place,
    StateDifferences,
    difference,
    entity_text,
    value_texts,
)
from vr_verify.compare.streams import DrawDifference, EventDifference
from vr_verify.model.report import Divergence, Halted
from vr_verify.model.run import NONE, Halt, StepSpec
from vr_verify.runlog.reader import RunLog
from vr_verify.session.cause import cause, event_text
from vr_verify.session.locate import Located
from vr_verify.session.lockstep import Comparison, FirstDivergence
from vr_verify.session.turns import LiveSide

_NO_HALT = "none"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of the first divergence."""

    log: RunLog
    comparison: Comparison
    first: FirstDivergence
    located: Located | None
    reproduce: str


def divergence(evidence: Evidence) -> Divergence:
    """Return the report's divergence."""
    first, schema = evidence.first, evidence.log.header.schema
    hashed = {view.name: view.hashed for view in first.views if view.hashed is not None}
    accepted = frozenset[Place]() if first.waiver is None else first.waiver.places(hashed)
    differences = difference(schema, hashed, accepted)
    found = Divergence(
        kind=first.parting.kind,
        turn=first.turn,
        last_equal_turn=first.last_equal_turn,
        odd_one_out=first.parting.odd_one_out,
        differing_entities=differences.entities if len(hashed) > 1 else None,
        differing_columns=differences.columns,
        differing_turns=tuple(evidence.comparison.differing_turns),
        persists=evidence.comparison.last_differs,
        reproduced=evidence.located.reproduced if evidence.located else None,
        reproduce=evidence.reproduce,
    )
    found = _with_spot(found, evidence)
    if first.parting.kind == "halt":
        return _with_halts(found, evidence)
    if (place := _place(evidence, differences)) is not None:
        return _with_cause(_with_draws(_with_value(found, evidence, place), evidence), evidence)
    found = _with_rows(found, differences)
    return _with_event(_with_draws(found, evidence), evidence)


def _steps(evidence: Evidence) -> Sequence[StepSpec]:
    return evidence.log.header.steps


def _with_spot(found: Divergence, evidence: Evidence) -> Divergence:
    """Name step and phase; a turn of one step, or a step of one phase, needs no search."""
    steps = _steps(evidence)
    spot = evidence.located.spot if evidence.located else None
    if found.turn == evidence.log.turns[0]:
        return found
    if spot is None:
        if len(steps) > 1:
            return found
        phases = steps[0].phases
        return structs.replace(found, step=steps[0].name, phase=_only(phases))
    step = steps[spot.step]
    phase = _only(step.phases) if spot.phase is None else step.phases[spot.phase]
    return structs.replace(found, step=step.name, phase=phase)


def _only(phases: Sequence[str]) -> str | None:
    return phases[0] if len(phases) == 1 else None


def _place(evidence: Evidence, differences: StateDifferences) -> Place | None:
    """Choose the place to show: where the cause showed first, else the first of the turn's end."""
    frozen = differences.places
    if evidence.located is not None:
        lasting = set(frozen).intersection(evidence.located.places)
        if lasting:
            return min(lasting)
    return frozen[0] if frozen else None


def _with_value(found: Divergence, evidence: Evidence, place: Place) -> Divergence:
    schema = evidence.log.header.schema
    states = {view.name: view.state() for view in evidence.first.views if view.has_values}
    table = schema.tables[place.table]
    column = table.columns[place.column]
    values, raw = value_texts(schema, place, states)
    return structs.replace(
        found,
        entity=entity_text(schema, place, states),
        table=table.name,
        column=column.name,
        unit=column.unit,
        values=values,
        raw=raw,
    )


def _with_rows(found: Divergence, differences: StateDifferences) -> Divergence:
    """Name a table whose sides have other numbers of rows, where no value tells more."""
    if not differences.rows:
        return found
    counts = differences.rows[0]
    values = {name: str(rows) for name, rows in counts.rows.items()}
    return structs.replace(found, table=counts.table, unit="rows", values=values)


def _with_draws(found: Divergence, evidence: Evidence) -> Divergence:
    """Name the first draw that differs; draws that part are also where the turn parted."""
    steps = _steps(evidence)
    difference_found = evidence.first.streams.draw_difference(steps)
    if difference_found is None and evidence.located is not None:
        difference_found = evidence.located.streams.draw_difference(steps)
    if difference_found is None:
        return found
    found = structs.replace(found, draws=_draws(difference_found))
    if found.kind != "draws":
        return found
    entry = difference_found.entry
    return structs.replace(found, step=steps[entry.step].name, phase=entry.phase)


def _draws(found: DrawDifference) -> dict[str, str | int]:
    named: dict[str, str | int] = {"stream": found.entry.stream, "site": found.entry.site}
    return named | found.counts


def _with_cause(found: Divergence, evidence: Evidence) -> Divergence:
    """Say what brought it about, by the streams of the turn run again, else by the frozen ones."""
    located = evidence.located
    streams = located.streams if located and located.streams.events else evidence.first.streams
    return structs.replace(found, cause=cause(found, streams, _steps(evidence)))


def _with_event(found: Divergence, evidence: Evidence) -> Divergence:
    """Show the first event that differs, where events are what differs."""
    if found.kind != "events":
        return found
    event_difference = evidence.first.streams.event_difference()
    if event_difference is None and evidence.located is not None:
        event_difference = evidence.located.streams.event_difference()
    if event_difference is None:
        return found
    steps = _steps(evidence)
    # One side may have an event more: the other side's at this number is a later one then.
    events = [event for event in event_difference.events.values() if event is not None]
    event = min(events, key=lambda one: (one.step, steps[one.step].phases.index(one.phase)))
    entity = None
    if event.slot != NONE:
        entity = entity_id(event.universe, event.table, event.slot, event.generation)
    return structs.replace(
        found,
        step=steps[event.step].name,
        phase=event.phase,
        entity=entity,
        table=event.table or None,
        unit=f"event {event_difference.sequence}",
        values=_event_texts(event_difference),
    )


def _event_texts(found: EventDifference) -> dict[str, str]:
    return {name: event_text(event) for name, event in found.events.items()}


def _with_halts(found: Divergence, evidence: Evidence) -> Divergence:
    """Show each side's halt; the place is that of the first side that halted."""
    halts = {view.name: view.halt for view in evidence.first.views}
    first = next(halt for halt in halts.values() if halt is not None)
    place = halted(found.turn, first, _steps(evidence))
    return structs.replace(
        found,
        step=place.step,
        phase=place.phase,
        table=place.table,
        column=place.column,
        unit="halt",
        values={name: halt_text(halt) for name, halt in halts.items()},
        differing_entities=None,
        differing_columns=(),
    )


def halt_text(halt: Halt | None) -> str:
    """Say a halt in one line, `none` where there is none."""
    if halt is None:
        return _NO_HALT
    place = [halt.phase, halt.table, "" if halt.slot == NONE else str(halt.slot), halt.column]
    return " ".join(filter(None, [halt.error, *place]))


def halted(turn: int, halt: Halt, steps: Sequence[StepSpec]) -> Halted:
    """Return a halt as the report states it; what does not apply is left out."""
    return Halted(
        turn=turn,
        error=halt.error,
        step=steps[halt.step].name if halt.step < len(steps) else None,
        phase=halt.phase or None,
        universe=None if halt.universe == NONE else halt.universe,
        table=halt.table or None,
        slot=None if halt.slot == NONE else halt.slot,
        column=halt.column or None,
    )


def unlocated(found: Divergence, first_turn: int, sides: Sequence[LiveSide]) -> str | None:
    """Say why step or phase could not be told, and for want of what; None if both are known."""
    if found.phase is not None or found.turn == first_turn:
        return None
    if len(sides) < 2:
        return "step and phase are unknown: it takes two live sides to compare them (--against)"
    if blind := [side.name for side in sides if not side.engine.can("phases")]:
        return f"the phase is unknown, for want of the capability phases in {', '.join(blind)}"
    return "step and phase are unknown: the turn run again does not show where the sides part"


def unvalued(found: Divergence, log: RunLog) -> str | None:
    """Say why no values are shown where states differ; None if they are shown."""
    if found.kind != "state" or found.table is not None or found.turn in log.states:
        return None
    lacking = f"the log is {log.header.snapshots} and has no state of turn {found.turn}"
    return f"entity and field are unknown: {lacking}; name another engine by --against"
