"""The document of `fuzz`: what a campaign covered, which faults it found, whether it can find any.

It must not know how cases are made.
"""

from typing import Final

import msgspec

from vr_verify.model.report import DeclaredDifference, Side
from vr_verify.report.fault_row import FaultRow
from vr_verify.report.shrink_document import RunSize

FUZZ: Final = "vr-verify/fuzz/1"


class Campaigned(msgspec.Struct, frozen=True):
    """What a campaign did. `cases` were compared, `refused` no side takes; `turns` were executed.

    `given` were played as the caller gave them; `generated` and `changed` count what was made by an
    engine's generator and from other cases; `halted` cases ended in one error on all sides alike;
    `failures` are those of an engine.
    """

    asked: int
    cases: int
    refused: int
    given: int
    generated: int
    changed: int
    turns: int
    halted: int
    failures: int
    rules_fired: int
    rules_total: int
    rules_never_fired: tuple[str, ...]


class CanaryRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A lie that was planted `at` the start or the end of the campaign, and had to be found.

    `lie` is as the saboteur takes it, `place` is `table.column`. One that was not found has
    neither.
    """

    at: str
    found: bool
    tries: int
    lie: str = ""
    case: int | None = None
    turn: int | None = None
    place: str = ""


class FindingRow(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One fault: the first case that showed it and how often it was seen.

    `reproduced`: fresh workers show it; if not, `after_case_before` says whether they do after the
    case before. `files` stand in the folder that was asked for, `kept` is the size of the run in
    them; `beside` is one that was there before and does not show this fault. `shown`: fresh workers
    show this very fault over the run of the log. `reproduce_where` says where the files are that
    `reproduce` names without a path.
    """

    fault: FaultRow
    case: int
    seen: int
    reproduced: bool
    after_case_before: bool | None = None
    files: tuple[str, ...]
    beside: str | None = None
    found: RunSize
    kept: RunSize
    shown: bool
    message: str | None = None
    reproduce: str | None = None
    reproduce_where: str | None = None


def _no_findings() -> tuple[FindingRow, ...]:
    return ()


def _no_canaries() -> tuple[CanaryRow, ...]:
    return ()


class FuzzReport(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A campaign. The same seed on the same engines gives the same document.

    `complete` is False where it was cut short. `first_refusal` says why the first case was refused.
    `declared` is over all cases, where a file of declared differences was given.
    """

    schema: str = msgspec.field(default_factory=lambda: FUZZ)
    command: str = msgspec.field(default_factory=lambda: "fuzz")
    outcome: str
    complete: bool
    sides: dict[str, Side]
    seed: str
    search: bool
    campaign: Campaigned
    message: str | None = None
    first_refusal: str | None = None
    canaries: tuple[CanaryRow, ...] = msgspec.field(default_factory=_no_canaries)
    findings: tuple[FindingRow, ...] = msgspec.field(default_factory=_no_findings)
    declared: tuple[DeclaredDifference, ...] | None = None
