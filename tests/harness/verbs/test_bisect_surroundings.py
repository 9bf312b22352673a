"""`bisect --surroundings`: the factor that flips an answer, and where the answers part."""

from pathlib import Path

import pytest

from tests.harness.verbs.bisected_mills import mill
from tests.support.toy_builds import MILL, variant
from vr_verify.engines.factors import FACTORS, Factor, Setting, factor
from vr_verify.errors import EngineCrashed
from vr_verify.report.bisect_document import Bisection
from vr_verify.report.text import render
from vr_verify.verbs.bisect import bisect
from vr_verify.verbs.record import record

FEW = ("hash-seed", "environment-size", "second-run")


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Record the mill; few factors are varied, and each in few settings, to save time."""
    few = tuple(factor(name) for name in FEW)
    assert set(few) <= set(FACTORS)
    monkeypatch.setattr("vr_verify.verbs.bisect_surroundings.FACTORS", few)
    path = tmp_path / "mill.log"
    record("mill-4", path, turns=4, engine=MILL)
    return path


def flipped(found: Bisection) -> dict[str, str]:
    """Return the factors that flip the answer."""
    assert found.surroundings is not None
    assert found.surroundings.tried == FEW
    return found.surroundings.factors


def touchy(name: str) -> str:
    """Name a mill that hangs on something."""
    return f"python-class:tests.support.touchy_mills:{name}"


def test_the_factor_that_flips_is_found_with_the_place_and_a_clean_build_gives_none(
    log: Path,
) -> None:
    clean = bisect(log, touchy("Touchy"), surroundings=True)
    assert (clean.outcome, clean.divergence, flipped(clean)) == ("agreed", None, {})
    assert render(clean).plain.startswith("NO DIFFERENCE: nothing around the build flips")
    found = bisect(log, touchy("Crowded"), surroundings=True)
    assert found.outcome == "finding"
    assert list(flipped(found)) == ["environment-size"]
    parted = found.divergence
    assert parted is not None
    assert (parted.turn, parted.step, parted.phase, parted.column) == (3, "evening", "pay", "toll")
    assert found.environment[0]["what"] == "environment-size"
    assert found.environment[0]["good"] == "as it is"
    assert parted.reproduce is not None
    assert parted.reproduce.endswith("--vary environment-size")
    assert "flips the answer, at turn 3" in render(found).plain


def test_a_steady_build_that_is_unlike_its_log_does_not_agree(log: Path) -> None:
    found = bisect(log, variant("SlowWheelMill"), surroundings=True)
    assert (found.outcome, flipped(found)) == ("diverged", {})
    assert (
        found.message == "good differs from the log at turn 4 (state); no factor flips the answer"
    )
    assert render(found).plain.startswith("DIVERGED: good differs from the log at turn 4 (state)")
    none = bisect(log, MILL, surroundings=True, turns=(0, 0))
    assert (none.outcome, none.message) == ("nothing_compared", "no turn was executed")


def test_what_was_varied_and_what_was_not_is_told(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = Setting("none", needs="wings")
    few = (factor("hash-seed"), Factor("wings", "whether it flies", (odd,)))
    monkeypatch.setattr("vr_verify.verbs.bisect_surroundings.FACTORS", few)
    found = bisect(log, MILL, surroundings=True)
    assert found.surroundings is not None
    assert found.surroundings.turns == 4
    assert found.surroundings.runs == 4 + 3 * len(factor("hash-seed").settings)
    page = " ".join(render(found).plain.split())
    assert f"Varied factors hash-seed runs {found.surroundings.runs}, each of 4 turns" in page
    assert "(turns 0 to 4)" in page
    assert "Not varied wings none the engine does not declare the capability wings" in page


@pytest.mark.slow
def test_a_manner_of_playing_is_named_with_its_turn(log: Path) -> None:
    found = bisect(log, touchy("Lasting"), surroundings=True)
    assert (found.outcome, list(flipped(found))) == ("finding", ["second-run"])
    assert found.message is not None
    assert "the answers part at turn 3" in found.message
    assert "--vary second-run" in found.message


@pytest.mark.slow
def test_a_build_that_differs_from_itself_is_intermittent(log: Path) -> None:
    found = bisect(log, mill("UnsteadyMill"), surroundings=True)
    assert (found.outcome, found.divergence) == ("intermittent", None)
    assert found.intermittent is not None
    assert (found.intermittent.side, found.intermittent.turn) == ("good", 3)
    assert flipped(found) == {}


def test_a_build_that_fails_as_it_is_is_told_as_that(tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    record("mill-4", path, turns=6, engine=MILL)
    with pytest.raises(EngineCrashed, match="the wheel broke"):
        bisect(path, mill("CrashingMill"), surroundings=True)
