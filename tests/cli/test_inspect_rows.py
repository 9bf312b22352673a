"""`inspect` asked for rows: filters, sort and limit, and a large table that is bounded."""

import struct
from pathlib import Path
from typing import Any

import pytest

import vr_verify
from tests.cli.program import one_document, run
from tests.cli.test_inspect import SCALE, column
from vr_verify.canonical import json_text
from vr_verify.canonical.schema import parse_schema
from vr_verify.canonical.state import State, TableData, Universe
from vr_verify.canonical.tree import state_digest
from vr_verify.errors import UsageError
from vr_verify.model.run import Digests, StepSpec
from vr_verify.report.documents import ROWS_SHOWN
from vr_verify.runlog.records import LogHeader
from vr_verify.runlog.writer import RunLogWriter

ROWS = 120
UNIT = [
    column("generation", "u32", 2**32 - 1),
    column("alive", "bool", 1),
    column("hp", "i64", 100 * SCALE, SCALE, "hit points"),
    column("home", "u32", 2**32 - 1) | {"refers": "unit"},
]
SCHEMA = parse_schema(
    json_text.encode(
        {
            "format": "vr-schema/1",
            "tables": [{"columns": UNIT, "entity": True, "name": "unit"}],
        }
    )
)
HEADER = LogHeader(
    engine="toy",
    build="toy:" + "ab" * 32,
    rules_version="7",
    scenario=json_text.encode({"seed": "1"}),
    schema=SCHEMA,
    steps=(StepSpec("open", ("orders",)),),
    first_turn=0,
    environment={},
)


