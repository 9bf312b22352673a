"""Invariant `range`: live values are in the range of their column, dead ones are zero.

Law: RULES.md, part IV. Twin: `engine/crates/global-auditor/src/range.rs`. Reads only.
"""

from void_reckoning_reference.global_auditor import Finding
from void_reckoning_reference.schema import TABLES
from void_reckoning_reference.shared.ids import format_id
from void_reckoning_reference.world import World


def range(world: World) -> list[Finding]:  # noqa: A001 (the law's name)
    """Find values out of range and traces of life in dead slots, by table, slot, column."""
    findings = []
    for table, columns in TABLES.items():
        for slot, row in enumerate(world.rows(table)):
            for column in columns:
                value = int(getattr(row, column.attribute))
                message = ""
                if not row.alive and column.name != "generation" and value != 0:
                    message = f"{column.name} = {value} in a dead slot"
                elif row.alive and not column.minimum <= value <= column.maximum:
                    limits = f"{column.minimum} … {column.maximum}"
                    message = f"{column.name} = {value}, expected {limits}"
                if message:
                    entity = format_id(world.universe, table, slot, row.generation)
                    findings.append(Finding(entity, message))
    return findings
