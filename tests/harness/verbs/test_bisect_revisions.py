"""`bisect --repo`: real git histories of a small engine, some of which do not build."""

import shutil
from functools import partial
from pathlib import Path

import pytest

from tests.support.histories import (
    SCENARIO,
    commit,
    engine_text,
    git,
    history,
    wrong_from_turn_3,
)
from tests.support.tree import ROOT
from vr_verify.errors import EngineCannotStart, SkippedError, UsageError
from vr_verify.report.bisect_document import Bisection, RevisionRow
from vr_verify.report.text import render
from vr_verify.verbs import bisect as verb
from vr_verify.verbs.record import record

TURNS = 5
bisect = partial(verb.bisect, runs=2)
"""Each build is asked again but twice, to save time."""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Build into a cache of this test's own."""
    monkeypatch.setenv("VR_VERIFY_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Record the engine as PROTOCOL.md prints it."""
    return recorded(tmp_path, engine_text())


def recorded(folder: Path, text: str, name: str = "counter") -> Path:
    """Record an engine's text."""
    (folder / "counter_engine.py").write_text(text)
    (folder / "counter.json").write_text(SCENARIO)
    path = folder / f"{name}.log"
    engine = f"cmd:python3 {folder / 'counter_engine.py'}"
    assert record(folder / "counter.json", path, turns=TURNS, engine=engine).outcome == "agreed"
    return path


def verdicts(found: Bisection) -> dict[str, str]:
    """Return what came of each revision, by subject; none is tried twice."""
    assert found.revisions is not None
    tried = found.revisions.tried
    assert len({row.hash for row in tried}) == len(tried)
    return {row.subject: row.verdict for row in tried}


def named(row: RevisionRow | None) -> tuple[str, str]:
    """Return a revision's name and subject."""
    assert row is not None
    return row.hash, row.subject


def test_the_planted_commit_among_twenty_is_found_with_its_divergence(
    log: Path, tmp_path: Path
) -> None:
    repo = tmp_path / "repo"
    made = history(repo, 20, bad_from=13, unbuildable=(9,))
    found = bisect(log, made[0], "HEAD", repo=repo)
    assert (found.outcome, found.message) == ("finding", None)
    history_found = found.revisions
    assert history_found is not None
    assert named(history_found.first_bad) == (made[13], "change 13")
    assert named(history_found.last_good) == (made[12], "change 12")
    assert history_found.between == 19
    assert verdicts(found)["change 9"] == "cannot_build"
    assert len(history_found.tried) <= 2 + 5 + 1
    bad = history_found.first_bad
    assert bad is not None
    assert bad.turn == 3
    parted = found.divergence
    assert parted is not None
    assert (parted.kind, parted.turn, parted.last_equal_turn) == ("state", 3, 2)
    assert (parted.step, parted.phase, parted.entity) == ("count", "rise", "0/counter/0:1")
    assert (parted.values, parted.odd_one_out) == (
        {"good": "3", "bad": "4", "recorded": "3"},
        "bad",
    )
    assert parted.reproduce is not None
    assert f"--engine git:{made[12][:12]} --against git:{made[13][:12]}" in parted.reproduce
    assert found.sides is not None
    sides = {role: (side.revision, side.asked_again) for role, side in found.sides.items()}
    assert sides == {"good": (made[12], 2), "bad": (made[13], 2)}
    page = render(found).plain
    titles, *rows = page.partition("\nSides\n")[2].splitlines()
    assert titles.endswith("revision")
    assert [row.split()[-1] for row in rows[:2]] == [made[12][:12], made[13][:12]]
    # The clean twin: the same range without the fault has no bad end.
    with pytest.raises(
        UsageError, match=rf"{made[12][:12]} is not bad: it plays like {made[0][:12]}"
    ):
        bisect(log, made[0], made[12], repo=repo)


def test_what_cannot_be_told_apart_is_listed(log: Path, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    made = history(repo, 7, bad_from=4, unbuildable=(3, 4))
    found = bisect(log, made[0], made[-1], repo=repo)
    assert found.outcome == "finding"
    assert found.revisions is not None
    assert found.revisions.first_bad is None
    left = [row.subject for row in found.revisions.candidates]
    assert left == ["change 3", "change 4", "change 5"]
    assert found.revisions.last_good is not None
    assert found.revisions.last_good.subject == "change 2"
    # The divergence is that of the nearest ones that can be told.
    assert found.divergence is not None
    assert found.divergence.turn == 3


def test_revisions_that_fail_are_passed_over_and_their_reasons_told(
    log: Path, tmp_path: Path
) -> None:
    repo = tmp_path / "repo"
    history(repo, 1, None)
    good, text = git(repo, "rev-parse", "HEAD"), engine_text()
    broken = {
        "no python": "this is no Python\n",
        "crash": text.replace("self.turn += 1", "self.turn += 1; self.turn == 2 and 1 // 0"),
        "other rules": text.replace('"rules_version": "1"', '"rules_version": "2"'),
        "refuses": text.replace('["strides"]]', '["steps"]]').replace('"strides"', '"steps"'),
    }
    for subject, engine in broken.items():
        assert engine != text
        commit(repo, subject, {"counter_engine.py": engine})
    (repo / "vr-verify.toml").unlink()
    commit(repo, "no engine", {"counter_engine.py": text})
    recipe = 'command = "python3 counter_engine.py"\n'
    fixed = {"counter_engine.py": wrong_from_turn_3(text), "vr-verify.toml": recipe}
    commit(repo, "wrong", fixed)
    commit(repo, "last", {"notes": ""})
    found = bisect(log, good, "HEAD", repo=repo)
    told = verdicts(found)
    assert told == {
        "change 0": "good",
        "last": "bad",
        "wrong": "bad",
        "no python": "cannot_build",
        "crash": "crashed",
        "other rules": "skipped",
        "refuses": "skipped",
        "no engine": "skipped",
    }
    assert found.revisions is not None
    reasons = {row.subject: row.reason or "" for row in found.revisions.tried}
    assert "rules version 1" in reasons["other rules"]
    assert "refuses the scenario" in reasons["refuses"]
    assert "ZeroDivisionError" in reasons["crash"]
    assert str(tmp_path) not in "".join(reasons.values())
    assert [row.subject for row in found.revisions.candidates][-1] == "wrong"
    assert len(found.revisions.candidates) == 6


def test_ends_that_are_not_what_they_are_called_are_refused(log: Path, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    made = history(repo, 5, bad_from=2, unbuildable=(1,))
    for good, bad, said in (
        (made[4], made[0], "is no ancestor of"),
        (made[0], made[0], "name one revision"),
        (made[2], made[4], "is not bad: .* both differ from the log at turn 3"),
        ("nowhere", made[4], "nowhere"),
        (made[0], "--all", "--all"),
    ):
        with pytest.raises(UsageError, match=said):
            bisect(log, good, bad, repo=repo)
    for good, bad in ((made[1], made[4]), (made[0], made[1])):
        with pytest.raises(EngineCannotStart, match=made[1][:12]):
            bisect(log, good, bad, repo=repo)
    with pytest.raises(UsageError, match="no git repository"):
        bisect(log, made[0], made[4], repo=tmp_path)


def test_an_end_of_other_rules_is_skipped(log: Path, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    made = history(repo, 2, None)
    other = engine_text().replace('"rules_version": "1"', '"rules_version": "2"')
    commit(repo, "new rules", {"counter_engine.py": other})
    with pytest.raises(SkippedError, match="rules version 1"):
        bisect(log, made[0], "HEAD", repo=repo)


def test_an_unsteady_revision_is_intermittent_and_none_is_blamed(log: Path, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    made = history(repo, 3, None)
    unsteady = engine_text().replace("row[2] += row[3]", "row[2] += os.getpid() % 99991")
    commit(repo, "unsteady", {"counter_engine.py": unsteady})
    found = bisect(log, made[0], "HEAD", repo=repo, runs=3)
    assert (found.outcome, found.divergence) == ("intermittent", None)
    assert found.intermittent is not None
    assert (found.intermittent.side, found.intermittent.turn) == ("bad", 1)
    assert found.intermittent.differing == 2
    assert found.revisions is not None
    assert (found.revisions.first_bad, found.revisions.candidates) == (None, ())


LUCKY = """
def _luck(turn):
    if turn != 3:
        return 0
    with open({file!r}, "a+b") as runs:
        runs.write(b".")
        return runs.tell() <= {luck}

"""


def lucky(folder: Path, luck: int) -> str:
    """Return the engine with a fault in turn 3 that shows in the first runs of it only."""
    text = engine_text().replace("row[2] += row[3]", "row[2] += row[3] + _luck(self.turn)")
    first, rest = text.split("class ", 1)
    return f"{first}{LUCKY.format(file=str(folder / 'runs'), luck=luck)}class {rest}"


@pytest.mark.parametrize(
    ("luck", "outcome"), [(1000, "finding"), (9, "intermittent"), (2, "intermittent")]
)
def test_a_revision_that_is_bad_by_luck_is_not_blamed(
    log: Path, tmp_path: Path, luck: int, outcome: str
) -> None:
    """Two runs of it alone agree, and maybe those of the duel too; at last one does not."""
    repo = tmp_path / "repo"
    made = history(repo, 2, None)
    bad = commit(repo, "lucky", {"counter_engine.py": lucky(tmp_path, luck)})
    found = bisect(log, made[0], "HEAD", repo=repo, runs=4)
    assert found.outcome == outcome, found
    assert found.revisions is not None
    if outcome == "intermittent":
        assert (found.divergence, found.revisions.first_bad) == (None, None)
        assert found.intermittent is not None
        assert (found.intermittent.side, found.intermittent.turn) == ("bad", 3)
    else:
        assert named(found.revisions.first_bad) == (bad, "lucky")


def test_the_command_names_a_log_inside_the_repository_and_where_it_works(
    log: Path, tmp_path: Path
) -> None:
    repo = tmp_path / "repo"
    made = history(repo, 2, 1)
    (repo / "logs").mkdir()
    inside = shutil.copy(log, repo / "logs" / "a.log")
    for path, name in ((inside, "logs/a.log"), (log, "counter.log")):
        found = bisect(path, made[0], made[1], repo=repo)
        assert found.divergence is not None
        assert found.divergence.reproduce is not None
        assert found.divergence.reproduce.startswith(f"vr-verify replay {name} --engine git:")
        page = " ".join(render(found).plain.split())
        assert "Run it in the folder that was given as --repo" in page
        assert str(tmp_path) not in page


def test_the_good_revision_is_the_measure_even_where_the_log_is_of_the_bad_one(
    tmp_path: Path,
) -> None:
    log = recorded(tmp_path, wrong_from_turn_3(engine_text()), "bad")
    repo = tmp_path / "repo"
    made = history(repo, 4, bad_from=2)
    found = bisect(log, made[0], made[3], repo=repo)
    assert found.revisions is not None
    assert named(found.revisions.first_bad)[0] == made[2]
    assert found.message is not None
    assert "the good revision differs from the log at turn 3" in found.message
    assert found.divergence is not None
    assert found.divergence.odd_one_out == "good"


def test_a_merge_is_one_step_and_changes_that_are_not_committed_are_not_used(
    log: Path, tmp_path: Path
) -> None:
    repo = tmp_path / "repo"
    made = history(repo, 2, None)
    git(repo, "checkout", "--quiet", "-b", "side")
    harmless = commit(repo, "side, harmless", {"side": "1"})
    commit(repo, "side, wrong", {"counter_engine.py": wrong_from_turn_3(engine_text())})
    git(repo, "checkout", "--quiet", "main")
    commit(repo, "main, harmless", {"main": "1"})
    git(repo, "merge", "--quiet", "--no-ff", "--message", "merge side", "side")
    commit(repo, "after", {"main": "2"})
    (repo / "counter_engine.py").write_text("not committed")
    found = bisect(log, made[0], "main", repo=repo)
    assert found.revisions is not None
    assert named(found.revisions.first_bad)[1] == "merge side"
    assert found.message is not None
    assert "is a merge, taken as one step" in found.message
    assert "uncommitted changes" in found.message
    assert verdicts(found).keys() >= {"merge side", "main, harmless"}
    assert not any(subject.startswith("side") for subject in verdicts(found))
    inside = bisect(log, made[0], f"{named(found.revisions.first_bad)[0]}^2", repo=repo)
    assert inside.revisions is not None
    assert named(inside.revisions.first_bad)[1] == "side, wrong"
    # A good revision beside the main line is no start of it: nothing is built for that.
    with pytest.raises(UsageError, match="came in by a merge"):
        bisect(log, harmless, "main", repo=repo)


def test_what_was_stopped_says_which_revisions_were_tried(log: Path, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    made = history(repo, 8, bad_from=5)

    def stop(what: str, done: int, _: int) -> None:
        if what == "revisions" and done == 3:
            raise KeyboardInterrupt

    found = bisect(log, made[0], made[7], repo=repo, progress=stop)
    assert (found.outcome, found.complete) == ("interrupted", False)
    assert found.message is not None
    assert "3 revisions were tried" in found.message
    assert len(verdicts(found)) == 3


CRATE = "engine/crates/combat-resolver/src/damage.rs"


@pytest.mark.slow
def test_a_wrong_rule_in_the_rust_engine_is_traced_to_its_commit(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    for part in ("Cargo.toml", "Cargo.lock", "rustfmt.toml", "clippy.toml", "README.md", "LICENSE"):
        if (ROOT / part).exists():
            repo.mkdir(exist_ok=True)
            shutil.copy(ROOT / part, repo / part)
    ignored = shutil.ignore_patterns("target", "__pycache__", ".venv", "*.so")
    shutil.copytree(ROOT / "engine", repo / "engine", ignore=ignored)
    git(repo, "init", "--quiet", "--initial-branch=main")
    good = commit(repo, "the engine", {})
    commit(repo, "a note", {"notes": "1"})
    rule = (repo / CRATE).read_text()
    before = "hp.0 - (damage.0 - absorbed.0)"
    assert rule.count(before) == 1
    wrong = rule.replace(before, f"{before} - 1")
    bad = commit(repo, "one too many", {CRATE: wrong})
    commit(repo, "another note", {"notes": "2"})
    log = ROOT / "replays/smoke/small.log"
    found = bisect(log, good, "HEAD", repo=repo, name="rust")
    assert found.outcome == "finding", found
    assert found.revisions is not None
    assert named(found.revisions.first_bad) == (bad, "one too many")
    assert found.divergence is not None
    assert found.divergence.phase == "combat"
    assert found.divergence.odd_one_out == "bad"
