"""Whatever stands in a universe folder: a scenario that both engines take, or a ScenarioError.

Two thousand seeded cases here, more in `make check`; case N is always the same folder.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.scenarios.universe_files import places
from tests.scenarios.universe_mutations import Workbench
from void_reckoning_adapter.python import PythonEngine
from void_reckoning_adapter.rust import RustEngine
from void_reckoning_rust import _native
from void_reckoning_scenarios.errors import ScenarioError
from void_reckoning_scenarios.flaws import KINDS
from void_reckoning_scenarios.resolve import resolve
from void_reckoning_scenarios.universe import folder as universe_folder
from void_reckoning_scenarios.universe.node import Node

CASES = 125
QUICK, SLOW = 16, 176
RUST_EVERY, REFERENCE_EVERY = 3, 12


def check(folder: Path, first: int) -> Counter[str]:
    """Resolve CASES mutated folders; count their ends and the kinds of their flaws."""
    seen: Counter[str] = Counter()
    bench = Workbench(folder)
    for number in range(first, first + CASES):
        bench.plant(number)
        try:
            text, flaws = resolve(str(bench.root), None)
        except ScenarioError as error:
            seen["refused"] += str(error).encode().startswith(bytes(bench.root))
            continue
        if number % RUST_EVERY == 0:
            RustEngine().init(text)
        if number % REFERENCE_EVERY == 0:
            PythonEngine().init(text)
            assert resolve(str(bench.root), None) == (text, flaws), number
        for flaw in flaws:
            assert all(
                field.encode() and len(field) < 400 for field in (flaw["kind"], flaw["done"])
            )
        seen.update(kind for kind, _, _ in places(flaws))
        seen["played"] += 1
    assert seen.keys() <= {*KINDS, "played", "refused"}
    assert seen["played"] + seen["refused"] == CASES
    return seen


@pytest.mark.parametrize("part", range(QUICK))
def test_mutated_folders_are_played_or_refused(tmp_path: Path, part: int) -> None:
    seen = check(tmp_path, part * CASES)
    assert seen["played"] > CASES // 2
    # Mutations reach what they are made for: beyond the flaws of the sample, these come from them.
    for kind in ("not_json", "unreadable", "not_utf8", "too_deep"):
        assert seen[kind] > 0, kind


@pytest.mark.slow
@pytest.mark.parametrize("part", range(QUICK, SLOW))
def test_many_more_mutated_folders(tmp_path: Path, part: int) -> None:
    assert check(tmp_path, part * CASES)["played"] > CASES // 2


def test_figures_that_are_not_clipped_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Node, "_clipped", lambda _self, value, _ends, _shown, _found: value)
    with pytest.raises(_native.ScenarioError, match="expected"):
        check(tmp_path, 0)


def test_a_folder_that_brings_resolve_down_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(universe_folder, "DEPTH_MAX", 10**9)
    with pytest.raises(RecursionError):
        check(tmp_path, 0)
