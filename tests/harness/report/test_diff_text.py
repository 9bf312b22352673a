"""A comparison of two logs as a page, and its document under the published schema."""

import json

import jsonschema
import msgspec
import pytest

from tests.harness.report import samples
from vr_verify.model.report import Divergence, LogFacts
from vr_verify.report import schema
from vr_verify.report.diff_document import (
    CommandDifference,
    Compared,
    DiffSide,
    LogDiff,
    ScenarioDifferences,
    ScenarioRow,
    SchemaRow,
    ValueRow,
)
from vr_verify.report.json import encode
from vr_verify.report.text import render

VALIDATOR = jsonschema.Draft202012Validator(json.loads(schema.published()))
LEFT = DiffSide(
    log=LogFacts("mine.log", 121, 5000, 120),
    engine="rust",
    build=f"rust:{samples.HEX}",
    rules_version="1",
    first_turn=0,
    complete=True,
    run_chain=samples.HEX,
)
VALUES = {"left": "12.5", "right": "12.25"}
RAW = {"left": "50", "right": "49"}
COMPARED = Compared(121, 0, 120, 363, 0, 9, 58)
EQUAL = LogDiff(
    outcome="agreed", complete=True, sides={"left": LEFT, "right": LEFT}, compared=COMPARED
)
FOUND = LogDiff(
    outcome="finding",
    complete=False,
    sides={"left": LEFT, "right": LEFT},
    compared=COMPARED,
    message="What the counts do not say.",
    outside={"right": ("121:130",)},
    environment=({"what": "machine", "left": "x86_64", "right": "aarch64"},),
    scenario=ScenarioDifferences(14, (ScenarioRow("$.seed", '"1"', '"2"'),)),
    schema_differences=(SchemaRow("unit.home", "column", "there", "missing"),),
    commands=CommandDifference(7, "open", 0, '{"go":"1"}', "absent", ("7", "9:11")),
    divergence=Divergence(
        kind="state",
        turn=42,
        last_equal_turn=41,
        entity="0/unit/17:2",
        table="unit",
        column="hp",
        unit="hull",
        values=VALUES,
        raw=RAW,
        differing_entities=2,
        differing_columns=("unit.hp",),
        persists=False,
    ),
    differing_digests=("state", "events"),
    values=(
        ValueRow("0/unit/17:2", "unit.hp", "hull", VALUES, RAW),
        ValueRow("0/unit/18:1", "unit.hp", "hull", VALUES, RAW),
    ),
    differing_turns=("42:57", "60"),
    differing_turns_total=17,
    equal_again_at=(58, 61),
)


@pytest.mark.parametrize("document", [EQUAL, FOUND], ids=["equal", "found"])
def test_the_document_keeps_the_schema(document: LogDiff) -> None:
    value = json.loads(encode(document))
    VALIDATOR.validate(value)
    value["seconds"] = 3
    assert not VALIDATOR.is_valid(value)


def test_no_difference_is_said_first() -> None:
    page = render(EQUAL).plain
    first = page.splitlines()[0]
    assert first == "NO DIFFERENCE: left and right are equal, 121 states, turns 0 to 120"
    assert "mine.log" in page
    assert "differ" not in page.replace("NO DIFFERENCE", "")


@pytest.mark.parametrize(
    "line",
    [
        "FOUND: left and right part at turn 42: 0/unit/17:2 differs in hp",
        "  What the counts do not say.",
        "  A log was cut in mid-write; it counts up to its last sealed turn.",
        "  machine  x86_64  aarch64",
        '  $.seed  "1"   "2"',
        "  and 13 more",
        "  unit.home  column  there  missing",
        "  first at  turn 7, step open, command 0",
        '  left      {"go":"1"}',
        "  right     absent",
        "  turns     7, 9:11",
        "First difference: turn 42",
        "  differs there    state, events",
        "  differing turns  17 turns: 42:57, 60",
        "  equal again at   58, 61",
        "  0/unit/18:1  unit.hp  12.5  12.25  hull",
        "  only in right  turns 121:130",
    ],
)
def test_all_that_differs_stands_on_the_page(line: str) -> None:
    assert line in render(FOUND).plain.splitlines()


def test_only_a_few_ranges_are_named() -> None:
    many = tuple(str(turn) for turn in range(0, 100, 2))
    found = LogDiff(
        outcome="finding",
        complete=True,
        sides=EQUAL.sides,
        compared=COMPARED,
        commands=CommandDifference(0, "open", 0, "1", "2", many),
    )
    page = render(found).plain
    assert page.startswith("FOUND: the commands differ; every compared state is equal")
    assert "20, 22 and 38 more ranges" in page


@pytest.mark.parametrize("width", [60, 80, 96])
def test_texts_too_wide_for_the_page_are_cut_and_that_is_said(width: int) -> None:
    rows = (ScenarioRow("$.rules", "absent", '{"a":1' + ',"b":2' * 40 + "}"),)
    steps = (SchemaRow("the turn", "steps", "tick: " + "spread, " * 30, "open: recharge"),)
    wide = msgspec.structs.replace(
        FOUND, scenario=ScenarioDifferences(1, rows), schema_differences=steps
    )
    page = render(wide, width).plain
    assert max(map(len, page.splitlines())) <= width
    assert page.count("texts that end in … are cut here") == 2
    assert "cut here" not in render(FOUND, width).plain


def test_nothing_compared_says_why() -> None:
    none = LogDiff(
        outcome="nothing_compared",
        complete=True,
        sides=EQUAL.sides,
        compared=Compared(),
        message="The logs have no turn in common.",
    )
    page = render(none).plain
    assert page.startswith("NOTHING COMPARED: The logs have no turn in common.")
    assert "\nCompared\n" not in page
