"""`bisect` between builds: which turn, step, phase, entity and field, and what it never blames."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.harness.verbs.bisected_mills import LUCK, TOLLS, mill
from tests.support.toy_builds import MILL, TOY, toy_scenario, variant
from vr_verify.engines.client import Engine
from vr_verify.errors import MissingFileError, SkippedError, UsageError
from vr_verify.report.bisect_document import Bisection
from vr_verify.report.text import render
from vr_verify.verbs import bisect as verb
from vr_verify.verbs.record import record

TURNS = 8
bisect = partial(verb.bisect, runs=2)
"""Each build is asked again but twice, to save time."""
SLOW = variant("SlowWheelMill")
PLACE = ("state", 4, "evening", "grind", "3/cell/2:1", "water")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Record the mill, every state kept."""
    return recorded(tmp_path, "mill", MILL)


def recorded(folder: Path, name: str, engine: str, **options: object) -> Path:
    """Record a mill."""
    scenario = folder / "wet.json"
    scenario.write_text('{"cells":["40","8","12","9"],"limit":"100000","seed":"5"}')
    path = folder / f"{name}.log"
    made = record(scenario, path, turns=TURNS, engine=engine, **options)  # type: ignore[arg-type]
    assert made.outcome == "agreed"
    return path


def place(found: Bisection) -> tuple[object, ...]:
    """Return the place of the divergence."""
    parted = found.divergence
    assert parted is not None, found
    where = (parted.kind, parted.turn, parted.step, parted.phase)
    return (*where, parted.entity, parted.column)


def counts(found: Bisection) -> tuple[str, int, int, int]:
    """Return how it was searched."""
    searched = found.searched
    assert searched is not None
    return searched.method, searched.segments, searched.executions, searched.turns


def test_a_clean_pair_gives_nothing_and_a_tampered_one_the_place(log: Path) -> None:
    plain = variant("PlainMill")
    clean = bisect(log, MILL, mill("ChattyMill"))
    assert (clean.outcome, clean.divergence, clean.intermittent) == ("agreed", None, None)
    assert counts(clean) == ("in order", TURNS, TURNS, TURNS)
    assert bisect(log, MILL, MILL).outcome == bisect(log, plain, plain).outcome == "agreed"
    for bad in (SLOW, f"saboteur:none@1:{SLOW}"):
        found = bisect(log, MILL, bad)
        assert (found.outcome, place(found)) == ("finding", PLACE)
        assert found.divergence is not None
        assert (found.divergence.last_equal_turn, found.divergence.odd_one_out) == (3, "bad")
        assert (found.divergence.persists, found.divergence.reproduced) == (True, True)
        assert found.divergence.raw == {"good": "37", "bad": "38", "recorded": "37"}
        assert found.divergence.cause is not None
        method, segments, executions, _ = counts(found)
        assert (method, segments, executions) == ("in order", TURNS, 4)
        assert found.searched is not None
        assert found.searched.proven_first is True


def test_a_lie_of_the_saboteur_is_found_at_its_turn(log: Path) -> None:
    other = f"saboteur:none@1:{MILL}"
    assert bisect(log, MILL, other).outcome == "agreed"
    found = bisect(log, MILL, f"saboteur:field@5:{MILL}")
    assert (found.outcome, place(found)[:2]) == ("finding", ("state", 5))
    drawn = bisect(log, MILL, f"saboteur:draw@2:{MILL}")
    assert place(drawn)[:2] == ("draws", 2)
    assert drawn.divergence is not None
    assert drawn.divergence.draws is not None


def test_the_two_can_be_given_the_other_way_round(log: Path) -> None:
    found = bisect(log, SLOW, MILL)
    assert place(found) == PLACE
    assert found.divergence is not None
    assert found.divergence.odd_one_out == "good"


def test_a_false_digest_and_a_digest_of_false_values_are_found(log: Path) -> None:
    found = bisect(log, MILL, mill("LyingMill"))
    assert place(found)[:2] == ("digest", 5)
    assert found.divergence is not None
    assert (found.divergence.odd_one_out, found.divergence.column) == ("bad", "toll")


def test_halves_need_few_executions_and_say_what_they_do_not_prove(log: Path) -> None:
    found = bisect(log, MILL, SLOW, assume_persists=True)
    assert place(found) == PLACE
    method, segments, executions, _ = counts(found)
    assert (method, segments) == ("by halves", TURNS)
    assert executions <= 3 + 1
    assert found.message is not None
    assert "a divergent turn, not proven first" in found.message
    assert found.searched is not None
    assert found.searched.proven_first is False


