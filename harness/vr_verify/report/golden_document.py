"""The document of `golden`: each recorded run with its answer, and what does not hold of it.

It must not know how an answer is found, checked or written.
"""

from typing import Final

import msgspec

from vr_verify.model.report import DeclaredDifference, Divergence

GOLDEN: Final = "vr-verify/golden/1"
OK, OUTDATED, MISSING, UNEXPECTED = "ok", "outdated", "missing", "unexpected"
ANSWERED = "answered"
NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"


class FieldRow(msgspec.Struct, frozen=True):
    """One column (`unit.hp`) with other values: its first change, and how far it reaches.

    `values` counts the changed ones of `first_turn`, `turns` the turns at which any differs.
    """

    field: str
    first_turn: int
    entity: str
    unit: str
    old: str
    new: str
    values: int
    turns: int


def _no_texts() -> tuple[str, ...]:
    return ()


def _no_fields() -> tuple[FieldRow, ...]:
    return ()


class GoldenCase(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One question and its answer; names are below the project's root.

    `verdict` is ok, outdated, missing or unexpected; of a list answered in place of ok, since it
    executes nothing; of a blessing new, changed or unchanged; or refused, and `outcome` says as
    what. `change` names the gravest of what changed: question,
    values, halt, draws, events, encoding (the same values, written in another way), log (the log
    alone was changed), answer (no blessing wrote it), reason. `engines` are those that executed,
    with their builds; `agreed` those that the answer names. `old` and `new` are run chains.
    `declared` is what this run met of declared differences, `blessed_with` those that the engines
    had when they agreed on the answer.
    """

    log: str
    answer: str
    verdict: str
    outcome: str
    turns: int | None = None
    change: str | None = None
    message: str | None = None
    reason: str | None = None
    agreed: dict[str, str] | None = None
    engines: dict[str, str] | None = None
    old: str | None = None
    new: str | None = None
    first_changed_turn: int | None = None
    changed_turns: int | None = None
    fields: tuple[FieldRow, ...] = msgspec.field(default_factory=_no_fields)
    fields_total: int | None = None
    schema_changes: tuple[str, ...] = msgspec.field(default_factory=_no_texts)
    divergence: Divergence | None = None
    recorded_anew: bool = False
    declared: tuple[DeclaredDifference, ...] | None = None
    blessed_with: tuple[DeclaredDifference, ...] | None = None


class GoldenReport(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What `golden check`, `bless` or `list` (the `action`) found, case by case in name order.

    `declared` is over all cases: a declared difference is unused if none of them meets it.
    """

    schema: str = msgspec.field(default_factory=lambda: GOLDEN)
    command: str = msgspec.field(default_factory=lambda: "golden")
    action: str
    outcome: str
    complete: bool
    cases: tuple[GoldenCase, ...]
    message: str | None = None
    declared: tuple[DeclaredDifference, ...] | None = None
