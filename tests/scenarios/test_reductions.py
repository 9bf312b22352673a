"""Smaller runs: valid, truly smaller, with an end, and with ids that mean what they meant."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.scenarios.run_measure import each_command, meanings, measure, tagged
from void_reckoning_adapter.python import PythonEngine
from void_reckoning_adapter.rust import RustEngine
from void_reckoning_reference.shared.codec import decode_json
from void_reckoning_rust import _native
from void_reckoning_scenarios.errors import ScenarioError
from void_reckoning_scenarios.generate import generate
from void_reckoning_scenarios.reductions import reductions
from void_reckoning_scenarios.resolve import resolve
from void_reckoning_scenarios.smaller.case import Turns, read_case, write_scenario
from void_reckoning_scenarios.smaller.plans import cut_plans

REFUSED_SHARE_MAX = 0.1
Run = tuple[bytes, Turns]


def candidates(scenario: bytes, turns: Turns) -> list[tuple[str, Run]]:
    """Return the whole run of each candidate, in order."""
    return [
        (name, (smaller or scenario, turns if fewer is None else fewer))
        for name, smaller, fewer in reductions(scenario, turns, 0)
    ]


def plays(engine: Any, run: Run) -> bool:
    """Tell whether an engine takes a run's scenario, with the steps that its turns have."""
    try:
        steps = engine.init(run[0])["steps"]
    except _native.ScenarioError:
        return False
    assert {len(turn) for turn in run[1]} <= {len(steps)}
    return True


def small_with_commands() -> Run:
    """Return the shipped scenario with a few commands by hand."""
    ember: list[dict[str, Any]] = [
        {"kind": "move", "fleet": "0/fleet/2:0", "destination": "0/system/10:0"},
        {"kind": "build", "planet": "0/planet/1:0", "design": 2},
        {"kind": "disband", "unit": "0/unit/19:0"},
        {"kind": "disband", "unit": "0/unit/41:0"},
    ]
    return resolve("small", None)[0], [[[], ember, [], []], [[], [], [], []]]


def check_candidates(run: Run, every: int) -> None:
    """Look at one candidate in so many: its size, its text, its name, and whether it plays."""
    size, refused, engine = measure(*run), 0, RustEngine()
    found = candidates(*run)
    looked = found[::every]
    for name, smaller in looked:
        assert measure(*smaller) < size, name
        assert write_scenario(json.loads(smaller[0])) == smaller[0], "canonical"
        assert name.isprintable()
        assert 1 <= len(name) <= 200
        refused += not plays(engine, smaller)
    assert refused <= len(looked) * REFUSED_SHARE_MAX
    assert len(looked) > 30


@pytest.mark.parametrize(("seed", "every"), [(1, 1), (2, 2), (3, 5)])
def test_each_candidate_plays_and_is_smaller(seed: int, every: int) -> None:
    check_candidates(generate(seed, seed), every)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 10))
def test_each_candidate_of_larger_runs(seed: int) -> None:
    check_candidates(generate(seed, seed), 2)


def test_each_candidate_of_a_shipped_scenario() -> None:
    check_candidates(small_with_commands(), 20)


def cuts(run: Run) -> list[tuple[str, Run]]:
    """Return the candidates from which entities or rule data are gone; they come first."""
    return candidates(*run)[: sum(1 for _ in cut_plans(read_case(*run)))]


def changed(run: Run, smaller: Run) -> set[str]:
    """List the commands of a tagged run that are about something else in a smaller one."""
    before, after = meanings(*run), meanings(*smaller)
    return {f"{now} was {before[tag]}" for tag, now in after.items() if before[tag] != now}


def lost_for_nothing(run: Run, smaller: Run) -> list[str]:
    """List the commands that are gone though all that they are about is there."""
    before, after = meanings(*run), meanings(*smaller)
    universes = json.loads(smaller[0])["state"]["universes"]
    left = {g for u in universes for rows in u["tables"].values() for g in rows["generation"]}
    found = []
    for tag in before.keys() - after.keys():
        tags = [int(word.split()[1]) for word in before[tag] if word.split()[1].isdecimal()]
        if left.issuperset(tags):
            found.append(f"{tag}: {before[tag]}")
    return found


