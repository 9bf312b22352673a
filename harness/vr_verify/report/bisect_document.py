"""The document of `bisect`: which turn, revision or factor it is that two answers part at.

Sides are always called `good` and `bad`, in a divergence `recorded` beside them. It must not know
how anything was found.
"""

from typing import Final

import msgspec

from vr_verify.model.report import Divergence

BISECTION: Final = "vr-verify/bisection/1"


class BisectSide(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of the two builds. `runs` counts how often it ran at the same time, to compare itself.

    `recorded`: digests of this build were recorded, and count as a run. `asked_again` counts how
    often it was asked again, in a fresh process each time, at the turn where the builds part;
    `varied` are the factors that differed then. `revision` is the commit that it was built from.
    """

    engine: str
    build: str
    rules_version: str
    recorded: bool
    runs: int
    asked_again: int = 0
    varied: tuple[str, ...] = ()
    revision: str | None = None


class Searched(msgspec.Struct, frozen=True):
    """How the turns were searched, in counts.

    `method` is "scan" (no execution), "in order" or "by halves". An execution is one segment
    played on all sides; `turns` counts played turns, `turns_recomputed` those whose values were
    read and hashed by the harness. `proven_first`: no compared turn before the divergence differs.
    """

    method: str
    segments: int = 0
    executions: int = 0
    turns: int = 0
    turns_compared: int = 0
    turns_recomputed: int = 0
    first_turn: int | None = None
    last_turn: int | None = None
    proven_first: bool | None = None


class Intermittence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A build that differs from itself: `differing` of `runs` further runs are not like the most.

    `turn` is the first one at which two runs of `side` were seen to differ, in `kind`. `interval`
    are the ends of the chance behind the counts, by `method`; `varied` the factors that differed
    from run to run.
    """

    side: str
    turn: int
    kind: str
    differing: int
    runs: int
    interval: tuple[str, str]
    method: str
    varied: tuple[str, ...] = ()


class RevisionRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One revision that was tried: `verdict` is good, bad, cannot_build, skipped or a failure.

    `turn` is the first at which a bad one differs from the good one; `reason` says why it could
    not be told.
    """

    hash: str
    subject: str
    verdict: str
    turn: int | None = None
    reason: str | None = None


class Revisions(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The bisection of a history: `tried` in the order of trying.

    `between` counts the revisions after the good one, the bad one included. `candidates` are those
    that may be the first bad one, in order of history; one alone is `first_bad`.
    """

    between: int
    tried: tuple[RevisionRow, ...]
    candidates: tuple[RevisionRow, ...] = ()
    first_bad: RevisionRow | None = None
    last_good: RevisionRow | None = None


class Flip(msgspec.Struct, frozen=True):
    """The surroundings that flip the answer, each factor's name and setting; none where none do.

    `tried` are the factors that were varied, `not_varied` the settings that could not be, and why.
    `runs` counts all runs, each of which played `turns` turns; the range includes both ends.
    """

    factors: dict[str, str]
    tried: tuple[str, ...]
    not_varied: dict[str, str]
    runs: int
    turns: int
    first_turn: int
    last_turn: int


def _no_facts() -> tuple[dict[str, str], ...]:
    return ()


class Bisection(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a bisection found. `environment` names what differs around the runs, before state."""

    schema: str = msgspec.field(default_factory=lambda: BISECTION)
    command: str = msgspec.field(default_factory=lambda: "bisect")
    outcome: str
    complete: bool = msgspec.field(default_factory=lambda: True)
    message: str | None = None
    sides: dict[str, BisectSide] | None = None
    environment: tuple[dict[str, str], ...] = msgspec.field(default_factory=_no_facts)
    searched: Searched | None = None
    intermittent: Intermittence | None = None
    revisions: Revisions | None = None
    surroundings: Flip | None = None
    divergence: Divergence | None = None
