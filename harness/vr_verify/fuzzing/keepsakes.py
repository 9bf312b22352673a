"""A case kept as a log: recorded by a side that can play it, and held against its fault.

The file is there whole or not at all. It must not decide what is worth keeping.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from vr_verify.engines.registry import BuildSpec
from vr_verify.errors import BadLogError, EngineError, IoFailed, SkippedError, UsageError
from vr_verify.fuzzing.cases import Case, case_of_log, record_case
from vr_verify.fuzzing.faults import Fault
from vr_verify.fuzzing.residents import Residents
from vr_verify.model.limits import Limits
from vr_verify.runlog.reader import RunLog
from vr_verify.session.declared_runs import DeclaredFile


def shows(
    path: Path,
    specs: Sequence[BuildSpec],
    limits: Limits | None,
    fault: Fault,
    declared: DeclaredFile | None = None,
) -> bool:
    """Whether the run in a log shows this very fault on engines that have played nothing else.

    The engines are held against each other, not against what was recorded. A damaged log shows
    nothing. EngineError where the engines do not start.
    """
    with Residents(specs, limits, declared=declared) as fresh:
        return log_shows(path, fresh, fault)


def log_shows(path: Path, residents: Residents, fault: Fault) -> bool:
    """Whether the run in a log shows this very fault on residents, as they stand."""
    try:
        with RunLog.open(path) as log:
            case = case_of_log(log)
    except BadLogError:
        return False
    return fault_shown(case, residents) == fault


def fault_shown(case: Case, residents: Residents) -> Fault | None:
    """Play a case, and name the fault that it shows; None too for what cannot be compared."""
    try:
        return shown(case, residents)
    except (SkippedError, UsageError):
        return None


def shown(case: Case, residents: Residents) -> Fault | None:
    """Play a case, and name the fault that it shows."""
    played = residents.play(case)
    return residents.fault(case, played) if played.parted else None


def able_sides(residents: Residents, failing: str = "") -> list[int]:
    """List which sides may record a case, the last one first: the reference, where there is one.

    SkippedError where none is left beside the side that fails.
    """
    sides = range(len(residents.sides))
    able = [at for at in reversed(sides) if residents.sides[at].name != failing]
    if not able:
        raise SkippedError(
            f"{failing} fails, and no other engine is there to play the run to its end: "
            "name one by --against, or no log can be kept"
        )
    return able


def keep_case(case: Case, residents: Residents, path: Path, failing: str = "") -> None:
    """Record a case to `path`, in place of what is there, by the last side that can play it.

    `failing` is not asked. SkippedError where no side can, IoFailed where the disk refuses.
    """
    try:
        # A folder of its own, since others may keep a run under the same name at the same time.
        with TemporaryDirectory(
            prefix=f".{path.name}.", suffix=".part", dir=path.absolute().parent
        ) as folder:
            part = Path(folder) / path.name
            _record(case, residents, part, failing)
            os.replace(part, path)  # noqa: PTH105 - the same thing, and says that it replaces
    except (OSError, IoFailed) as error:
        cause = error if isinstance(error, OSError) else error.__cause__
        number = cause.errno if isinstance(cause, OSError) else None
        reason = str(error) if number is None else os.strerror(number)
        raise IoFailed(f"{path.name} cannot be written: {reason}") from error


def _record(case: Case, residents: Residents, path: Path, failing: str) -> None:
    """Record a case by the last side that can play it; SkippedError where none can."""
    for at in able_sides(residents, failing):
        try:
            record_case(case, residents.sides[at].engine, path)
        except UsageError:  # it does not take the run
            continue
        except EngineError:
            residents.restart()
            continue
        return
    raise SkippedError("no engine plays this run to its end: no log of it can be kept")