def test_what_heals_is_found_in_order_and_halves_say_that_they_may_miss_it(log: Path) -> None:
    found = bisect(log, MILL, mill("HealingMill"))
    parted = found.divergence
    assert parted is not None
    assert place(found)[:4] == ("state", 4, "evening", "pay")
    assert (parted.persists, parted.differing_turns) == (False, (4, 5))
    halves = bisect(log, MILL, mill("HealingMill"), assume_persists=True)
    assert (halves.outcome, halves.divergence) == ("skipped", None)
    assert halves.message is not None
    assert "a difference that heals is missed so" in halves.message
    assert counts(halves)[2] == 1


def test_engines_without_snapshots_run_one_segment_from_the_start(log: Path) -> None:
    blind = variant("BlindMill")
    found = bisect(log, blind, mill("BlindHealingMill"))
    assert counts(found) == ("in order", 1, 1, TURNS)
    assert found.divergence is not None
    assert (found.divergence.turn, found.divergence.differing_turns) == (4, (4, 5))
    assert (found.divergence.step, found.divergence.phase) == ("evening", None)
    assert found.message is not None
    assert "for want of the capability phases" in found.message
    late = bisect(log, blind, variant("BlindSlowWheelMill"), turns=(6, 7))
    assert late.divergence is not None
    assert (late.divergence.turn, late.divergence.last_equal_turn) == (6, None)


def test_sparse_logs_have_few_segments(tmp_path: Path) -> None:
    path = recorded(tmp_path, "sparse", MILL, snapshots="sparse")
    found = bisect(path, variant("PlainMill"), SLOW)
    assert place(found)[:2] == ("state", 4)
    assert counts(found)[1] < TURNS


def test_toys_without_any_capability_are_bisected(tmp_path: Path) -> None:
    path = tmp_path / "toy.log"
    record(toy_scenario(tmp_path), path, turns=5, engine=TOY)
    assert bisect(path, TOY, f"saboteur:none@1:{TOY}").outcome == "agreed"
    found = bisect(path, TOY, f"saboteur:field@3:{TOY}")
    assert place(found)[:4] == ("state", 3, "tick", "spread")


def test_a_range_is_kept_to(log: Path) -> None:
    assert bisect(log, MILL, SLOW, turns=(1, 3)).outcome == "agreed"
    found = bisect(log, MILL, SLOW, turns=(6, 20))
    parted = found.divergence
    assert parted is not None
    # From the recorded state of turn 5 the fault shows at once.
    assert (parted.turn, parted.last_equal_turn, parted.differing_turns) == (6, 5, (6, 7, 8))
    assert found.message is not None
    assert "turns 9 to 20 are not in the log" in found.message
    assert bisect(log, MILL, SLOW, turns=(0, 0)).outcome == "nothing_compared"
    with pytest.raises(UsageError, match="holds 0 to 8"):
        bisect(log, MILL, SLOW, turns=(20, 30))


@pytest.mark.parametrize(
    ("good", "bad", "side", "turn"),
    [
        (MILL, mill("UnsteadyMill"), "bad", 3),
        (mill("UnsteadyMill"), MILL, "good", 3),
        (mill("UnsteadyMill"), mill("UnsteadyMill"), "good", 3),
        # A turn that differs for a reason is not blamed either: the build is not one thing.
        (MILL, mill("LateUnsteadyMill"), "bad", 3),
    ],
)
def test_a_build_that_differs_from_itself_is_intermittent_and_nothing_is_blamed(
    log: Path, good: str, bad: str, side: str, turn: int
) -> None:
    found = bisect(log, good, bad, runs=4)
    assert (found.outcome, found.divergence) == ("intermittent", None)
    counted = found.intermittent
    assert counted is not None
    assert (counted.side, counted.turn, counted.kind) == (side, turn, "state")
    # Every run gives an answer of its own.
    assert (counted.differing, counted.runs) == (3, 4)
    assert found.message is not None
    assert "3 of 4 further runs differ" in found.message


