"""The document of `diff`: what two logs have in common and where they part.

Sides are always called `left` and `right`, in the order of the command line. It must not know how
a difference was found.
"""

from typing import Final

import msgspec

from vr_verify.model.report import DeclaredDifference, Divergence, LogFacts

DIFF: Final = "vr-verify/diff/1"


class DiffSide(msgspec.Struct, frozen=True):
    """One of the two logs; `complete` is False where it was cut in mid-write."""

    log: LogFacts
    engine: str
    build: str
    rules_version: str
    first_turn: int
    complete: bool
    run_chain: str


class ScenarioRow(msgspec.Struct, frozen=True):
    """One place of the scenarios: `path` as in `$.cells[2]`, values as JSON texts, or `absent`."""

    path: str
    left: str
    right: str


class ScenarioDifferences(msgspec.Struct, frozen=True):
    """How many places of the two scenarios differ, and the first few of them."""

    count: int
    first: tuple[ScenarioRow, ...]


class SchemaRow(msgspec.Struct, frozen=True):
    """One table (`unit`) or column (`unit.hp`) whose description differs; `what` names in what."""

    place: str
    what: str
    left: str
    right: str


class CommandDifference(msgspec.Struct, frozen=True):
    """The first command that is not the same in both logs, and all turns whose commands differ.

    `position` counts the commands of the step from 0; the texts are canonical JSON or `absent`.
    """

    turn: int
    step: str
    position: int
    left: str
    right: str
    differing_turns: tuple[str, ...]


class ValueRow(msgspec.Struct, frozen=True):
    """One value that differs at the first differing turn, as read in both logs."""

    entity: str
    column: str
    unit: str
    values: dict[str, str]
    raw: dict[str, str]


class SketchedRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row, `universe/table/slot`, and who changed it: `left`, `right`, or `both` differently.

    `held` has its values by column, by the side whose log holds that turn; for the first rows.
    """

    row: str
    changed_by: str
    held: dict[str, dict[str, str]] | None = None


class Sketched(msgspec.Struct, frozen=True):
    """Rows that differ at a turn, named by two sketches of so many cells without any values.

    `whole`: they are all that differ. Else the sketches are too full to tell, and they are some.
    """

    turn: int
    cells: int
    whole: bool
    rows: tuple[SketchedRow, ...]


class Compared(msgspec.Struct, frozen=True):
    """What was compared. `values` counts one for each slot of each common column of each turn.

    It is 0 where the logs' digests are comparable, which spares reading the values.
    """

    turns: int = 0
    first_turn: int | None = None
    last_turn: int | None = None
    digests: int = 0
    values: int = 0
    tables: int = 0
    columns: int = 0


def _no_facts() -> tuple[dict[str, str], ...]:
    return ()


def _no_schema_rows() -> tuple[SchemaRow, ...]:
    return ()


def _no_value_rows() -> tuple[ValueRow, ...]:
    return ()


def _no_texts() -> tuple[str, ...]:
    return ()


def _no_turns() -> tuple[int, ...]:
    return ()


class LogDiff(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What differs between two logs, surroundings first.

    `outside` are each side's turns that the other does not hold. Turn ranges are texts, `12:40`
    or `57`, both ends included. `differing_digests` names what differs at the first differing turn.
    `equal_again_at` are turns at which a stretch of equal turns starts after a difference.
    `declared` is there where a file of declared differences was given. `sketched` is there where
    the logs do not hold the states of the first differing turn, but sketches of it.
    """

    schema: str = msgspec.field(default_factory=lambda: DIFF)
    command: str = msgspec.field(default_factory=lambda: "diff")
    outcome: str
    complete: bool
    sides: dict[str, DiffSide]
    compared: Compared
    message: str | None = None
    outside: dict[str, tuple[str, ...]] | None = None
    environment: tuple[dict[str, str], ...] = msgspec.field(default_factory=_no_facts)
    scenario: ScenarioDifferences | None = None
    schema_differences: tuple[SchemaRow, ...] = msgspec.field(default_factory=_no_schema_rows)
    commands: CommandDifference | None = None
    divergence: Divergence | None = None
    differing_digests: tuple[str, ...] = msgspec.field(default_factory=_no_texts)
    values: tuple[ValueRow, ...] = msgspec.field(default_factory=_no_value_rows)
    differing_turns: tuple[str, ...] = msgspec.field(default_factory=_no_texts)
    differing_turns_total: int = msgspec.field(default_factory=lambda: 0)
    equal_again_at: tuple[int, ...] = msgspec.field(default_factory=_no_turns)
    declared: tuple[DeclaredDifference, ...] | None = None
    sketched: Sketched | None = None
