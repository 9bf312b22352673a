"""The documents of commands that compare nothing: inspect, engines, doctor.

Each carries `schema`, `command` and `outcome` like the report, so that a script reads them alike.
They must not know how their facts were found.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from vr_verify.model.report import Halted, LogFacts, Report
from vr_verify.report.bisect_document import Bisection
from vr_verify.report.diff_document import LogDiff
from vr_verify.report.fuzz_document import FuzzReport
from vr_verify.report.golden_document import GoldenReport
from vr_verify.report.shrink_document import ShrinkReport
from vr_verify.report.stress_document import Stress

INSPECTION: Final = "vr-verify/inspection/1"
ENGINE_LIST: Final = "vr-verify/engines/1"
CHECKUP: Final = "vr-verify/checkup/1"
ROWS_SHOWN: Final = 50
"""Rows of a table that a page for people has where it was not told how many."""


class TurnRow(msgspec.Struct, frozen=True):
    """One recorded turn: how many commands its steps were given, and its digests in hex.

    A digest is empty where the engine declares none; `halt` is empty unless the turn halted.
    `kept` says how its state is kept: "keyframe", "delta" or "none".
    """

    turn: int
    commands: int
    state_digest: str
    ledger_digest: str
    events_digest: str
    halt: str
    kept: str


class StepCommands(msgspec.Struct, frozen=True):
    """The commands that one step was given from outside, each as canonical JSON."""

    step: str
    commands: tuple[str, ...]


class TableRow(msgspec.Struct, frozen=True):
    """One table of one universe at one turn. `live` is None for a table without entities."""

    universe: int
    table: str
    rows: int
    live: int | None
    columns: int


class Cell(msgspec.Struct, frozen=True):
    """One value: `value` in `unit`s as an exact decimal, `raw` as the state holds it."""

    column: str
    value: str
    raw: str
    unit: str


class EntityRow(msgspec.Struct, frozen=True):
    """One row of a table. `entity` is its text id; `universe/table/slot` where there are none."""

    entity: str
    table: str
    cells: tuple[Cell, ...]


class Selected(msgspec.Struct, frozen=True):
    """Which rows of a table were asked for, and how many there are; texts as they were given.

    `live` rows were looked at, `total` of them pass all of `where`; `has_more`: more of these than
    `limit` allows.
    """

    table: str
    where: tuple[str, ...]
    sort: str | None
    limit: int | None
    live: int
    total: int
    has_more: bool


class SketchFacts(msgspec.Struct, frozen=True):
    """What the sketch of each turn is like: its cells, and its bytes."""

    cells: int
    bytes: int


class Inspection(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a log holds; the parts below `snapshots` are there when they were asked for.

    `states_verified` counts the states that were read and have the digest that was recorded:
    keyframes and the last one, or that of `turn`; `states_false` are the turns of the others.
    `selected` tells of `entities` that are rows of a table.
    """

    log: LogFacts
    engine: str
    build: str
    rules_version: str
    scenario_digest: str
    schema_digest: str
    environment: Mapping[str, str]
    steps: tuple[str, ...]
    first_turn: int
    run_chain: str
    turn_table: tuple[TurnRow, ...]
    snapshots: str
    states_verified: int
    states_false: tuple[int, ...]
    schema: str = msgspec.field(default_factory=lambda: INSPECTION)
    command: str = msgspec.field(default_factory=lambda: "inspect")
    outcome: str = msgspec.field(default_factory=lambda: "agreed")
    complete: bool = msgspec.field(default_factory=lambda: True)
    cut_at: int | None = None
    sketch: SketchFacts | None = None
    turn: int | None = None
    halted: Halted | None = None
    commands: tuple[StepCommands, ...] | None = None
    tables: tuple[TableRow, ...] | None = None
    entities: tuple[EntityRow, ...] | None = None
    selected: Selected | None = None


class EngineRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One registered engine; one that does not start has an `outcome` and an `error` instead."""

    name: str
    outcome: str
    build: str | None = None
    rules_version: str | None = None
    counterpart: str | None = None
    capabilities: tuple[str, ...] | None = None
    rules: int | None = None
    error: str | None = None


class EngineList(msgspec.Struct, frozen=True, omit_defaults=True):
    """The engines there are, in name order."""

    outcome: str
    engines: tuple[EngineRow, ...]
    schema: str = msgspec.field(default_factory=lambda: ENGINE_LIST)
    command: str = msgspec.field(default_factory=lambda: "engines")
    message: str | None = None


class Check(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that must hold on this machine; `advice` says what to do when it does not."""

    name: str
    fit: bool
    expected: str
    found: str
    advice: str | None = None


class Checkup(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether this machine is fit, check by check, in a fixed order."""

    outcome: str
    checks: tuple[Check, ...]
    schema: str = msgspec.field(default_factory=lambda: CHECKUP)
    command: str = msgspec.field(default_factory=lambda: "doctor")


Document = (
    Report
    | Bisection
    | FuzzReport
    | GoldenReport
    | Inspection
    | LogDiff
    | EngineList
    | Checkup
    | ShrinkReport
    | Stress
)
"""What a command may answer with: one document on standard output under `--json`."""
