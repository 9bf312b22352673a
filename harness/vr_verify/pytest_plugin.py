"""The pytest plugin: run logs as tests, and the fixture `twin`. `pytest replays` is all of it.

Registered as `vr_verify`, so `-p no:vr_verify` turns it off. It is loaded at each start of pytest:
it must import nothing of the tool before there is a log to execute or a function to compare.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from vr_verify.twin.fixture import Comparer

MAGIC: Final = b"\x89MCAP0\r\n"
"""What a run log starts with; a test holds it against the log's own."""
PROFILE: Final = b"vr-verify"
_HEAD_BYTES: Final = 64

_SETTINGS: Final = {
    "vr_engine": "The engine that executes run logs. Default: each log's own.",
    "vr_against": "The engine beside it, or none. Default: the counterpart that it declares.",
    "vr_declared": (
        "A TOML file of the differences that run logs may show: counted, bounded, and none of them "
        "unused over all logs. In the ini file relative to that file. Default: none."
    ),
}
_METAVARS: Final = {"vr_engine": "E", "vr_against": "E", "vr_declared": "FILE"}
_SKIP: Final = "Words of reasons for which a run log may be skipped, one on a line. Default: none."


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tell pytest of the settings, and of the options that come before them."""
    group = parser.getgroup("vr-verify", "run logs as tests (vr-verify)")
    for name, text in _SETTINGS.items():
        parser.addini(name, text, default="")
        option = f"--{name.replace('_', '-')}"
        group.addoption(option, dest=name, metavar=_METAVARS[name], help=f"{text} Ini: {name}.")
    parser.addini("vr_skip", _SKIP, type="linelist", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Watch over declared differences, where there is a file of them."""
    if (file := _declared_file(config)) is not None:
        declared = import_module("vr_verify.pytest_declared")
        config.pluginmanager.register(declared.DeclaredOverRun(config, file), declared.NAME)


def _declared_file(config: pytest.Config) -> Path | None:
    """Find the file of declared differences, from here or from the ini file that names it."""
    if typed := config.getoption("vr_declared"):
        return config.invocation_params.dir / str(typed)
    written = str(config.getini("vr_declared"))
    folder = config.rootpath if config.inipath is None else config.inipath.parent
    return folder / written if written else None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take a `*.log` that is a run log, or that a golden answer says to be one."""
    if file_path.suffix != ".log" or not (_starts_as_run_log(file_path) or _answered(file_path)):
        return None
    log_file = import_module("vr_verify.pytest_logs").LogFile
    collector: pytest.Collector = log_file.from_parent(parent, path=file_path)
    return collector


def _starts_as_run_log(path: Path) -> bool:
    """Tell run logs from the logs of other programs, which are none of our business."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    return head.startswith(MAGIC) and PROFILE in head


def _answered(path: Path) -> bool:
    """Whether a golden answer belongs to this log: then a broken start is a broken log."""
    pair = import_module("vr_verify.answers.pairs").pair_of(path)
    return pair is not None and bool(pair.answered)


@pytest.fixture
def twin(request: pytest.FixtureRequest) -> "Comparer":
    """Compare two functions: `twin(left, right, …)`, options as those of `vr_verify.twin`."""
    fixture = import_module("vr_verify.twin.fixture")
    comparer: Comparer = fixture.Comparer(request.path.parent / fixture.FOLDER)
    return comparer
