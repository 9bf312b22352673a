"""A failing case made small on real engines: to the least one that fails in the same way."""

import json

import pytest

from tests.support import fuzz_mills, shrunk_mills
from tests.support.mill_engine import SCHEMA
from tests.support.toy_builds import MILL, variant
from vr_verify.canonical.schema import parse_schema
from vr_verify.engines.registry import resolve_build
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.entities import living_entities
from vr_verify.fuzzing.faults import Fault
from vr_verify.fuzzing.residents import Residents
from vr_verify.fuzzing.shrinking import Shrunk, shrink_case, size_of

SCENARIO = b'{"cells":["31","3","6","50","9"],"limit":"1000000","seed":"7"}'


def water(add: int, universe: int = 3, slot: int = 1) -> dict[str, object]:
    return {"add": str(add), "slot": slot, "universe": universe}


CASE = Case(
    SCENARIO,
    (
        ((water(7),), ()),
        ((), (water(30), water(90, 0))),
        ((water(50),), ()),
        ((), (water(12), water(99, slot=4), water(5))),
        ((), ()),
        ((), (water(77),)),
    ),
)


def residents(*builds: str) -> Residents:
    return Residents([resolve_build(one) for one in builds])


def named(pair: Residents, case: Case) -> Fault:
    played = pair.play(case)
    assert played.parted
    return pair.fault(case, played)


def shrunk(pair: Residents, later: bool, case: Case = CASE, tries: int = 2000) -> Shrunk:
    """Shrink a case, and check what holds of every result."""
    fault, taken = named(pair, case), list[Case]()
    small = shrink_case(case, pair, fault, tries, taken.append, later)
    assert named(pair, small.case) == fault == small.fault
    assert (taken or [case])[-1] == small.case, "the last that was kept is the smallest"
    assert all(named(pair, one) == fault for one in taken)
    assert len(taken) <= small.tries <= tries
    return small


@pytest.mark.parametrize(
    ("name", "cells", "turns", "place"),
    [
        ("SlowWheel", ["0"], 2, "state, grind, cell.water"),
        ("BlindSlowWheel", ["0"], 2, "state, cell.water"),
        ("Talkative", ["0"], 2, "events, ground"),
        pytest.param(
            *("Breaking", ["0"], 3, "RuntimeError: the wheel broke, breaking"),
            marks=pytest.mark.slow,
        ),
        # It floods at more than 20: the rain of the first turn on what is there.
        ("Shallow", None, 1, "halt, rain, flood or none"),
    ],
)
def test_each_kind_of_fault_ends_in_the_least_run_that_shows_it(
    name: str, cells: list[str] | None, turns: int, place: str
) -> None:
    with residents(fuzz_mills.build("HardyMill"), fuzz_mills.build(name)) as pair:
        small = shrunk(pair, later=False)
    assert small.finished
    assert small.fault.place == place
    assert small.case.turns == (((), ()),) * turns
    value = json.loads(small.case.scenario)
    assert value["seed"] == "0"
    assert value["cells"] == (cells or value["cells"])
    assert len(value["cells"]) == 1
    assert int(value["limit"]) < 100


def test_of_the_commands_just_the_one_that_matters_is_left_as_small_as_it_can_be() -> None:
    with residents(fuzz_mills.build("HardyMill"), shrunk_mills.build("Tipsy")) as pair:
        small = shrunk(pair, later=True)
    assert small.finished
    assert small.case.start is None, "one of them cannot restore a state"
    ((morning, evening),) = small.case.turns
    assert morning == ()
    (command,) = evening
    assert command["universe"] == 3
    assert 40 <= int(str(command["add"])) < 80
    assert small.cuts[0].name == "turns after the fault"


def test_it_does_not_slip_to_another_fault_and_tells_of_it() -> None:
    with residents(fuzz_mills.build("HardyMill"), shrunk_mills.build("Twofold")) as pair:
        small = shrunk(pair, later=False)
    assert small.fault.place == "state, pay, cell.water"
    assert [fault.place for fault in small.others] == ["state, pay, treasury.toll"]
    assert json.loads(small.case.scenario)["cells"] == ["0", "0", "0"]
    assert len(small.case.turns) == 2


def test_a_later_state_leaves_one_turn_and_only_the_entities_that_matter() -> None:
    with residents(shrunk_mills.build("Living"), shrunk_mills.build("LivingSlow")) as pair:
        small = shrunk(pair, later=True)
    assert small.finished
    assert len(small.case.turns) == 1
    start = small.case.start
    assert start is not None
    # The latest from which it still shows: the fault shows in each turn anew.
    assert start.turn == 1
    schema = parse_schema(SCHEMA)
    assert living_entities(start, schema) == {0: [(1, 0, 1)]}
    assert small.cuts[-1].after == size_of(small.case, schema)
    assert size_of(small.case, schema).entities == 1
    assert json.loads(small.case.scenario)["cells"] == ["0"]


def test_what_an_engine_knows_to_leave_out_goes_under_the_name_that_it_gives() -> None:
    fertile = "python-class:tests.support.fertile_mill:FertileMill"
    with residents(fertile, shrunk_mills.build("FertileSlow")) as pair:
        small = shrunk(pair, later=False)
    assert small.finished
    assert len(small.case.turns) == 2
    assert json.loads(small.case.scenario)["cells"] == ["0"]
    cut = next(cut for cut in small.cuts if cut.name == "what the engine can leave out")
    assert [part for part in cut.parts if part.startswith("cell ")] == ["cell 0"] * 4
    assert cut.parts[-1] == "water of cell 0"


@pytest.mark.parametrize("name", ["ShyMill", "CrossMill"])
def test_an_engine_that_fails_at_reductions_is_done_without(name: str) -> None:
    broken = f"python-class:tests.support.fertile_mill:{name}"
    with residents(broken, shrunk_mills.build("FertileSlow")) as pair:
        small = shrunk(pair, later=False)
    assert small.finished
    assert json.loads(small.case.scenario)["cells"] == ["0"]


@pytest.mark.slow
def test_where_smaller_runs_break_engines_it_goes_on() -> None:
    case = Case(SCENARIO, CASE.turns[:5])
    with residents(MILL, variant("SlowWheelMill")) as pair:
        small = shrunk(pair, later=False, case=case)
        assert pair.starts > 1, "a mill without a limit breaks"
    assert small.finished
    assert len(json.loads(small.case.scenario)["cells"]) == 3
    assert len(small.case.turns) == 4
    assert [fault.outcome for fault in small.others][:1] == ["crashed"]


def test_the_tries_bound_the_work_and_what_was_cut_by_then_counts() -> None:
    pair = residents(fuzz_mills.build("HardyMill"), fuzz_mills.build("SlowWheel"))
    with pair:
        whole = shrunk(pair, later=False)
        parts = [shrunk(pair, later=False, tries=tries) for tries in (1, whole.tries // 2)]
        again = shrunk(pair, later=False, case=whole.case)
    assert [part.finished for part in parts] == [False, False]
    assert parts[0].tries == parts[0].cuts[0].tries == 1
    assert len(parts[0].case.turns) == 2
    assert len(whole.case.scenario) < len(parts[1].case.scenario) < len(CASE.scenario)
    assert again.case == whole.case
    assert again.cuts == []


def test_the_same_work_is_done_again_in_the_same_tries() -> None:
    told = []
    for _ in range(2):
        with residents(fuzz_mills.build("HardyMill"), fuzz_mills.build("SlowWheel")) as pair:
            small = shrunk(pair, later=True)
            told.append((small.case, small.tries, small.cuts, small.others))
    assert told[0] == told[1]
