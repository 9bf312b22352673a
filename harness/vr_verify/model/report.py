"""The report, the one truth that every view is rendered from (contract, section 4).

A value that does not apply is None and is left out of the JSON; all others always stand there.
Raw 64-bit integers are strings. It must not know of durations, paths or worker counts.
"""

from typing import Final, Literal

import msgspec

SCHEMA: Final = "vr-verify/report/1"


def _no_facts() -> tuple[dict[str, str], ...]:
    """Give an empty list that is written all the same (msgspec omits an empty `list`)."""
    return ()


def _no_violations() -> "tuple[Violation, ...]":
    return ()


class Side(msgspec.Struct, frozen=True):
    """One side of a comparison: an engine's build, or what was recorded."""

    build: str
    rules_version: str


class Checked(msgspec.Struct, frozen=True):
    """What was covered, in counts. `turns` counts executed turns; turn ranges include both ends.

    `digests` are of all kinds; those of draws and of events among them are counted once more.
    """

    turns: int = 0
    first_turn: int | None = None
    last_turn: int | None = None
    turns_recomputed: int = 0
    steps: int = 0
    phases: int = 0
    digests: int = 0
    draw_digests: int = 0
    event_digests: int = 0
    draws: int = 0
    events: int = 0
    entities_audited: int = 0
    invariants: int = 0
    rules_fired: int = 0
    rules_total: int = 0
    rules_never_fired: tuple[str, ...] = ()


class Sampled(msgspec.Struct, frozen=True):
    """The turns of a sample that a side played, each from the nearest recorded state.

    `turns` counts those that there were, `turns_played` those that it played; `played` holds the
    first hundred ranges of them. The rest was compared with the log only. `share` was asked for,
    `share_played` is what these turns are of all, rounded to hundredths of a percent.
    """

    side: str
    share: str
    share_played: str
    turns: int
    turns_played: int
    played: tuple[str, ...]


class Divergence(msgspec.Struct, frozen=True, omit_defaults=True):
    """The first difference and its place; `values` and `raw` are keyed by the side's name.

    `kind` is one of state, draws, events, commands, halt, digest. `draws` holds stream and site
    and each side's count. `differing_turns` holds the first hundred. What is not known is left out;
    an empty list says that there are none.
    """

    kind: str
    turn: int
    last_equal_turn: int | None = None
    step: str | None = None
    phase: str | None = None
    entity: str | None = None
    table: str | None = None
    column: str | None = None
    unit: str | None = None
    values: dict[str, str] | None = None
    raw: dict[str, str] | None = None
    odd_one_out: str | None = None
    differing_entities: int | None = None
    differing_columns: tuple[str, ...] | None = None
    differing_turns: tuple[int, ...] | None = None
    persists: bool | None = None
    reproduced: bool | None = None
    draws: dict[str, str | int] | None = None
    cause: str | None = None
    reproduce: str | None = None


class Violation(msgspec.Struct, frozen=True):
    """A finding of the auditor; `sides` names those that report it, `entity` may be empty."""

    turn: int
    rule: str
    severity: str
    entity: str
    message: str
    sides: tuple[str, ...]


class Halted(msgspec.Struct, frozen=True, omit_defaults=True):
    """The named error that ended the run, and its place as far as it has one."""

    turn: int
    error: str
    step: str | None = None
    phase: str | None = None
    universe: int | None = None
    table: str | None = None
    slot: int | None = None
    column: str | None = None


class Flaw(msgspec.Struct, frozen=True):
    """Something wrong with a scenario's source that was played all the same.

    `file` is a path inside the source, `key` a JSON pointer in it; `found` stood there, `done`
    says what was made of it.
    """

    file: str
    key: str
    kind: str
    found: str
    done: str


class DeclaredDifference(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A difference that was declared beforehand, and what was met of it.

    `counted` are the differing values accepted, one for each (turn, entity, column). `status` is
    the first way in which it failed: `exceeded` its count_max, `outside` its tolerance or sides,
    `expired`, `unused`; else `held`, or `not_reached` in a comparison of a part. `failed_turn` is
    where it failed first; `largest` and `tolerance` are in `unit`s. Over several runs `runs` are
    those in which it was met: `counted` is of all of them, and `count_max` bounds each.
    """

    path: str
    reason: str
    expiry: str
    counted: int
    count_max: int
    status: Literal["held", "exceeded", "outside", "expired", "unused", "not_reached"]
    unit: str
    largest: str | None = None
    failed_turn: int | None = None
    tolerance: str | None = None
    turns: str | None = None
    sides: tuple[str, ...] | None = None
    issue: str | None = None
    runs: int | None = None


class LogFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """A log by its file name (no directory), its stored turns and its size in bytes."""

    path: str
    turns: int
    bytes: int
    last_turn: int | None = None


class Report(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a verb returns. `complete` is False for a failure, and for a log cut in mid-write.

    `declared` is there where a file of declared differences was given.
    """

    schema: str = msgspec.field(default_factory=lambda: SCHEMA)
    command: str
    outcome: str
    complete: bool = msgspec.field(default_factory=lambda: True)
    message: str | None = None
    sides: dict[str, Side] | None = None
    checked: Checked | None = None
    sampled: Sampled | None = None
    environment: tuple[dict[str, str], ...] = msgspec.field(default_factory=_no_facts)
    divergence: Divergence | None = None
    halted: Halted | None = None
    violations: tuple[Violation, ...] = msgspec.field(default_factory=_no_violations)
    log: LogFacts | None = None
    flaws: tuple[Flaw, ...] | None = None
    declared: tuple[DeclaredDifference, ...] | None = None
