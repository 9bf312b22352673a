"""Declared differences over one run of pytest: all its run logs share one file of them.

A plugin, registered where the setting `vr_declared` is. Each log counts what it met; what none of
them met fails the run, if all logs of its folders were tests and none was left out.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from vr_verify.model.report import DeclaredDifference
from vr_verify.report import declared_text
from vr_verify.session.declared import unmet_texts
from vr_verify.session.declared_runs import Rows, over_runs

NAME: Final = "vr_verify_declared"
_SENT: Final = "vr_declared"
_WIDTH: Final = 80


class DeclaredOverRun:
    """What the tests of a run met. With pytest-xdist each worker sends its part to the first."""

    def __init__(self, config: pytest.Config, file: Path) -> None:
        self.file = file
        self._config = config
        self._met: list[tuple[Rows, ...]] = []
        self._part = not _whole_folders(config)
        self._rows: Rows | None = None

    def add(self, runs: Sequence[Rows], whole: bool) -> None:
        """Count what one test met; `whole`: its log was compared to the end."""
        self._met.append(tuple(runs))
        self._part = self._part or not whole

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Note that tests were left out."""
        self._part = self._part or bool(items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a worker of pytest-xdist sends."""
        sent = getattr(node, "workeroutput", {}).get(_SENT)
        if sent is None:
            self._part = True
            return
        runs, whole = msgspec.convert(sent, tuple[list[list[DeclaredDifference]], bool])
        self._met.append(tuple(runs))
        self._part = self._part or not whole

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Judge what was met by all tests; a worker only sends it."""
        stopped = session.shouldstop or session.shouldfail or exitstatus not in (0, 1)
        self._part = self._part or bool(stopped)
        runs = [rows for part in self._met for rows in part]
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_SENT] = msgspec.to_builtins((runs, not self._part))
            return
        if not runs:
            return
        self._rows = over_runs(runs, self._part)
        if unmet_texts(self._rows) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show what was declared and met, and name what must go."""
        if self._rows is None:
            return
        terminalreporter.section("declared differences of run logs")
        for line in declared_text.declared(self._rows, _WIDTH)[1:]:
            terminalreporter.write_line(line.plain)
        for said in unmet_texts(self._rows):
            terminalreporter.write_line(f"FAILED {said}", red=True)


def _whole_folders(config: pytest.Config) -> bool:
    """Whether this run was asked for folders, and not for some of the tests in them."""
    start = config.invocation_params.dir
    return all((start / arg).is_dir() for arg in config.args)
