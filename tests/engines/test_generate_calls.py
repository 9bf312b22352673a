"""`generate` and `reductions` as the harness calls them: the values, the pages, hostile answers."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.support import fertile_mill
from tests.support.fertile_mill import FertileMill
from tests.support.toy_builds import MILL
from vr_verify.canonical import json_text
from vr_verify.engines import run_text, worker
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.engines.run_text import Reduction
from vr_verify.errors import EngineCrashed, EngineProtocolError, UsageError
from vr_verify.model.run import TurnCommands

LIVING = ("fertile", "rust", "python")


def build(name: str) -> str:
    """Name a mill as a build."""
    return f"python-class:{fertile_mill.__name__}:{name}"


FERTILE = build("FertileMill")


@pytest.fixture(params=LIVING)
def live(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Start an engine that has both capabilities."""
    name = FERTILE if request.param == "fertile" else request.param
    with Engine(resolve_build(name)) as started:
        yield started


def all_reductions(
    live: Engine, scenario: bytes, turns: Sequence[TurnCommands], most: int = 10_000
) -> list[Reduction]:
    """Ask page by page until there are no more, or `most` have come."""
    found: list[Reduction] = []
    while len(found) < most and (page := live.reductions(scenario, turns, len(found))):
        found += page
    return found


def digests(live: Engine, scenario: bytes, turns: Sequence[TurnCommands]) -> list[Any]:
    """Play a run, and return the digests of its turns."""
    return [live.init(scenario).digests, *(result.digests for result in live.advance(turns))]


def test_a_run_is_made_the_same_at_any_time(live: Engine) -> None:
    assert live.can("generate")
    made = live.generate(2**64 - 1, 3)
    scenario, turns = made
    assert json_text.encode(json_text.decode(scenario)) == scenario
    assert live.generate(2**64 - 1, 2) != made
    alone = digests(live, scenario, turns)
    live.init(scenario)
    for number, (steps, expected) in enumerate(zip(turns, alone[1:], strict=False)):
        for commands in steps:
            result = live.step(commands)
            assert live.generate(2**64 - 1, 3) == made, "amid a run"
            if number == 0:
                live.reductions(scenario, turns, 0)
        assert result.digests == expected, "the run is left alone"


def test_reductions_come_in_pages_and_end(live: Engine) -> None:
    scenario, turns = live.generate(7, 2)
    found = all_reductions(live, scenario, turns)
    assert len(found) > 4
    # Two different cuts may leave one run, but no run may be offered as smaller than itself.
    assert (scenario, tuple(turns)) not in [
        (r.scenario or scenario, r.turns or tuple(turns)) for r in found
    ]
    assert live.reductions(scenario, turns, len(found)) == []
    assert live.reductions(scenario, turns, 2)[:2] == found[2:4]
    least = min(found, key=lambda r: len(r.scenario or scenario))
    assert least.scenario is not None
    assert len(least.scenario) < len(scenario)
    digests(live, least.scenario, turns if least.turns is None else least.turns)


def test_both_twins_offer_the_same() -> None:
    with Engine(resolve_build("rust")) as rust, Engine(resolve_build("python")) as python:
        for seed in range(3):
            scenario, turns = rust.generate(seed, 2)
            assert python.generate(seed, 2) == (scenario, turns)
            found = rust.reductions(scenario, turns, 5)
            assert python.reductions(scenario, turns, 5) == found


