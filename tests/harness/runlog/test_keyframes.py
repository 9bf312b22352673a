"""Keyframes stand where a state would else be too dear to read, at the same turns every time."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.harness.canonical.examples import SCHEMA, small_state
from tests.harness.runlog.logs import header_of
from tests.harness.runlog.runs import MODES, write_run
from vr_verify.canonical.state import State
from vr_verify.runlog import keyframes, snapshots
from vr_verify.runlog.keyframes import DELTA_KEYFRAMES_MAX, SPARSE_ROWS_MAX, TURNS_MAX, Distance
from vr_verify.runlog.reader import RunLog


def placed(mode: str, keyframe: tuple[int, int], costs: list[int]) -> list[int]:
    """Return which of the turns behind a keyframe (stored bytes, rows) are keyframes again."""
    distance = Distance(mode)
    distance.at_keyframe(*keyframe)
    found = []
    for turn, cost in enumerate(costs, start=1):
        if distance.due():
            distance.at_keyframe(*keyframe)
            found.append(turn)
        else:
            distance.at_turn(cost)
    return found


def test_the_numbers_are_those_of_the_page() -> None:
    page = (Path(keyframes.__file__).parent / "FORMAT.md").read_text()
    assert DELTA_KEYFRAMES_MAX == 4
    assert "are more than four times that keyframe's" in page
    assert SPARSE_ROWS_MAX == 2**26
    assert "would be more than 2^26" in page
    assert f"after {TURNS_MAX - 1} turns in any case" in page


def test_a_keyframe_comes_when_deltas_have_cost_more_than_four() -> None:
    assert placed("delta", (100, 0), [100] * 5) == []
    assert placed("delta", (100, 0), [100] * 6) == [6]
    assert placed("delta", (100, 0), [100, 100, 100, 101, 1]) == [5]
    assert placed("delta", (100, 0), [400, 1, 401, 401, 1]) == [3, 5]
    assert placed("delta", (100, 10**9), [0] * 126) == []


@pytest.mark.parametrize("mode", MODES)
def test_whether_a_keyframe_is_due_does_not_depend_on_the_turn_itself(mode: str) -> None:
    before = [30, 200, 0, 171]
    for cost in (0, 1, 10**9):
        assert placed(mode, (100, 1), [*before, cost]) == placed(mode, (100, 1), [*before, 5])


def test_rows_played_again_are_at_most_so_many() -> None:
    rows = SPARSE_ROWS_MAX // 3
    assert placed("sparse", (0, rows), [rows] * 3) == []
    assert placed("sparse", (0, rows), [rows] * 8) == [4, 8]
    assert placed("sparse", (0, SPARSE_ROWS_MAX + 1), [SPARSE_ROWS_MAX + 1] * 3) == [1, 2, 3]
    assert placed("sparse", (10**9, 0), [0] * 126) == []


@pytest.mark.parametrize("mode", ["delta", "sparse"])
def test_a_keyframe_comes_after_127_turns_without_one(mode: str) -> None:
    assert placed(mode, (10**6, 1), [0] * 400) == [128, 256, 384]


def test_full_logs_hold_keyframes_only() -> None:
    assert placed("full", (10**6, 1), [0] * 5) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("mode", MODES)
def test_the_same_run_has_its_keyframes_at_the_same_turns(mode: str, tmp_path: Path) -> None:
    header = replace(header_of(has=("state",)), snapshots=mode)
    states = [small_state(turn) for turn in range(140)]
    for name in ("a.log", "b.log"):
        write_run(tmp_path / name, header, states)
    assert (tmp_path / "a.log").read_bytes() == (tmp_path / "b.log").read_bytes()
    with RunLog.open(tmp_path / "a.log") as log:
        assert list(log.keyframes) == expected_keyframes(mode, states)


def expected_keyframes(mode: str, states: list[State]) -> list[int]:
    """Place keyframes by the page's words: bytes of deltas, or rows, added up."""
    if mode == "full":
        return list(range(140))
    if mode == "sparse":
        return [0, 128]
    sizes = [snapshots.keyframe_messages(SCHEMA, state)[1] for state in states]
    deltas = [0] + [
        snapshots.delta_messages(SCHEMA, *states[turn - 1 : turn + 1])[1] for turn in range(1, 140)
    ]
    found, spent = [0], 0
    for turn in range(1, 140):
        if spent > 4 * sizes[found[-1]] or turn - found[-1] == 128:
            found.append(turn)
            spent = 0
        else:
            spent += deltas[turn]
    assert 2 < len(found) < 100, "neither every turn nor none"
    return found


@pytest.mark.parametrize("mode", ["delta", "sparse"])
def test_a_closed_log_tells_the_distance_that_its_writer_had(mode: str, tmp_path: Path) -> None:
    header = replace(header_of(has=("state",)), snapshots=mode)
    for turns in (1, 2, 9, 127, 128, 131):
        states = [small_state(turn) for turn in range(turns + 1)]
        write_run(tmp_path / "a.log", header, states)
        with RunLog.open(tmp_path / "a.log") as log:
            distance, last = log.distance(), log.keyframes[-1]
        assert distance.turns == turns - last
        sizes = [snapshots.keyframe_messages(SCHEMA, states[last])[1], 8]
        assert distance.keyframe == sizes[mode == "sparse"]
        costs = [
            snapshots.delta_messages(SCHEMA, *states[turn - 1 : turn + 1])[1]
            for turn in range(last + 1, turns + 1)
        ]
        assert distance.cost == (sum(costs) if mode == "delta" else 8 * len(costs))
