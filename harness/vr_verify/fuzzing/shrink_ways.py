"""A case made small in each way that there is, each in a file of its own; the smaller log stays.

Spec: contract, section 3. A kill at any time loses at most the last success; `take_up` goes on
from what the files hold. It must not print, and it knows no documents.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vr_verify.errors import UsageError
from vr_verify.fuzzing.cases import Case, case_of_log
from vr_verify.fuzzing.faults import Fault
from vr_verify.fuzzing.keepsakes import keep_case, shown
from vr_verify.fuzzing.residents import Residents
from vr_verify.fuzzing.shrinking import Shrinker, Shrunk
from vr_verify.runlog.reader import RunLog

LATER_STATE: Final = "a later state"
SCENARIO: Final = "the scenario"


@dataclass
class Way:
    """One way to shrink: where its run may start, its file, the case that it goes on from.

    `kept`: the file holds the smallest case so far. `shrunk` is None before it has begun, `bytes`
    before it has ended: the size of its log.
    """

    start: str
    path: Path
    case: Case
    kept: bool = False
    shrunk: Shrunk | None = None
    bytes: int | None = None


class Ways:
    """All ways in which a case can be made small; `taken` is the one whose log is in `path`.

    From a later state of the run, which makes each try short, where all engines can restore one;
    and from the scenario, with all turns up to the fault. `tried` is told way and number of tries.
    """

    def __init__(
        self,
        case: Case,
        residents: Residents,
        fault: Fault,
        path: Path,
        tried: Callable[[str, int], None] | None = None,
    ) -> None:
        self.fault, self.path = fault, path
        self._residents, self._tried = residents, tried
        self._beside = path.with_name(f".{path.name}.scenario")
        restorable = all(side.engine.can("snapshot") for side in residents.sides)
        self.taken = Way(LATER_STATE if restorable else SCENARIO, path, case)
        self.listed = [self.taken]
        if restorable and case.start is None:
            self.listed.append(Way(SCENARIO, self._beside, case))

    def take_up(self) -> None:
        """Go on from the files of an earlier shrink, as far as there are any.

        UsageError where they do not show the fault.
        """
        first, *others = self.listed
        self._take_up(first)
        for way in others:
            self._take_up(way)
            if not way.kept and first.case.start is None:
                way.case = first.case

    def _take_up(self, way: Way) -> None:
        if not way.path.is_file():
            return
        with RunLog.open(way.path) as log:
            way.case = case_of_log(log)
        found = shown(way.case, self._residents)
        if found != self.fault:
            shows = "no fault" if found is None else f"the fault {found.id} ({found.place})"
            name = way.path.name
            raise UsageError(f"--resume: {name} shows {shows}, expected {self.fault.id}")
        way.kept = True

    def run(self, tries_max: int) -> None:
        """Shrink in each way with as many tries, and let the smaller log stand in `path`."""
        if not any(way.kept and way.path == self._beside for way in self.listed):
            self._beside.unlink(missing_ok=True)  # of an earlier shrink that was given up
        for way in self.listed:
            self._shrink(way, tries_max)
            if not way.kept:
                self._keep(way, way.case)
            way.bytes = way.path.stat().st_size
        for other in self.listed[1:]:
            self._settle(other)

    def _shrink(self, way: Way, tries_max: int) -> None:
        shrinker = Shrinker(
            way.case,
            self._residents,
            self.fault,
            tries_max,
            lambda case: self._keep(way, case),
            lambda tries: None if self._tried is None else self._tried(way.start, tries),
        )
        way.shrunk = shrinker.shrunk
        shrinker.run(way.start == LATER_STATE)

    def _keep(self, way: Way, case: Case) -> None:
        keep_case(case, self._residents, way.path, self.fault.side)
        way.kept = True

    def _settle(self, other: Way) -> None:
        """Let the smaller of two logs stand; the other is left only to go on from."""
        assert self.taken.bytes is not None, "both ways have been gone"
        assert other.bytes is not None, "both ways have been gone"
        if other.bytes < self.taken.bytes:
            other.path.replace(self.path)
            self.taken = other
        elif other.shrunk is not None and other.shrunk.finished:
            other.path.unlink()
