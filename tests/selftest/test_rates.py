"""How often each fault is found, and found at its place: the table that `make check` prints.

Every fault on every engine, seeded turns; random pairs of faults; controls that must stay silent.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.selftest.rounds import (
    PAIRS,
    SEEDS,
    SUBJECTS,
    TOYS,
    TURNS,
    Subject,
    lie_turn,
    pairs,
    recorded,
    trial,
)
from tests.selftest.trials import Score, Told, Trial, marks, perform, single_faults, told_turn
from vr_verify.runlog.reader import RunLog

pytestmark = [pytest.mark.slow, pytest.mark.prints]

Logs = dict[tuple[str, int], Path]
AT_ONCE = 3
UNREAD = "unread column"
MARKS = ("detected", "kind", "turn", "place")
# The least share of trials whose mark is right, of those where it can be known.
LEAST = {"detected": 1.0, "kind": 1.0, "turn": 1.0, "place": 1.0}


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Logs:
    """Record a run of every engine for every seed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        folder = tmp_path_factory.mktemp("rates")
        return {(s.name, seed): recorded(folder, s, seed) for s in SUBJECTS for seed in SEEDS}


def performed(trials: Iterable[Trial]) -> list[tuple[Trial, Told]]:
    """Play trials, several at the same time, in their order."""
    listed = list(trials)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(zip(listed, pool.map(perform, listed), strict=True))


def line(name: str, score: Score) -> str:
    """Write a row of the table; a dash where there is nothing to know."""
    shares = [
        f"{score.right[mark]}/{score.known[mark]}" if score.known[mark] else "-" for mark in MARKS
    ]
    return f"{name:26}{score.runs:>6}" + "".join(f"{share:>10}" for share in shares)


def planned(logs: Logs) -> list[tuple[str, Trial]]:
    """List the trials of all single faults with the row that each counts in."""
    listed: list[tuple[str, Trial]] = []
    for subject in SUBJECTS:
        for seed in SEEDS:
            log, turn = logs[subject.name, seed], lie_turn(seed)
            listed += [(fault, trial(subject, log, fault, turn)) for fault in subject.faults]
            if subject.unread is not None:
                chosen = trial(subject, log, f"planted[{subject.unread}]", turn)
                listed.append((UNREAD, chosen))
    return listed


def test_every_fault_is_found_at_its_place(logs: Logs, capsys: pytest.CaptureFixture[str]) -> None:
    listed = planned(logs)
    scores = {name: Score() for name in [*single_faults(), UNREAD]}
    told = performed(one for _, one in listed)
    for (row, _), (one, said) in zip(listed, told, strict=True):
        scores[row].count(one, said, marks(one, said))
    with capsys.disabled():
        print(f"\n{'fault':26}{'runs':>6}" + "".join(f"{mark:>10}" for mark in MARKS))
        for name, score in scores.items():
            print(line(name, score))
    missed = [text for score in scores.values() for text in score.missed]
    for name, score in scores.items():
        assert score.runs >= 3 * len(SEEDS), name
        assert score.known["detected"] == score.runs, name
        for mark, least in LEAST.items():
            assert score.right[mark] >= least * score.known[mark], (name, mark, missed)


def first_turn_of(one: Trial) -> int:
    """Return the turn at which the first of a pair's lies is told."""
    with RunLog.open(one.log) as log:
        turns = [told_turn(log, lie) for lie in one.lies]
    return min(turn for turn in turns if turn is not None)


def test_two_faults_at_once_are_found_at_the_first(
    logs: Logs, capsys: pytest.CaptureFixture[str]
) -> None:
    score = Score()
    for one, told in performed(pairs(logs)):
        turn = first_turn_of(one)
        found = told.divergence.turn if told.divergence is not None else None
        right = found == turn or (found is None and f"turn {turn}, " in told.message)
        detected = told.code in (1, 4)
        score.count(one, told, {"detected": detected, "kind": None, "turn": right, "place": None})
    with capsys.disabled():
        print(f"\n{line('random pairs', score)}")
    assert score.runs == PAIRS
    assert score.right["detected"] == score.runs, score.missed
    assert score.right["turn"] >= LEAST["turn"] * score.runs, score.missed


def controls(logs: Logs) -> list[tuple[Trial, set[int]]]:
    """List pairs that must stay silent, with the exit codes that say so."""
    listed: list[tuple[Trial, set[int]]] = []
    for subject in SUBJECTS:
        for seed in SEEDS:
            log = logs[subject.name, seed]
            listed.append((Trial(log, subject.beside, subject.build), {0}))
            listed.append((trial(subject, log, "none", 1), {0}))
        log = logs[subject.name, SEEDS[0]]
        # A lie that is never told proves nothing: all turns are compared and equal, code 5.
        late = [trial(subject, log, fault, TURNS + 1) for fault in _controlled(subject)]
        listed += [(Trial(one.log, one.left, one.right), {5}) for one in late]
    return listed


def _controlled(subject: Subject) -> tuple[str, ...]:
    return subject.faults if subject in TOYS else subject.faults[::3]


def test_the_clean_pair_and_the_idle_saboteur_stay_silent(
    logs: Logs, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = controls(logs)
    alarms = []
    for (one, told), (_, codes) in zip(performed(one for one, _ in listed), listed, strict=True):
        if told.code not in codes or told.divergence is not None:
            alarms.append(f"{one} {told}")
    with capsys.disabled():
        print(f"\n{'clean controls':26}{len(listed):6}{'':10} false alarms: {len(alarms)}")
    assert len(listed) >= 2 * len(SUBJECTS) * len(SEEDS)
    assert not alarms
