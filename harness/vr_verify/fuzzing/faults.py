"""What is wrong with a run, said so that the same fault in another run is known again.

No turn, entity, value or step enters: they belong to the run. The digest of what is left is the
fault's name. It must not know how a fault was found.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from blake3 import blake3

from vr_verify.canonical import json_text
from vr_verify.canonical.schema import Schema
from vr_verify.errors import LAST_WORDS, EngineError
from vr_verify.model.outcome import Outcome
from vr_verify.model.run import Halt, StepSpec
from vr_verify.report.failure_text import without_folders
from vr_verify.report.fault_row import FaultRow
from vr_verify.session.locate import Located

_CONTEXT: Final = "vr-verify 2026-11 fault v1"
_ID_DIGITS: Final = 16
_DETAIL_LETTERS_MAX: Final = 120
_NUMBER: Final = re.compile(r"0x[0-9a-f]+|\d+")
NOT_REPRODUCED: Final = "not when played again"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault's outcome, kind and place; what does not apply is empty.

    `kind` is that of a divergence, "refusal" where not all sides take a run, or "declared" where
    they do not declare the same. `detail` is the draw's stream and site, the event's kind, the
    halts, what is declared, or the first words of a failure; `side` the engine that failed.
    """

    outcome: str
    kind: str = ""
    phase: str = ""
    table: str = ""
    column: str = ""
    detail: str = ""
    side: str = ""

    @property
    def id(self) -> str:
        """The fault's name: 16 hex digits of the digest of all its fields."""
        text = json_text.encode(asdict(self))
        return blake3(text, derive_key_context=_CONTEXT).hexdigest()[:_ID_DIGITS]

    @property
    def place(self) -> str:
        """Kind and place in one line."""
        value = ".".join(filter(None, (self.table, self.column)))
        parts = [self.kind, self.phase, value, self.detail, self.side]
        return ", ".join(filter(None, parts)) or self.outcome


def fault_row(fault: Fault) -> FaultRow:
    """Return a fault as documents state it."""
    return FaultRow(fault.id, *(getattr(fault, name) for name in FaultRow.__struct_fields__[1:]))


def failure_fault(error: EngineError) -> Fault:
    """Name the failure of an engine by its outcome, its first words and the last that it wrote.

    Left out: numbers, folders, the place in the run, the call, and all that stands between.
    """
    told, _, written = without_folders(error.detail).partition(LAST_WORDS)
    first, *_ = told.strip().splitlines() or [""]
    words = [re.sub(r"^(turn \d+[^:]*: )*(in \w+: )?", "", first)]
    # Two panics end alike but for their message, which is the last line of a trace.
    words += [line for line in written.strip().splitlines()[-1:] if line.strip() not in first]
    detail = _NUMBER.sub("#", ": ".join(words))
    return Fault(error.outcome, detail=detail[:_DETAIL_LETTERS_MAX], side=error.engine)


def halt_fault(halts: Sequence[Halt | None]) -> Fault:
    """Name sides that do not end alike by the errors in which they end, and by the phase."""
    errors = sorted({"none" if halt is None else halt.error for halt in halts})
    phases = {halt.phase for halt in halts if halt is not None}
    phase = phases.pop() if len(phases) == 1 else ""
    return Fault(str(Outcome.DIVERGED), "halt", phase, detail=" or ".join(errors))


def parted_fault(
    kind: str, located: Located, schema: Schema, steps: Sequence[StepSpec], at_end: str = ""
) -> Fault:
    """Name a divergence by where it showed first.

    `at_end` is the first `table.column` that differs at the turn's end: the place where the turn
    played again does not tell one.
    """
    if not located.reproduced:
        table, _, column = at_end.partition(".")
        return Fault(str(Outcome.DIVERGED), kind, table=table, column=column, detail=NOT_REPRODUCED)
    spot, phase = located.spot, ""
    if spot is not None and spot.phase is not None:
        phase = steps[spot.step].phases[spot.phase]
    if located.places:
        table_at = schema.tables[located.places[0].table]
        at_end = f"{table_at.name}.{table_at.columns[located.places[0].column].name}"
    table, _, column = at_end.partition(".")
    detail = _streams_detail(located, steps) if kind in {"draws", "events"} else ""
    return Fault(str(Outcome.DIVERGED), kind, phase, table, column, detail)


def _streams_detail(located: Located, steps: Sequence[StepSpec]) -> str:
    """Name the draw that differs first, else the event."""
    if (draw := located.streams.draw_difference(steps)) is not None:
        return f"{draw.entry.stream}/{draw.entry.site}"
    if (event := located.streams.event_difference()) is not None:
        kinds = {found.kind for found in event.events.values() if found is not None}
        return " or ".join(sorted(kinds))
    return ""
