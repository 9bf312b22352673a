"""`replay --sample`: the second engine plays some turns, each from what was recorded before it."""

from fractions import Fraction
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from tests.support.toy_builds import MILL, variant
from vr_verify.errors import UsageError
from vr_verify.report.text import render
from vr_verify.session.lockstep import Lockstep
from vr_verify.session.pace import Pace, SamplePace
from vr_verify.verbs.record import record
from vr_verify.verbs.replay import replay

TURNS = 20
FIFTH = Fraction(1, 5)


def mill_log(folder: Path, snapshots: str = "delta") -> Path:
    """Record the mill."""
    scenario = folder / "wet.json"
    scenario.write_text('{"cells":["40","8","12","9"],"limit":"1000","seed":"5"}')
    path = folder / "mill.log"
    record(scenario, path, turns=TURNS, engine=MILL, snapshots=snapshots)
    return path


def test_a_sample_says_what_it_covered(tmp_path: Path) -> None:
    log = mill_log(tmp_path)
    report = replay(log, MILL, MILL, sample=FIFTH)
    assert report.outcome == "agreed"
    assert report.checked is not None
    assert report.sampled is not None
    assert (report.checked.turns, report.checked.steps) == (TURNS, 2 * TURNS)
    # The first state and four turns on two sides, the other turns on one.
    assert report.checked.digests == 3 * (2 * 5 + (TURNS - 4))
    sampled = report.sampled
    assert (sampled.side, sampled.share) == ("mill-2", "20%")
    assert (sampled.turns, sampled.turns_played, sampled.share_played) == (TURNS, 4, "20%")
    assert (sampled.played[0], sampled.played[-1]) == ("1", str(TURNS))
    page = render(report).plain
    assert "mill-2 played 4 of 20 turns, 20% (20% asked for)" in page
    assert "the others were compared with the log only" in " ".join(page.split())
    assert replay(log, MILL, MILL).sampled is None
    # The ends are always played, so a small share of a short run is more than was asked for.
    short = replay(log, MILL, MILL, (1, 6), sample=Fraction(1, 100)).sampled
    assert short is not None
    assert (short.share, short.share_played, short.turns_played, short.turns) == (
        "1%",
        "33.33%",
        2,
        6,
    )


def test_a_sampled_turn_is_located_as_any_other_and_the_rest_is_not_seen(tmp_path: Path) -> None:
    log = mill_log(tmp_path)
    clean = replay(log, MILL, MILL, sample=FIFTH)
    assert clean.outcome == "agreed"
    assert clean.sampled is not None
    second, third = (int(text) for text in clean.sampled.played[1:3])
    found = replay(log, MILL, variant("SlowWheelMill"), sample=FIFTH).divergence
    assert found is not None
    turn = next(turn for turn in (second, third, TURNS) if turn >= 4)
    assert (found.kind, found.turn, found.reproduced) == ("state", turn, True)
    assert found.last_equal_turn == turn - 1
    assert (found.step, found.phase, found.column) == ("evening", "grind", "water")
    assert found.persists is True

    missed = next(turn for turn in range(2, TURNS) if turn not in (second, third))
    silent = replay(log, MILL, f"saboteur:draw@{missed}:{MILL}", sample=FIFTH)
    assert silent.outcome == "nothing_compared"
    assert f"turn {missed} is not in the sample" in (silent.message or "")
    told = replay(log, MILL, f"saboteur:draw@{second}:{MILL}", sample=FIFTH).divergence
    assert told is not None
    assert (told.kind, told.turn, told.persists) == ("draws", second, False)


def test_a_sparse_log_has_the_sampled_turns_played_from_its_nearest_states(tmp_path: Path) -> None:
    log = mill_log(tmp_path, "sparse")
    assert replay(log, MILL, MILL, sample=FIFTH).outcome == "agreed"
    found = replay(log, MILL, variant("SlowWheelMill"), sample=FIFTH).divergence
    assert found is not None
    assert found.last_equal_turn == 0, "nobody knows of the turns between"