def test_a_page_is_cut_by_number_and_by_length(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [(f"cut {number}", None, [[[{"n": number}]]]) for number in range(300)]
    assert len(run_text.read_reductions(worker.page_text(many))) == 256
    monkeypatch.setattr(worker, "PAGE_BYTES", 100)
    page = run_text.read_reductions(worker.page_text(many))
    assert [r.name for r in page] == ["cut 0", "cut 1"]
    assert page[1].turns == ((({"n": 1},),),)
    assert worker.page_text([]) == b"[]"


def test_any_text_comes_through_unchanged() -> None:
    odd = '\n\r\t\b\f\u0001"\\n\\ \u2028 \U0001d510 ü'
    turns = (((), ({"kind": odd, odd: [2**64 - 1, -(2**63), None, True]},)),)
    scenario = json_text.encode({"name": odd, "cells": ["1"]})
    text = run_text.write_run(scenario, turns)
    assert worker.run_parts(text.decode()) == (scenario, json.loads(json.dumps(turns)))
    assert worker.canonical_text(turns) == json_text.encode(turns)
    assert run_text.read_run(text) == (scenario, turns)
    page = worker.page_text([("ü \U0001d510", scenario, turns)])
    assert run_text.read_reductions(page) == [Reduction("ü \U0001d510", scenario, turns)]


GOOD = b'{"scenario":{"cells":["1"]},"turns":[[[{"add":"1"}],[]]]}'
BAD_RUNS = [
    (b"", "not JSON"),
    (b"[]", "expected a run with the keys"),
    (b'{"scenario":{}}', "expected a run with the keys"),
    (GOOD[:-1] + b',"more":1}', "expected a run with the keys"),
    (GOOD.replace(b'{"cells":["1"]}', b"null"), "a scenario, found null"),
    (GOOD.replace(b'{"cells":["1"]}', b'{"cells": ["1"]}'), "as canonical JSON"),
    (GOOD.replace(b'["1"]', b"[1.5]"), "integers only"),
    (GOOD.replace(b'["1"]', b"[" * 70 + b"]" * 70), "nested deeper"),
    (GOOD.replace(b'{"add":"1"}', b"1"), r"commands of turns\[0\] as objects"),
    (GOOD.replace(b"[{", b"{").replace(b"}]", b"}"), r"turns\[0\] as a list of commands"),
    (b'{"scenario":{},"turns":7}', "expected turns as a list, found int"),
    (b'{"scenario":{},"turns":[7]}', r"turns\[0\] as a list"),
]
TWO = b'{"cells":["1","2"],"limit":"9","seed":"1"}'
CUT = '{"name":"cell 1","scenario":{"cells":["1"]},"turns":null}'
BAD_CANDIDATES = [
    ("{}", "expected a list of at most 256 candidates, found dict"),
    (f"[{','.join([CUT] * 257)}]", "candidates, found 257"),
    ("[7]", "expected a candidate with the keys"),
    (f"[{CUT.replace('null', '[[7]]')}]", r"turns\[0\] as a list"),
    (f"[{CUT.replace('cell 1', '')}]", "a name of 1 to 200 printable"),
    (f"[{CUT.replace('cell 1', 'c' * 201)}]", "a name of 1 to 200 printable"),
    (f"[{CUT.replace('cell 1', '<esc>').replace('<esc>', chr(92) + 'u001b[2J')}]", "printable"),
    ('[{"name":7,"scenario":null,"turns":[]}]', "a name of 1 to 200 printable"),
    ('[{"name":"x","scenario":null,"turns":null}]', "to change the scenario or the turns"),
]


@pytest.mark.parametrize(("data", "said"), BAD_RUNS)
def test_a_false_run_blames_the_engine(
    data: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Engine(resolve_build(FERTILE)) as live:
        monkeypatch.setattr(live, "_bulk", lambda *_: GOOD)
        assert live.generate(1, 1) == (b'{"cells":["1"]}', ((({"add": "1"},), ()),))
        monkeypatch.setattr(live, "_bulk", lambda *_: data)
        with pytest.raises(EngineProtocolError, match=f"answer to generate: .*{said}"):
            live.generate(1, 1)


@pytest.mark.parametrize(("text", "said"), BAD_CANDIDATES)
def test_a_false_candidate_blames_the_engine(
    text: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Engine(resolve_build(FERTILE)) as live:
        monkeypatch.setattr(live, "_bulk", lambda *_: f"[{CUT}]".encode())
        assert live.reductions(TWO, (), 0) == [Reduction("cell 1", b'{"cells":["1"]}', None)]
        monkeypatch.setattr(live, "_bulk", lambda *_: text.encode())
        with pytest.raises(EngineProtocolError, match=f"answer to reductions: .*{said}"):
            live.reductions(TWO, (), 0)


def test_a_bulk_over_the_limit_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_text, "RUN_BYTES_MAX", 400)
    with Engine(resolve_build(FERTILE)) as live:
        small = live.generate(1, 1)
        assert live.reductions(*live.generate(1, 0), 0)
        with pytest.raises(EngineProtocolError, match="generate: expected at most 400 bytes"):
            live.generate(1, 40)
        with pytest.raises(EngineProtocolError, match="reductions: expected at most 400 bytes"):
            live.reductions(*small, 0)
        with pytest.raises(UsageError, match="an engine takes 400 at most"):
            live.reductions(b'"' + b"x" * 400 + b'"', (), 0)


def test_what_is_declared_and_not_there_blames_the_engine() -> None:
    with Engine(resolve_build(build("ShyMill"))) as shy:
        for call in (lambda: shy.generate(1, 1), lambda: shy.reductions(b"{}", (), 0)):
            with pytest.raises(EngineProtocolError, match="this engine has no method"):
                call()
    with Engine(resolve_build(MILL)) as plain:
        assert not plain.can("generate")
        assert not plain.can("reductions")


def test_only_who_gave_a_scenario_is_blamed_for_it() -> None:
    with Engine(resolve_build(build("CrossMill"))) as cross:
        with pytest.raises(EngineProtocolError, match="in generate: cells"):
            cross.generate(1, 1)
        with pytest.raises(UsageError, match="refuses the scenario: cells"):
            cross.reductions(b"{}", (), 0)
    with (
        Engine(resolve_build(FERTILE)) as live,
        pytest.raises(EngineCrashed, match="in reductions: KeyError"),
    ):
        live.reductions(b"{}", (), 0)


def test_the_fertile_mill_keeps_what_a_command_means() -> None:
    mill = FertileMill()
    scenario, turns = mill.generate(8, 4)
    value = json.loads(scenario)
    (slot,) = {c["slot"] for steps in turns for step in steps for c in step}
    water = value["cells"][slot]
    for name, smaller, commands in mill.reductions(scenario, turns, 0):
        if smaller is None or commands is None:
            continue
        left = {c["slot"] for steps in commands for step in steps for c in step}
        cells = json.loads(smaller)["cells"]
        assert (left == set()) == (name == f"cell {slot}")
        assert all(cells[at] == water for at in left)
