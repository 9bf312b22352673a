"""The whole scenario `small`, both engines in lockstep: 30 turns, every step, phase and byte."""

from typing import Any

import pytest

from tests.twins.pair import Pair, plain, small
from void_reckoning_adapter.python import PythonEngine
from void_reckoning_adapter.rust import RustEngine
from void_reckoning_scenarios.resolve import resolve

TURNS = 30
DIGESTS = ("state_digest", "ledger_digest", "events_digest")


def play(engine: Any, turns: int) -> list[dict[str, Any]]:
    """Play turns without commands; return each turn's last answer."""
    ends = []
    for _ in range(turns):
        answer = engine.step([], None, False)
        while not answer["turn_ended"]:
            answer = engine.step([], None, False)
        ends.append(answer)
    return ends


def digests(answer: dict[str, Any]) -> tuple[str, ...]:
    return tuple(answer[name] for name in DIGESTS)


def test_thirty_turns_agree_in_every_step_and_phase() -> None:
    pair = Pair(small())
    seen = {pair.first["state_digest"]}
    for turn in range(1, TURNS + 1):
        answer = pair.turn(phases=True)
        assert answer["turn_ended"]
        assert answer["turn"] == turn
        pair.same("snapshot")
        assert pair.same("audit", "deep")["findings"] == []
        seen.add(answer["state_digest"])
    assert len(seen) == TURNS + 1
    fired = pair.same("rules_fired")["rules"]
    for rule in ("battle", "conquest", "launch", "interception", "blockade", "victory"):
        assert fired[rule] > 0, rule


def test_medium_agrees() -> None:
    pair = Pair(resolve("medium", None)[0])
    for _ in range(10):
        pair.turn()
    assert pair.same("rules_fired")["rules"]["battle"] > 0
    pair.same("snapshot")


def test_watching_phases_changes_nothing() -> None:
    watched, plainly = Pair(small()), Pair(small())
    for _ in range(5):
        with_phases = watched.turn(phases=True)
        last = with_phases.pop("phase_digests")[-1]
        assert with_phases == plainly.turn()
        assert last == with_phases["state_digest"]


@pytest.mark.parametrize("engine_class", [RustEngine, PythonEngine])
def test_restore_from_every_turn_is_straight_through(engine_class: Any) -> None:
    engine = engine_class()
    engine.init(small())
    shots, ends = [plain(engine.snapshot())], []
    for _ in range(TURNS):
        ends += play(engine, 1)
        shots.append(plain(engine.snapshot()))
    other = engine_class()
    other.init(small())
    for turn in range(TURNS):
        answer = other.restore(turn, [tuple(archive) for archive in shots[turn]])
        assert answer["turn"] == turn
        if turn > 0:
            assert answer["state_digest"] == ends[turn - 1]["state_digest"]
        (after,) = play(other, 1)
        assert digests(after) == digests(ends[turn])
    assert [digests(end) for end in play(restored(other, 3, shots[3]), 4)] == [
        digests(end) for end in ends[3:7]
    ]


def restored(engine: Any, turn: int, shot: list[Any]) -> Any:
    """Return the engine after a restore."""
    engine.restore(turn, [tuple(archive) for archive in shot])
    return engine


def test_an_engine_goes_on_from_the_others_snapshot() -> None:
    rust, python = RustEngine(), PythonEngine()
    rust.init(small())
    python.init(small())
    play(rust, 8)
    straight = play(python, 12)
    python.restore(8, rust.snapshot())
    assert [digests(end) for end in play(python, 4)] == [digests(end) for end in straight[8:]]
    rust.restore(12, python.snapshot())
    assert digests(play(rust, 1)[0]) == digests(play(python, 1)[0])


def test_stopping_after_any_phase_of_any_step_agrees() -> None:
    pair = Pair(small())
    for _ in range(6):
        pair.turn()
    shot = pair.same("snapshot")
    for step, spec in enumerate(pair.first["steps"]):
        for phase in range(len(spec["phases"])):
            pair.same("restore", 6, shot)
            for _ in range(step):
                pair.same("step", [], None, False)
            answer = pair.same("step", [], phase, True)
            assert len(answer["phase_digests"]) == phase + 1
            assert not answer["turn_ended"]
            pair.same("snapshot")
            pair.same("draws")
            pair.same("events")


def test_descriptions_agree_but_for_the_name() -> None:
    rust: dict[str, Any] = RustEngine().describe()
    python: dict[str, Any] = PythonEngine().describe()
    assert (rust.pop("name"), rust.pop("counterpart")) == ("rust", "python")
    assert (python.pop("name"), python.pop("counterpart")) == ("python", "rust")
    fast, plain = (set(engine.pop("capabilities")) for engine in (rust, python))
    assert plain - fast == set()
    assert fast - plain <= {"advance", "isa", "tree", "changed_rows"}
    assert rust == python


def test_a_planted_difference_is_found() -> None:
    pair = Pair(small())
    pair.turn()
    other = RustEngine()
    other.init(resolve("small", "8")[0])
    pair.rust = other
    with pytest.raises(AssertionError):
        pair.turn()
