"""Hand-made documents of every kind and outcome, for the tests of text, JSON and schema."""

from vr_verify.model.outcome import Outcome
from vr_verify.model.report import (
    Checked,
    Divergence,
    Halted,
    LogFacts,
    Report,
    Side,
    Violation,
)
from vr_verify.report.documents import (
    Cell,
    Check,
    Checkup,
    Document,
    EngineList,
    EngineRow,
    EntityRow,
    Inspection,
    Selected,
    TableRow,
    TurnRow,
)
from vr_verify.report.golden_document import FieldRow, GoldenCase, GoldenReport

HEX = "0123456789abcdef" * 4
LOG = LogFacts(path="medium.log", turns=121, bytes=1_234_567, last_turn=120)
SIDES = {
    "rust": Side(f"rust:{HEX}", "1.0.0"),
    "python": Side(f"python:{HEX}", "1.0.0"),
    "recorded": Side(f"rust:{HEX}", "1.0.0"),
}
CHECKED = Checked(
    turns=120,
    first_turn=0,
    last_turn=120,
    turns_recomputed=12,
    steps=1440,
    phases=14,
    digests=242,
    draws=518,
    events=96,
    entities_audited=145_200,
    invariants=5,
    rules_fired=50,
    rules_total=52,
    rules_never_fired=("retreat", "insolvency"),
)
STATE_DIVERGENCE = Divergence(
    kind="state",
    turn=42,
    last_equal_turn=41,
    step="faction 3",
    phase="combat",
    entity="0/unit/17:2",
    table="unit",
    column="hp",
    unit="hit points",
    values={"rust": "12.5", "python": "12.25", "recorded": "12.5"},
    raw={"rust": "53687091200", "python": "52613349376", "recorded": "53687091200"},
    odd_one_out="python",
    differing_entities=1,
    differing_columns=("unit.hp",),
    differing_turns=(42, 43, 44),
    persists=True,
    reproduced=True,
    draws={
        "stream": "combat.accuracy",
        "site": "combat.accuracy.roll",
        "rust": 518,
        "python": 519,
    },
    cause="event 12 (damage) after event 3 (attack)",
    reproduce="vr-verify replay medium.log --against python --turns 42:42 --trace draws",
)
VIOLATIONS = tuple(
    Violation(
        turn=turn,
        rule="conservation",
        severity="critical",
        entity="0/faction/3:1",
        message="the books are off by 12 credits",
        sides=("rust", "python"),
    )
    for turn in range(42, 50)
)
HALTED = Halted(turn=7, error="overflow", step="close", phase="upkeep", table="faction", slot=3)


def diverged(divergence: Divergence = STATE_DIVERGENCE) -> Report:
    """Make the report of a replay in which sides part."""
    return Report(
        command="replay",
        outcome=str(Outcome.DIVERGED),
        sides=SIDES,
        checked=CHECKED,
        environment=({"what": "threads", "rust": "2", "recorded": "8"},),
        divergence=divergence,
    )


def of_kind(kind: str) -> Report:
    """Make the report of a divergence of one kind that has no entity to point at."""
    draws = STATE_DIVERGENCE.draws if kind == "draws" else None
    return diverged(Divergence(kind=kind, turn=5, odd_one_out="python", draws=draws))


def of_outcome(outcome: Outcome) -> Report:
    """Make a replay's report for any outcome."""
    if outcome is Outcome.DIVERGED:
        return diverged()
    if outcome is Outcome.AGREED:
        return Report(command="replay", outcome=str(outcome), sides=SIDES, checked=CHECKED)
    if outcome is Outcome.VIOLATED:
        return Report(
            command="replay",
            outcome=str(outcome),
            sides=SIDES,
            checked=CHECKED,
            violations=VIOLATIONS,
        )
    return Report(command="replay", outcome=str(outcome), message=f"what happened: {outcome}")


