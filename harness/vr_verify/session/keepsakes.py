"""A case kept as a log: recorded by a side that can play it to its fault.

The file is there whole or not at all. It must not decide what is worth keeping.
"""

import os
from pathlib import Path

from vr_verify.errors import SkippedError
from vr_verify.session.cases import Case, record_case
from vr_verify.session.faults import Fault
from vr_verify.session.residents import Residents
from vr_verify.session.turns import LiveSide


def recording_side(residents: Residents, fault: Fault) -> LiveSide:
    """Return the last side that does not fail: the reference, where there is one.

    SkippedError where there is none: what nobody can play to its end cannot be a log.
    """
    able = [side for side in residents.sides if side.name != fault.side]
    if not able:
        raise SkippedError(f"no engine but {fault.side} plays this run, and it fails: no log of it")
    return able[-1]


def keep_case(case: Case, residents: Residents, fault: Fault, path: Path) -> None:
    """Record a case to `path`, in place of what is there."""
    part = path.with_name(f".{path.name}.part")
    try:
        record_case(case, recording_side(residents, fault).engine, part)
        os.replace(part, path)  # noqa: PTH105 - the same thing, and says that it replaces
    finally:
        part.unlink(missing_ok=True)
