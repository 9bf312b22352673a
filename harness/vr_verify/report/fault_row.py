"""A fault as documents state it: its name, outcome, kind and place.

It must not know how a fault is found.
"""

import msgspec


class FaultRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fault, the same in every run that shows it. `id` is 16 hex digits over the rest.

    `detail` is the draw's stream and site, the event's kind, the halts, or the first words of a
    failure; `side` the engine that failed. What does not apply is left out.
    """

    id: str
    outcome: str
    kind: str = ""
    phase: str = ""
    table: str = ""
    column: str = ""
    detail: str = ""
    side: str = ""


def place(fault: FaultRow) -> str:
    """Say kind and place in one line."""
    value = ".".join(filter(None, (fault.table, fault.column)))
    kind = fault.kind if fault.outcome == "diverged" else fault.outcome.replace("_", " ")
    parts = [kind, fault.phase, value, fault.detail, fault.side]
    return ", ".join(filter(None, parts)) or fault.outcome
