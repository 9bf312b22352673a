"""Declared differences, for people: how many were met, how far apart, and which do not hold.

It must not know how they were counted.
"""

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from vr_verify.model.report import DeclaredDifference
from vr_verify.report import layout
from vr_verify.report.layout import counted, listed

_PATHS_NAMED: Final = 3
_SAID: Final = {
    "held": "held",
    "exceeded": "over its count_max",
    "outside": "outside what is declared",
    "expired": "EXPIRED",
    "unused": "NOT MET",
    "not_reached": "not reached",
}


def met(declared: Sequence[DeclaredDifference] | None) -> str:
    """Say how many declared differences were met, of what; empty where none were."""
    found = [row for row in declared or () if row.counted]
    if not found:
        return ""
    total = counted(sum(row.counted for row in found), "declared difference")
    return f"{total} of {_paths(found)}"


def _paths(rows: Sequence[DeclaredDifference]) -> str:
    """Name the columns of declarations, the first few of many."""
    each = list(dict.fromkeys(row.path for row in rows))
    more = len(each) - _PATHS_NAMED
    return listed([*each[:_PATHS_NAMED], *([f"{more:,} more"] if more > 0 else [])])


def unmet(declared: Sequence[DeclaredDifference] | None) -> str:
    """Say how many declarations must go, since they are unused or expired."""
    found = [row for row in declared or () if row.status in ("unused", "expired")]
    return f"{counted(len(found), 'declared difference')} unused or expired" if found else ""


def declared(rows: Sequence[DeclaredDifference] | None, width: int) -> list[Text]:
    """Set all declarations: a line of facts for each, then why it was declared."""
    if rows is None:
        return []
    lines = [layout.heading("Declared differences")]
    if not rows:
        return [*lines, Text(f"{layout.INDENT}none: the file declares nothing")]
    for row in rows:
        lines += layout.prose(_line(row), width, indent=layout.INDENT, style="bold")
        until = f"until {row.expiry}: {row.reason}{f' ({row.issue})' if row.issue else ''}"
        lines += layout.prose(until, width, indent=layout.INDENT * 3)
    return lines


def _line(row: DeclaredDifference) -> str:
    """Say in one line what is declared, what was met, and whether it holds."""
    where = f" from turn {row.failed_turn} on" if row.failed_turn is not None else ""
    bounds = [
        f"turns {row.turns}" if row.turns else "",
        f"sides {listed(row.sides)}" if row.sides else "",
        f"tolerance {row.tolerance} {row.unit}" if row.tolerance is not None else "",
    ]
    parts = [
        _count(row),
        f"the largest {row.largest} {row.unit}" if row.largest is not None else "",
        *bounds,
        f"{_SAID[row.status]}{where}",
    ]
    return f"{row.path}: {', '.join(filter(None, parts))}"


def _count(row: DeclaredDifference) -> str:
    """Say how much was met, and of how much at most: in all, or in each of several runs."""
    if row.runs is None:
        return f"{row.counted:,} of at most {row.count_max:,}"
    return f"{row.counted:,} in {counted(row.runs, 'run')}, at most {row.count_max:,} in each"
