"""Rows of the page: a ratio with its control, a share that no clock decides, a stated figure.

A verdict is spoken only where the control is near one. It must not know how a row is measured.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from tests.bench.pairs import Rounds, Samples, significant

CONTROL_MAX = 0.02
"""How far from 1 the median of an A/A control may be."""
NOISY = "no verdict: the machine was too noisy"
Better = Literal["less", "more"]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure must not exceed (`less` is better) or fall below (`more` is better)."""

    better: Better
    bound: float

    def met_by(self, value: float) -> bool:
        """Tell whether a figure meets the goal."""
        return value <= self.bound if self.better == "less" else value >= self.bound

    def text(self) -> str:
        """Say it in the page's words."""
        return f"{'≤' if self.better == 'less' else '≥'} {self.bound:g}"


def at_most(bound: float) -> Goal:
    """Return a goal that is met by less."""
    return Goal("less", bound)


def at_least(bound: float) -> Goal:
    """Return a goal that is met by more."""
    return Goal("more", bound)


@dataclass(frozen=True, slots=True)
class Case:
    """A comparison to be made: the time of `what` (A) over that of `against` (B).

    `rounds_min` are measured; more, up to `rounds_max`, as long as the control is off. `better`
    says which way is worse in a later run; `work` how much one sample does, in `unit`s.
    """

    key: str
    what: str
    against: str
    rounds: Rounds
    goal: Goal | None = None
    better: Better = "less"
    rounds_min: int = 6
    rounds_max: int = 30
    work: int = 1
    unit: str = "sample"

    def __post_init__(self) -> None:
        """Refuse a goal that contradicts the direction."""
        assert self.goal is None or self.goal.better == self.better, self.key


@dataclass(frozen=True, slots=True)
class Row:
    """A case that was measured."""

    case: Case
    samples: Samples

    @property
    def key(self) -> str:
        """The case's name."""
        return self.case.key

    @property
    def judged(self) -> bool:
        """Tell whether the control allows a verdict."""
        return abs(self.samples.control.middle - 1) <= CONTROL_MAX

    @property
    def verdict(self) -> str:
        """Say what came out."""
        if not self.judged:
            return NOISY
        return _verdict(self.case.goal, self.figure)

    @property
    def figure(self) -> float:
        """The median ratio."""
        return self.samples.ratio.middle

    def document(self) -> dict[str, Any]:
        """Give the row as JSON values."""
        case, (a, b) = self.case, self.samples.seconds
        return {
            "key": case.key,
            "what": case.what,
            "against": case.against,
            "better": case.better,
            "ratio": self.samples.ratio.document(),
            "control": self.samples.control.document(),
            "goal": _goal(case.goal),
            "judged": self.judged,
            "verdict": self.verdict,
            "seconds": {"what": significant(a), "against": significant(b)},
            "work": {"count": case.work, "unit": case.unit},
        }


@dataclass(frozen=True, slots=True)
class Share:
    """A number of bytes as a share of another: the same on every machine, so always judged."""

    key: str
    what: str
    against: str
    part: int
    whole: float
    goal: Goal

    @property
    def share(self) -> float:
        """The part over the whole."""
        return self.part / self.whole

    def document(self) -> dict[str, Any]:
        """Give the share as JSON values."""
        return {
            "key": self.key,
            "what": self.what,
            "against": self.against,
            "better": self.goal.better,
            "part": self.part,
            "whole": round(self.whole),
            "share": significant(self.share),
            "goal": _goal(self.goal),
            "verdict": _verdict(self.goal, self.share),
        }


@dataclass(frozen=True, slots=True)
class Stated:
    """A figure that holds for this machine alone and is never judged against a baseline."""

    key: str
    what: str
    figure: float
    unit: str
    note: str = ""

    def document(self) -> dict[str, Any]:
        """Give the figure as JSON values."""
        return {
            "key": self.key,
            "what": self.what,
            "figure": significant(self.figure),
            "unit": self.unit,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that this machine cannot measure, and why."""

    key: str
    reason: str

    def document(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return {"key": self.key, "reason": self.reason}


@dataclass(slots=True)
class Results:
    """All that one run has found."""

    rows: list[Row] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def add(self, found: "Row | Share | Stated | Skipped") -> None:
        """Keep one."""
        if isinstance(found, Row):
            self.rows.append(found)
        elif isinstance(found, Share):
            self.shares.append(found)
        elif isinstance(found, Stated):
            self.stated.append(found)
        else:
            self.skipped.append(found)

    def document(self) -> dict[str, Any]:
        """Give all as JSON values."""
        return {
            "rows": [one.document() for one in self.rows],
            "shares": [one.document() for one in self.shares],
            "stated": [one.document() for one in self.stated],
            "skipped": [one.document() for one in self.skipped],
        }


def _goal(goal: Goal | None) -> str | None:
    return None if goal is None else goal.text()


def _verdict(goal: Goal | None, value: float) -> str:
    if goal is None:
        return "measured"
    return "met" if goal.met_by(value) else "missed"
