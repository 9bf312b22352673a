"""Every lie of the saboteur is found at its place, and the clean pair shows nothing."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.toy_builds import MILL, TOY, toy_scenario
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import UsageError
from vr_verify.model.outcome import EXIT_CODES, Outcome
from vr_verify.model.report import Report
from vr_verify.verbs.record import record
from vr_verify.verbs.replay import replay

TURN, TURNS = 3, 6
LIAR = "saboteur-mill"
AT_END = {"turn": TURN, "last_equal_turn": TURN - 1, "step": "evening", "phase": "pay"}
FIRST_CELL = {"entity": "0/cell/0:1", "table": "cell", "column": "water", "unit": "litres"}

# The fault, whether it lasts, and what the report must say beside the place in the turn.
LIES: list[tuple[str, bool, dict[str, Any]]] = [
    ("field", True, {"kind": "state", "differing_entities": 1} | FIRST_CELL),
    ("order", True, {"kind": "state", "differing_entities": 2} | FIRST_CELL),
    ("draw", False, {"kind": "draws", "differing_entities": 0, "entity": None}),
    ("late", False, {"kind": "digest", "differing_entities": 0, "entity": None}),
    ("digest-of-truth", True, {"kind": "digest", "differing_entities": 1} | FIRST_CELL),
    ("wrong-digest", False, {"kind": "digest", "differing_entities": 0, "entity": None}),
]


def recorded(folder: Path, engine: str = MILL) -> Path:
    """Record the mill and return its log."""
    log = folder / "mill.log"
    assert record("mill-5", log, turns=TURNS, seed=4, engine=engine).outcome == "agreed"
    return log


def clean_or_dry(report: Report) -> bool:
    """Whether a report has no divergence; a dry first cell is the mill's own finding."""
    return report.divergence is None and report.outcome in ("agreed", "violated")


@pytest.mark.parametrize(("fault", "lasts", "expected"), LIES)
def test_a_lie_is_found_at_its_place_and_the_clean_pair_gives_nothing(
    tmp_path: Path, fault: str, lasts: bool, expected: dict[str, Any]
) -> None:
    log = recorded(tmp_path)
    assert clean_or_dry(replay(log, MILL, MILL))

    report = replay(log, MILL, f"saboteur:{fault}@{TURN}:{MILL}")
    assert EXIT_CODES[Outcome(report.outcome)] == 1
    found = report.divergence
    assert found is not None
    for key, value in (AT_END | expected).items():
        assert getattr(found, key) == value, key
    assert found.odd_one_out == LIAR
    assert found.reproduced is True
    assert found.persists is lasts
    assert found.differing_turns == (tuple(range(TURN, TURNS + 1)) if lasts else (TURN,))


def test_a_lie_shows_the_value_of_each_side(tmp_path: Path) -> None:
    found = replay(recorded(tmp_path), MILL, f"saboteur:field@{TURN}:{MILL}").divergence
    assert found is not None
    assert found.raw is not None
    assert found.raw.keys() == {"mill", LIAR, "recorded"}
    true = int(found.raw["mill"])
    assert found.raw["recorded"] == str(true)
    assert found.raw[LIAR] == str(true + 1)
    assert found.values is not None
    assert found.values[LIAR] == f"{(true + 1) / 4:g}"


def test_an_extra_draw_is_named_with_each_sides_count(tmp_path: Path) -> None:
    found = replay(recorded(tmp_path), MILL, f"saboteur:draw@{TURN}:{MILL}").divergence
    assert found is not None
    counts = {"mill": 0, LIAR: 1}
    assert found.draws == {"stream": "saboteur", "site": "saboteur.extra"} | counts


def test_a_digest_a_turn_late_is_found_on_an_idle_turn(tmp_path: Path) -> None:
    scenario = tmp_path / "idle.json"
    scenario.write_text('{"cells":["40","8"],"idle_from":"2","limit":"1000","seed":"1"}')
    log = tmp_path / "idle.log"
    record(str(scenario), log, turns=TURNS, engine=MILL)
    assert replay(log, MILL, MILL).outcome == "agreed"

    found = replay(log, MILL, f"saboteur:late@{TURN}:{MILL}").divergence
    assert found is not None
    assert (found.kind, found.turn, found.odd_one_out) == ("digest", TURN, LIAR)


def test_a_log_whose_recorder_lied_is_the_odd_one_out(tmp_path: Path) -> None:
    clean = replay(recorded(tmp_path), MILL, MILL)
    assert clean_or_dry(clean)
    log = recorded(tmp_path, f"saboteur:digest-of-truth@{TURN}:{MILL}")
    found = replay(log, MILL, MILL).divergence
    assert found is not None
    assert (found.kind, found.turn, found.odd_one_out) == ("digest", TURN, "recorded")
    assert found.entity == "0/cell/0:1"


@pytest.mark.parametrize("fault", ["field", "order"])
def test_an_engine_without_any_capability_is_caught_too(tmp_path: Path, fault: str) -> None:
    log = tmp_path / "toy.log"
    record(str(toy_scenario(tmp_path)), log, turns=TURNS, engine=TOY)
    assert replay(log, TOY, TOY).outcome == "agreed"
    report = replay(log, TOY, f"saboteur:{fault}@{TURN}:{TOY}")
    found = report.divergence
    assert found is not None
    assert (found.kind, found.turn, found.odd_one_out) == ("state", TURN, "saboteur-toy")
    assert (found.step, found.phase, found.column) == ("tick", "spread", "heat")


def test_replaying_one_turn_finds_the_lie_again_and_its_clean_twin_nothing(tmp_path: Path) -> None:
    log = recorded(tmp_path)
    assert replay(log, MILL, MILL, turns=(TURN, TURN), trace=("draws",)).outcome == "agreed"
    liar = f"saboteur:draw@{TURN}:{MILL}"
    report = replay(log, MILL, liar, turns=(TURN, TURN), trace=("draws",))
    assert report.divergence is not None
    assert report.divergence.turn == TURN
    assert report.checked is not None
    assert (report.checked.turns, report.checked.first_turn) == (1, TURN)


def test_a_lie_that_was_never_told_proves_nothing(tmp_path: Path) -> None:
    scenario = tmp_path / "wet.json"
    scenario.write_text('{"cells":["40","8"],"limit":"1000","seed":"1"}')
    log = tmp_path / "wet.log"
    record(str(scenario), log, turns=TURNS, engine=MILL)
    report = replay(log, MILL, f"saboteur:field@99:{MILL}")
    assert report.outcome == "nothing_compared"
    assert report.message is not None
    assert "turn 99 is outside the compared turns 0 to 6" in report.message
    assert replay(log, MILL, f"saboteur:field@6:{MILL}").outcome == "diverged"
    with pytest.raises(UsageError, match="expected a turn from 1, found 0"):
        replay(log, MILL, f"saboteur:field@0:{MILL}")


def test_lists_of_commands_that_no_frame_holds_reach_the_true_engine() -> None:
    scenario = b'{"cells":["40","8"],"limit":"1000000","seed":"1"}'
    command = {"universe": 3, "slot": 1, "add": "1"}
    turn = ((), (command,) * 30_000)
    told = []
    for build in (MILL, f"saboteur:none@1:{MILL}"):
        with Engine(resolve_build(build)) as engine:
            engine.init(scenario)
            results = list(engine.advance([turn, turn]))
            results += [engine.step(commands) for commands in turn]
            told.append([result.digests for result in results])
    assert told[0] == told[1]
    assert told[0][-1].state is not None
