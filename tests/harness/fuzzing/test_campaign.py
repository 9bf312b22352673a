"""Campaigns from within: where cases come from, canaries, when to give up, bases."""

from pathlib import Path

import pytest

from tests.support.fuzz_mills import BASE, build
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import MissingFileError, UsageError
from vr_verify.fuzzing import campaign as module
from vr_verify.fuzzing.bases import base_case
from vr_verify.fuzzing.campaign import Campaign, run_campaign
from vr_verify.fuzzing.canary import Canary
from vr_verify.fuzzing.case_source import Bounds, CaseSource
from vr_verify.fuzzing.cases import Case, cut_case
from vr_verify.fuzzing.draws import SeededDraws
from vr_verify.fuzzing.findings import Findings
from vr_verify.fuzzing.residents import Residents
from vr_verify.model.limits import Limits
from vr_verify.runlog.reader import RunLog
from vr_verify.verbs.record import record

CASE = Case(BASE, ((),) * 5)


def residents(*names: str) -> Residents:
    return Residents([resolve_build(name if ":" in name else build(name)) for name in names])


def campaign(pair: Residents, folder: Path, *bases: Case, bounds: Bounds | None = None) -> Campaign:
    source = CaseSource(pair, bases, bounds or Bounds())
    return Campaign(pair, source, Findings(pair.specs, Limits(), folder))


def test_generated_cases_follow_from_seed_and_number_alone() -> None:
    with residents("HardyMill", "GeneratingMill") as pair:
        bounds = Bounds(size_max=3, turns_max=2)
        one, two = CaseSource(pair, [], bounds), CaseSource(pair, [], bounds)
        made = [one.make(number, SeededDraws(7, number)) for number in range(0, 20, 2)]
        two.corpus.admit(CASE, frozenset(), 5, False)
        assert made == [two.make(number, SeededDraws(7, number)) for number in range(0, 20, 2)]
        assert (one.generated, one.changed) == (10, 0)
        assert len({case.scenario for case in made}) == 10
        assert {len(case.turns) for case in made} == {1, 2}
        assert two.make(1, SeededDraws(7, 1)).scenario != made[0].scenario
        assert two.changed == 1


def test_without_a_generator_and_without_a_base_there_is_nothing_to_play() -> None:
    with residents("HardyMill", "HardyMill") as pair:
        with pytest.raises(UsageError, match="generate no runs"):
            CaseSource(pair, [], Bounds())
        assert CaseSource(pair, [CASE], Bounds()).make(0, SeededDraws(1)) == CASE
        short = CaseSource(pair, [CASE], Bounds(turns_max=2)).make(0, SeededDraws(1))
        assert short == Case(BASE, ((),) * 2)


def test_bases_are_logs_and_scenarios(tmp_path: Path) -> None:
    log, scenario = tmp_path / "run.log", tmp_path / "base.json"
    scenario.write_bytes(b" " + BASE)
    command = {"universe": 0, "slot": 0, "add": "1"}
    given = [{"turn": 2, "step": "evening", "commands": [command]}]
    record(scenario, log, 5, engine=build("HardyMill"), commands=given)
    with residents("BlindMill", "BlindMill") as pair:
        assert base_case(str(scenario), pair.sides, 3) == Case(BASE, ((),) * 3)
        case = base_case(str(log), pair.sides, 3)
        assert (case.scenario, len(case.turns), case.commands) == (BASE, 3, 1)
        with pytest.raises(MissingFileError, match="no such file"):
            base_case("nothing", pair.sides, 3)
        scenario.write_bytes(b"{1.5}")
        with pytest.raises(UsageError, match="integers only"):
            base_case(str(scenario), pair.sides, 3)


def test_a_run_from_its_middle_needs_sides_that_restore(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    scenario = tmp_path / "base.json"
    scenario.write_bytes(BASE)
    record(scenario, log, 6, engine=build("HardyMill"))
    with RunLog.open(log) as opened:
        middle = cut_case(opened, 3, 6)
    with residents("HardyMill", "HardyMill") as pair:
        running = campaign(pair, tmp_path, middle)
        run_campaign(running, 10, 1)
        assert running.tally.cases == 10
        assert not running.findings.listed
        sighting = running.canaries[0].sighting
        assert sighting is not None
        assert (sighting.turn, sighting.place) == (5, "cell.water")
    with (
        residents("HardyMill", "BlindMill") as pair,
        pytest.raises(UsageError, match="capability snapshot"),
    ):
        CaseSource(pair, [middle], Bounds())


def test_a_campaign_gives_up_on_engines_that_only_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FAILURES_MAX", 2)
    with residents("HardyMill", "Breaking") as pair:
        running = campaign(pair, tmp_path, *[CASE] * 5)
        run_campaign(running, 5, 1)
        assert (running.taken, running.tally.failures, running.gave_up) == (2, 2, True)
        assert [(one.number, one.seen) for one in running.findings.listed] == [(0, 2)]
    with residents("HardyMill", "HardyMill") as pair:
        running = campaign(pair, tmp_path, *[CASE] * 5)
        run_campaign(running, 5, 1)
        assert (running.taken, running.gave_up) == (5, False)


def test_a_canary_is_planted_where_the_run_surely_comes_to() -> None:
    with residents("Shallow", "Shallow") as pair:
        halting = pair.play(CASE)
        assert halting.halt is not None
        canary = Canary()
        canary.try_on(pair, 3, CASE, halting)
        # It halts in its first turn, which is undone: no lie can be told there.
        assert (canary.sighting, canary.tries, canary.wanted) == (None, 1, True)
        canary.try_on(pair, 3, Case(BASE, ()), pair.play(Case(BASE, ())))
        assert canary.tries == 1
    with residents("HardyMill", "Breaking") as pair:
        canary.try_on(pair, 4, CASE, pair.play(Case(BASE, ((),) * 2)))
        assert canary.sighting is not None
        assert (canary.sighting.case, canary.sighting.turn) == (4, 1)
        assert not canary.wanted
