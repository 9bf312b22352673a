"""Outcomes and their exit codes: the one table (contract, section 3).

It must not know how an outcome comes about.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """What a command ended in, one word for each way that a person would act on differently."""

    AGREED = "agreed"
    DIVERGED = "diverged"
    VIOLATED = "violated"
    INTERMITTENT = "intermittent"
    FINDING = "finding"
    UNFIT = "unfit"
    USAGE = "usage"
    BAD_LOG = "bad_log"
    GOLDEN_OUTDATED = "golden_outdated"
    GOLDEN_MISSING = "golden_missing"
    GOLDEN_UNEXPECTED = "golden_unexpected"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    PROTOCOL_ERROR = "protocol_error"
    CANNOT_BUILD = "cannot_build"
    NOTHING_COMPARED = "nothing_compared"
    SKIPPED = "skipped"
    BUG = "bug"
    IO_FAILED = "io_failed"
    INTERRUPTED = "interrupted"


EXIT_CODES: Final[dict[Outcome, int]] = {
    Outcome.AGREED: 0,
    Outcome.DIVERGED: 1,
    Outcome.VIOLATED: 1,
    Outcome.INTERMITTENT: 1,
    Outcome.FINDING: 1,
    Outcome.UNFIT: 1,
    Outcome.USAGE: 2,
    Outcome.BAD_LOG: 3,
    Outcome.GOLDEN_OUTDATED: 3,
    Outcome.GOLDEN_MISSING: 3,
    Outcome.GOLDEN_UNEXPECTED: 3,
    Outcome.CRASHED: 4,
    Outcome.TIMED_OUT: 4,
    Outcome.OUT_OF_MEMORY: 4,
    Outcome.PROTOCOL_ERROR: 4,
    Outcome.CANNOT_BUILD: 4,
    Outcome.NOTHING_COMPARED: 5,
    Outcome.SKIPPED: 5,
    Outcome.BUG: 70,
    Outcome.IO_FAILED: 74,
    Outcome.INTERRUPTED: 130,
}

SEVERITY_ORDER: Final[tuple[int, ...]] = (70, 130, 74, 4, 3, 1, 5, 2, 0)
"""Exit codes, gravest first: with several outcomes the first code that occurs is the answer."""


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the gravest of several outcomes; of two with one exit code, the one met first.

    Nothing at all is `nothing_compared`: no work done must never read as agreement.
    """
    met = list(outcomes)
    if not met:
        return Outcome.NOTHING_COMPARED
    return min(met, key=lambda outcome: SEVERITY_ORDER.index(EXIT_CODES[outcome]))
