"""The whole table outcome → exit code, one by one, through the command line itself."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import fake_verb, one_document, raising, run
from tests.harness.report import samples
from vr_verify import errors
from vr_verify.cli.asked import GIT_BISECT_CODES, Asked
from vr_verify.engines.builds.spec import BuildFailed, NoEngineError
from vr_verify.model.outcome import EXIT_CODES, Outcome
from vr_verify.twin.difference import IncomparableError

# The contract's table, written out once more: the code's own table must not judge itself.
CONTRACT = {
    Outcome.AGREED: (0, 0),
    Outcome.DIVERGED: (1, 1),
    Outcome.VIOLATED: (1, 1),
    Outcome.INTERMITTENT: (1, 1),
    Outcome.FINDING: (1, 1),
    Outcome.UNFIT: (1, 1),
    Outcome.USAGE: (2, 128),
    Outcome.BAD_LOG: (3, 125),
    Outcome.GOLDEN_OUTDATED: (3, 125),
    Outcome.GOLDEN_MISSING: (3, 125),
    Outcome.GOLDEN_UNEXPECTED: (3, 125),
    Outcome.CRASHED: (4, 125),
    Outcome.TIMED_OUT: (4, 125),
    Outcome.OUT_OF_MEMORY: (4, 125),
    Outcome.PROTOCOL_ERROR: (4, 125),
    Outcome.CANNOT_BUILD: (4, 125),
    Outcome.NOTHING_COMPARED: (5, 125),
    Outcome.SKIPPED: (5, 125),
    Outcome.BUG: (70, 198),
    Outcome.IO_FAILED: (74, 202),
    Outcome.INTERRUPTED: (130, 130),
}

# An error as a verb raises it → its outcome, and words that its text must have.
ERRORS: list[tuple[BaseException, Outcome, str]] = [
    (errors.UsageError("unknown engine 'chess'"), Outcome.USAGE, "unknown engine 'chess'"),
    (errors.MissingFileError("a.log: no such file"), Outcome.USAGE, "a.log: no such file"),
    (
        errors.BadLogError(17, "the magic", "zeros", "a.log"),
        Outcome.BAD_LOG,
        "a.log: bad log at byte 17: expected the magic, found zeros",
    ),
    (errors.EngineCrashed("rust", "signal 11"), Outcome.CRASHED, "engine rust crashed: signal 11"),
    (errors.EngineTimedOut("rust", "600 s"), Outcome.TIMED_OUT, "engine rust timed out: 600 s"),
    (errors.EngineOutOfMemory("rust", "1 GiB"), Outcome.OUT_OF_MEMORY, "ran out of memory: 1 GiB"),
    (errors.EngineProtocolError("rust", "no seq"), Outcome.PROTOCOL_ERROR, "protocol: no seq"),
    (errors.EngineRowsUntrue("rust", "rows"), Outcome.PROTOCOL_ERROR, "protocol: rows"),
    (errors.EngineCannotStart("rust", "no file"), Outcome.CANNOT_BUILD, "cannot start: no file"),
    (BuildFailed("git:HEAD", "cargo: no"), Outcome.CANNOT_BUILD, "cannot be built: cargo: no"),
    (NoEngineError("no engine in it"), Outcome.USAGE, "no engine in it"),
    (IncomparableError("Hull", "$"), Outcome.USAGE, "cannot compare results of type Hull at $"),
    (errors.SkippedError("rules version 2"), Outcome.SKIPPED, "rules version 2"),
    (errors.IoFailed("a.log: disk full"), Outcome.IO_FAILED, "a.log: disk full"),
    (errors.Interrupted("at turn 7"), Outcome.INTERRUPTED, "at turn 7"),
    (KeyboardInterrupt(), Outcome.INTERRUPTED, "stopped from the keyboard"),
    (BrokenPipeError(errno.EPIPE, "x"), Outcome.IO_FAILED, "Broken pipe"),
    (OSError(errno.ENOSPC, "x", "a.log"), Outcome.IO_FAILED, "a.log: No space left on device"),
    (PermissionError(errno.EACCES, "x", "a.log"), Outcome.IO_FAILED, "a.log: Permission denied"),
    (ZeroDivisionError("one over nothing"), Outcome.BUG, "ZeroDivisionError: one over nothing"),
    (AssertionError(), Outcome.BUG, "a bug in vr-verify: AssertionError"),
    (MemoryError(), Outcome.BUG, "a bug in vr-verify: MemoryError"),
]


def _error_classes(base: type[errors.VrVerifyError]) -> Iterator[type[errors.VrVerifyError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _error_classes(kind)


def test_the_table_is_the_contracts() -> None:
    assert {o: (c, GIT_BISECT_CODES[c]) for o, c in EXIT_CODES.items()} == CONTRACT
    assert set(CONTRACT) == set(Outcome)


def test_every_error_class_is_tried() -> None:
    tried = {type(error) for error, _, _ in ERRORS} | {errors.EngineError}
    assert set(_error_classes(errors.VrVerifyError)) <= tried


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_report_of_each_outcome_ends_in_its_code(
    outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain_code, bisect_code = CONTRACT[outcome]
    fake_verb(monkeypatch, "doctor", lambda: samples.of_outcome(outcome))
    assert run("doctor").exit_code == plain_code
    assert run("doctor", "--exit", "git-bisect").exit_code == bisect_code
    assert run("doctor", "--exit=git-bisect", "--json").exit_code == bisect_code


@pytest.mark.parametrize(("error", "outcome", "words"), ERRORS, ids=lambda x: type(x).__name__)
def test_each_error_ends_in_its_code_with_a_clear_message(
    error: BaseException, outcome: Outcome, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_verb(monkeypatch, "doctor", raising(error))
    result = run("doctor")
    assert result.exit_code == CONTRACT[outcome][0]
    assert words in result.stderr
    assert result.stdout == ""
    assert ("Traceback" in result.stderr) == (outcome is Outcome.BUG)


@pytest.mark.parametrize(("error", "outcome", "words"), ERRORS, ids=lambda x: type(x).__name__)
def test_each_error_is_one_json_document_too(
    error: BaseException, outcome: Outcome, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_verb(monkeypatch, "doctor", raising(error))
    result = run("doctor", "--json")
    assert result.exit_code == CONTRACT[outcome][0]
    document = one_document(result.stdout)
    assert (document["outcome"], document["command"]) == (outcome, "doctor")
    assert words in document["message"]
    assert words in result.stderr


def test_an_engines_traceback_is_condensed_to_what_it_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = "exit status 1; its last words:\n  File 'a.py'\n    import b\nImportError: no b"
    fake_verb(monkeypatch, "doctor", raising(errors.EngineCannotStart("rust", words)))
    message = one_document(run("doctor", "--json").stdout)["message"]
    assert message == ("engine rust cannot start: exit status 1; its last words: ImportError: no b")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (errors.EngineCrashed("a", "x\n  File 'b.py'\nE: /a/b/c.py, '/d e/f g'"), "c.py, 'f g'"),
        (errors.BadLogError(3, "0/unit/17:2", "b", "/tmp/some/a.log"), "a.log: bad log at byte 3"),
        (OSError(errno.ENOSPC, "x", "/tmp/some/a.log"), "a.log: No space"),
        (errors.EngineCannotStart("'cmd:/usr/bin/e --x'", "no"), "engine 'cmd:e --x' cannot"),
    ],
)
def test_a_failure_is_not_complete_and_names_no_folder(
    error: Exception, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_verb(monkeypatch, "doctor", raising(error))
    document = one_document(run("doctor", "--json").stdout)
    assert document["complete"] is False
    assert message in document["message"]
    assert all(part not in document["message"] for part in ("/tmp", "/usr", "/a/", "File"))
    assert "cut in mid-write" not in run("doctor").stderr


def test_advice_is_the_commands_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    words = ("record", "small", "-o", str(tmp_path / "a.log"))
    fake_verb(monkeypatch, "record", raising(errors.EngineCrashed("rust", "signal 11")))
    said = " ".join(run(*words).stderr.split())
    assert "nothing was decided about its rules" in said
    assert "are kept" not in said, "no log was left"
    assert "--against" not in said
    fake_verb(monkeypatch, "record", raising(errors.UsageError("scenario small: no seed")))
    assert "--help" not in run(*words).stderr
    assert "vr-verify record --help" in run("record").stderr


def test_no_help_text_prints_the_bounds_of_a_number() -> None:
    for command in ("record", "inspect"):
        assert str(2**64 - 1) not in run(command, "--help").stdout.replace("\n", "")
    assert run("record", "small", "-o", "a.log", "--turns", "0").exit_code == 2
    assert run("record", "small", "-o", "a.log", "--seed", str(2**64)).exit_code == 2


def test_a_document_that_cannot_be_rendered_is_a_bug_and_no_verdict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake_verb(monkeypatch, "doctor", lambda: None)
    result = run("doctor")
    assert result.exit_code == 70
    assert "a bug in vr-verify" in result.stderr


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ([], Asked()),
        (["a", "--json"], Asked(json=True)),
        (["a", "--", "--json"], Asked()),
        (["a", "--exit", "git-bisect"], Asked(git_bisect=True)),
        (["a", "--exit=git-bisect", "--json"], Asked(json=True, git_bisect=True)),
        (["a", "--exit", "outcome", "git-bisect"], Asked()),
        (["git-bisect", "--exit"], Asked()),
    ],
)
def test_the_form_of_the_answer_is_read_from_the_words(words: list[str], asked: Asked) -> None:
    assert Asked.read(words) == asked