def test_a_build_that_agrees_with_itself_by_luck_is_not_blamed(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its two runs agree, and so do those that play on; one of the further runs does not."""
    monkeypatch.setenv(TOLLS, str(tmp_path / "tolls"))
    for role, pair in (("bad", (MILL, mill("LuckyMill"))), ("good", (mill("LuckyMill"), MILL))):
        (tmp_path / "tolls").unlink(missing_ok=True)
        monkeypatch.setenv(LUCK, "5")
        found = bisect(log, *pair, turns=(1, 4), runs=3)
        assert (found.outcome, found.divergence) == ("intermittent", None)
        counted = found.intermittent
        assert counted is not None
        assert (counted.side, counted.turn, counted.kind) == (role, 4, "state")
        assert (counted.differing, counted.runs) == (1, 3)
        assert "hash-seed" in counted.varied
        assert "differs from itself at turn 4" in render(found).plain
    # The clean twin has luck for ever: it is blamed, and the document says how often it was asked.
    monkeypatch.setenv(LUCK, "1000")
    found = bisect(log, MILL, mill("LuckyMill"), runs=3)
    assert (found.outcome, place(found)[:4]) == ("finding", ("state", 4, "evening", "pay"))
    assert found.sides is not None
    assert [side.asked_again for side in found.sides.values()] == [3, 3]
    said = " ".join(render(found).plain.split())
    assert "each 3 times where they part, in fresh processes (varied: hash-seed" in said


def test_what_hangs_on_the_hash_seed_is_never_blamed(log: Path) -> None:
    told = [bisect(log, MILL, mill("HashedMill"), runs=5, turns=(1, 4)) for _ in range(3)]
    assert {one.outcome for one in told} <= {"intermittent", "agreed"}
    assert all(one.divergence is None for one in told)


def test_a_recording_is_a_run_of_its_build(tmp_path: Path) -> None:
    path = recorded(tmp_path, "unsteady", mill("UnsteadyMill"))
    found = bisect(path, mill("UnsteadyMill"), MILL, runs=2)
    assert (found.outcome, found.sides is not None) == ("intermittent", True)
    assert found.sides is not None
    assert (found.sides["good"].recorded, found.sides["good"].runs) == (True, 1)
    assert (found.sides["bad"].recorded, found.sides["bad"].runs) == (False, 2)


def nothing_started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have every start of an engine told."""
    started: list[str] = []
    start = Engine.__init__

    def told(self: Engine, spec: object, *rest: object) -> None:
        started.append(spec.text)  # type: ignore[attr-defined]
        start(self, spec, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "__init__", told)
    return started


def test_recorded_sides_are_scanned_and_nothing_is_executed(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = recorded(tmp_path, "other", SLOW)
    started = nothing_started(monkeypatch)
    for good in (MILL, f"log:{log}"):
        found = bisect(log, good, f"log:{other}")
        assert counts(found) == ("scan", 0, 0, 0)
        assert place(found) == ("state", 4, None, None, "3/cell/2:1", "water")
        assert found.divergence is not None
        assert found.divergence.differing_turns == (4, 5, 6, 7, 8)
        assert found.divergence.reproduce == "vr-verify diff mill.log other.log"
        assert [fact["what"] for fact in found.environment] == ["engine", "build"]
    assert started == []
    third = recorded(tmp_path, "third", variant("PlainMill"))
    clean = bisect(log, MILL, f"log:{third}")
    assert clean.outcome == "agreed"
    assert clean.searched is not None
    assert clean.searched.turns_compared == TURNS + 1
    # The log of a third build tells who stands alone.
    told = bisect(third, f"log:{log}", f"log:{other}").divergence
    assert told is not None
    assert told.odd_one_out == "bad"
    assert started == [variant("PlainMill")], "the recording alone has run"


def test_a_recording_whose_digest_is_not_that_of_its_values_is_told(
    log: Path, tmp_path: Path
) -> None:
    lying = recorded(tmp_path, "lying", f"saboteur:digest-of-truth@4:{MILL}")
    honest = recorded(tmp_path, "honest", variant("PlainMill"))
    # Its digests are the true ones: only its values tell, and those of the last turn are read.
    parted = bisect(log, f"log:{log}", f"log:{lying}").divergence
    assert parted is not None
    assert (parted.kind, parted.turn, parted.odd_one_out) == ("digest", TURNS, "bad")
    wrong = recorded(tmp_path, "wrong", f"saboteur:wrong-digest@4:{MILL}")
    parted = bisect(log, f"log:{log}", f"log:{wrong}").divergence
    assert parted is not None
    assert (parted.kind, parted.turn, parted.odd_one_out) == ("digest", 4, "bad")
    assert bisect(log, f"log:{log}", f"log:{honest}").outcome == "agreed"


def test_one_recorded_side_is_held_against_one_that_runs(log: Path, tmp_path: Path) -> None:
    other = recorded(tmp_path, "other", SLOW)
    found = bisect(log, variant("PlainMill"), f"log:{other}")
    assert place(found)[:2] == ("state", 4)
    assert found.divergence is not None
    assert found.divergence.raw == {"good": "37", "bad": "38"}
    assert found.sides is not None
    assert (found.sides["bad"].runs, found.sides["good"].runs) == (0, 2)
    assert bisect(log, variant("PlainMill"), f"log:{log}").outcome == "agreed"


def test_a_recording_of_another_run_is_refused(log: Path, tmp_path: Path) -> None:
    path = tmp_path / "toy.log"
    record(toy_scenario(tmp_path), path, turns=3, engine=TOY)
    with pytest.raises(UsageError, match="another scenario and another schema and another steps"):
        bisect(log, MILL, f"log:{path}")
    with pytest.raises(MissingFileError):
        bisect(log, MILL, f"log:{tmp_path / 'none.log'}")


def test_a_halt_on_one_side_is_found(log: Path) -> None:
    found = bisect(log, MILL, variant("ShallowMill"))
    assert place(found)[:4] == ("halt", 1, "morning", "rain")
    assert found.divergence is not None
    assert found.divergence.values is not None
    assert found.divergence.values["bad"].startswith("flood ")
    assert found.divergence.values["good"] == found.divergence.values["recorded"] == "none"


def test_a_log_that_ends_in_a_halt_is_bisected(tmp_path: Path) -> None:
    scenario = tmp_path / "flood.json"
    scenario.write_text('{"cells":["40","8","12","9"],"limit":"100","seed":"1"}')
    path = tmp_path / "flood.log"
    halted = record(scenario, path, turns=30, engine=MILL).halted
    assert halted is not None
    assert halted.turn > 4
    assert bisect(path, MILL, variant("PlainMill")).outcome == "agreed"
    assert place(bisect(path, MILL, SLOW))[:2] == ("state", 4)


def test_builds_that_both_differ_from_the_log_may_agree(log: Path, tmp_path: Path) -> None:
    agreed = bisect(log, SLOW, f"saboteur:none@1:{SLOW}")
    assert agreed.outcome == "agreed"
    assert (
        agreed.message == "good differs from the log at turn 4; bad differs from the log at turn 4"
    )
    found = bisect(log, SLOW, mill("DriftingMill"))
    parted = found.divergence
    assert parted is not None
    assert (parted.turn, parted.column, parted.odd_one_out) == (6, "toll", None)
    assert found.message is not None
    assert "good differs from the log at turn 4" in found.message


def test_differences_of_builds_and_surroundings_are_named(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows(bad: str) -> dict[str, dict[str, str]]:
        return {fact["what"]: fact for fact in bisect(log, MILL, bad).environment}

    assert rows(MILL) == {}
    found = rows(mill("ChattyMill"))
    assert set(found) == {"engine", "build", "capabilities"}
    assert "draws" in found["capabilities"]["good"]
    assert "draws" not in found["capabilities"]["bad"]
    assert found["engine"] == {
        "what": "engine",
        "good": "mill",
        "bad": "chatty",
        "recorded": "mill",
    }
    monkeypatch.setenv("LC_ALL", "xx_XX.UTF-8")
    monkeypatch.setattr("platform.machine", lambda: "abacus")
    moved = rows(MILL)
    assert set(moved) == {"locale", "machine"}
    assert moved["locale"]["good"] == moved["locale"]["bad"] == "xx_XX.UTF-8"
    assert moved["locale"]["recorded"] != "xx_XX.UTF-8"


def test_an_engine_that_fails_ends_in_its_outcome_with_what_was_known(log: Path) -> None:
    found = bisect(log, MILL, mill("CrashingMill"))
    assert (found.outcome, found.complete, found.divergence) == ("crashed", False, None)
    assert found.message is not None
    assert "turn 5" in found.message
    assert "5 turns compared and equal, up to 4" in found.message
    assert found.searched is not None
    assert found.searched.executions == 5


def stop_at(turn: int) -> Callable[[str, int, int], None]:
    """Be the person at the keyboard, who stops the work at some turn."""

    def progress(_: str, done: int, __: int) -> None:
        if done == turn:
            raise KeyboardInterrupt

    return progress


def test_what_was_stopped_says_how_far_it_came(log: Path) -> None:
    found = bisect(log, MILL, SLOW, progress=stop_at(3))
    assert (found.outcome, found.complete, found.divergence) == ("interrupted", False, None)
    assert found.message is not None
    assert "3 turns compared and equal, up to 2" in found.message
    # Stopped while it plays on: what was found stands beside the failure.
    late = bisect(log, MILL, SLOW, progress=stop_at(6))
    assert (late.outcome, place(late)[:2]) == ("interrupted", ("state", 4))


def test_other_rules_are_skipped_and_nonsense_is_refused(log: Path) -> None:
    with pytest.raises(SkippedError, match=r"rules version 1, new-rules has 2"):
        bisect(log, MILL, variant("NewRulesMill"))
    for wrong in ({}, {"bad": SLOW, "surroundings": True}, {"bad": SLOW, "name": "mill"}):
        with pytest.raises(UsageError):
            bisect(log, MILL, **wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="at least one run"):
        bisect(log, MILL, SLOW, runs=0)


def test_the_same_work_gives_the_same_document(log: Path) -> None:
    assert bisect(log, MILL, SLOW) == bisect(log, MILL, SLOW)
