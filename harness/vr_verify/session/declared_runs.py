"""Declared differences over several runs that share one file: counted together, judged once.

A declaration is used if any run met it; its bounds hold for each run by itself. It must not know
how a run was compared.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal

from msgspec import structs

from vr_verify.canonical.schema import Schema
from vr_verify.compare.declared import INFINITE, Covered, cover
from vr_verify.model.report import DeclaredDifference
from vr_verify.session.declared import DeclaredTally, read_declared

Rows = Sequence[DeclaredDifference]
Status = Literal["held", "exceeded", "outside", "expired", "unused", "not_reached"]
_FAILED: Final[tuple[Status, ...]] = ("expired", "exceeded", "outside")


class DeclaredFile:
    """A file that many runs are held against, read once; `today` decides what has expired.

    UsageError names what is wrong with it; MissingFileError and IoFailed are about the file itself.
    """

    def __init__(self, path: Path, today: date) -> None:
        self.path, self.today = path, today
        self._declarations = read_declared(path)
        self._covered: dict[tuple[bytes, Sequence[str]], tuple[Covered, ...]] = {}

    def tally(self, schema: Schema, sides: tuple[str, ...]) -> DeclaredTally:
        """Begin one run between these sides; UsageError for what the schema does not have."""
        key = (schema.digest, sides)
        if key not in self._covered:
            self._covered[key] = cover(self._declarations, schema, sides, self.path.name)
        return DeclaredTally(schema, self._covered[key], self.today, one_of_many=True)


def over_runs(runs: Iterable[Rows], part: bool) -> tuple[DeclaredDifference, ...]:
    """Add up what each run met of each declaration, in the file's order.

    What was added up before can be added to. `part`: not every run was compared to its end, so that
    what was not met is not unused.
    """
    met: dict[DeclaredDifference, list[DeclaredDifference]] = {}
    for rows in runs:
        for row in rows:
            met.setdefault(_bare(row), []).append(row)
    return tuple(_added(bare, rows, part) for bare, rows in met.items())


def _bare(row: DeclaredDifference) -> DeclaredDifference:
    """Return what the file says of a declaration: the same in every run."""
    return structs.replace(
        row, counted=0, status="not_reached", largest=None, failed_turn=None, runs=0
    )


def _added(bare: DeclaredDifference, rows: Rows, part: bool) -> DeclaredDifference:
    counted = sum(row.counted for row in rows)
    statuses = {row.status for row in rows}
    unmet: Status = "not_reached" if part else "unused"
    left: Status = "held" if counted else unmet
    status = next((name for name in _FAILED if name in statuses), left)
    largest = [row.largest for row in rows if row.largest is not None]
    return structs.replace(
        bare,
        counted=counted,
        status=status,
        largest=max(largest, key=_number, default=None),
        runs=sum(row.counted > 0 if row.runs is None else row.runs for row in rows),
    )


def _number(distance: str) -> Decimal:
    return Decimal("Infinity" if distance == INFINITE else distance)
