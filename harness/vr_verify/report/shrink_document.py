"""The document of `shrink`: what was cut from a failing run, and what is left of it.

It must not know how a run is made smaller.
"""

from typing import Final

import msgspec

from vr_verify.model.report import DeclaredDifference, Divergence, LogFacts
from vr_verify.report.fault_row import FaultRow

SHRINK: Final = "vr-verify/shrink/1"


class RunSize(msgspec.Struct, frozen=True, omit_defaults=True):
    """How large a run is. `entities` are the living ones of a first state that it brings along."""

    turns: int
    commands: int
    scenario_bytes: int
    entities: int | None = None


class CutRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A pass that made the run smaller, and the tries that had been made by its end.

    `parts` names what the engine itself knew to leave out, in its own words.
    """

    what: str
    tries: int
    before: RunSize
    after: RunSize
    parts: tuple[str, ...] = ()


class WayRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One way in which the run was made small: where it may start, and how it went.

    `complete` is False where tries or patience ran out; `bytes` is the size of the log it led to,
    None where nothing smaller was found before the work was stopped.
    """

    start: str
    tries: int
    complete: bool
    taken: bool
    bytes: int | None = None


def _no_ways() -> tuple[WayRow, ...]:
    return ()


def _no_cuts() -> tuple[CutRow, ...]:
    return ()


def _no_faults() -> tuple[FaultRow, ...]:
    return ()


class ShrinkReport(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A failing run made minimal. `complete` is False where tries or patience ran out before.

    `tries` are those of all `ways`, `cuts` those of the way that was taken. `starts_from` is the
    turn whose state the small run starts from, None: its scenario. `others` are faults that smaller
    runs showed instead; `divergence` is what replaying the small log says.
    """

    outcome: str
    log: LogFacts
    schema: str = msgspec.field(default_factory=lambda: SHRINK)
    command: str = msgspec.field(default_factory=lambda: "shrink")
    complete: bool = msgspec.field(default_factory=lambda: True)
    message: str | None = None
    fault: FaultRow | None = None
    small: LogFacts | None = None
    tries: int = msgspec.field(default_factory=lambda: 0)
    before: RunSize | None = None
    after: RunSize | None = None
    starts_from: int | None = None
    ways: tuple[WayRow, ...] = msgspec.field(default_factory=_no_ways)
    cuts: tuple[CutRow, ...] = msgspec.field(default_factory=_no_cuts)
    others: tuple[FaultRow, ...] = msgspec.field(default_factory=_no_faults)
    divergence: Divergence | None = None
    declared: tuple[DeclaredDifference, ...] | None = None
    reproduce: str | None = None
