"""`shrink`: which runs it makes small, which it leaves alone and why, how it can be stopped."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.support import fuzz_mills, shrunk_mills
from tests.support.touchy_mills import COINS
from tests.support.toy_builds import MILL, TOY, variant
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import MissingFileError, SkippedError, UsageError
from vr_verify.fuzzing import shrink_ways
from vr_verify.fuzzing.cases import Case, case_of_log, record_case
from vr_verify.fuzzing.faults import Fault
from vr_verify.fuzzing.keepsakes import shown
from vr_verify.fuzzing.residents import Residents
from vr_verify.report.shrink_document import ShrinkReport
from vr_verify.runlog.reader import RunLog
from vr_verify.verbs.shrink import FOLDER, shrink

HARDY = fuzz_mills.build("HardyMill")
SCENARIO = b'{"cells":["31","3","6","50","9"],"limit":"1000000","seed":"7"}'
WATER = {"add": "50", "slot": 1, "universe": 3}
TURNS = (((WATER,), ()), ((), (WATER, WATER)), *((((), ()),) * 4))


def recorded(folder: Path, engine: str = HARDY, case: Case | None = None) -> Path:
    """Have an engine record the run, by default the honest one."""
    path = folder / "failing.log"
    with Residents([resolve_build(engine)]) as one:
        record_case(case or Case(SCENARIO, TURNS), one.sides[0].engine, path)
    return path


def left(report: ShrinkReport, folder: Path) -> Case:
    """Return the case of the log that a shrink has written."""
    assert report.small is not None
    with RunLog.open(folder / report.small.path) as log:
        assert log.complete
        assert report.small.turns == len(log.turns)
        return case_of_log(log)


KINDS = [
    (fuzz_mills.build("SlowWheel"), "diverged", "state, grind, cell.water", 1),
    (fuzz_mills.build("Picky"), "diverged", "refusal", 0),
    (fuzz_mills.build("BlindSlowWheel"), "diverged", "state, cell.water", 2),
    (fuzz_mills.build("Shallow"), "diverged", "halt, rain, flood or none", 1),
    (fuzz_mills.build("Talkative"), "diverged", "events, ground", 1),
    (shrunk_mills.build("Tipsy"), "diverged", "state, pay, treasury.toll", 1),
    (f"saboteur:draw@3:{HARDY}", "diverged", "draws, saboteur/saboteur.extra", 1),
    (f"saboteur:field[cell.flour]@4:{HARDY}", "diverged", "state, pay, cell.flour", 1),
    (f"saboteur:crash@3:{HARDY}", "crashed", "killed by SIGABRT, saboteur-hardy", 1),
]
QUICK = 2


@pytest.mark.parametrize(
    ("bad", "outcome", "place", "turns"),
    [*KINDS[:QUICK], *(pytest.param(*kind, marks=pytest.mark.slow) for kind in KINDS[QUICK:])],
)
def test_a_planted_fault_ends_in_a_small_log_that_shows_it_and_its_clean_twin_in_none(
    tmp_path: Path, bad: str, outcome: str, place: str, turns: int
) -> None:
    log, small = recorded(tmp_path), tmp_path / "small.log"
    clean = shrink(log, small, HARDY, HARDY)
    assert (clean.outcome, clean.fault, clean.tries) == ("skipped", None, 0)
    assert clean.message is not None
    assert "nothing to shrink" in clean.message
    assert not small.exists()
    found = shrink(log, small, HARDY, bad)
    assert (found.outcome, found.complete) == (outcome, True)
    assert found.fault is not None
    fault = Fault(*(getattr(found.fault, n) for n in found.fault.__struct_fields__[1:]))
    assert (fault.place, fault.id) == (place, found.fault.id)
    case = left(found, tmp_path)
    assert len(case.turns) == turns
    assert found.after is not None
    assert found.after.turns == turns
    assert (
        found.reproduce == f"vr-verify replay small.log --engine {HARDY} --against {_quoted(bad)}"
    )
    assert (found.divergence is None) == (outcome == "crashed" or fault.kind == "refusal")
    assert found.tries == sum(way.tries for way in found.ways)
    assert [way.taken for way in found.ways].count(True) == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["failing.log", "small.log"]
    with Residents([resolve_build(one) for one in (HARDY, bad)]) as pair:
        assert shown(case, pair) == fault


def _quoted(build: str) -> str:
    return f"'{build}'" if "[" in build else build


def test_the_way_with_the_smaller_log_is_taken_and_both_are_told(tmp_path: Path) -> None:
    log, bad = recorded(tmp_path), fuzz_mills.build("SlowWheel")
    found = shrink(log, tmp_path / "small.log", HARDY, bad)
    assert [way.start for way in found.ways] == ["a later state", "the scenario"]
    taken = next(way for way in found.ways if way.taken)
    assert found.small is not None
    assert taken.bytes == found.small.bytes == min(way.bytes or 0 for way in found.ways)
    assert (found.starts_from is None) == (taken.start == "the scenario")
    assert found.cuts[0].before == found.before
    assert found.cuts[-1].after == found.after
    assert [cut.tries for cut in found.cuts] == sorted(cut.tries for cut in found.cuts)


@pytest.mark.slow
def test_it_does_not_slip_to_another_fault(tmp_path: Path) -> None:
    log = recorded(tmp_path)
    found = shrink(log, tmp_path / "small.log", HARDY, shrunk_mills.build("Twofold"))
    assert found.fault is not None
    assert (found.fault.table, found.fault.column) == ("cell", "water")
    assert found.divergence is not None
    assert (found.divergence.table, found.divergence.column) == ("cell", "water")
    assert [(one.table, one.column) for one in found.others] == [("treasury", "toll")]


def test_engines_that_agree_with_each_other_and_not_with_the_log_are_said_to(
    tmp_path: Path,
) -> None:
    log = recorded(tmp_path, fuzz_mills.build("SlowWheel"))
    found = shrink(log, tmp_path / "small.log", HARDY, HARDY)
    assert found.outcome == "skipped"
    said = "hardy and hardy-2 agree with each other, not with the log (state, turn 2)"
    assert found.message is not None
    assert found.message.startswith(said)
    assert found.divergence is not None
    assert found.divergence.turn == 2
    alone = shrink(log, tmp_path / "small.log", HARDY, "none")
    assert (alone.outcome, alone.message is not None) == ("skipped", True)
    assert str(alone.message).startswith("hardy plays the run to its end, not as the log has it")


@pytest.mark.slow
def test_one_engine_that_breaks_cannot_be_shrunk_alone_and_two_can(tmp_path: Path) -> None:
    log, bad = recorded(tmp_path), fuzz_mills.build("Breaking")
    with pytest.raises(SkippedError, match="breaking fails, and no other engine is there"):
        shrink(log, tmp_path / "small.log", bad, "none")
    assert not (tmp_path / "small.log").exists()
    found = shrink(log, tmp_path / "small.log", bad, HARDY, tries=1)
    assert (found.outcome, found.complete, found.tries) == ("crashed", False, 2)
    assert found.message is not None
    assert found.message.startswith("all 2 tries are used: go on with --resume")


@pytest.mark.slow
def test_engines_that_cannot_be_compared_are_skipped(tmp_path: Path) -> None:
    log = recorded(tmp_path)
    with pytest.raises(SkippedError, match="rules version"):
        shrink(log, tmp_path / "small.log", HARDY, variant("NewRulesMill"))
    with pytest.raises(SkippedError, match="rules version"):
        shrink(log, tmp_path / "small.log", variant("NewRulesMill"), "none")
    with pytest.raises(SkippedError, match="declare different schemas for this run"):
        shrink(log, tmp_path / "small.log", HARDY, TOY)
    with pytest.raises(SkippedError, match="declare different steps for this run"):
        shrink(log, tmp_path / "small.log", HARDY, fuzz_mills.build("OtherSteps"))
    assert not (tmp_path / "small.log").exists()


@pytest.mark.slow
def test_a_fault_that_comes_and_goes_is_counted_and_not_shrunk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(COINS, str(tmp_path / "coins"))
    log, tossing = recorded(tmp_path, MILL), "python-class:tests.support.touchy_mills:Tossing"
    said = {
        # It shows at once; in one play that shows it, it is gone when it is played again.
        9: "state, pay, treasury.toll shows in 3 of 10 plays of the same run, and another fault in",
        # Two plays agree, and the replay does not.
        8: "state, treasury.toll, not when played again shows in 1 of 10 plays of the same run",
    }
    for tosses, words in said.items():
        (tmp_path / "coins").write_bytes(b"." * tosses)
        found = shrink(log, tmp_path / "small.log", MILL, tossing)
        assert found.outcome == "intermittent"
        assert str(found.message).startswith(words)
        assert found.fault is not None
    assert not (tmp_path / "small.log").exists()


def test_a_fault_that_hangs_on_the_run_before_is_intermittent(tmp_path: Path) -> None:
    log = recorded(tmp_path)
    found = shrink(log, tmp_path / "small.log", HARDY, fuzz_mills.build("Lingering"))
    assert found.outcome == "intermittent"
    assert "in 9 of 10 plays of the same run" in str(found.message)


@pytest.mark.slow
def test_a_fault_that_is_lost_at_the_end_is_told_as_p_of_k(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, bad = recorded(tmp_path), fuzz_mills.build("SlowWheel")
    held, small = shrink(log, tmp_path / "held.log", HARDY, bad), tmp_path / "small.log"
    assert held.outcome == "diverged"
    # The last plays, on fresh workers, are of an engine that has been mended.
    run = shrink_ways.Ways.run

    def mended(ways: shrink_ways.Ways, tries: int) -> None:
        run(ways, tries)
        monkeypatch.setattr("vr_verify.verbs.shrink.Residents", lambda *_, **__: residents())

    def residents() -> Residents:
        return Residents([resolve_build(HARDY)] * 2)

    monkeypatch.setattr(shrink_ways.Ways, "run", mended)
    lost = shrink(log, small, HARDY, bad)
    assert (lost.outcome, lost.fault) == ("intermittent", held.fault)
    assert "state, grind, cell.water shows in 0 of 10 plays of small.log" in str(lost.message)


@pytest.mark.slow
def test_the_default_file_has_the_name_of_the_fault_and_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, bad = recorded(tmp_path), fuzz_mills.build("BlindSlowWheel")
    monkeypatch.chdir(tmp_path)
    found = shrink(log, engine=HARDY, against=bad)
    assert found.fault is not None
    path = FOLDER / f"{found.fault.id}.log"
    kept = path.read_bytes()
    with pytest.raises(UsageError, match="is there already: make it smaller with --resume"):
        shrink(log, engine=HARDY, against=bad)
    again = shrink(log, engine=HARDY, against=bad, resume=True)
    assert (again.outcome, again.cuts, again.small) == (found.outcome, (), found.small)
    assert (again.before, again.after) == (found.before, found.after)
    assert path.read_bytes() == kept


@pytest.mark.slow
def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    log, bad = recorded(tmp_path), fuzz_mills.build("SlowWheel")
    before = log.read_bytes()
    with pytest.raises(UsageError, match="is the log to shrink"):
        shrink(log, log, HARDY, bad)
    with pytest.raises(UsageError, match="is the log to shrink"):
        shrink(log, log, HARDY, bad, resume=True)
    with pytest.raises(UsageError, match="at least 1, found 0"):
        shrink(log, tmp_path / "small.log", HARDY, bad, tries=0)
    with pytest.raises(MissingFileError, match="no folder"):
        shrink(log, tmp_path / "none" / "small.log", HARDY, bad)
    assert log.read_bytes() == before


@pytest.mark.slow
def test_resume_goes_on_from_a_log_of_the_same_fault_only(tmp_path: Path) -> None:
    log, bad = recorded(tmp_path), shrunk_mills.build("Twofold")
    one_cell = Case(b'{"cells":["31"],"limit":"1000000","seed":"7"}', TURNS[4:])
    small = recorded(tmp_path, HARDY, one_cell).rename(tmp_path / "small.log")
    before = small.read_bytes()
    recorded(tmp_path)
    with pytest.raises(
        UsageError, match=r"--resume: small.log shows the fault \w+ \(state, pay, t"
    ):
        shrink(log, small, HARDY, bad, resume=True)
    with pytest.raises(UsageError, match=r"--resume: small.log shows no fault, expected \w+"):
        shrink(log, small, HARDY, fuzz_mills.build("Breaking"), resume=True)
    assert small.read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0, 0.02, 0.1, 0.5, 0.9, 1.0])
def test_a_stop_at_any_time_leaves_the_last_success_and_resume_ends_the_same(
    tmp_path: Path, share: float
) -> None:
    log, bad = recorded(tmp_path), fuzz_mills.build("SlowWheel")
    whole = shrink(log, tmp_path / "whole.log", HARDY, bad)
    last = max(1, round(share * whole.tries))
    told = 0

    def stop(what: str, done: int, total: int) -> None:
        nonlocal told
        assert what in {"shrink, from a later state", "shrink, from the scenario"}
        assert (done > 0, total) == (True, 0)
        told += 1
        if told == last:
            raise KeyboardInterrupt

    small = tmp_path / "small.log"
    part = shrink(log, small, HARDY, bad, progress=stop)
    assert (part.outcome, part.complete, part.tries) == ("interrupted", False, last)
    assert part.message is not None
    assert part.message.startswith("stopped from the keyboard or by a signal; ")
    assert (part.small is None) == (not small.exists()) == (last == 1)
    if part.small is not None:
        assert part.after is not None
        assert len(left(part, tmp_path).turns) == part.after.turns
    again = shrink(log, small, HARDY, bad, resume=True)
    assert (again.outcome, again.fault, again.after) == (whole.outcome, whole.fault, whole.after)
    assert small.read_bytes() == (tmp_path / "whole.log").read_bytes()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.slow
def test_the_same_work_gives_the_same_bytes(tmp_path: Path) -> None:
    log = recorded(tmp_path)
    documents: list[bytes] = []
    shrunk: Callable[[], ShrinkReport] = lambda: shrink(  # noqa: E731 - named for its type
        log, tmp_path / "small.log", HARDY, fuzz_mills.build("Talkative")
    )
    for _ in range(2):
        documents.append(msgspec.json.encode(shrunk()))
        documents.append((tmp_path / "small.log").read_bytes())
    assert documents[:2] == documents[2:]
    assert json.loads(documents[0])["command"] == "shrink"
