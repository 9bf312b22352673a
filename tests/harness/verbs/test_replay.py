"""`replay` over the test engines: agreement, every kind of divergence, and vacuity."""

from pathlib import Path

import pytest

from tests.support.toy_builds import MILL, TOY, toy_scenario, variant
from vr_verify.errors import MissingFileError, SkippedError, UsageError
from vr_verify.verbs.record import record
from vr_verify.verbs.replay import replay

TURNS = 6


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Record the mill."""
    scenario = tmp_path / "wet.json"
    scenario.write_text('{"cells":["40","8","12","9"],"limit":"1000","seed":"5"}')
    path = tmp_path / "mill.log"
    record(scenario, path, turns=TURNS, engine=MILL)
    return path


def test_a_clean_pair_agrees_and_says_what_was_covered(log: Path) -> None:
    report = replay(log, MILL, MILL)
    assert report.outcome == "agreed"
    assert report.divergence is None
    assert list(report.sides or {}) == ["mill", "mill-2", "recorded"]
    checked = report.checked
    assert checked is not None
    assert (checked.turns, checked.first_turn, checked.last_turn) == (TURNS, 0, TURNS)
    assert (checked.steps, checked.turns_recomputed) == (2 * TURNS, TURNS + 1)
    # Two sides, seven states, three digests each.
    assert checked.digests == 2 * (TURNS + 1) * 3
    assert (checked.rules_fired, checked.rules_total) == (4, 5)
    assert checked.rules_never_fired == ("flood",)


def test_the_same_work_gives_the_same_report(log: Path) -> None:
    liar = f"saboteur:field@2:{MILL}"
    assert replay(log, MILL, liar) == replay(log, MILL, liar)


def test_traces_count_what_they_compare(log: Path) -> None:
    plain = replay(log, MILL, MILL).checked
    traced = replay(log, MILL, MILL, trace=("phases", "draws", "events")).checked
    assert plain is not None
    assert traced is not None
    assert (plain.phases, plain.draws, plain.events) == (0, 0, 0)
    assert (traced.phases, traced.draws, traced.events) == (4 * TURNS, 8 * TURNS, 2 * TURNS)


@pytest.mark.parametrize("trace", [(), ("phases",)])
def test_a_wrong_rule_is_found_in_its_phase(log: Path, trace: tuple[str, ...]) -> None:
    assert replay(log, MILL, MILL, trace=trace).divergence is None
    found = replay(log, MILL, variant("SlowWheelMill"), trace=trace).divergence
    assert found is not None
    assert (found.kind, found.turn, found.last_equal_turn) == ("state", 4, 3)
    assert (found.step, found.phase) == ("evening", "grind")
    assert (found.entity, found.column) == ("3/cell/2:1", "water")
    assert found.raw is not None
    assert int(found.raw["slow-wheel"]) == int(found.raw["mill"]) + 1
    assert found.odd_one_out == "slow-wheel"
    assert found.reproduced is True
    assert found.persists is True


def test_a_blind_engine_is_located_to_its_step(log: Path) -> None:
    blind = variant("BlindMill")
    assert replay(log, blind, blind).outcome == "agreed"
    report = replay(log, blind, variant("BlindSlowWheelMill"))
    found = report.divergence
    assert found is not None
    assert report.message is not None
    assert "for want of the capability phases in blind, blind-slow-wheel" in report.message
    assert (found.kind, found.turn, found.step, found.phase) == ("state", 4, "evening", None)
    assert (found.entity, found.column) == ("3/cell/2:1", "water")


def test_one_engine_alone_is_compared_with_the_log(log: Path) -> None:
    assert replay(log, MILL, "none").outcome == "agreed"
    report = replay(log, variant("SlowWheelMill"), "none")
    assert report.divergence is not None
    assert report.divergence.turn == 4
    assert report.divergence.odd_one_out is None
    assert report.divergence.step is None
    assert report.message is not None
    assert "two live sides" in report.message
    assert list(report.sides or {}) == ["slow-wheel", "recorded"]


def test_a_halt_on_one_side_is_a_divergence(log: Path) -> None:
    found = replay(log, MILL, variant("ShallowMill")).divergence
    assert found is not None
    assert found.kind == "halt"
    assert found.odd_one_out == "shallow"
    assert found.values is not None
    assert found.values["mill"] == found.values["recorded"] == "none"
    assert found.values["shallow"].startswith("flood ")
    assert found.column == "water"


def test_a_halt_on_all_sides_alike_is_agreement(tmp_path: Path) -> None:
    scenario = tmp_path / "flood.json"
    scenario.write_text('{"cells":["40","8"],"limit":"60","seed":"1"}')
    path = tmp_path / "flood.log"
    made = record(scenario, path, turns=30, engine=MILL)
    assert made.halted is not None
    assert made.halted.error == "flood"
    assert made.halted.turn < 30
    report = replay(path, MILL, MILL)
    assert report.outcome == "agreed"
    assert report.halted == made.halted
    assert replay(path, MILL, variant("PlainMill")).outcome == "agreed"


def test_an_event_too_many_is_found_and_a_print_does_no_harm(log: Path) -> None:
    found = replay(log, MILL, variant("TalkativeMill")).divergence
    assert found is not None
    assert (found.kind, found.turn, found.odd_one_out) == ("events", 2, "talkative")
    assert found.values is not None
    assert found.values["mill"] == "no event"
    assert found.values["talkative"].startswith("ground 0/cell/0:1 flour=")
    assert found.persists is False


def test_findings_of_the_auditor_are_violations(tmp_path: Path) -> None:
    scenario = tmp_path / "dry.json"
    scenario.write_text('{"cells":["0","8"],"limit":"1000","seed":"1"}')
    path = tmp_path / "dry.log"
    record(scenario, path, turns=2, engine=MILL)
    report = replay(path, MILL, MILL)
    assert report.outcome == "violated"
    (violation,) = report.violations
    assert (violation.turn, violation.rule, violation.entity) == (0, "wet", "0/cell/0:1")
    assert violation.sides == ("mill", "mill-2")


def test_other_rules_are_skipped_and_both_versions_named(log: Path) -> None:
    with pytest.raises(SkippedError, match=r"rules version 1, new-rules has 2"):
        replay(log, MILL, variant("NewRulesMill"))


def test_turns_start_from_the_recorded_state(log: Path) -> None:
    report = replay(log, MILL, MILL, turns=(3, 4))
    assert report.outcome == "agreed"
    assert report.checked is not None
    assert (report.checked.turns, report.checked.first_turn, report.checked.last_turn) == (2, 3, 4)
    # An engine that cannot be restored runs from the start and is compared in the range only.
    plain = replay(log, variant("PlainMill"), "none", turns=(3, 4)).checked
    assert plain is not None
    assert (plain.turns, plain.first_turn) == (2, 3)


def test_fail_fast_stops_at_the_first_divergence(log: Path) -> None:
    liar = f"saboteur:field@2:{MILL}"
    whole, fast = replay(log, MILL, liar), replay(log, MILL, liar, fail_fast=True)
    assert whole.checked is not None
    assert fast.checked is not None
    assert (whole.checked.last_turn, fast.checked.last_turn) == (TURNS, 2)


def test_no_executed_turn_is_no_pass(log: Path) -> None:
    assert replay(log, MILL, MILL, turns=(0, 0)).outcome == "nothing_compared"
    with pytest.raises(UsageError, match="holds 0 to 6"):
        replay(log, MILL, MILL, turns=(9, 10))


def test_surroundings_that_differ_are_named(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert replay(log, MILL, "none").environment == ()
    monkeypatch.setattr("platform.machine", lambda: "abacus")
    (fact,) = replay(log, MILL, "none").environment
    assert (fact["what"], fact["mill"]) == ("machine", "abacus")
    assert fact["recorded"] != "abacus"


def test_a_log_never_says_what_to_run(log: Path) -> None:
    with pytest.raises(UsageError, match=r"the log's engine: unknown engine 'mill'"):
        replay(log)


def test_the_counterpart_that_is_not_there_is_named(log: Path) -> None:
    with pytest.raises(UsageError, match="the counterpart of mill"):
        replay(log, MILL)


def test_a_missing_log_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        replay(tmp_path / "none.log", MILL, MILL)


def test_toys_agree_without_any_capability(tmp_path: Path) -> None:
    path = tmp_path / "toy.log"
    record(toy_scenario(tmp_path), path, turns=4, engine=TOY)
    report = replay(path, TOY)
    assert report.outcome == "agreed"
    assert report.checked is not None
    assert report.checked.turns_recomputed == 5


def test_what_was_asked_for_and_not_done_is_said(log: Path) -> None:
    said = "both sides are one build: what was compared is whether it repeats itself"
    assert replay(log, MILL, MILL, turns=(3, 6), trace=("draws",)).message == said
    assert replay(log, MILL, variant("PlainMill"), turns=(3, 6)).message is None
    report = replay(log, variant("PlainMill"), "none", turns=(3, 9), trace=("draws",))
    assert report.outcome == "agreed"
    assert report.message is not None
    assert "draws were not traced: plain does not declare them" in report.message
    assert "turns 7 to 9 are not in the log" in report.message


def test_another_build_of_the_recorded_engine_is_named(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert replay(log, MILL, "none").environment == ()
    monkeypatch.setattr("vr_verify.engines.identity.of_command", lambda *_: "mill:other")
    (fact,) = replay(log, MILL, "none").environment
    assert (fact["what"], fact["mill"]) == ("build of mill", "mill:other")
    assert fact["recorded"] != "mill:other"
