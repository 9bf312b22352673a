"""Changed rules and digests of the fast engine, built by cargo: found at their turn and phase.

The same slip in the reference, played beside the harness, says where it must show first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import vr_verify
from tests.selftest.mutants.overlay import replaced
from tests.selftest.mutants.python_rules import Runs, make_runs, plant, reference
from tests.selftest.mutants.rust_rules import (
    DIGESTS,
    QUICKLY,
    SLIPS,
    Slip,
    changed,
    tree_of_engine,
)
from vr_verify.engines.builds.cache import VARIABLE
from vr_verify.model.report import Report
from vr_verify.runlog.reader import RunLog

pytestmark = [pytest.mark.slow, pytest.mark.prints]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The two shipped logs."""
    return make_runs(tmp_path_factory.mktemp("runs"), ())


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Copy the engine's sources; builds of them share one cargo folder that goes with them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(tmp_path_factory.mktemp("cache")))
        for name, value in QUICKLY.items():
            patch.setenv(name, value)
        yield tree_of_engine(tmp_path_factory.mktemp("sources"))


@contextmanager
def with_change(sources: Path, change: tuple[str, str, str]) -> Iterator[None]:
    """Change the sources, for as long as it takes to build and replay them."""
    path, text = changed(sources, change)
    try:
        yield
    finally:
        path.write_text(text)


def replayed(sources: Path, log: Path) -> Report:
    """Build the sources as they are, and replay a log on them against the reference."""
    return vr_verify.replay(log, f"dir:{sources}/engine:rust", "python", fail_fast=True)


def true_place(
    runs: Runs, slip: Slip, folder: Path
) -> tuple[Path, tuple[str, int, str, str | None]]:
    """Return the log that tells the slip in the reference; kind, turn, step and phase there."""
    file, before, after = slip.python
    plant(folder, {file: replaced((reference() / file).read_text(), before, after)})
    true = runs.true_difference(folder)
    assert true is not None, slip.name
    log = runs.logs[true["run"]]
    with RunLog.open(log) as opened:
        step = opened.header.steps[true["step"]]
    phase = None if true["phase"] is None else step.phases[true["phase"]]
    return log, (true["kind"], true["turn"], step.name, phase)


def test_slips_in_rust_are_found_where_they_are(
    runs: Runs, sources: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [replayed(sources, log).outcome for log in runs.logs] == ["agreed", "agreed"]
    rows, wrong = list[tuple[str, str]](), list[object]()
    for number, slip in enumerate(SLIPS):
        log, (kind, turn, step, phase) = true_place(runs, slip, tmp_path / str(number))
        with with_change(sources, slip.rust):
            found = replayed(sources, log).divergence
        told = None
        if found is not None:
            told = (found.kind, found.turn, found.step, found.phase)
        rows.append((slip.name, "nothing" if told is None else ", ".join(map(str, told))))
        right = told == (kind, turn, step, slip.phase) and phase in (None, slip.phase)
        # The log was recorded by the true one, so the changed one stands alone.
        if not right or found is None or found.odd_one_out != "rust":
            wrong.append((slip.name, told, (kind, turn, step, phase)))
    with capsys.disabled():
        print(f"\n{'changed rules in Rust':36}found as")
        for name, said in rows:
            print(f"{name:36}{said}")
    assert not wrong


@pytest.mark.parametrize(("what", "file", "before", "after"), DIGESTS)
def test_a_digest_in_rust_that_leaves_it_out_is_found_by_the_recomputation(
    runs: Runs, sources: Path, what: str, file: str, before: str, after: str
) -> None:
    with with_change(sources, (file, before, after)):
        found = replayed(sources, runs.logs[0]).divergence
    assert found is not None
    assert (found.kind, found.turn, found.odd_one_out) == ("digest", 0, "rust"), what
    assert replayed(sources, runs.logs[0]).outcome == "agreed"
