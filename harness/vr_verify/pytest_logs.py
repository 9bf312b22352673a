"""A run log as a test item: executed, compared, and held against its golden answer if it has one.

Spec: contract, section 3. A failure prints the page that the command line prints, and the command
that shows it again. A skip is a failure unless the settings accept its reason.
"""

import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from vr_verify import verbs
from vr_verify.answers.pairs import pair_of
from vr_verify.errors import VrVerifyError
from vr_verify.model.outcome import Outcome
from vr_verify.model.report import Report
from vr_verify.pytest_declared import NAME, DeclaredOverRun
from vr_verify.report.documents import Document
from vr_verify.report.failure_text import without_folders
from vr_verify.report.golden_document import GoldenReport
from vr_verify.report.text import render

GOLDEN: Final = "golden"
REPLAY: Final = "replay"
_ENGINES: Final = ("engine", "against")


class LogFailure(Exception):  # noqa: N818 - what it is called in a test's summary
    """A run that did not agree: its document, and the command that shows it again.

    `settings` say how this run of pytest is told what the command line takes as options.
    """

    def __init__(self, document: Document, command: str, settings: Sequence[str] = ()) -> None:
        super().__init__(document.outcome)
        self.document, self.command, self.settings = document, command, tuple(settings)

    def page(self) -> str:
        """Return what a person reads."""
        page = render(self.document).plain
        told = "".join(f"  {line}\n" for line in self.settings)
        told = f"Under pytest\n{told}" if told else ""
        return f"{page}\n{told}Show it again\n  {self.command}"


class LogFile(pytest.File):
    """One log; it is one test, called by what is done with it."""

    def collect(self) -> Iterator[pytest.Item]:
        """Make the test."""
        pair = pair_of(self.path)
        answered = pair is not None and pair.answered
        yield LogItem.from_parent(self, name=GOLDEN if answered else REPLAY)


class LogItem(pytest.Item):
    """The test of one log."""

    def runtest(self) -> None:
        """Execute the log; LogFailure unless all agree, a skip for an accepted reason."""
        document = self._document()
        outcome = Outcome(document.outcome)
        self._count(document, outcome)
        if outcome is Outcome.AGREED:
            return
        if outcome is Outcome.INTERRUPTED:
            raise KeyboardInterrupt
        reason = _reason(document)
        if outcome is Outcome.SKIPPED and any(w in reason for w in self.config.getini("vr_skip")):
            pytest.skip(reason)
        settings = self._unset() if outcome is Outcome.USAGE else []
        raise LogFailure(document, self._command(), settings)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show a page instead of a traceback; a bug in the tool keeps its traceback."""
        if isinstance(excinfo.value, LogFailure):
            return excinfo.value.page()
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Name the test in the summary."""
        return self.path, None, f"{self.name}: {self.path.name}"

    def _document(self) -> Document:
        """Run the verb; what it refuses is a document as well."""
        engine, against = self._engines()
        try:
            if self.name == GOLDEN:
                return verbs.golden.golden(
                    "check",
                    [self.path],
                    engine=engine,
                    against=against,
                    declared=self._declared(),
                    one_of_many=True,
                )
            return verbs.replay.replay(
                self.path, engine, against, declared=self._declared(), one_of_many=True
            )
        except VrVerifyError as error:
            said = without_folders(error.message)
            return Report(command=self.name, outcome=error.outcome, complete=False, message=said)

    def _over_run(self) -> DeclaredOverRun | None:
        plugin: DeclaredOverRun | None = self.config.pluginmanager.get_plugin(NAME)
        return plugin

    def _declared(self) -> Path | None:
        over_run = self._over_run()
        return None if over_run is None else over_run.file

    def _count(self, document: Document, outcome: Outcome) -> None:
        """Count what was met of declared differences, for the run of pytest as a whole."""
        over_run, rows = self._over_run(), getattr(document, "declared", None)
        if over_run is not None:
            over_run.add([] if rows is None else [rows], whole=outcome is Outcome.AGREED)

    def _engines(self) -> tuple[str | None, str | None]:
        engine, against = (self._setting(f"vr_{name}") for name in _ENGINES)
        return engine, against

    def _setting(self, name: str) -> str | None:
        """Return what the command line of pytest says, else its ini file."""
        typed = self.config.getoption(name)
        return str(self.config.getini(name) if typed is None else typed) or None

    def _unset(self) -> list[str]:
        """Say how the engines that nobody named are named in this project."""
        file = "pytest.ini" if self.config.inipath is None else self.config.inipath.name
        quote = '"' if file.endswith(".toml") else ""
        return [
            f"--{name} is `vr_{name} = {quote}…{quote}` in {file}, or the option --vr-{name}"
            for name, value in zip(_ENGINES, self._engines(), strict=True)
            if value is None
        ]

    def _command(self) -> str:
        """Return the command line that does the same, from the folder of this pytest."""
        words = ["vr-verify", *([GOLDEN, "check"] if self.name == GOLDEN else [REPLAY])]
        words.append(os.path.relpath(self.path, self.config.invocation_params.dir))
        for name, value in zip(_ENGINES, self._engines(), strict=True):
            words += [] if value is None else [f"--{name}", value]
        if (file := self._declared()) is not None:
            words += ["--declared", os.path.relpath(file, self.config.invocation_params.dir)]
        return shlex.join(words)


def _reason(document: Document) -> str:
    """Say why a run was not compared."""
    if isinstance(document, GoldenReport):
        return "; ".join(case.message or "" for case in document.cases)
    return str(getattr(document, "message", None) or "")
