"""What a campaign starts from: logs, and scenarios that an engine resolves or a file holds.

It must not change or play them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from vr_verify.canonical import json_text
from vr_verify.errors import MissingFileError, UsageError
from vr_verify.fuzzing.cases import Case, case_of_log
from vr_verify.runlog.reader import RunLog
from vr_verify.session.turns import LiveSide

_LOG_START: Final = b"\x89MCAP"
_LOG_SUFFIX: Final = ".log"


def base_case(source: str, sides: Sequence[LiveSide], turns: int) -> Case:
    """Return the case that a log holds, else that of a scenario with `turns` turns.

    A scenario is given no commands. MissingFileError for a log that is not there. Only for sides
    that have not been given a scenario yet.
    """
    path = Path(source)
    if path.is_file() and _starts_as_log(path):
        with RunLog.open(path) as log:
            return case_of_log(log, log.turns[0] + turns)
    if path.suffix == _LOG_SUFFIX and not path.exists():
        raise MissingFileError(f"--from: there is no file {source}")
    return Case(_resolved(source, path, sides), ((),) * turns)


def _starts_as_log(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_LOG_START)) == _LOG_START


def _resolved(source: str, path: Path, sides: Sequence[LiveSide]) -> bytes:
    """Resolve a scenario by the first side that can, else by reading the file as JSON."""
    for side in sides:
        if side.engine.can("resolve"):
            return side.engine.resolve(source, None)[0]
    if not path.is_file():
        names = " and ".join(side.name for side in sides)
        raise MissingFileError(f"--from {source}: no such file, and {names} know no names")
    try:
        return json_text.encode(json_text.decode(path.read_bytes()))
    except ValueError as error:
        raise UsageError(f"--from {source}: {error}") from error
