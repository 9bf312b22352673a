"""The command line as people meet it: help, usage errors, what reaches a verb, what is written."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
import pytest

from tests.cli.program import fake_verb, one_document, run
from tests.harness.report import samples
from vr_verify.cli import app
from vr_verify.model.limits import Limits
from vr_verify.model.outcome import Outcome
from vr_verify.report.documents import ROWS_SHOWN


def _commands() -> Iterator[tuple[str, ...]]:
    """Give the words of every command, those of a group's commands too."""
    context = click.Context(app.program)
    for name in sorted(app.COMMANDS):
        command = app.program.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ((name, inner) for inner in sorted(command.commands))
        else:
            yield (name,)


COMMANDS = list(_commands())


def _command(words: tuple[str, ...]) -> click.Command:
    command: click.Command | None = app.program
    for word in words:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word)
    assert command is not None
    return command


def test_all_commands_are_tried() -> None:
    assert {words[0] for words in COMMANDS} == set(app.COMMANDS)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_help_has_an_example_and_both_forms_of_answer(words: tuple[str, ...]) -> None:
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert "Example:" in result.stdout
    assert f"$ vr-verify {' '.join(words)}" in result.stdout
    assert "--json" in result.stdout
    assert "git-bisect" in result.stdout
    prose = result.stdout.partition("Example:")[0].splitlines()
    assert not [line for line in prose if line.startswith("   ") and line.strip()], (
        "wrapped lines start alike"
    )
    assert result.stderr == ""


def test_every_option_is_explained() -> None:
    for words in COMMANDS:
        command = _command(words)
        assert command.params
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert getattr(parameter, "help", None), f"{words} {parameter.opts}"


def test_the_programs_help_has_an_example_and_the_exit_codes() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "$ vr-verify record small" in result.stdout
    assert "130 interrupted" in " ".join(result.stdout.split())
    assert not [
        line for line in result.stdout.splitlines() if line.startswith("   ") and line.strip()
    ]


def test_the_version_is_told() -> None:
    result = run("--version")
    assert result.exit_code == 0
    assert result.stdout == "vr-verify, version 0.1.0\n"