@pytest.mark.parametrize("seed", range(1, 6))
def test_commands_mean_what_they_meant(seed: int) -> None:
    """Whatever goes, a command that stays is about the same rows, a lost one about a lost one."""
    run = tagged(*generate(seed, seed))
    designs = len(json.loads(run[0])["designs"])
    steps = len(run[1][0])
    found = cuts(run)
    fewer = 0
    for name, smaller in found[:: 1 + len(found) // 60]:
        assert changed(run, smaller) == set(), name
        fewer += len(each_command(smaller[1])) < len(each_command(run[1]))
        # With a step all its commands go, with a design all that are for it.
        if (len(smaller[1][0]), len(json.loads(smaller[0])["designs"])) == (steps, designs):
            assert lost_for_nothing(run, smaller) == [], name
    assert len(found) > 10
    assert fewer > 0, "cuts about which commands were given"


def test_a_renumbering_that_forgets_is_seen() -> None:
    """The planted fault: the scenario without a unit, with the commands as they were."""
    scenario, turns = tagged(*small_with_commands())
    cut = next(c for c in candidates(scenario, turns) if c[0].startswith("0/unit/3:"))
    assert changed((scenario, turns), cut[1]) == set()
    found = changed((scenario, turns), (cut[1][0], turns))
    assert len(found) == 2
    assert all("unit" in words for words in found)
    assert lost_for_nothing((scenario, turns), (cut[1][0], [[[], [], [], []]])) != []


def named(run: Run, name: str) -> Run:
    """Return the candidate of a name."""
    return dict(candidates(*run))[name]


def test_ids_move_up_with_their_rows() -> None:
    run = small_with_commands()
    units = [c["unit"] for c in each_command(named(run, "0/unit/3:0")[1]) if "unit" in c]
    assert units == ["0/unit/18:0", "0/unit/40:0"], "one that is to be built as well"
    assert len(each_command(named(run, "0/unit/19:0")[1])) == 3
    without_design = each_command(named(run, "design 0")[1])
    assert [c["design"] for c in without_design if "design" in c] == [1]
    without_system = each_command(named(run, "0/system/4:0")[1])
    assert without_system[0]["destination"] == "0/system/9:0"


def test_a_far_unit_goes_and_nothing_else_changes() -> None:
    """Unit 39 is the last of the other faction: every other row is what it was."""
    scenario, turns = small_with_commands()
    smaller, fewer = named((scenario, turns), "0/unit/39:0")
    kept = [c for c in each_command(fewer) if c["kind"] != "disband"]
    assert kept == [c for c in each_command(turns) if c["kind"] != "disband"]
    before, after = (json.loads(s)["state"]["universes"][0]["tables"] for s in (scenario, smaller))
    for column, cells in after["unit"].items():
        assert cells == before["unit"][column][:39]
    assert {t: rows for t, rows in after.items() if t != "unit"} == {
        t: rows for t, rows in before.items() if t != "unit"
    }
    engine = PythonEngine()
    engine.init(smaller)
    for commands in fewer[0]:
        engine.step(commands, None, False)
    fired = engine.rules_fired()["rules"]
    assert (fired["order_move"], fired["order_build"], fired["order_disband"]) == (1, 1, 1)


def test_a_faction_takes_its_step_and_its_money_along() -> None:
    run = next(r for s in range(60) if len(factions(r := generate(s, 6))) > 2)
    value = json.loads(run[0])
    name = f"{value['state']['universes'][0]['id']}/faction/0:{factions(run)[0]}"
    smaller, fewer = named(run, name)
    assert len(factions((smaller, fewer))) == len(factions(run)) - 1
    assert {len(turn) for turn in fewer} == {len(turn) - 1 for turn in run[1]}
    accounts = json.loads(smaller)["state"]["universes"][0]["tables"]["account"]
    assert sum(accounts["balance"]) == 0
    kinds = zip(accounts["alive"], accounts["kind"], strict=True)
    assert list(kinds).count((1, 0)) == len(factions(run)) - 1


def factions(run: Run) -> list[int]:
    """Return the generations of the first universe's factions."""
    tables = json.loads(run[0])["state"]["universes"][0]["tables"]
    listed: list[int] = tables["faction"]["generation"]
    return listed


def test_a_generation_becomes_0_in_commands_too() -> None:
    scenario, turns = small_with_commands()
    value = json.loads(scenario)
    value["state"]["universes"][0]["tables"]["fleet"]["generation"][2] = 5
    move = turns[0][1][0]
    orders = [move | {"fleet": f"0/fleet/2:{generation}"} for generation in (5, 6, 0)]
    run = write_scenario(value), [[[], orders, [], []]]
    _, fewer = named(run, "generation of 0/fleet/2:5")
    moved = [c["fleet"] for c in each_command(fewer)]
    assert moved == ["0/fleet/2:0", "0/fleet/2:1", f"0/fleet/2:{2**32 - 5}"]


def shrunk(run: Run, fails: Callable[[Run], bool]) -> tuple[Run, int]:
    """Take the first candidate that still fails, until none does; return how many were taken."""
    taken = 0
    while True:
        for _, smaller in candidates(*run):
            if fails(smaller):
                run, taken = smaller, taken + 1
                break
        else:
            return run, taken


def fires(rule: str) -> Callable[[Run], bool]:
    """Return a failure to look for: that a rule fires at all."""

    def fails(run: Run) -> bool:
        engine = RustEngine()
        if not plays(engine, run):
            return False
        for turn in run[1]:
            for commands in turn:
                if engine.step(commands, None, False)["halt"] is not None:
                    return False
        return engine.rules_fired()["rules"][rule] > 0

    return fails


@pytest.mark.parametrize("rule", ["order_stop", "critical"])
def test_shrinking_ends_at_little(rule: str) -> None:
    fails = fires(rule)
    run = next(r for seed in range(50) if fails(r := generate(seed, 2)))
    least, taken = shrunk(run, fails)
    assert taken < 300
    things, commands, _ = measure(*least)
    assert things <= 24
    # A fleet must be told to go before it can be told to stop, unless it is on its way.
    assert commands <= (2 if rule == "order_stop" else 0)
    assert fails(least)
    assert things < measure(*run)[0] / 2


def test_pages_go_on_where_they_ended() -> None:
    scenario, turns = generate(5, 3)
    found = list(reductions(scenario, turns, 0))
    for after in (0, 1, 17, len(found) - 1, len(found), len(found) + 9):
        assert list(reductions(scenario, turns, after)) == found[after:]


def test_names_with_odd_letters_stay_as_they_are() -> None:
    value = json.loads(small_with_commands()[0])
    value["name"] = '\n\r\t\b\f\u0001"\\n\\\n\\\\ ü\u2028'
    text = write_scenario(value)
    assert decode_json(text) == value, "canonical, and the same name"
    assert "\\u000a" in text.decode()


def test_what_is_no_scenario_is_refused() -> None:
    for text in (b"[]", b'{"format":"void-scenario/2"}', b"7"):
        with pytest.raises(ScenarioError, match="format: expected void-scenario/1"):
            list(reductions(text, [], 0))
