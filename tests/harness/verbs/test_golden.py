"""`golden` over the test engines: each verdict beside its clean twin, what a blessing needs."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.support.golden_mills import MOOD
from tests.support.toy_builds import MILL
from tests.support.tree import ROOT
from vr_verify.answers.answer import Answer, Previous, answer_text, read_answer, sealed
from vr_verify.errors import MissingFileError, UsageError
from vr_verify.report.golden_document import GoldenCase, GoldenReport
from vr_verify.report.text import render
from vr_verify.runlog.reader import RunLog
from vr_verify.session.cut_log import cut_log
from vr_verify.verbs.golden import golden, propose
from vr_verify.verbs.record import record

TURNS = 4
REASON = "the first answer"


def mill(name: str) -> str:
    """Name a mill as a build."""
    return f"python-class:tests.support.golden_mills:{name}"


SECOND = mill("SecondMill")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project with two recorded runs and their answers."""
    project = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        ask(project, "smoke/wet")
        ask(project, "smoke/other", seed=9)
        assert bless(project).outcome == "agreed"
    return project


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """Copy that project."""
    return Path(shutil.copytree(made, tmp_path / "project"))


@pytest.fixture
def single(project: Path) -> Path:
    """Leave one run of it."""
    (project / "replays/smoke/other.log").unlink()
    (project / "golden/runs/smoke/other.json").unlink()
    return project


def ask(project: Path, name: str, seed: int = 5, engine: str = MILL, add: int = 3) -> Path:
    """Record a question, with a command from outside."""
    scenario = project / "wet.json"
    scenario.write_text(f'{{"cells":["40","8","12","9"],"limit":"1000","seed":"{seed}"}}')
    path = project / "replays" / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    added = [{"universe": 0, "slot": 1, "add": str(add)}]
    commands = [{"turn": 2, "step": "evening", "commands": added}]
    record(scenario, path, turns=TURNS, engine=engine, commands=commands)
    return path


def check(project: Path, engine: str = MILL, against: str = SECOND) -> GoldenReport:
    """Check all answers of a project."""
    return golden("check", [project / "replays"], engine=engine, against=against)


def bless(
    project: Path, engine: str = MILL, against: str = SECOND, reason: str = REASON
) -> GoldenReport:
    """Bless all answers of a project."""
    return golden("bless", [project / "replays"], engine=engine, against=against, reason=reason)


def only(report: GoldenReport) -> GoldenCase:
    """Return the one case."""
    assert len(report.cases) == 1
    return report.cases[0]


def log_of(project: Path) -> Path:
    return project / "replays" / "smoke" / "wet.log"


def answer_of(project: Path) -> Path:
    return project / "golden" / "runs" / "smoke" / "wet.json"


def rewritten(project: Path, change: Callable[[Answer], Answer], *, reseal: bool) -> None:
    """Change an answer as a person with an editor would, or as one who knows the seal."""
    path = answer_of(project)
    answer = change(read_answer(path))
    path.write_text(answer_text(sealed(answer) if reseal else answer))


def other_digit(text: str) -> str:
    return ("0" if text[0] != "0" else "1") + text[1:]


def other_chain(answer: Answer) -> Answer:
    """Change one digit of an answer."""
    facts = msgspec.structs.replace(answer.facts, run_chain=other_digit(answer.facts.run_chain))
    return msgspec.structs.replace(answer, facts=facts)


def other_turn(answer: Answer) -> Answer:
    """Change one digit of one turn's digest."""
    digests = list(answer.facts.state_digests)
    digests[3] = other_digit(digests[3])
    facts = msgspec.structs.replace(answer.facts, state_digests=tuple(digests))
    return msgspec.structs.replace(answer, facts=facts)


def same_reason(answer: Answer) -> Answer:
    """Let an answer take another's place for the same reason."""
    before = (Previous("0" * 64, answer.reason),)
    return msgspec.structs.replace(answer, previous=before)


