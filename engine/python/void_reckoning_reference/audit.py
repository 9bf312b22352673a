"""The audit: all invariants over all universes, called after a turn. Reads only.

Law: RULES.md, part IV. No twin by path; the invariants are in `global_auditor`. Leaves no trace in
state, ledger or events.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from void_reckoning_reference.global_auditor import Finding
from void_reckoning_reference.global_auditor.conservation import conservation
from void_reckoning_reference.global_auditor.legal_phase import legal_phase
from void_reckoning_reference.global_auditor.one_place import one_place
from void_reckoning_reference.global_auditor.range import range as in_range
from void_reckoning_reference.global_auditor.references import references
from void_reckoning_reference.schema import TABLES
from void_reckoning_reference.world import World

Invariant: TypeAlias = Callable[[World], list[Finding]]

# Name, severity and the rule itself, in the order of RULES.md.
INVARIANTS: tuple[tuple[str, str, Invariant], ...] = (
    ("conservation", "critical", conservation),
    ("references", "error", references),
    ("range", "error", in_range),
    ("one_place", "critical", one_place),
    ("legal_phase", "error", legal_phase),
)


class Violation(NamedTuple):
    """A finding with the rule that it breaks and the universe that it is in."""

    rule: str
    severity: str
    universe: int
    entity: str
    message: str


def audit(worlds: Sequence[World]) -> list[Violation]:
    """Return all findings, by rule, universe, table, slot, column."""
    return [
        Violation(rule, severity, world.universe, finding.entity, finding.message)
        for rule, severity, invariant in INVARIANTS
        for world in worlds
        for finding in invariant(world)
    ]


def entities(worlds: Sequence[World]) -> int:
    """Return the number of live rows of all tables."""
    return sum(row.alive for world in worlds for table in TABLES for row in world.rows(table))
