"""Invariant `references`: what a live row refers to is alive, or an allowed NONE.

Law: RULES.md, part IV. Twin: `engine/crates/global-auditor/src/references.rs`. Reads only.
"""

from void_reckoning_reference.global_auditor import Finding
from void_reckoning_reference.schema import TABLES
from void_reckoning_reference.shared.ids import NONE, format_id
from void_reckoning_reference.world import World, is_live


def references(world: World) -> list[Finding]:
    """Find references to slots that are dead or do not exist, by table, slot, column."""
    findings = []
    for table, columns in TABLES.items():
        referring = [column for column in columns if column.refers]
        for slot, row in enumerate(world.rows(table)) if referring else ():
            if not row.alive:
                continue
            for column in referring:
                value = getattr(row, column.attribute)
                none = column.or_none and value == NONE
                if not none and not is_live(world.rows(column.refers), value):
                    entity = format_id(world.universe, table, slot, row.generation)
                    message = f"{column.name} = {value}: no live {column.refers}"
                    findings.append(Finding(entity, message))
    return findings