def unit(first_hp: int) -> TableData:
    """Make units: each third slot is free, hit points are 0 to 6.5 in halves."""
    alive = [slot % 3 != 1 for slot in range(ROWS)]
    hp = [alive[s] * (first_hp * SCALE + s % 14 * SCALE // 2) for s in range(ROWS)]
    home = [alive[s] * (2**32 - 1 if s % 2 else s) for s in range(ROWS)]
    numbers = struct.pack(f"<{ROWS}I", *[1] * ROWS), bytes(alive)
    values = struct.pack(f"<{ROWS}q", *hp), struct.pack(f"<{ROWS}I", *home)
    return TableData(ROWS, (*numbers, *values))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of one state of two universes, 80 live units in each."""
    path = tmp_path_factory.mktemp("logs") / "run.log"
    state = State(0, (Universe(0, (unit(0),)), Universe(4, (unit(1),))))
    with RunLogWriter(path, HEADER) as log:
        log.write_first(state, Digests(state_digest(SCHEMA, HEADER.scenario_digest, state)))
        log.finish()
    return path


def asked(log: Path, *words: str) -> dict[str, Any]:
    """Ask for units as a document."""
    result = run("inspect", str(log), "--table", "unit", *words, "--json")
    assert result.exit_code == 0, result.stderr
    return one_document(result.stdout)


def names(document: dict[str, Any]) -> list[str]:
    return [row["entity"] for row in document["entities"]]


def values(document: dict[str, Any], name: str) -> list[str]:
    cells = [cell for row in document["entities"] for cell in row["cells"]]
    return [cell["value"] for cell in cells if cell["column"] == name]


def test_all_filters_must_pass(log: Path) -> None:
    document = asked(log, "--where", "hp=6..6.5", "--where", "home=none")
    found = [f"0/unit/{s}:1" for s in range(ROWS) if s % 14 == 13 and s % 3 != 1]
    found += [f"4/unit/{s}:1" for s in range(ROWS) if s % 14 in (11,) and s % 3 != 1]
    assert names(document) == found
    assert document["selected"] == {
        "table": "unit",
        "where": ["hp=6..6.5", "home=none"],
        "sort": None,
        "limit": None,
        "live": 160,
        "total": len(found),
        "has_more": False,
    }
    assert set(values(asked(log, "--where", "hp=0,7.5"), "hp")) == {"0", "7.5"}
    assert set(values(asked(log, "--where", "home=2"), "home")) == {"2"}
    homes = {str(s) for s in range(0, ROWS, 2) if s % 3 != 1}
    assert set(values(asked(log), "home")) == homes | {"none"}
    assert set(values(asked(log, "--where", "home=2.."), "home")) == homes - {"0"}


def test_rows_are_sorted_and_equal_ones_stay_in_slot_order(log: Path) -> None:
    whole = asked(log)
    rising, falling = asked(log, "--sort", "hp"), asked(log, "--sort", "-hp")
    places = {name: at for at, name in enumerate(names(whole))}
    assert names(whole) != names(rising) != names(falling)
    for document, sign in ((rising, 1), (falling, -1)):
        pairs = zip(values(document, "hp"), names(document), strict=True)
        keys = [(sign * float(hp), places[name]) for hp, name in pairs]
        assert keys == sorted(keys)
        assert len(keys) == 160


def test_a_limit_says_how_many_more_there_are(log: Path) -> None:
    document = asked(log, "--sort", "-hp", "--limit", "3")
    assert values(document, "hp") == ["7.5", "7.5", "7.5"]
    selected = document["selected"]
    assert (selected["total"], selected["limit"], selected["has_more"]) == (160, 3, True)
    most = [s for s in range(ROWS) if s % 14 >= 12 and s % 3 != 1]
    counted = asked(log, "--where", "hp=7..", "--limit", "0")
    assert (counted["entities"], counted["selected"]["total"]) == ([], len(most))


def test_a_page_is_bounded_and_says_how_to_see_more(log: Path) -> None:
    page = run("inspect", str(log), "--table", "unit").stdout
    assert page.count("/unit/") == ROWS_SHOWN
    said = "110 more are not shown: `--limit 160` shows all, --json without --limit has all"
    assert said in " ".join(page.split())
    assert (
        run("inspect", str(log), "--table", "unit", "--limit", "160").stdout.count("/unit/") == 160
    )
    little = run("inspect", str(log), "--table", "unit", "--limit", "15").stdout
    assert "145 more are not shown: `--limit 160` shows all" in " ".join(little.split())
    most = run("inspect", str(log), "--table", "unit", "--limit", "159").stdout
    assert "1 more is not shown: `--limit 160` shows all" in " ".join(most.split())
    # With --json the document is whole, and the page beside it is as short as ever.
    both = run("inspect", str(log), "--table", "unit", "--json")
    assert len(one_document(both.stdout)["entities"]) == 160
    assert both.stderr.count("/unit/") == ROWS_SHOWN
    assert said in " ".join(both.stderr.split())


def test_a_page_says_how_many_pass(log: Path) -> None:
    one = run("inspect", str(log), "--table", "unit", "--where", "home=6", "--where", "hp=3")
    assert "0/unit/6:1 at turn 0" in one.stdout
    assert "1 of 160 rows pass `home=6` and `hp=3`." in one.stdout
    assert "not shown" not in one.stdout
    none = run("inspect", str(log), "--table", "unit", "--where", "hp=50..")
    assert none.exit_code == 0
    assert "unit at turn 0 (0 rows)" in none.stdout
    assert "0 of 160 rows pass `hp=50..`." in none.stdout


def test_a_page_of_rows_leaves_the_list_of_all_tables_out(log: Path) -> None:
    title = "Tables at turn 0"
    assert title not in run("inspect", str(log), "--table", "unit").stdout
    assert title in run("inspect", str(log), "--turn", "0").stdout
    assert title in run("inspect", str(log), "--turn", "0", "--entity", "0/unit/0:1").stdout
    assert asked(log)["tables"], "the document has them all the same"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--table", "unit", "--where", "mood=1"], "--where: expected a column of unit, found"),
        (["--table", "unit", "--sort", "-mood"], "--sort: expected a column of unit, found 'mood'"),
        (["--table", "unit", "--where", "hp=low"], "--where: hp=low: expected a number, found"),
        (["--table", "unit", "--limit", "-1"], "expected a whole number from 0 on, found '-1'"),
        (
            ["--where", "hp=1"],
            "--where chooses among the rows of a table: expected --table X, foun",
        ),
        (["--sort", "hp", "--turn", "0"], "--sort chooses among the rows of a table"),
        (["--limit", "3"], "--limit chooses among the rows of a table"),
        (
            ["--table", "unit", "--entity", "0/unit/0:1", "--limit", "1"],
            "expected --table X, found --entity 0/unit/0:1; leave --entity out",
        ),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(words: list[str], message: str, log: Path) -> None:
    result = run("inspect", str(log), *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())


def test_a_caller_is_told_as_a_user_is(log: Path) -> None:
    limits: list[Any] = [-1, "3", 1.5]
    for limit in limits:
        with pytest.raises(UsageError, match="limit: expected a whole number from 0 on, found"):
            vr_verify.inspect(log, table="unit", limit=limit)
    assert vr_verify.inspect(log, table="unit", limit=0).entities == ()
    one = vr_verify.inspect(log, table="unit", where="hp=0")
    assert one == vr_verify.inspect(log, table="unit", where=["hp=0"])
    assert one.selected is not None
    assert one.selected.where == ("hp=0",)
