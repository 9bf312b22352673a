"""Changed rules of the reference: found, and found at their kind, turn, step and phase.

What a mutant truly does first is computed beside the harness (`mutants/truth.py`). A handful with
every change; hundreds, drawn from a seed, in the table that `make check` prints.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from queue import SimpleQueue
from typing import Any, Final

import pytest

from tests.selftest.mutants.mutator import Mutant
from tests.selftest.mutants.python_rules import Runs, all_mutants, chosen, make_runs, plant
from tests.selftest.mutants.trial import MARKS, Bench, Found, Score, marks, reported
from tests.support.tree import ROOT

SEED: Final = 20261121
COUNT: Final = 200
AT_ONCE: Final = 2
NOTHING_FOUND: Final = 5
"""The exit code of pytest where a room has no test of its own."""

# File, the words as they are, the kind of change; then what it must be found as.
HANDFUL: Final = [
    ("combat_resolver/damage.py", "armour + armour_half", "sign", ("state", 5, "combat")),
    ("shared/fx.py", "(left << FRACTION_BITS) // right", "rounding", ("events", 1, "decision")),
    ("pathfinding/movement.py", "min(speeds)", "bound", ("state", 1, "movement")),
    ("economy/production.py", "fleet.system == system", "comparison", ("state", 2, "production")),
    (
        "economy/upkeep.py",
        "planet.alive and planet.owner == turn.faction",
        "logic",
        ("state", 1, "economy"),
    ),
    ("campaign/cleanup.py", "free(world.units, slot, Unit())", "dropped", ("state", 5, "cleanup")),
    ("decision/orders.py", "fleet.posture == _STATIONED", "comparison", ("state", 1, "orders")),
    ("decision/mind.py", "_best_move(turn, fleet.system, candidates, draws)", "arguments", None),
]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The two shipped logs."""
    return make_runs(tmp_path_factory.mktemp("runs"), ())


def test_a_clean_copy_differs_in_nothing(shipped: Runs, tmp_path: Path) -> None:
    build = plant(tmp_path, {})
    assert shipped.true_difference(tmp_path) is None
    with Bench(shipped) as bench:
        assert bench.found(build) is None
    for log in shipped.logs:
        found = reported(log, build)
        assert found.report is not None
        assert (found.report.outcome, found.report.divergence) == ("agreed", None)


@pytest.mark.parametrize(("file", "words", "kind", "place"), HANDFUL, ids=str)
def test_a_changed_rule_is_found_at_its_place(
    shipped: Runs,
    tmp_path: Path,
    file: str,
    words: str,
    kind: str,
    place: tuple[str, int, str] | None,
) -> None:
    named = [m for m in all_mutants() if (m.file, m.before, m.kind) == (file, words, kind)]
    mutant = named[0]
    build = plant(tmp_path, {file: mutant.text})
    true = shipped.true_difference(tmp_path)
    assert true is not None
    found = reported(shipped.logs[true["run"]], build)
    assert marks(mutant, found, true) == dict.fromkeys(MARKS, True), (found, true)
    assert found.report is not None
    parted = found.report.divergence
    if place is None:
        assert (found.report.outcome, parted) == ("crashed", None)
    else:
        assert parted is not None
        assert (parted.kind, parted.turn, parted.phase) == place


@pytest.mark.slow
@pytest.mark.prints
def test_hundreds_of_changed_rules(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path_factory.mktemp("mutants")
    runs, mutants = make_runs(folder), chosen(COUNT, SEED)
    told = tried(runs, mutants, folder)
    scores: dict[str, Score] = {
        kind: Score() for kind in [*sorted({m.kind for m in mutants}), "all"]
    }
    wrong, by_check, unkilled = [], Counter[str](), list[tuple[int, Mutant]]()
    for number, (mutant, (true, found)) in enumerate(zip(mutants, told, strict=True)):
        if true is None:
            unkilled.append((number, mutant))
            wrong += [f"{mutant.name}: a false alarm, {found}"] if found is not None else []
            continue
        marked = marks(mutant, found, true)
        scores[mutant.kind].count(marked)
        scores["all"].count(marked)
        by_check[f"{true['kind']}, {runs.logs[true['run'] or 0].stem}"] += 1
        if False in marked.values():
            wrong.append(f"{mutant.name}: {marked}, truly {true}, found {found}")
    rooms = own_tests(folder, unkilled)
    with capsys.disabled():
        show(scores, by_check, [(one, rooms[number]) for number, one in unkilled])
    assert not wrong, "\n".join(wrong)
    assert scores["all"].runs + len(unkilled) == COUNT
    assert scores["all"].runs >= COUNT * 3 // 4, "runs that tell so few apart prove little"


def tried(
    runs: Runs, mutants: Sequence[Mutant], folder: Path
) -> list[tuple[dict[str, Any] | None, Found | None]]:
    """Return what each mutant truly does first, and what the harness makes of it."""
    benches: SimpleQueue[Bench] = SimpleQueue()
    made = [Bench(runs) for _ in range(AT_ONCE)]
    for bench in made:
        benches.put(bench)

    def one(pair: tuple[int, Mutant]) -> tuple[dict[str, Any] | None, Found | None]:
        number, mutant = pair
        own, bench = folder / str(number), benches.get()
        build = plant(own, {mutant.file: mutant.text})
        try:
            return runs.true_difference(own), bench.found(build)
        finally:
            benches.put(bench)

    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(one, enumerate(mutants)))
    finally:
        for bench in made:
            bench.close()


def own_tests(folder: Path, unkilled: Sequence[tuple[int, Mutant]]) -> dict[int, bool]:
    """Say of each mutant that no run tells whether the tests of its own room fail on it."""

    def fail(pair: tuple[int, Mutant]) -> tuple[int, bool]:
        number, mutant = pair
        path = PurePosixPath(mutant.file)
        chosen_tests = ["-k", f"{path.parent.name} or {path.stem}", "tests/reference"]
        argv = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *chosen_tests]
        environment = os.environ | {"PYTHONPATH": str(folder / str(number))}
        ended = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, check=False)
        assert ended.returncode in (0, 1, NOTHING_FOUND), ended.stdout.decode()
        return number, ended.returncode == 1

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(pool.map(fail, unkilled))


def show(
    scores: dict[str, Score], by_check: Counter[str], unkilled: Sequence[tuple[Mutant, bool]]
) -> None:
    """Print the table, what told the mutants, and those that nothing told."""
    print(f"\n{'changed rules in Python':30}{'differ':>6}" + "".join(f"{m:>10}" for m in MARKS))
    for name, score in scores.items():
        print(score.line(name))
    told = "; ".join(f"{check} {count}" for check, count in by_check.most_common())
    print(f"told by: {told}")
    left = [mutant for mutant, killed in unkilled if not killed]
    killed = len(unkilled) - len(left)
    print(f"alike in all runs: {len(unkilled)}; of these the room's own tests fail on {killed}")
    print("for a person to look at, equivalent or not:")
    for mutant in left:
        print(f"  {mutant.name}")
