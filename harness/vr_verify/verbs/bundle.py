"""`replay --bundle`: a finding with all that another machine needs to show it again.

Spec: contract, section 3. The log is cut down to the finding's turn where that shows the same
again, which is tried; a bundle appears under its name whole or not at all.
"""

import json
import platform
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from msgspec import structs

from vr_verify.errors import (
    EngineError,
    Interrupted,
    IoFailed,
    MissingFileError,
    SkippedError,
    UsageError,
)
from vr_verify.model.limits import Limits
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import Report
from vr_verify.report import json as report_json
from vr_verify.report.text import render
from vr_verify.runlog.reader import RunLog
from vr_verify.session import environment
from vr_verify.session.cut_log import cut_log
from vr_verify.session.lockstep import Progress
from vr_verify.session.redaction import Redaction
from vr_verify.verbs.bundle_page import page
from vr_verify.verbs.replay import replay

LOG_NAME: Final = "run.log"
DECLARED_NAME: Final = "declared.toml"
_ENGINE_OPTIONS: Final = ("engine", "against")
_DEFAULTS: Final = (None, False, "auto", (), "light")
_SETTINGS_LEFT_OUT: Final = ("fail_fast", "limits", "today", "jobs", "anyway")
_ENGINE_FAILURES: Final = (
    Outcome.CRASHED,
    Outcome.TIMED_OUT,
    Outcome.OUT_OF_MEMORY,
    Outcome.PROTOCOL_ERROR,
)
_PLACE: Final = ("kind", "turn", "step", "phase", "entity", "table", "column")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The turns of a log that a bundle holds, and whether a replay of them was seen to show it."""

    first: int
    last: int
    shown_again: bool


def bundle(
    log: Path | str,
    directory: Path | str,
    redact: bool = False,
    turns: tuple[int, int] | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> Report:
    """Replay a log and write what it found to a new directory; `settings` are those of `replay`.

    The report is the replay's; its message names the bundle, or says why there is none. UsageError
    unless `directory` is new or empty. A bundle that cannot be written gives `io_failed`.
    """
    target = Path(directory)
    _require_free(target)
    report = replay(log, turns=turns, progress=progress, **settings)
    turn = _finding_turn(report)
    if turn is None:
        return _saying(report, f"no bundle was written: the outcome is {report.outcome}")
    redaction = _redaction() if redact else None
    try:
        with _staged(target) as folder:
            evidence = _write_log(Path(log), folder, report, turn, redaction, settings)
            _write_pages(folder, Path(log), report, evidence, redaction, settings)
    except SkippedError as error:
        return _saying(report, f"no bundle was written: {error.message}")
    except IoFailed as error:
        failed = structs.replace(report, outcome=str(Outcome.IO_FAILED), complete=False)
        return _saying(failed, f"what was found stands below, but not in a bundle: {error.message}")
    span = f"turns {evidence.first} to {evidence.last} of the log"
    return _saying(report, f"bundle {target.name}: {span} and this report")


def _require_free(target: Path) -> None:
    """Refuse a directory that holds something, or that cannot be made."""
    if not target.parent.is_dir():
        raise MissingFileError(f"bundle {target}: there is no directory {target.parent}")
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise UsageError(f"bundle {target}: expected a new directory, found a file")
    if target.is_dir() and any(target.iterdir()):
        raise UsageError(f"bundle {target}: expected a new or empty directory, it is not empty")


def _finding_turn(report: Report) -> int | None:
    """Return the turn that a bundle must show, None where nothing was found or all was stopped."""
    if report.outcome == Outcome.INTERRUPTED:
        return None
    checked = report.checked
    if report.outcome in _ENGINE_FAILURES and checked is not None and checked.last_turn is not None:
        return checked.last_turn + 1
    if report.divergence is not None:
        return report.divergence.turn
    return min((violation.turn for violation in report.violations), default=None)


def _saying(report: Report, said: str) -> Report:
    return structs.replace(report, message="; ".join(filter(None, [report.message, said])))


@contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """Give a folder beside the target that takes its name at the end, or goes without a trace."""
    folder: Path | None = None
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        yield folder
        folder.chmod(0o755)
        folder.replace(target)
    except OSError as error:
        raise IoFailed(f"{target.name}: cannot write the bundle: {error.strerror}") from error
    except IoFailed as error:  # of the log; its message names a folder that is gone by now
        reason = getattr(error.__cause__, "strerror", error.message)
        raise IoFailed(f"{target.name}: cannot write the bundle: {reason}") from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _write_log(
    source: Path,
    folder: Path,
    report: Report,
    turn: int,
    redaction: Redaction | None,
    settings: Mapping[str, Any],
) -> Evidence:
    """Write the turn of the finding from the last equal state on; all turns up to it if need be."""
    path = folder / LOG_NAME
    with RunLog.open(source) as log:
        first, last = log.turns[0], min(turn, log.turns[-1])
        transient = report.divergence is not None and report.divergence.reproduced is False
        nearest = first if transient or last == first else log.state_before(last - 1)
        for start in dict.fromkeys((nearest, first)):
            cut_log(log, path, start, last, redaction is None)
            shown = not transient and _shows_again(path, report, settings)
            if shown or start == first:
                return Evidence(start, last, shown)
    raise AssertionError("the log's own first turn is the last one tried")


def _shows_again(path: Path, report: Report, settings: Mapping[str, Any]) -> bool:
    """Replay what was written, and compare what that finds with the report."""
    try:
        again = replay(path, **settings)
    except (EngineError, SkippedError, UsageError):
        return False  # an engine that cannot be restored to the log's first state, for one
    if again.outcome == Outcome.INTERRUPTED:
        raise Interrupted("stopped while the bundle was tried")
    return _found(again) == _found(report)


def _found(report: Report) -> tuple[object, ...]:
    """Return what was found where, without what depends on how many turns were compared."""
    turn = _finding_turn(report)
    if report.outcome not in _ENGINE_FAILURES and report.divergence is not None:
        return tuple(getattr(report.divergence, name) for name in _PLACE)
    first = [(v.rule, v.severity, v.entity) for v in report.violations if v.turn == turn]
    return (report.outcome, turn, *first)


def _redaction() -> Redaction:
    """Name what the files of a bundle are not to tell of this machine."""
    host = platform.node()
    names = {host, host.partition(".")[0], environment.user()}
    folders = {str(Path.cwd()), str(Path.home())}
    return Redaction(tuple(sorted(folders)), tuple(sorted(names - {""})))


def _write_pages(
    folder: Path,
    log: Path,
    report: Report,
    evidence: Evidence,
    redaction: Redaction | None,
    settings: Mapping[str, Any],
) -> None:
    """Write all files beside the log."""
    if (declared := settings.get("declared")) is not None:
        (folder / DECLARED_NAME).write_bytes(Path(declared).read_bytes())
    words = _command(settings, redaction)
    kept = report if redaction is None else _redacted(report, redaction)
    facts = _facts(folder, kept, redaction is None)
    (folder / "report.json").write_bytes(report_json.encode(kept))
    (folder / "report.txt").write_text(render(kept).plain, "utf-8")
    (folder / "environment.json").write_text(facts, "utf-8")
    text = page(log.name, kept, evidence, shlex.join(words), redaction is not None)
    (folder / "README.txt").write_text(text, "utf-8")


def _command(settings: Mapping[str, Any], redaction: Redaction | None) -> list[str]:
    """Return the command that replays the bundle's log in its folder with the same settings."""
    words = ["vr-verify", "replay", LOG_NAME]
    for name, value in settings.items():
        if name in _SETTINGS_LEFT_OUT or value in _DEFAULTS:
            continue
        if name == "declared":
            words += ["--declared", DECLARED_NAME]
            continue
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, tuple | list):
            words += [word for item in value for word in (option, str(item))]
        elif value is True:
            words.append(option)
        elif redaction is not None and name in _ENGINE_OPTIONS and ":" in str(value):
            words += [option, redaction.text(str(value))]
        else:
            words += [option, str(value)]
    return words + _limit_words(settings.get("limits") or Limits())


