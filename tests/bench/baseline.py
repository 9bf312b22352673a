"""The committed baseline: ratios alone, by instruction set, since kernels differ between them.

It is written by `make bench-baseline` from rows whose control was good, and by nothing else.
"""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from tests.bench.checking import Baseline
from tests.bench.pairs import significant
from tests.bench.rows import Results

PATH = Path(__file__).with_name("baseline.json")


def read(instruction_set: str, path: Path | None = None) -> Baseline:
    """Return the figures for an instruction set; none where it was never measured."""
    found: dict[str, float] = _all(path or PATH).get(instruction_set, {})
    return found


def write(
    results: Results, instruction_set: str, groups: Collection[str], path: Path | None = None
) -> list[str]:
    """Put a run's figures in place of those of its instruction set and of its groups.

    A row without a verdict keeps the figure that it had; such keys are returned.
    """
    path = path or PATH
    sets = _all(path)
    before = sets.get(instruction_set, {})
    others = {key: value for key, value in before.items() if key.split("/")[0] not in groups}
    figures = {row.case.key: row.figure for row in results.rows if row.judged}
    figures |= {one.key: one.share for one in results.shares}
    unjudged = [row.case.key for row in results.rows if not row.judged]
    kept = [*unjudged, *(one.key for one in results.skipped)]
    figures |= others | {key: before[key] for key in kept if key in before}
    rounded = {key: significant(value) for key, value in sorted(figures.items())}
    text = json.dumps(sets | {instruction_set: rounded}, indent=2, sort_keys=True)
    path.write_text(text + "\n")
    return unjudged


def _all(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    value = json.loads(path.read_text())
    assert isinstance(value, dict), f"{path.name}: expected figures by instruction set"
    return value
