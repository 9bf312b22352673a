"""Declared tolerances: how far two numbers may be apart, why, where, and how often.

Each use is counted; one that is never needed, or needed too often, fails. Nothing is within a
tolerance that nobody declared. It must not know how results are walked.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from vr_verify.errors import UsageError

EVERYWHERE: Final = "*"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Numbers at `path` may be `absolute` apart, or `relative` times the greater magnitude.

    `path` is that of a difference with `[*]` for any index (`$.units[*].hp`), or `*` for all.
    `nan`: any NaN equals any other. `uses_max` bounds the uses; None does not.
    """

    reason: str
    absolute: float = 0
    relative: float = 0
    path: str = EVERYWHERE
    nan: bool = False
    uses_max: int | None = None

    def __post_init__(self) -> None:
        """Refuse one that says nothing; UsageError."""
        ends = (self.absolute, self.relative)
        if not self.reason.strip():
            raise UsageError("a tolerance needs a reason, in words")
        if not all(math.isfinite(end) and end >= 0 for end in ends) or not (any(ends) or self.nan):
            raise UsageError(
                f"a tolerance needs absolute= or relative= above 0 (or nan=True), found {ends}"
            )

    def holds(self, left: float, right: float) -> bool:
        """Tell whether two different numbers are near enough, computed without rounding."""
        if not (math.isfinite(left) and math.isfinite(right)):
            return self.nan and math.isnan(left) and math.isnan(right)
        apart = abs(Fraction(left) - Fraction(right))
        size = max(abs(Fraction(left)), abs(Fraction(right)))
        return apart <= max(Fraction(self.absolute), Fraction(self.relative) * size)

    @property
    def described(self) -> str:
        """Say how wide it is: `1e-09`, `relative 1e-06`."""
        parts = [repr(self.absolute)] if self.absolute else []
        parts += [f"relative {self.relative!r}"] if self.relative else []
        return " or ".join([*parts, *(["any NaN"] if self.nan else [])])


@dataclass
class Tallies:
    """The declared tolerances of one comparison and how often each was looked at and used."""

    declared: Sequence[Tolerance] = ()
    used: list[int] = field(default_factory=list)
    compared: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start at 0."""
        self.used = [0] * len(self.declared)
        self.compared = [0] * len(self.declared)

    def fresh(self) -> "Tallies":
        """Return the same tolerances, never used."""
        return Tallies(self.declared)

    def add(self, other: "Tallies") -> None:
        """Add the counts of another comparison."""
        self.used = [a + b for a, b in zip(self.used, other.used, strict=True)]
        self.compared = [a + b for a, b in zip(self.compared, other.compared, strict=True)]

    def allow(self, path: str, left: float, right: float, same: bool) -> bool:
        """Tell whether two numbers pass; the first tolerance of their place that fits is used."""
        if not self.declared:
            return same
        place = re.sub(r"\[-?\d+(?:, \d+)*\]", "[*]", path)
        for at, tolerance in enumerate(self.declared):
            if tolerance.path in (EVERYWHERE, place, path):
                self.compared[at] += 1
                if same:
                    continue
                if tolerance.holds(left, right):
                    self.used[at] += 1
                    return True
        return same

    def faults(self) -> list[str]:
        """Say which tolerance was never needed, and which too often."""
        found = []
        for tolerance, used in zip(self.declared, self.used, strict=True):
            name = f"tolerance {tolerance.described} at {tolerance.path} ({tolerance.reason})"
            if used == 0:
                found.append(f"{name} was never needed: remove it")
            elif tolerance.uses_max is not None and used > tolerance.uses_max:
                found.append(f"{name} was used {used} times, more than {tolerance.uses_max}")
        return found