def _limit_words(limits: Limits) -> list[str]:
    """Return the options that set limits other than the usual ones."""
    usual, words = Limits(), list[str]()
    if limits.answer_s != usual.answer_s:
        words += ["--time-limit", f"{limits.answer_s:g}"]
    if limits.total_s != usual.total_s:
        words += ["--time-limit-total", f"{limits.total_s:g}"]
    if limits.memory_bytes is not None:
        words += ["--memory-limit", f"{limits.memory_bytes}B"]
    return words


def _redacted(report: Report, redaction: Redaction) -> Report:
    """Return a report without host facts; builds and everything recorded stay."""
    divergence, message = report.divergence, report.message
    if divergence is not None and divergence.reproduce is not None:
        divergence = structs.replace(divergence, reproduce=redaction.text(divergence.reproduce))
    return structs.replace(
        report,
        message=None if message is None else redaction.text(message),
        environment=tuple(f for f in report.environment if f["what"].startswith("build of ")),
        divergence=divergence,
    )


def _facts(folder: Path, report: Report, with_host: bool) -> str:
    """Return environment.json: the sides' builds, and the facts about the host unless redacted."""
    facts: dict[str, Any] = {
        "sides": {
            name: {"build": side.build, "rules_version": side.rules_version}
            for name, side in (report.sides or {}).items()
        },
        "vr_verify": version("vr-verify"),
    }
    if with_host:
        with RunLog.open(folder / LOG_NAME) as log:
            facts["recorded"] = log.header.environment
        facts["here"] = environment.facts() | {
            "folder": str(Path.cwd()),
            "host": platform.node(),
            "platform": platform.platform(),
            "user": environment.user(),
        }
    return json.dumps(facts, sort_keys=True, indent=2, ensure_ascii=False) + "\n"
