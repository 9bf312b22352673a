"""Whether a run is worse than the baseline: pure, from ratios to a table and an outcome.

Nothing is judged whose control is off, and a run in which nothing was judged has failed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tests.bench.rows import Better, Results

WORSE_MAX = 0.10
"""By how much of the baseline's figure a ratio may be worse."""

Baseline = Mapping[str, float]
"""Figures by the keys of rows and shares."""


class Finding(StrEnum):
    """What there is to say of one row."""

    HELD = "held"
    REGRESSION = "REGRESSION"
    MISSING = "MISSING: the baseline has it, this run does not"
    NOISY = "no verdict: the machine was too noisy"
    NEW = "new: not in the baseline"
    SKIPPED = "skipped"


FAILURES = frozenset({Finding.REGRESSION, Finding.MISSING})


@dataclass(frozen=True, slots=True)
class Checked:
    """One row beside its baseline. `worse` is the share by which it is worse; below 0: better."""

    key: str
    finding: Finding
    baseline: float | None = None
    found: float | None = None
    worse: float | None = None
    reason: str = ""


def worse_by(found: float, baseline: float, better: Better) -> float:
    """Return by which share of the baseline a figure is worse; both are positive."""
    assert found > 0, found
    assert baseline > 0, baseline
    return (found / baseline if better == "less" else baseline / found) - 1


def check(results: Results, baseline: Baseline) -> list[Checked]:
    """Hold each figure of a run against the baseline, in the run's order; missing ones last."""
    found = [*_rows(results, baseline), *_shares(results, baseline)]
    found += [Checked(one.key, Finding.SKIPPED, reason=one.reason) for one in results.skipped]
    known = {one.key for one in found}
    missing = [key for key in baseline if key not in known]
    return found + [Checked(key, Finding.MISSING, baseline[key]) for key in missing]


def succeeded(checked: Iterable[Checked], results: Results) -> bool:
    """Tell whether no figure failed and at least one that a clock decides was judged."""
    findings = {one.key: one.finding for one in checked}
    timed = [findings[row.case.key] for row in results.rows]
    return Finding.HELD in timed and not FAILURES & set(findings.values())


def _rows(results: Results, baseline: Baseline) -> Iterable[Checked]:
    for row in results.rows:
        key, figure = row.case.key, row.figure
        if key not in baseline:
            yield Checked(key, Finding.NEW, found=figure)
        elif not row.judged:
            yield Checked(key, Finding.NOISY, baseline[key], figure)
        else:
            yield _held_or_not(key, figure, baseline[key], row.case.better)


def _shares(results: Results, baseline: Baseline) -> Iterable[Checked]:
    for one in results.shares:
        if one.key not in baseline:
            yield Checked(one.key, Finding.NEW, found=one.share)
        else:
            yield _held_or_not(one.key, one.share, baseline[one.key], one.goal.better)


def _held_or_not(key: str, found: float, baseline: float, better: Better) -> Checked:
    worse = worse_by(found, baseline, better)
    finding = Finding.REGRESSION if worse > WORSE_MAX else Finding.HELD
    return Checked(key, finding, baseline, found, worse)
