"""Campaigns: what is planted is found, named, kept and shown; the honest twin gives nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.fuzz_mills import BASE, build
from tests.support.toy_builds import TOY, NewRulesMill, toy_scenario, variant
from vr_verify.engines.client import Engine
from vr_verify.errors import EngineProtocolError, IoFailed, SkippedError, UsageError
from vr_verify.fuzzing import campaign as campaigns
from vr_verify.fuzzing import regress
from vr_verify.report import json as report_json
from vr_verify.report.fuzz_document import FuzzReport
from vr_verify.report.text import render
from vr_verify.verbs.fuzz import fuzz
from vr_verify.verbs.record import record
from vr_verify.verbs.replay import replay

HARDY, GENERATING = build("HardyMill"), build("GeneratingMill")


def campaign(folder: Path, engine: str, against: str = HARDY, **options: Any) -> FuzzReport:
    """Run a small campaign from the base scenario, six turns each, unless told otherwise."""
    base = folder / "base.json"
    base.write_bytes(BASE)
    options = {"cases": 12, "turns": 6, "sources": [base], "shrink": False} | options
    out = folder / "found"
    return fuzz(engine=build(engine), against=against, out=out, **options)


def test_honest_engines_agree_and_both_canaries_are_found(tmp_path: Path) -> None:
    document = campaign(tmp_path, "GeneratingMill", cases=30, size=3)
    done = document.campaign
    assert (document.outcome, document.complete, document.findings) == ("agreed", True, ())
    assert done.cases + done.refused == done.asked == 30
    assert (done.given, done.generated + done.changed) == (1, 29)
    assert min(done.generated, done.changed, done.turns) > 10
    assert (done.rules_fired, done.rules_total, done.rules_never_fired) == (4, 5, ("flood",))
    start, end = document.canaries
    assert (start.at, start.found, start.case, start.lie) == ("start", True, 0, "field@3")
    assert (start.turn, start.place) == (3, "cell.water")
    assert (end.at, end.found) == ("end", True)
    assert end.case is not None
    assert end.case > 20
    assert not list((tmp_path / "found").iterdir())
    page = render(document).plain
    assert page.startswith("AGREED: generating and hardy agree on ")
    assert "found at case 0, turn 3, cell.water (field@3)" in page
    words = " ".join(page.split())
    made = f"1 as given, {done.generated} generated, {done.changed} changed"
    assert f"{done.cases} compared, {done.refused} refused, of 30 asked: {made}" in words


def test_a_planted_fault_is_one_finding_kept_small_and_shown_by_its_log(tmp_path: Path) -> None:
    document = campaign(tmp_path, "SlowWheel", shrink=True)
    assert document.outcome == "finding"
    (found,) = document.findings
    fault = found.fault
    assert (fault.kind, fault.phase, fault.table, fault.column) == (
        "state",
        "grind",
        "cell",
        "water",
    )
    assert (found.case, found.reproduced, found.shown) == (0, True, True)
    assert found.seen > 3
    assert found.found.turns == 6
    assert found.kept.turns == 2
    assert found.kept.scenario_bytes < found.found.scenario_bytes
    assert found.files == (f"{fault.id}.log",)
    assert found.reproduce == (
        f"vr-verify replay {fault.id}.log --engine {build('SlowWheel')} --against {HARDY}"
    )
    log = tmp_path / "found" / found.files[0]
    report = replay(log, build("SlowWheel"), HARDY)
    assert report.divergence is not None
    assert (report.divergence.kind, report.divergence.turn) == ("state", 2)
    assert replay(log, HARDY, HARDY).divergence is None
    assert "FOUND 1 fault in 9 cases of seed 0" in render(document).plain


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "against", "kind"),
    [
        ("BlindSlowWheel", build("BlindMill"), "state"),
        ("Shallow", HARDY, "halt"),
        ("Talkative", HARDY, "events"),
        ("Picky", GENERATING, "refusal"),
        ("OtherSteps", GENERATING, "declared"),
        ("HardyMill", f"saboteur:draw@2:{HARDY}", "draws"),
        ("HardyMill", f"saboteur:digest-of-truth@1:{HARDY}", "digest"),
    ],
)
def test_every_kind_is_found_and_the_honest_twin_gives_nothing(
    tmp_path: Path, engine: str, against: str, kind: str
) -> None:
    document = campaign(tmp_path, engine, against, cases=24)
    assert document.outcome == "finding"
    assert {found.fault.kind for found in document.findings} == {kind}
    assert all(found.reproduced and found.shown for found in document.findings)
    names = sorted(path.name for path in (tmp_path / "found").iterdir())
    assert names == sorted(file for found in document.findings for file in found.files)
    plain = "BlindMill" if engine.startswith("Blind") else "HardyMill"
    honest = campaign(tmp_path, plain, build(plain), cases=24)
    assert (honest.outcome, honest.findings) == ("agreed", ())


@pytest.mark.slow
def test_a_failure_is_the_outcome_and_its_log_shows_it(tmp_path: Path) -> None:
    document = campaign(tmp_path, "Breaking", shrink=True)
    assert document.outcome == "crashed"
    (found,) = document.findings
    assert (found.fault.outcome, found.fault.side) == ("crashed", "breaking")
    assert found.fault.detail == "RuntimeError: the wheel broke"
    assert found.message is not None
    assert "the wheel broke" in found.message
    assert (found.reproduced, found.shown, found.kept.turns) == (True, True, 3)
    assert document.campaign.failures == found.seen
    assert campaign(tmp_path, "HardyMill").outcome == "agreed"


@pytest.mark.slow
def test_a_run_that_no_engine_plays_to_its_end_is_kept_as_its_parts(tmp_path: Path) -> None:
    command = {"universe": 3, "slot": 1, "add": "7"}
    given = [{"turn": 1, "step": "evening", "commands": [command]}]
    scenario, log = tmp_path / "base.json", tmp_path / "run.log"
    scenario.write_bytes(BASE)
    record(scenario, log, 6, engine=HARDY, commands=given)
    found = campaign(tmp_path, "Breaking", build("Breaking"), sources=[log], cases=1).findings[0]
    name, out = found.fault.id, tmp_path / "found"
    assert found.files == (f"{name}.json", f"{name}.commands.json")
    assert (out / found.files[0]).read_bytes() == BASE
    assert json.loads((out / found.files[1]).read_bytes()) == given
    assert found.reproduce == (
        f"vr-verify record {name}.json --commands {name}.commands.json --turns 6 "
        f"--engine {build('Breaking')} -o {name}.log"
    )
    again = record(
        out / found.files[0],
        tmp_path / "again.log",
        6,
        engine=build("Breaking"),
        commands=out / found.files[1],
    )
    assert again.outcome == "crashed"


@pytest.mark.slow
def test_a_fault_of_residence_is_told_as_one_and_both_runs_are_kept(tmp_path: Path) -> None:
    document = campaign(tmp_path, "Lingering", cases=4, shrink=True)
    (found,) = document.findings
    assert (found.reproduced, found.after_case_before, found.shown) == (False, True, False)
    assert found.case == 2  # the first that was not refused, after case 0
    assert found.fault.kind == "state"
    name = found.fault.id
    assert found.files == (f"{name}.log", f"{name}.before.log")
    assert all((tmp_path / "found" / file).is_file() for file in found.files)
    assert found.reproduce is not None
    assert "vr-verify fuzz" in found.reproduce
    assert "--cases 3 --seed 0" in found.reproduce
    assert "state is left from case to case" in render(document).plain
    assert campaign(tmp_path, "HardyMill", cases=4).outcome == "agreed"


@pytest.mark.slow
def test_the_same_seed_gives_the_same_document_and_kept_files_are_left_alone(
    tmp_path: Path,
) -> None:
    one = campaign(tmp_path, "SlowWheel", seed=5)
    kept = tmp_path / "found" / one.findings[0].files[0]
    kept.write_bytes(b"something of the user's")
    two = campaign(tmp_path, "SlowWheel", seed=5)
    assert kept.read_bytes() == b"something of the user's"
    assert one.findings[0].shown
    beside = two.findings[0]
    assert (beside.shown, beside.beside) == (True, kept.name)
    assert beside.files[0].startswith(f"{kept.stem}-")
    page = " ".join(render(two).plain.split())
    assert f"kept as {beside.files[0]}; {kept.name} was there before and does not show it" in page
    kept.unlink()
    again = report_json.encode(campaign(tmp_path, "SlowWheel", seed=5))
    assert again == report_json.encode(one)
    assert report_json.encode(campaign(tmp_path, "SlowWheel", seed=6)) != again


def test_an_engine_that_has_nothing_is_fuzzed_from_a_scenario(tmp_path: Path) -> None:
    source = toy_scenario(tmp_path)
    document = fuzz(20, engine=TOY, against=TOY, sources=[source], turns=5, out=tmp_path / "found")
    assert document.outcome == "agreed"
    assert list(document.sides) == ["toy", "toy-2"]
    assert document.campaign.changed == 19
    assert [row.place for row in document.canaries] == ["cell.heat", "cell.heat"]


@pytest.mark.slow
def test_hypothesis_searches_with_the_same_cases_each_time(tmp_path: Path) -> None:
    found = campaign(tmp_path, "SlowWheel", search=True, cases=8)
    assert found.search
    assert found.outcome == "finding"
    kept = tmp_path / "found" / found.findings[0].files[0]
    kept.unlink()
    again = campaign(tmp_path, "SlowWheel", search=True, cases=8)
    assert report_json.encode(again) == report_json.encode(found)
    honest = campaign(tmp_path, "HardyMill", search=True, cases=20)
    assert (honest.outcome, honest.findings) == ("agreed", ())
    assert honest.campaign.cases + honest.campaign.refused == 20


def test_nothing_compared_is_no_agreement(tmp_path: Path) -> None:
    empty = tmp_path / "empty.json"
    empty.write_bytes(b"{}")
    document = campaign(tmp_path, "HardyMill", cases=5, sources=[empty])
    assert (document.outcome, document.campaign.cases) == ("nothing_compared", 0)
    assert document.campaign.refused == 5
    assert document.first_refusal is not None
    assert "decimal texts" in document.first_refusal


def test_a_canary_that_is_not_found_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns.Canary, "try_on", lambda canary, *_: vars(canary))
    document = campaign(tmp_path, "HardyMill", cases=3)
    assert document.outcome == "nothing_compared"
    assert document.message is not None
    assert "proves nothing" in document.message
    assert [row.found for row in document.canaries] == [False, False]
    assert "no lie could be planted" in document.message
    assert "not tried" in render(document).plain
    assert "not found" not in render(document).plain
    monkeypatch.undo()


def test_ctrl_c_and_a_lost_engine_leave_what_was_found(tmp_path: Path) -> None:
    def stop(_: str, done: int, __: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    document = campaign(tmp_path, "SlowWheel", progress=stop)
    assert (document.outcome, document.complete) == ("interrupted", False)
    assert document.campaign.cases + document.campaign.refused == 3
    assert len(document.findings) == 1
    assert (tmp_path / "found" / document.findings[0].files[0]).is_file()


def test_a_folder_that_takes_no_files_is_refused_before_anything_is_played(tmp_path: Path) -> None:
    (tmp_path / "found").write_bytes(b"a file")
    with pytest.raises(UsageError, match="expected a folder, found a file"):
        campaign(tmp_path, "SlowWheel")
    (tmp_path / "found").unlink()
    assert campaign(tmp_path, "SlowWheel", cases=1).outcome == "finding"


def test_a_full_disk_leaves_what_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise IoFailed("it.log cannot be written: No space left on device")

    assert campaign(tmp_path, "SlowWheel", cases=3).complete
    with monkeypatch.context() as patch:
        patch.setattr(regress, "keep_case", full)
        for log in (tmp_path / "found").iterdir():
            log.unlink()
        document = campaign(tmp_path, "SlowWheel", cases=3)
    assert (document.outcome, document.complete) == ("io_failed", False)
    assert document.message == "it.log cannot be written: No space left on device"
    (found,) = document.findings
    assert (found.fault.column, found.reproduced, found.files) == ("water", True, ())
    assert (found.reproduce or "").startswith("vr-verify fuzz")
    assert "it could not be kept" in render(document).plain


@pytest.mark.parametrize(
    ("error", "outcomes"),
    [
        (UsageError("nothing comes to mind"), ("finding", "usage")),
        (EngineProtocolError("generating", "nothing comes to mind"), ("protocol_error",) * 2),
    ],
)
def test_a_generator_that_refuses_leaves_what_was_found(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    outcomes: tuple[str, str],
) -> None:
    def once(engine: Engine, seed: int, size: int, able: Any = Engine.generate) -> Any:
        monkeypatch.setattr(Engine, "generate", refuse)
        return able(engine, seed, size)

    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(Engine, "generate", once)
    document = campaign(tmp_path, "SlowWheel", GENERATING, cases=8)
    assert (document.outcome, document.complete) == (outcomes[0], False)
    assert "nothing comes to mind" in (document.message or "")
    assert [one.shown for one in document.findings] == [True]
    monkeypatch.setattr(Engine, "generate", once)
    honest = campaign(tmp_path, "HardyMill", GENERATING, cases=8)
    assert (honest.outcome, honest.findings) == (outcomes[1], ())
    assert honest.campaign.cases > 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sources": ["nothere.log"]}, "there is no file nothere.log"),
        ({"sources": []}, "name a log or a scenario by --from"),
        ({"against": "none"}, "two engines"),
        ({"against": None}, "name another by --against"),
        ({"cases": 0}, "cases: expected 1 to"),
        ({"seed": 2**64}, "seed: expected 0 to"),
        ({"size": 1001}, "size: expected 0 to 1000"),
        ({"turns": 0}, "turns: expected 1 to"),
    ],
)
def test_what_makes_no_campaign_is_a_usage_error(
    tmp_path: Path, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        campaign(tmp_path, "HardyMill", **options)


def test_other_rules_are_skipped(tmp_path: Path) -> None:
    with pytest.raises(SkippedError, match="rules versions"):
        campaign(tmp_path, "HardyMill", variant(NewRulesMill.__name__))
