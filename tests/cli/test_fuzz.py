"""`vr-verify fuzz` as a command: exit codes, one document, its options as the verb has them."""

import inspect
import shlex
from pathlib import Path

import pytest

from tests.cli.program import fake_verb, one_document, run, run_process
from tests.support.fuzz_mills import BASE, build
from vr_verify.cli.fuzz import ANSWER_LIMIT_S
from vr_verify.report.fuzz_document import Campaigned, FuzzReport
from vr_verify.verbs import fuzz as verb

DONE = Campaigned(3, 3, 0, 0, 0, 3, 9, 0, 0, 0, 0, ())


def fake(outcome: str) -> FuzzReport:
    return FuzzReport(
        outcome=outcome, complete=True, sides={}, seed="0", search=False, campaign=DONE
    )


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("agreed", 0), ("finding", 1), ("crashed", 4), ("nothing_compared", 5), ("interrupted", 130)],
)
def test_the_outcome_is_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, outcome: str, code: int
) -> None:
    fake_verb(monkeypatch, "fuzz", lambda: fake(outcome))
    result = run("fuzz", "--json")
    assert result.exit_code == code
    assert one_document(result.stdout)["outcome"] == outcome


def test_what_is_not_asked_for_is_as_the_verb_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = fake_verb(monkeypatch, "fuzz", lambda: fake("agreed"))
    run("fuzz")
    run("fuzz", "--from", "a.log", "--from", "small", "--no-shrink", "--time-limit", "7")
    (_, plain), (_, asked) = calls
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(verb.fuzz).parameters.items()
        if name not in {"limits", "today"}  # the one has a test of its own, the other no option
    }
    limits = plain.pop("limits")
    assert limits.answer_s == ANSWER_LIMIT_S == verb.ANSWER_LIMIT_S
    assert plain == defaults
    assert asked["sources"] == ("a.log", "small")
    assert asked["shrink"] is False
    assert asked["limits"].answer_s == 7


@pytest.mark.parametrize("words", [("--cases", "0"), ("--size", "1001"), ("--turns", "none")])
def test_bad_numbers_are_usage_errors(words: tuple[str, ...]) -> None:
    assert run("fuzz", *words).exit_code == 2


def test_without_hypothesis_a_search_says_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "hypothesis.py").write_text("raise ModuleNotFoundError(name='hypothesis')")
    result = run_process(
        "fuzz", "--engine", build("HardyMill"), "--against", build("HardyMill"), "--search",
        environment={"PYTHONPATH": f"{tmp_path}:{Path.cwd()}"},
    )  # fmt: skip
    assert result.returncode == 2
    assert b"--search needs the package hypothesis" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("out", ["found", "absolute"])
@pytest.mark.parametrize(
    ("engine", "against", "verb", "code"),
    [
        (build("HardyMill"), f"saboteur:field@2:{build('HardyMill')}", "replay", 1),
        (build("Breaking"), build("Breaking"), "record", 4),
        (build("Lingering"), build("HardyMill"), "fuzz", 1),
        (build("HardyMill"), build("HardyMill"), None, 0),
    ],
)
def test_every_printed_command_runs(
    tmp_path: Path, engine: str, against: str, verb: str | None, code: int, out: str
) -> None:
    (tmp_path / "base.json").write_bytes(BASE)
    environment = {"PYTHONPATH": str(Path.cwd())}
    folder = tmp_path / out
    words = ["fuzz", "--cases", "4", "--turns", "4", "--from", "base.json", "--json"]
    words += ["--engine", engine, "--against", against]
    words += ["--out", str(folder) if out == "absolute" else out]
    found = run_process(*words, environment=environment, cwd=tmp_path)
    assert found.returncode == code
    document = one_document(found.stdout)
    assert str(tmp_path).encode() not in found.stdout
    findings = document.get("findings", [])
    assert bool(findings) == (verb is not None)
    for finding in findings:
        program, *argv = shlex.split(finding["reproduce"])
        assert (program, argv[0]) == ("vr-verify", verb)
        told = "in the folder given by --out" in finding.get("reproduce_where", "")
        assert told == (out == "absolute" and verb != "fuzz")
        where = folder if told else tmp_path
        again = run_process(*argv, environment=environment, cwd=where)
        assert again.returncode == code, again.stderr


@pytest.mark.slow
def test_a_campaign_as_a_person_runs_it(tmp_path: Path) -> None:
    (tmp_path / "base.json").write_bytes(BASE)
    environment = {"PYTHONPATH": str(Path.cwd())}
    words = ["fuzz", "--cases", "6", "--turns", "4", "--from", "base.json", "--json"]
    words += ["--against", build("HardyMill"), "--engine"]
    found = run_process(*words, build("SlowWheel"), environment=environment, cwd=tmp_path)
    assert found.returncode == 1
    document = one_document(found.stdout)
    (finding,) = document["findings"]
    log = f"replays/regress/{finding['files'][0]}"
    assert (tmp_path / log).is_file()
    assert finding["reproduce"].startswith(f"vr-verify replay {log} ")
    again = run_process(*finding["reproduce"].split()[1:], environment=environment, cwd=tmp_path)
    assert again.returncode == 1
    honest = run_process(*words, build("HardyMill"), environment=environment, cwd=tmp_path)
    assert honest.returncode == 0
    assert not list(tmp_path.glob(".hypothesis"))