@pytest.mark.parametrize("snapshots", ["delta", "sparse"])
def test_unwatched_turns_of_a_sample_agree_and_a_liar_is_found_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshots: str
) -> None:
    log = mill_log(tmp_path, snapshots)
    watched = replay(log, MILL, MILL, sample=FIFTH, audit="off")
    monkeypatch.setattr("vr_verify.verbs.replay.Lockstep", partial(Lockstep, small_bytes=0))
    alone = replay(log, MILL, MILL, sample=FIFTH, audit="off")
    assert alone.outcome == "agreed"
    assert (alone.divergence, alone.sampled) == (None, watched.sampled)
    assert alone.checked is not None
    assert watched.checked is not None
    assert alone.checked.digests == watched.checked.digests
    assert alone.checked.turns_recomputed < watched.checked.turns_recomputed
    assert alone.sampled is not None
    second = int(alone.sampled.played[1])
    found = replay(log, MILL, f"saboteur:draw@{second}:{MILL}", sample=FIFTH, audit="off")
    assert found.divergence is not None
    assert (found.divergence.kind, found.divergence.turn) == ("draws", second)
    assert found.divergence.reproduced is True


def test_the_first_engine_plays_every_turn(tmp_path: Path) -> None:
    log = mill_log(tmp_path)
    found = replay(log, f"saboteur:wrong-digest@3:{MILL}", MILL, sample=Fraction(1, 20)).divergence
    assert found is not None
    assert (found.turn, found.kind) == (3, "digest")


def test_what_cannot_be_sampled_is_refused(tmp_path: Path) -> None:
    log = mill_log(tmp_path)
    for engine, against, said in (
        (MILL, "none", "there is none"),
        (MILL, variant("PlainMill"), "plain cannot play a sample"),
    ):
        with pytest.raises(UsageError, match=said):
            replay(log, engine, against, sample=FIFTH)
    with pytest.raises(UsageError, match="jobs beside a sample"):
        replay(log, MILL, MILL, sample=FIFTH, jobs=2)


def test_hours_are_refused_and_a_sample_or_the_callers_word_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = mill_log(tmp_path)
    # Every look at this clock is an hour later.
    hourly = partial(Pace, clock=lambda: next(hours) * 3600.0)
    monkeypatch.setattr("vr_verify.verbs.replay.Pace", hourly)
    hours = count()
    for jobs in (1, 2):
        with pytest.raises(UsageError, match=r"hours; --sample .* --anyway plays them all"):
            replay(log, MILL, MILL, jobs=jobs)
    assert replay(log, MILL, MILL, anyway=True).outcome == "agreed"
    assert replay(log, MILL, MILL, sample=FIFTH).outcome == "agreed"
    assert replay(log, MILL, "none").outcome == "agreed"


def test_a_sample_of_hours_is_refused_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = mill_log(tmp_path)
    hourly = partial(SamplePace, clock=lambda: next(hours) * 3600.0)
    monkeypatch.setattr("vr_verify.verbs.replay.SamplePace", hourly)
    hours = count()
    with pytest.raises(
        UsageError, match=r"a sample of 20% \(4 of 20 turns\) would take about 3\.0 hours"
    ):
        replay(log, MILL, MILL, sample=FIFTH)
    assert replay(log, MILL, MILL, sample=FIFTH, anyway=True).outcome == "agreed"


@pytest.mark.parametrize("share", [Fraction(0), Fraction(2)])
def test_a_share_that_is_none_says_what_to_do(tmp_path: Path, share: Fraction) -> None:
    wanted = f"sample: expected a share above 0 and at most 1, found {share}; give one, such as"
    with pytest.raises(UsageError, match=wanted):
        replay(mill_log(tmp_path), MILL, MILL, sample=share)