def tamper_digit(project: Path) -> None:
    rewritten(project, other_chain, reseal=False)


def tamper_and_seal(project: Path) -> None:
    rewritten(project, other_turn, reseal=True)


def tamper_empty_reason(project: Path) -> None:
    rewritten(project, lambda a: msgspec.structs.replace(a, reason=" - "), reseal=True)


def tamper_same_reason(project: Path) -> None:
    rewritten(project, same_reason, reseal=True)


def tamper_log_bytes(project: Path) -> None:
    data = bytearray(log_of(project).read_bytes())
    data[len(data) // 2] ^= 1
    log_of(project).write_bytes(data)


def tamper_log_state(project: Path) -> None:
    """Let the log hold other values, with every digest, chain and seal as it should be."""
    ask(project, "smoke/wet", engine=mill("RicherMill"))


def tamper_seed(project: Path) -> None:
    ask(project, "smoke/wet", seed=6)


def tamper_command(project: Path) -> None:
    ask(project, "smoke/wet", add=4)


def tamper_missing(project: Path) -> None:
    answer_of(project).unlink()


def tamper_unexpected(project: Path) -> None:
    log_of(project).unlink()


TAMPERED = {
    "a digit": (tamper_digit, "outdated", "golden_outdated", "answer"),
    "a digit, and sealed": (tamper_and_seal, "outdated", "golden_outdated", "encoding"),
    "no reason": (tamper_empty_reason, "outdated", "golden_outdated", "reason"),
    "the reason before": (tamper_same_reason, "outdated", "golden_outdated", "reason"),
    "a bit of the log": (tamper_log_bytes, "refused", "bad_log", None),
    "a log of other values": (tamper_log_state, "outdated", "golden_outdated", "log"),
    "another seed": (tamper_seed, "outdated", "golden_outdated", "question"),
    "another command": (tamper_command, "outdated", "golden_outdated", "question"),
    "no answer": (tamper_missing, "missing", "golden_missing", None),
    "no log": (tamper_unexpected, "unexpected", "golden_unexpected", None),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampering_is_one_finding_and_its_clean_twin_is_ok(project: Path, name: str) -> None:
    tamper, verdict, outcome, change = TAMPERED[name]
    tamper(project)
    report = check(project)
    other, case = report.cases
    assert (other.log, other.verdict) == ("replays/smoke/other.log", "ok")
    assert (case.log, case.verdict, case.change) == ("replays/smoke/wet.log", verdict, change)
    assert (case.outcome, report.outcome) == (outcome, outcome)
    assert str(project) not in msgspec.json.encode(report).decode()


def test_a_clean_project_agrees_and_names_who_executed(project: Path) -> None:
    report = check(project)
    assert (report.outcome, report.complete) == ("agreed", True)
    assert [case.verdict for case in report.cases] == ["ok", "ok"]
    assert [list(case.engines or {}) for case in report.cases] == [["mill", "second"]] * 2
    assert check(project) == report, "the same work gives the same document"
    assert render(report).plain.startswith("GOLDEN: 2 answers hold")


CHANGED = {
    "RicherMill": "values",
    "ShallowMill": "halt",
    "LouderMill": "events",
    "NewRulesMill": "encoding",
    "WiderMill": "encoding",
}


QUICK = ("RicherMill", "WiderMill")


@pytest.mark.parametrize(
    "engine",
    [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in CHANGED],
)
def test_a_changed_answer_is_told_by_its_kind_and_can_be_blessed(single: Path, engine: str) -> None:
    pair = {"engine": mill(engine), "against": mill(f"Second{engine}")}
    before = read_answer(answer_of(single))
    outdated = only(check(single, **pair))
    assert (outdated.verdict, outdated.change) == ("outdated", CHANGED[engine])
    assert outdated.old == before.facts.run_chain
    blessed = bless(single, **pair, reason="another mill is the law now")
    case = only(blessed)
    assert (blessed.outcome, case.verdict, case.change) == ("agreed", "changed", CHANGED[engine])
    assert case.recorded_anew
    after = read_answer(answer_of(single))
    assert after.previous == (Previous(before.facts.run_chain, REASON),)
    assert [one.engine for one in after.agreed] == ["mill", "second"]
    assert only(check(single, **pair)).verdict == "ok"
    assert only(check(single)).verdict in ("outdated", "refused"), "the old mills answer otherwise"


def test_changed_values_are_shown_by_turn_table_and_field(single: Path) -> None:
    report = check(single, mill("RicherMill"), mill("SecondRicherMill"))
    case = only(report)
    assert (case.first_changed_turn, case.changed_turns) == (3, 2)
    rows = {row.field: row for row in case.fields}
    assert (rows["treasury.toll"].first_turn, rows["treasury.toll"].turns) == (3, 2)
    water = rows["cell.water"]
    assert (water.entity, water.first_turn, water.values) == ("3/cell/1:1", 3, 1)
    assert float(water.new) - float(water.old) == 0.5, "two raw steps of a quarter litre"
    page = render(report).plain
    assert "first changed turn  3; 2 turns in all" in page
    assert "cell.water" in page


def contents(project: Path) -> dict[str, bytes]:
    return {str(p.relative_to(project)): p.read_bytes() for p in project.rglob("*") if p.is_file()}


def test_engines_that_differ_bless_nothing(single: Path) -> None:
    before = contents(single)
    report = bless(single, MILL, mill("RicherMill"), reason="one of them must be right")
    assert report.outcome == "diverged"
    assert [(case.verdict, case.divergence is not None) for case in report.cases] == [
        ("refused", True)
    ]
    assert contents(single) == before
    tamper_missing(single)
    assert bless(single, reason="two agree").outcome == "agreed", "the clean twin blesses"
    assert contents(single).keys() == before.keys()


@pytest.mark.parametrize("against", [MILL, "none"])
def test_one_engine_blesses_nothing(single: Path, against: str) -> None:
    tamper_missing(single)
    before = contents(single)
    if against == "none":
        with pytest.raises(UsageError, match="only two engines that agree"):
            bless(single, MILL, against)
    else:
        report = bless(single, MILL, against)
        assert report.outcome == "skipped"
        assert "are one build, started twice" in (only(report).message or "")
    assert contents(single) == before


def test_a_blessing_needs_a_reason_and_another_than_the_last(single: Path) -> None:
    pair = (mill("RicherMill"), mill("SecondRicherMill"))
    before = contents(single)
    for reason in (" ", "..."):
        with pytest.raises(UsageError, match="say in words"):
            bless(single, *pair, reason=reason)
    report = bless(single, *pair, reason=f"  {REASON}\n")
    assert report.outcome == "usage"
    assert "its reason did not" in (report.cases[0].message or "")
    assert contents(single) == before
    assert bless(single, *pair, reason="richer mills").outcome == "agreed"


def test_what_holds_is_not_blessed_again(project: Path) -> None:
    before = contents(project)
    report = bless(project, reason="for no reason")
    assert [case.verdict for case in report.cases] == ["unchanged", "unchanged"]
    assert contents(project) == before
    assert render(report).plain.startswith("NOTHING TO BLESS: 2 unchanged")


def test_a_proposal_writes_nothing_before_it_is_accepted(project: Path) -> None:
    tamper_missing(project)
    before = contents(project)
    paths = [project / "replays"]
    with propose(paths, "two mills agree", MILL, SECOND) as proposal:
        assert proposal.acceptable
        assert [case.verdict for case in proposal.document.cases] == ["unchanged", "new"]
        assert contents(project) == before
        assert proposal.declined().outcome == "skipped"
    assert contents(project) == before
    with propose(paths, "two mills agree", MILL, SECOND) as proposal:
        assert proposal.accept().outcome == "agreed"
    assert check(project).outcome == "agreed"


def test_a_run_that_starts_from_a_snapshot_is_recorded_anew_from_it(single: Path) -> None:
    path = single / "replays/smoke/wet.log"
    with RunLog.open(path) as log:
        cut_log(log, path.with_name("cut.log"), 2, TURNS, with_host_facts=False)
    tamper_missing(single)
    path.unlink()
    assert bless(single).outcome == "agreed"
    pair = (mill("RicherMill"), mill("SecondRicherMill"))
    assert bless(single, *pair, reason="richer mills").outcome == "agreed"
    case = check(single, *pair).cases[0]
    assert (case.log, case.verdict, case.turns) == ("replays/smoke/cut.log", "ok", TURNS - 2)


def test_paths_name_cases_and_nothing_is_nothing(project: Path) -> None:
    one = golden("list", [project / "replays/smoke/wet.log"])
    assert [(case.log, case.verdict, case.reason) for case in one.cases] == [
        ("replays/smoke/wet.log", "answered", REASON)
    ]
    (project / "replays" / "empty").mkdir()
    for action in ("check", "list"):
        assert golden(action, [project / "replays/empty"]).outcome == "nothing_compared"
    with pytest.raises(MissingFileError, match="no log and no folder"):
        golden("check", [project / "replays/none.log"])
    stray = project / "replays/stray.txt"
    stray.write_text("")
    with pytest.raises(UsageError, match="expected a log"):
        golden("check", [stray])


def test_other_folders_can_be_named(project: Path) -> None:
    (project / "replays").rename(project / "questions")
    (project / "golden/runs").rename(project / "answers")
    with pytest.raises(MissingFileError, match="a folder replays/ here or above"):
        golden("list", [project / "questions"])
    folders = {"replays": project / "questions", "answers": project / "answers"}
    report = golden("list", **folders)
    assert [case.answer for case in report.cases] == [
        "answers/smoke/other.json",
        "answers/smoke/wet.json",
    ]
    assert [case.verdict for case in report.cases] == ["answered", "answered"]
    with pytest.raises(UsageError, match="below questions/"):
        golden("list", [project / "answers"], **folders)


def test_a_failing_engine_is_its_own_outcome(project: Path) -> None:
    report = check(project, against="python-class:tests.support.broken_mills:Leaving")
    assert report.outcome == "crashed"
    assert [case.verdict for case in report.cases] == ["refused", "refused"]
    assert not report.complete
    with pytest.raises(UsageError, match="unknown engine"):
        check(project, against="nobody")


def test_an_engine_alone_can_check_what_two_have_blessed(single: Path) -> None:
    report = check(single, MILL, "none")
    assert report.outcome == "agreed"
    assert list(only(report).engines or {}) == ["mill"]
    assert check(single, mill("RicherMill"), "none").outcome == "golden_outdated"


def test_an_engine_that_parts_once_is_intermittent_and_blesses_nothing(
    single: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MOOD, str(single / MOOD))
    before = contents(single)
    moody = mill("MoodyMill")
    report = check(single, against=moody)
    assert report.outcome == "intermittent", render(report).plain
    assert report.cases[0].divergence is not None
    (single / MOOD).unlink()
    assert bless(single, against=moody, reason="once").outcome == "intermittent"
    (single / MOOD).unlink()
    assert contents(single) == before


def test_ctrl_c_ends_in_what_was_checked_before(project: Path) -> None:
    def stop(what: str, done: int, total: int) -> None:
        nonlocal calls
        calls += 1
        if calls > TURNS:
            raise KeyboardInterrupt

    calls = 0
    words = {"engine": MILL, "against": SECOND}
    report = golden("check", [project / "replays"], **words, progress=stop)
    assert (report.outcome, report.complete) == ("interrupted", False)
    assert [case.verdict for case in report.cases] == ["ok", "refused"]
    before = contents(project)
    calls, paths = 0, [project / "replays"]
    with propose(paths, "two agree", MILL, SECOND, progress=stop) as proposal:
        assert proposal.accept().outcome == "interrupted"
    assert contents(project) == before
