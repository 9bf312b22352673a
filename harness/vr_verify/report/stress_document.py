"""The document of `stress`: what was varied around one build, and what came of it.

It must not know how a run is played or counted.
"""

from typing import Final

import msgspec

from vr_verify.model.report import LogFacts, Side

STRESS: Final = "vr-verify/stress/1"
NO_DIFFERENCE: Final = "no difference"
DIFFERS: Final = "differs"
INTERMITTENT: Final = "p of k"
NOT_VARIED: Final = "not varied"


def _no_texts() -> tuple[str, ...]:
    return ()


class Counted(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many of some runs differ from an answer, and the first place at which one does.

    `interval` holds the ends of the 95 % interval of the chance behind it. `verdict` is one of the
    four words above. `kind` is halt, state, draws, events, digest, or how the engine failed.
    """

    verdict: str
    runs: int
    differing: int
    interval: tuple[str, str] | None = None
    turn: int | None = None
    kind: str | None = None
    failure: str | None = None


class SettingRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One setting of a factor. `on_top_of`: settings that were in place for it.

    `effect` is there where it matters: "changes" the answer, or "steadies" one that is unsteady.
    `reason` says why it was not varied.
    """

    setting: str
    counted: Counted
    effect: str | None = None
    on_top_of: tuple[str, ...] = msgspec.field(default_factory=_no_texts)
    reason: str | None = None


class FactorRow(msgspec.Struct, frozen=True):
    """One factor: what was varied, its verdict in one word, and its settings."""

    factor: str
    varies: str
    verdict: str
    settings: tuple[SettingRow, ...]


class Blame(msgspec.Struct, frozen=True):
    """What flips the answer, as `factor setting`: one alone, or several of which all are needed.

    `reproduce` is the command that shows it again.
    """

    settings: tuple[str, ...]
    effect: str
    reproduce: str


def _no_blame() -> tuple[Blame, ...]:
    return ()


class Stress(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One build under all that must not matter. `turns` are those that each run executed.

    `plain` counts the plain runs against their own reference, `recorded` all runs against the log,
    `together` the runs in which all factors were varied at once.
    """

    outcome: str
    engine: str
    side: Side
    log: LogFacts
    turns: int
    first_turn: int
    last_turn: int
    runs: int
    factors: tuple[FactorRow, ...]
    method: str
    schema: str = msgspec.field(default_factory=lambda: STRESS)
    command: str = msgspec.field(default_factory=lambda: "stress")
    complete: bool = msgspec.field(default_factory=lambda: True)
    message: str | None = None
    plain: Counted | None = None
    recorded: Counted | None = None
    together: Counted | None = None
    blamed: tuple[Blame, ...] = msgspec.field(default_factory=_no_blame)
