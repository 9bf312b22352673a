"""Campaigns under declared differences: agreed and counted, and faults found beside them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from tests.harness.session.test_declared import FLOUR, TODAY, declared
from tests.support.fine_mills import fine
from tests.support.fuzz_mills import BASE, build
from tests.support.mill_engine import SCHEMA
from vr_verify.canonical.schema import parse_schema
from vr_verify.errors import MissingFileError, UsageError
from vr_verify.model.report import DeclaredDifference
from vr_verify.report.fuzz_document import FuzzReport
from vr_verify.report.schema import published
from vr_verify.report.text import render
from vr_verify.verbs.fuzz import fuzz

KNOWN = FLOUR | {"count_max": 9}


def campaign(
    folder: Path, engine: str, *entries: dict[str, object], today: date = TODAY, **options: Any
) -> FuzzReport:
    """Run a small campaign against the honest mill, six turns each, with what is declared."""
    base = folder / "base.json"
    base.write_bytes(BASE)
    options = {"cases": 8, "turns": 6, "sources": [base], "shrink": False} | options
    if entries:
        options |= {"declared": declared(folder, *entries), "today": today}
    return fuzz(engine=engine, against=build("HardyMill"), out=folder / "found", **options)


def row(document: FuzzReport) -> DeclaredDifference:
    """Return the only declaration."""
    assert document.declared is not None
    (only,) = document.declared
    return only


def test_cases_that_differ_only_as_declared_agree_and_are_counted(tmp_path: Path) -> None:
    bare = campaign(tmp_path, fine("FineHardy"))
    assert (bare.outcome, bare.declared) == ("finding", None)
    assert [(one.fault.column, one.fault.phase) for one in bare.findings] == [("flour", "pay")]
    document = campaign(tmp_path, fine("FineHardy"), KNOWN)
    assert (document.outcome, document.findings) == ("agreed", ())
    assert [canary.found for canary in document.canaries] == [True, True]
    met = row(document)
    assert met.runs is not None
    assert 1 < met.runs <= document.campaign.cases
    assert met.counted > met.count_max, "the bound is that of each case, not of all"
    assert met.status == "held"
    page = " ".join(render(document).plain.split())
    said = f"with {met.counted} declared differences of cell.flour"
    assert said in page
    assert f"cell.flour: {met.counted} in {met.runs} runs, at most 9 in each" in page
    Draft202012Validator(json.loads(published())).validate(
        json.loads(msgspec.json.encode(document))
    )


@pytest.mark.slow
def test_a_fault_beside_a_declared_difference_is_found_named_kept_and_shown(tmp_path: Path) -> None:
    document = campaign(tmp_path, fine("FineSlowWheel"), KNOWN, shrink=True)
    assert document.outcome == "finding"
    (found,) = document.findings
    fault = found.fault
    assert (fault.kind, fault.phase, fault.column) == ("state", "grind", "water")
    assert (found.reproduced, found.shown) == (True, True)
    assert (found.reproduce or "").endswith("--declared differences.toml")
    assert campaign(tmp_path, fine("FineHardy"), KNOWN).findings == ()


@pytest.mark.slow
def test_the_canary_lies_where_nothing_is_declared(tmp_path: Path) -> None:
    lies = [row.lie for row in campaign(tmp_path, build("HardyMill")).canaries]
    assert set(lies) == {"field@3"}
    document = campaign(tmp_path, build("HardyMill"), KNOWN | {"path": "3/cell.water"})
    assert [canary.found for canary in document.canaries] == [True, True]
    assert "cell.water" not in {canary.place for canary in document.canaries}
    every = [
        KNOWN | {"path": f"{table.name}.{column.name}"}
        for table in parse_schema(SCHEMA).tables
        for column in table.columns
    ]
    blind = campaign(tmp_path, build("HardyMill"), *every)
    assert (blind.outcome, [row.tries for row in blind.canaries]) == ("violated", [0, 0])
    assert "no lie could be planted" in (blind.message or "")


@pytest.mark.slow
def test_over_its_bound_in_one_case_it_is_a_finding(tmp_path: Path) -> None:
    document = campaign(tmp_path, fine("FineHardy"), KNOWN | {"count_max": 3})
    assert document.outcome == "finding"
    assert {one.fault.column for one in document.findings} == {"flour"}
    assert row(document).status == "exceeded"


def test_unused_over_a_whole_campaign_or_expired_fails(tmp_path: Path) -> None:
    honest = build("HardyMill")
    unused = campaign(tmp_path, honest, KNOWN)
    assert (unused.outcome, unused.complete, row(unused).status) == ("violated", True, "unused")
    assert unused.message == "the declared difference of cell.flour was not met: remove it"
    assert render(unused).plain.startswith("VIOLATED: ")
    expired = campaign(tmp_path, honest, KNOWN, today=date(2031, 1, 1))
    assert (expired.outcome, row(expired).status) == ("violated", "expired")

    def stop(what: str, done: int, total: int) -> None:
        if done > 2:
            raise KeyboardInterrupt

    stopped = campaign(tmp_path, honest, KNOWN, progress=stop)
    assert (stopped.outcome, row(stopped).status) == ("interrupted", "not_reached")


def test_a_file_about_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no column 'flower'"):
        campaign(tmp_path, build("HardyMill"), KNOWN | {"path": "cell.flower"})
    recorded = campaign(tmp_path, fine("FineHardy"), KNOWN | {"sides": ["fine-hardy"]})
    assert recorded.outcome == "agreed"
    with pytest.raises(UsageError, match="expected sides of fine-hardy, hardy, recorded"):
        campaign(tmp_path, fine("FineHardy"), KNOWN | {"sides": ["fien"]})
    with pytest.raises(MissingFileError, match="found none"):
        campaign(tmp_path, fine("FineHardy"), declared=tmp_path / "none.toml", today=TODAY)
