"""`advance` gives what the same commands give step by step, on every engine there is."""

import re
import sys
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.support.planted_worker import bound
from tests.support.toy_builds import MILL, TOY, variant
from vr_verify.engines import client
from vr_verify.engines.client import Engine, StepResult
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import EngineError, EngineProtocolError, EngineTimedOut, UsageError
from vr_verify.model.limits import Limits
from vr_verify.model.run import TurnCommands

TURNS = 6
WET = b'{"cells":["40","8"],"limit":"1000","seed":"1"}'
FLOOD = b'{"cells":["10","8"],"limit":"60","seed":"1"}'
CELLS = b'{"cells":["4","8"]}'
STRIDES = b'{"strides":["1","2"]}'
ADD: TurnCommands = (({"universe": 0, "slot": 1, "add": "3"},), ())


def counter(folder: Path) -> str:
    """Save the page's engine; it declares no capability."""
    page = (files("vr_verify.engines") / "PROTOCOL.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    (folder / "counter_engine.py").write_text(block, encoding="utf-8")
    return f"cmd:{sys.executable} {folder / 'counter_engine.py'}"


def stepped(engine: Engine, turns: Sequence[TurnCommands]) -> list[StepResult]:
    """Play turns step by step."""
    results = []
    for commands_by_step in turns:
        for commands in commands_by_step:
            result = engine.step(commands)
            if result.halt is not None:
                return [*results, result]
        results.append(result)
    return results


@pytest.fixture(params=["toy", "mill", "blind", "counter", "rust", "python"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, bytes]]:
    """Start an engine; return it with a scenario."""
    builds = {"toy": TOY, "mill": MILL, "blind": variant("BlindMill"), "counter": counter(tmp_path)}
    scenarios = {"toy": CELLS, "counter": STRIDES}
    with Engine(resolve_build(builds.get(request.param, request.param))) as started:
        scenario = scenarios.get(request.param, WET)
        if request.param in ("rust", "python"):
            scenario, _ = started.resolve("small", "7")
        yield started, scenario


def test_advancing_is_stepping(engine: tuple[Engine, bytes]) -> None:
    live, scenario = engine
    live.init(scenario)
    turns: list[TurnCommands] = [((),) * len(live.steps)] * TURNS
    if live.name == "mill":
        turns[2] = ADD
    told, state = stepped(live, turns), live.state()
    live.init(scenario)
    assert list(live.advance(turns)) == told
    assert live.state() == state
    assert live.turn == TURNS
    if live.can("digest"):
        assert len({result.digests.state for result in told}) == TURNS
    assert live.can("advance") == (live.name != "counter")
    assert list(live.advance([])) == []
    assert live.step(()).turn == TURNS + 1


@pytest.mark.parametrize("part", [1, 2, 1000])
def test_a_halt_is_the_last_turn(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ADVANCE_TURNS_MAX", part)
    with Engine(resolve_build(MILL)) as live:
        live.init(FLOOD)
        turns: list[TurnCommands] = [((), ())] * 30
        told = stepped(live, turns)
        assert told[-1].halt is not None
        assert 2 < len(told) < 30
        live.init(FLOOD)
        assert list(live.advance(turns)) == told
        assert live.turn == len(told) - 1


def test_several_engines_advance_at_the_same_time() -> None:
    with Engine(resolve_build(MILL)) as one, Engine(resolve_build(MILL)) as two:
        for live in (one, two):
            live.init(WET)
        results = [live.advance([((), ())] * TURNS) for live in (one, two)]
        pairs = list(zip(*results, strict=True))
    assert [left.turn for left, _ in pairs] == list(range(1, TURNS + 1))
    assert all(left == right for left, right in pairs)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda a: a.update(turn="9"), "found turn 9 in step 1 after 1"),
        (lambda a: a.update(step=7), "expected step 1 or a halt, found 7"),
        (lambda a: a.update(step=0, halt=None), "expected step 1 or a halt, found 0"),
        (lambda a: a.pop("state_digest"), "expected the key state_digest"),
        (lambda a: a.update(turns="5"), "expected 6 turns, found '5'"),
    ],
)
def test_a_false_frame_is_named(change: Any, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Engine(resolve_build(MILL)) as live:
        live.init(WET)
        receive_part = live.process.receive_part

        def changed() -> tuple[str, dict[str, Any]]:
            key, frame = receive_part()
            if ("turns" in frame) == ("turns" in said):
                change(frame)
            return key, frame

        monkeypatch.setattr(live.process, "receive_part", changed)
        with pytest.raises(EngineProtocolError, match=said):
            list(live.advance([((), ())] * TURNS))


def test_a_refused_command_names_its_turn_and_a_crash_is_one() -> None:
    with Engine(resolve_build(MILL)) as live:
        live.init(WET)
        results = live.advance([((), ()), (({"no": "command"},), ()), ((), ())])
        assert next(results).turn == 1
        with pytest.raises(UsageError, match="refuses the commands of turn 2"):
            next(results)
    crashing = "python-class:tests.harness.session.crashing_mill:CrashingMill"
    with Engine(resolve_build(crashing)) as live:
        live.init(WET)
        results = live.advance([((), ())] * TURNS)
        assert [next(results).turn, next(results).turn] == [1, 2]
        with pytest.raises(EngineError, match="the wheel broke"):
            next(results)


def test_the_time_limit_is_that_of_each_turn() -> None:
    mills = "python-class:tests.support.broken_mills:"
    with Engine(resolve_build(f"{mills}Sleepy")) as slow:
        slow.init(WET)
        bound(slow.process, Limits(answer_s=0.6))
        assert len(list(slow.advance([((), ())] * TURNS))) == TURNS
    with Engine(resolve_build(f"{mills}Hanging")) as hanging:
        hanging.init(WET)
        bound(hanging.process, Limits(answer_s=0.6))
        results = hanging.advance([((), ())] * TURNS)
        assert [next(results).turn, next(results).turn] == [1, 2]
        with pytest.raises(EngineTimedOut, match=r"no answer to advance in 0\.6 s"):
            next(results)


def test_a_list_that_no_frame_can_hold_goes_by_file(tmp_path: Path) -> None:
    commands = [{"universe": 0, "slot": 0, "add": "1"}] * 40_000
    with Engine(resolve_build(MILL)) as live:
        live.init(b'{"cells":["40","8"],"limit":"1000000","seed":"1"}')
        told = stepped(live, [(commands, ())])  # type: ignore[list-item]
        live.init(b'{"cells":["40","8"],"limit":"1000000","seed":"1"}')
        assert list(live.advance([(tuple(commands), ())])) == told
        assert told[0].turn_ended
    with Engine(resolve_build(counter(tmp_path))) as plain:
        plain.init(STRIDES)
        few, many = ([{"slot": 0, "stride": "5"}] * count for count in (100, 60_000))
        assert plain.step(few).turn == 1
        with pytest.raises(UsageError, match="1048576 at most; counter has not the capability"):
            plain.step(many)
        assert plain.step(few).turn == 2, "the refused call left nothing behind"
