"""Answers that the protocol does not allow are named: call, key, what was expected and found."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.toy_builds import MILL, variant
from vr_verify.engines import answers
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import EngineCrashed, EngineError, EngineProtocolError, UsageError
from vr_verify.model.run import Command

SCENARIO = b'{"cells":["40","8"],"limit":"1000","seed":"1"}'
Plant = Callable[[dict[str, Any]], object]


@pytest.fixture
def mill() -> Iterator[Engine]:
    """Start the mill."""
    with Engine(resolve_build(MILL)) as engine:
        yield engine


def plant(monkeypatch: pytest.MonkeyPatch, engine: Engine, change: Plant) -> None:
    """Change every answer on its way in."""
    receive = engine.process.receive

    def changed() -> dict[str, Any]:
        answer = receive()
        change(answer)
        return answer

    monkeypatch.setattr(engine.process, "receive", changed)


STEP_FAULTS: list[tuple[Plant, str]] = [
    (lambda a: a.pop("turn"), "step: Object missing required field `turn`"),
    (lambda a: a.update(turn=1), r"step: Expected `str`, got `int` - at `\$.turn`"),
    (lambda a: a.update(turn="-1"), "expected turn as a decimal string of 64 bits, found '-1'"),
    (lambda a: a.update(turn=str(2**64)), "expected turn as a decimal string of 64 bits"),
    (lambda a: a.update(turn="7"), "found turn 7 in step 0 after 0"),
    (lambda a: a.update(step=1), "expected step 0, found 1"),
    (lambda a: a.update(turn_ended=True, state_digest="no"), "expected state_digest as 64"),
    (lambda a: a.update(halt={"error": "x"}), "expected the keys"),
    (lambda a: a["universes"][0].update(rows=[2]), "expected 2 row counts in universe 0"),
    (lambda a: a["universes"].reverse(), "expected universes ascending by id, found"),
    (lambda a: a.update(phase_digests=["00"]), "expected 2 phase_digests, found 1"),
]


@pytest.mark.parametrize(("change", "said"), STEP_FAULTS)
def test_a_bad_answer_to_step_is_named_and_its_clean_twin_taken(
    mill: Engine, monkeypatch: pytest.MonkeyPatch, change: Plant, said: str
) -> None:
    mill.init(SCENARIO)
    assert len(mill.step([], phases=True).phase_digests) == 2
    mill.init(SCENARIO)
    plant(monkeypatch, mill, change)
    with pytest.raises(EngineProtocolError, match=said):
        mill.step([], phases=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda a: a.update(file="../answer.bin"), "expected a file of the directory"),
        (lambda a: a.update(offset="999999"), "found a file of"),
        (lambda a: a.update(offset="x"), "expected offset as a decimal string"),
    ],
)
def test_a_bulk_outside_its_file_is_refused(
    mill: Engine, monkeypatch: pytest.MonkeyPatch, change: Plant, said: str
) -> None:
    mill.init(SCENARIO)
    assert len(mill.values(0, "cell", "water", 0, 2)) == 16
    plant(monkeypatch, mill, change)
    with pytest.raises(EngineProtocolError, match=said):
        mill.values(0, "cell", "water", 0, 2)


def test_snapshot_and_values_hold_the_same_state_and_restore_brings_it_back(mill: Engine) -> None:
    mill.init(SCENARIO)
    mill.step([])
    mill.step([])
    kept = mill.state()
    with Engine(resolve_build(variant("PlainMill"))) as plain:
        plain.init(SCENARIO)
        plain.step([])
        plain.step([])
        assert not plain.can("snapshot")
        assert plain.state() == kept
    mill.step([])
    mill.step([])
    assert mill.state() != kept
    mill.restore(kept)
    assert mill.state() == kept


def test_stopping_after_a_phase_shows_the_state_there(mill: Engine) -> None:
    mill.init(SCENARIO)
    digests = mill.step([], phases=True).phase_digests
    assert len(set(digests)) == 2
    mill.init(SCENARIO)
    stopped = mill.step([], stop_after=0)
    assert not stopped.turn_ended
    assert mill.state().turn == 1
    assert len(mill.draws()) == 2
    assert mill.events() == ()


@pytest.mark.parametrize(
    ("call", "blame", "said"),
    [
        (lambda e: e.init(b"{}"), UsageError, "refuses the scenario: cells"),
        (lambda e: e.init(b"no"), EngineCrashed, "JSONDecodeError.*its last words"),
        (lambda e: e.values(0, "nothing", "water", 0, 1), EngineCrashed, "KeyError"),
    ],
)
def test_an_error_answer_blames_whom_it_concerns(
    mill: Engine, call: Callable[[Engine], object], blame: type[EngineError], said: str
) -> None:
    if blame is EngineCrashed and said == "KeyError":
        mill.init(SCENARIO)
    with pytest.raises(blame, match=f"(?s){said}"):
        call(mill)


CONFUSED = "python-class:tests.harness.engines.confused_mill:ConfusedMill"
GIVEN: Command = {"universe": 0, "slot": 0, "add": "1"}


@pytest.mark.parametrize(
    ("play", "blame", "said"),
    [
        (lambda e: e.step([]), EngineCrashed, "in step, without commands: KeyError: 'rain'"),
        (lambda e: e.step([GIVEN]), UsageError, "refuses the commands of turn 2, step morning"),
        (lambda e: list(e.advance([((), ())])), EngineCrashed, "without commands: KeyError"),
        (lambda e: list(e.advance([((), (GIVEN,))])), UsageError, "refuses the commands of turn 2"),
    ],
)
def test_who_gave_no_commands_is_not_blamed_for_them(
    play: Callable[[Engine], object], blame: type[EngineError], said: str
) -> None:
    with Engine(resolve_build(CONFUSED)) as confused:
        confused.init(SCENARIO)
        assert [result.turn for result in confused.advance([((), ())])] == [1], "it played well"
        with pytest.raises(blame, match=said):
            play(confused)


def test_a_declared_digest_must_be_there() -> None:
    answer = answers.Opened(turn="0", universes=())
    assert answers.digests(answer, frozenset()).state is None
    with pytest.raises(ValueError, match="expected the key state_digest, since digest is declared"):
        answers.digests(answer, frozenset({"digest"}))