def test_a_bare_program_name_is_answered_with_help_on_standard_error() -> None:
    result = run()
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage: vr-verify" in result.stderr


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A file that is there; no verb of these tests opens it."""
    path = tmp_path / "run.log"
    path.write_bytes(b"")
    return path


USAGE_ERRORS: list[tuple[list[str], str]] = [
    (["play"], "No such command 'play'"),
    (["doctor", "--fast"], "No such option '--fast'"),
    (["doctor", "--exit", "zero"], "'zero' is not one of"),
    (["replay"], "Missing argument 'RUN.log'"),
    (["replay", "nowhere.log"], "File 'nowhere.log' does not exist"),
    (["replay", "FOLDER"], "is a directory"),
    (["inspect", "FOLDER"], "is a directory"),
    (["replay", "LOG", "--turns", "5:3"], "the first turn comes after the last in '5:3'"),
    (["replay", "LOG", "--turns", "5"], "expected two turns as in 10:20, found '5'"),
    (["replay", "LOG", "--turns", "-1:5"], "expected two turns as in 10:20, found '-1:5'"),
    (["replay", "LOG", "--turns", "0:18446744073709551616"], "expected two turns"),
    (["replay", "LOG", "--trace", "mood"], "'mood' is not one of"),
    (["replay", "LOG", "--recompute", "never"], "'never' is not one of"),
    (["inspect", "LOG", "--turn", "-1"], "a whole number from 0 on, found '-1'"),
    (["record", "small"], "Missing option '-o'"),
    (["record", "small", "-o", "FOLDER"], "is a directory"),
    (["record", "small", "-o", "FOLDER/none/a.log"], "there is no directory"),
    (
        ["record", "small", "-o", "FOLDER/a.log", "--turns", "0"],
        "a whole number from 1 on, found '0'",
    ),
    (
        ["record", "small", "-o", "FOLDER/a.log", "--seed", "-1"],
        "a whole number from 0 on, found '-1'",
    ),
    (["record", "small", "-o", "FOLDER/a.log", "--commands", "no.json"], "does not exist"),
    (["record", "small", "-o", "FOLDER/a.log", "--snapshots", "some"], "'some' is not"),
]


@pytest.mark.parametrize(("words", "message"), USAGE_ERRORS, ids=lambda x: " ".join(x)[:40])
def test_a_usage_error_is_2_and_says_what_is_wrong(
    words: list[str], message: str, log: Path
) -> None:
    places = {"LOG": str(log), "FOLDER": str(log.parent)}
    given = [places.get(word, word.replace("FOLDER", str(log.parent))) for word in words]
    result = run(*given)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())
    document = one_document(run(*given, "--json").stdout)
    assert document["outcome"] == "usage"
    assert message in document["message"]
    assert run(given[0], "--exit", "git-bisect", *given[1:]).exit_code == 128


def test_what_was_asked_reaches_replay(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = fake_verb(monkeypatch, "replay", samples.diverged)
    assert run("replay", str(log)).exit_code == 1
    options = ["--engine", "rust", "--against", "none", "--turns", "3:9", "--fail-fast"]
    options += ["--time-limit", "2.5", "--time-limit-total", "60", "--memory-limit", "512 MiB"]
    options += ["--audit", "deep", "--sample", "5%", "--jobs", "3", "--anyway"]
    run("replay", str(log), *options, "--trace", "draws", "--trace", "events", "--recompute=every")
    unasked = {"audit": "light", "sample": None, "jobs": 1, "anyway": False}
    asked = {"audit": "deep", "sample": Fraction(1, 20), "jobs": 3, "anyway": True}
    always = {"progress": None, "declared": None}
    limits = [{"limits": Limits()}, {"limits": Limits(2.5, 60.0, 512 << 20)}]
    assert calls == [
        ((log, None, None, None, "auto", (), False), unasked | always | limits[0]),
        (
            (log, "rust", "none", (3, 9), "every", ("draws", "events"), True),
            asked | always | limits[1],
        ),
    ]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--time-limit", "0"),
        ("--time-limit", "-1"),
        ("--time-limit", "nan"),
        ("--time-limit-total", "inf"),
        ("--memory-limit", "12"),
        ("--memory-limit", "1 furlong"),
        ("--memory-limit", "-1GiB"),
    ],
)
def test_a_limit_that_bounds_nothing_is_a_usage_error(option: str, value: str, log: Path) -> None:
    result = run("replay", str(log), option, value)
    assert result.exit_code == 2
    assert option in result.stderr


def test_what_was_asked_reaches_record(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = fake_verb(monkeypatch, "record", lambda: samples.RECORDED)
    assert run("record", "small", "-o", str(log)).exit_code == 0
    options = ["--turns", "30", "--seed", "7", "--engine", "rust", "--commands", str(log)]
    options += ["--snapshots", "full", "--sketch", "48", "--durable", "--resume"]
    run("record", "small", "--output", str(log), *options)
    unasked = {"turns": None, "seed": None, "engine": None, "commands": None}
    unasked |= {"snapshots": None, "sketch": None, "durable": False, "resume": False}
    asked = {"turns": 30, "seed": 7, "engine": "rust", "commands": log}
    asked |= {"snapshots": "full", "sketch": 48, "durable": True, "resume": True}
    always = {"progress": None, "limits": Limits()}
    assert calls == [(("small", log), unasked | always), (("small", log), asked | always)]


def test_what_was_asked_reaches_inspect(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = fake_verb(monkeypatch, "inspect", lambda: samples.INSPECTION)
    run("inspect", str(log))
    run("inspect", str(log), "--turn", "0", "--table", "unit", "--entity", "0/unit/1:1")
    run("inspect", str(log), "--table", "unit", "--where", "hp=1..", "--where", "a=b", "--sort=-hp")
    run("inspect", str(log), "--table", "unit", "--limit", "7")
    nothing = {"where": (), "sort": None, "limit": None}
    assert calls == [
        ((log, None, None, None), nothing),
        ((log, 0, "unit", "0/unit/1:1"), nothing),
        (
            (log, None, "unit", None),
            {"where": ("hp=1..", "a=b"), "sort": "-hp", "limit": ROWS_SHOWN},
        ),
        ((log, None, "unit", None), nothing | {"limit": 7}),
    ]


def test_a_verdict_is_on_standard_output(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_verb(monkeypatch, "replay", samples.diverged)
    result = run("replay", str(log))
    assert result.stdout.startswith("DIVERGED at turn 42")
    assert result.stderr == ""
    assert "\x1b" not in result.stdout, "no colour where nobody looks"


def test_json_is_one_document_and_the_page_moves_to_standard_error(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_verb(monkeypatch, "replay", samples.diverged)
    result = run("replay", str(log), "--json")
    document: dict[str, Any] = one_document(result.stdout)
    assert document["divergence"]["entity"] == "0/unit/17:2"
    assert result.stderr.startswith("DIVERGED at turn 42")


def test_engines_that_do_not_start_are_listed_on_standard_output(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake_verb(monkeypatch, "engines", lambda: samples.ENGINE_LIST)
    result = run("engines")
    assert result.exit_code == 0
    assert "it dies at start" in result.stdout


def test_the_answers_and_the_failures_part_by_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    for outcome in Outcome:
        fake_verb(monkeypatch, "doctor", lambda outcome=outcome: samples.of_outcome(outcome))
        result = run("doctor")
        is_answer = outcome in (Outcome.AGREED, Outcome.INTERMITTENT) or result.exit_code == 1
        assert bool(result.stdout) == is_answer
        assert bool(result.stderr) != is_answer
