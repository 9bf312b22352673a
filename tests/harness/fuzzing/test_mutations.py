"""Changes of cases: always the same ones, always valid, never of what they were made from."""

import json
from copy import deepcopy
from typing import Any

import pytest

from vr_verify.canonical import json_text
from vr_verify.canonical.state import State
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.corpus import Corpus, features
from vr_verify.fuzzing.draws import SeededDraws, chosen
from vr_verify.fuzzing.json_changes import change_list, change_value, number_of
from vr_verify.fuzzing.mutations import mutated

COMMAND = {"universe": 3, "slot": 1, "add": "7"}
SCENARIO = {"cells": ["0", "3", "6"], "limit": "1000000", "name": "mill", "wild": [True, None]}
TURNS_MAX = 9


def base() -> Case:
    return Case(json_text.encode(SCENARIO), (((COMMAND,), ()), ((), ()), ((), (COMMAND, COMMAND))))


def many(count: int = 400) -> list[Case]:
    case = base()
    return [mutated(case, [case], TURNS_MAX, SeededDraws(5, number)) for number in range(count)]


def test_draws_are_those_of_the_seed_and_the_scope_for_ever() -> None:
    draws = SeededDraws(7, 3)
    assert [draws.below(1000) for _ in range(6)] == [81, 120, 43, 259, 915, 711]
    again = SeededDraws(7, 3)
    far = [again.below(2**64) for _ in range(200)]
    assert len(set(far)) == 200
    assert far != [SeededDraws(7, 4).below(2**64) for _ in range(200)]


def test_draws_stay_below_their_bound_and_reach_all_of_it() -> None:
    draws = SeededDraws(1)
    assert {draws.below(3) for _ in range(100)} == {0, 1, 2}
    assert {chosen(draws, "abc") for _ in range(100)} == set("abc")
    assert {draws.below(1) for _ in range(10)} == {0}


def test_the_same_draws_make_the_same_cases_and_others_other_ones() -> None:
    assert many() == many()
    assert len(set(map(repr, many()))) > 300


def test_every_changed_case_is_canonical_within_bounds_and_its_own() -> None:
    case = base()
    before = deepcopy(case)
    for number in range(400):
        made = mutated(case, [case], TURNS_MAX, SeededDraws(9, number))
        json_text.decode_canonical(made.scenario)
        assert len(made.turns) <= TURNS_MAX
        for by_step in made.turns:
            assert isinstance(by_step, tuple)
            json_text.encode(by_step)
    assert case == before


def test_all_kinds_of_changes_are_made() -> None:
    made = many(1000)
    scenarios = [json.loads(case.scenario) for case in made]
    cells = [s["cells"] for s in scenarios]
    commands = [c for case in made for turn in case.turns for step in turn for c in step]
    assert {len(listed) for listed in cells} >= {1, 2, 3, 4}
    assert ["3", "0", "6"] in cells or ["6", "3", "0"] in cells
    assert {"-1", "1"} <= {cell for listed in cells for cell in listed}
    assert {str(2**63 - 1), str(2**64 - 1)} <= {s["limit"] for s in scenarios}
    assert any(s["wild"][:1] == [False] for s in scenarios)
    assert {len(case.turns) for case in made} >= {1, 2, 3, 4, TURNS_MAX}
    assert {case.commands for case in made} >= {0, 1, 2, 3, 4}
    assert {command["slot"] for command in commands} > {0, 1, 2}
    # A value of another place with the same form: an id of the scenario in a command.
    assert "1000000" in {command["add"] for command in commands}


def test_numbers_keep_the_form_that_they_have() -> None:
    for number in range(300):
        value: dict[str, Any] = {"text": "12", "whole": 12, "word": "twelve", "flag": True}
        change_value(value, value, SeededDraws(number))
        assert {key: type(item) for key, item in value.items()} == {
            "text": str,
            "whole": int,
            "word": str,
            "flag": bool,
        }
        assert number_of(value["text"]) is not None or value["text"] == "twelve"
    assert number_of("007") is None
    assert number_of("") is None
    assert number_of("-") is None
    assert number_of(True) is None
    assert number_of("-5") == -5


def test_what_holds_nothing_is_left_alone() -> None:
    assert not change_value({}, {}, SeededDraws(1))
    assert not change_value(3, 3, SeededDraws(1))
    assert not change_list({"a": []}, SeededDraws(1))
    empty = Case(b"{}", ())
    for number in range(60):
        made = mutated(empty, [], TURNS_MAX, SeededDraws(number))
        assert made.scenario == b"{}"
        assert made.commands == 0


def test_a_case_with_a_first_state_keeps_its_scenario() -> None:
    case = Case(base().scenario, base().turns, State(4, ()))
    made = [mutated(case, [case], TURNS_MAX, SeededDraws(2, number)) for number in range(200)]
    assert {one.scenario for one in made} == {case.scenario}
    assert {one.start for one in made} == {case.start}
    assert len({repr(one.turns) for one in made}) > 50


def test_the_corpus_keeps_what_is_new_and_prefers_what_goes_on() -> None:
    short, longer, other = (Case(text, ()) for text in (b"1", b"2", b"3"))
    corpus = Corpus()
    assert corpus.admit(short, features(2, None, {"rain": 1}), 2, True)
    assert corpus.admit(longer, features(2, None, {"rain": 9}), 9, False)
    assert not corpus.admit(other, features(2, None, {"rain": 8}), 2, True)
    assert len(corpus) == 2
    picked = [corpus.pick(SeededDraws(number)) for number in range(200)]
    assert 0 < picked.count(short) < picked.count(longer)
    with pytest.raises(AssertionError):
        Corpus().pick(SeededDraws(1))
