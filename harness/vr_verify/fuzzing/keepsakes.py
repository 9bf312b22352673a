"""A case kept as a log: recorded by a side that can play it.

The file is there whole or not at all. It must not decide what is worth keeping.
"""

import os
from pathlib import Path

from vr_verify.errors import EngineError, SkippedError, UsageError
from vr_verify.fuzzing.cases import Case, record_case
from vr_verify.fuzzing.residents import Residents


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

    `failing` is not asked. SkippedError where no side can.
    """
    part = partial_file(path)
    try:
        for at in able_sides(residents, failing):
            try:
                record_case(case, residents.sides[at].engine, part)
            except UsageError:  # it does not take the run
                continue
            except EngineError:
                residents.restart()
                continue
            os.replace(part, path)  # noqa: PTH105 - the same thing, and says that it replaces
            return
    finally:
        part.unlink(missing_ok=True)
    raise SkippedError("no engine plays this run to its end: no log of it can be kept")


def partial_file(path: Path) -> Path:
    """Return the name of the file that becomes `path` when it is whole."""
    return path.with_name(f".{path.name}.part")