RECORDED = Report(
    command="record",
    outcome=str(Outcome.AGREED),
    sides={"rust": SIDES["rust"]},
    checked=CHECKED,
    log=LOG,
    halted=HALTED,
)
_CELLS = (
    Cell("generation", "2", "2", "count"),
    Cell("alive", "true", "1", "flag"),
    Cell("hp", "12.5", "53687091200", "hit points"),
)
INSPECTION = Inspection(
    log=LOG,
    engine="rust",
    build=f"rust:{HEX}",
    rules_version="1.0.0",
    scenario_digest=HEX,
    schema_digest=HEX,
    environment={"threads": "8", "system": "Linux"},
    steps=("open", "faction 1", "close"),
    first_turn=0,
    run_chain=HEX,
    turn_table=(
        TurnRow(0, 0, HEX, "", "", "", "keyframe"),
        TurnRow(1, 3, HEX, HEX, HEX, "overflow", "none"),
    ),
    snapshots="delta",
    states_verified=1,
    states_false=(),
    complete=False,
    cut_at=4711,
)
INSPECTION_OF_TURN = Inspection(
    log=LOG,
    engine="rust",
    build=f"rust:{HEX}",
    rules_version="1.0.0",
    scenario_digest=HEX,
    schema_digest=HEX,
    environment={},
    steps=("open",),
    first_turn=0,
    run_chain=HEX,
    turn_table=(TurnRow(0, 0, HEX, "", "", "", "keyframe"),),
    snapshots="delta",
    states_verified=1,
    states_false=(),
    turn=0,
    tables=(TableRow(0, "unit", 20, 17, 3), TableRow(0, "lane", 4, None, 2)),
    entities=(EntityRow("0/unit/17:2", "unit", _CELLS), EntityRow("0/unit/18:1", "unit", _CELLS)),
    selected=Selected("unit", ("hp=12.5",), "-hp", 2, live=17, total=5, has_more=True),
)
ENGINE_LIST = EngineList(
    outcome=str(Outcome.AGREED),
    engines=(
        EngineRow(
            name="rust",
            outcome=str(Outcome.AGREED),
            build=f"rust:{HEX}",
            rules_version="1.0.0",
            counterpart="python",
            capabilities=("digest", "snapshot"),
            rules=52,
        ),
        EngineRow(name="broken", outcome=str(Outcome.CANNOT_BUILD), error="it dies at start"),
    ),
)
CHECKUP = Checkup(
    outcome=str(Outcome.UNFIT),
    checks=(
        Check("Python", fit=True, expected="3.11 or newer", found="3.12", advice="Upgrade."),
        Check("free disk", fit=False, expected="256 MiB", found="3 MiB", advice="Free some space."),
    ),
)
GOLDEN = GoldenReport(
    action="check",
    outcome=str(Outcome.GOLDEN_OUTDATED),
    complete=True,
    cases=(
        GoldenCase(
            log="replays/smoke/small.log",
            answer="golden/runs/smoke/small.json",
            verdict="outdated",
            outcome=str(Outcome.GOLDEN_OUTDATED),
            turns=30,
            change="values",
            message="the engines agree on another answer",
            reason="the first rules",
            agreed={"python": f"python:{HEX}", "rust": f"rust:{HEX}"},
            engines={"python": f"python:{HEX[::-1]}", "rust": f"rust:{HEX[::-1]}"},
            old=HEX,
            new=HEX[::-1],
            first_changed_turn=5,
            changed_turns=26,
            fields=(FieldRow("unit.hp", 5, "0/unit/17:2", "hit points", "12.5", "12.25", 4, 26),),
            fields_total=1,
        ),
    ),
)
KINDS = ("state", "draws", "events", "commands", "halt", "digest")
ALL: tuple[Document, ...] = (
    *(of_outcome(outcome) for outcome in Outcome),
    *(of_kind(kind) for kind in KINDS),
    RECORDED,
    INSPECTION,
    INSPECTION_OF_TURN,
    GOLDEN,
    ENGINE_LIST,
    CHECKUP,
)
