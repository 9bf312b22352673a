"""Engines that stay: many cases on one start, a new start after a failure, faults by their name."""

import pytest

from tests.support.fuzz_mills import BASE, build
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import EngineCrashed
from vr_verify.fuzzing.bout import Played
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.faults import Fault
from vr_verify.fuzzing.residents import Residents

CASE = Case(BASE, ((),) * 5)
FOUR_CELLS = Case(BASE.replace(b'"6"', b'"6","9"'), CASE.turns)


def residents(*names: str) -> Residents:
    return Residents([resolve_build(name if ":" in name else build(name)) for name in names])


def test_engines_are_started_once_for_many_cases_and_anew_after_a_failure() -> None:
    with residents("HardyMill", "Breaking") as pair:
        assert [pair.play(Case(BASE, ((),) * 2)) for _ in range(5)] == [Played(3)] * 5
        assert pair.starts == 1
        played = pair.play(CASE)
        assert isinstance(played.failure, EngineCrashed)
        assert played.parted
        assert pair.starts == 2
        named = Fault("crashed", detail="RuntimeError: the wheel broke", side="breaking")
        assert pair.fault(CASE, played) == named
        assert pair.play(Case(BASE, ((),) * 2)) == Played(3)
        assert pair.starts == 2


@pytest.mark.parametrize(
    ("name", "case", "fault"),
    [
        ("SlowWheel", CASE, Fault("diverged", "state", "grind", "cell", "water")),
        # Without phases the place is what differs at the turn's end.
        ("BlindSlowWheel", CASE, Fault("diverged", "state", "", "cell", "water")),
        ("Shallow", CASE, Fault("diverged", "halt", detail="flood or none")),
        ("Talkative", CASE, Fault("diverged", "events", detail="ground")),
        ("Picky", FOUR_CELLS, Fault("diverged", "refusal")),
        ("OtherSteps", FOUR_CELLS, Fault("diverged", "declared", detail="steps")),
    ],
)
def test_a_fault_has_one_name_wherever_it_shows(name: str, case: Case, fault: Fault) -> None:
    longer = Case(case.scenario.replace(b'"seed":"1"', b'"seed":"2"'), (*case.turns, ()))
    with residents("HardyMill", name) as pair:
        for one in (case, longer):
            found = pair.fault(one, pair.play(one))
            assert (found.outcome, found.kind) == (fault.outcome, fault.kind)
            assert found.table == fault.table
            assert found.column == fault.column
            assert fault.detail in found.detail
        assert pair.fault(case, pair.play(case)).id == pair.fault(longer, pair.play(longer)).id
        assert not pair.play(Case(BASE, ())).parted
